import Config
import NIOCore
import Status
import Streaming
import Synchronization

/// The stream of the node's own host: there or not, as the configuration says, and made anew when that changes.
final class LocalSender: Sendable {
    typealias Make = @Sendable (SenderSettings) -> Sender

    private let make: Make
    private let held: Mutex<Sender?>

    init(_ stream: StreamSettings, make: @escaping Make) {
        self.make = make
        held = Mutex(SenderSettings(stream).map(make))
    }

    private var sender: Sender? { held.withLock { $0 } }

    /// Whether there is somebody to stream to.
    var isActive: Bool { sender != nil }

    /// What the status document shows of it.
    var links: [StatusDocument.Link] { [sender].compactMap { $0?.link() } }

    func start() { sender?.start() }

    /// Something may have been collected.
    func flush() { sender?.flush() }

    func retryNow() { sender?.retryNow() }

    func retryEncrypted() { sender?.retryEncrypted() }

    /// Ends the stream in good order, for what was collected until now, and begins one with other options, or none.
    func replace(_ stream: StreamSettings) {
        let new = SenderSettings(stream).map(make)
        let old = held.withLock { held in
            defer { held = new }
            return held
        }
        // The parent takes one connection of a host at a time, so the second begins when the first is closed.
        guard let old else { return new?.start() ?? () }
        old.stop().whenComplete { [self] _ in
            // Another replacement may have come meanwhile.
            if let new, sender === new { new.start() }
        }
    }

    /// Never long: what the parent does not take at once is lost.
    func stop() { _ = try? sender?.stop().wait() }
}
