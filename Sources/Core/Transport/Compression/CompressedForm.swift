import Synchronization

/// The compressed form of a body that is sent more than once: made when somebody asks for it, then kept.
///
/// Goes along with every ``HTTPResponse`` of that body.
public final class CompressedForm: Sendable {
    private let bytes = Mutex<[UInt8]?>(nil)

    public init() {}

    /// Whether it is there already.
    var isMade: Bool { bytes.withLock { $0 != nil } }

    /// - Parameter settings: count for whoever asks first.
    func bytes(of body: [UInt8], _ settings: GzipSettings) -> [UInt8]? {
        if let made = bytes.withLock({ $0 }) { return made }
        // Without the lock, which event loops take: at worst two make the same.
        guard let made = GzipStream.compress(body, settings) else { return nil }
        // A copy without the room that was made for more.
        bytes.withLock { $0 = made.withUnsafeBufferPointer { Array($0) } }
        return made
    }
}
