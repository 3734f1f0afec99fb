import Basics
import Config
public import NIOCore
public import Status
public import Store
import Synchronization
import Transport
import Wire

/// The senders of the hosts that children stream: what makes a proxy of a node (streaming protocol §13).
///
/// A host is streamed on while its child is connected, on the event loop of that connection, so that whoever sees the child
/// come and go at this node sees the same at the next.
public final class Proxies: Sendable {
    public typealias Make = @Sendable (Host, SenderSettings, any EventLoop) -> Sender

    private struct State {
        var active: [GUID: Sender] = [:]
        /// Those that still say goodbye. The next one waits for it: the parent would take it for a second machine.
        var leaving: [GUID: EventLoopFuture<Void>] = [:]
    }

    private let state = Mutex(State())
    private let make: Make

    public init(_ make: @escaping Make) {
        self.make = make
    }

    /// A child was let in.
    ///
    /// - Parameters:
    ///   - capabilities: what was agreed on with it.
    ///   - child: its connection.
    /// - Returns: `nil` where its metrics go no further.
    func begin(
        _ host: Host,
        _ proxy: ReceiverSettings.ProxySettings,
        _ stream: StreamSettings,
        _ capabilities: Capabilities,
        _ child: StreamConnection
    ) -> Sender? {
        guard var settings = SenderSettings(proxy, stream, child: capabilities) else { return nil }
        if capabilities.contains(.replication), !host.settings.keepsPoints {
            let reference = child.reference
            settings.toChild = { bytes in reference.run { $0.write(bytes) } }
        }
        let sender = make(host, settings, child.eventLoop)
        let (before, leaving) = state.withLock { state in
            (state.active.updateValue(sender, forKey: host.guid), state.leaving[host.guid])
        }
        // The connection that had the host was dead, and whoever closed it has not come to its end yet.
        let farewell = before.map { leave(host.guid, $0) } ?? leaving
        guard let farewell else {
            sender.start()
            return sender
        }
        farewell.whenComplete { _ in sender.start() }
        return sender
    }

    /// The child has left.
    func end(_ host: Host, _ sender: Sender) {
        let isActive = state.withLock { state in
            guard state.active[host.guid] === sender else { return false }
            state.active[host.guid] = nil
            return true
        }
        if isActive { _ = leave(host.guid, sender) }
    }

    private func leave(_ guid: GUID, _ sender: Sender) -> EventLoopFuture<Void> {
        let farewell = sender.stop()
        state.withLock { $0.leaving[guid] = farewell }
        farewell.whenComplete { [self] _ in
            state.withLock { state in
                if state.leaving[guid] === farewell { state.leaving[guid] = nil }
            }
        }
        return farewell
    }

    // MARK: From any thread

    /// The status document's picture of each, by hostname.
    public var links: [StatusDocument.Link] {
        let senders = state.withLock { Array($0.active.values) }
        return senders.map { (name: $0.host.hostname, sender: $0) }
            .sorted { ($0.name, $0.sender.host.guid) < ($1.name, $1.sender.host.guid) }
            .map { $0.sender.link() }
    }

    /// Ends every waiting (SIGUSR1).
    public func retryNow() {
        for sender in state.withLock({ Array($0.active.values) }) { sender.retryNow() }
    }

    /// See ``Sender/retryEncrypted()``.
    public func retryEncrypted() {
        for sender in state.withLock({ Array($0.active.values) }) { sender.retryEncrypted() }
    }

    /// Senders that stream or still say goodbye.
    public var count: Int { state.withLock { $0.active.count + $0.leaving.count } }
}
