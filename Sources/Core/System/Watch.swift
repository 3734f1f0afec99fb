internal import CLinux
import Glibc

/// Waits for many descriptors at once, for a thread that is no event loop: epoll(7). Used by one thread.
public final class Watch {
    private let descriptor: Int32
    private var ready = [Int32](repeating: 0, count: Watch.atOnce)

    /// Descriptors of one ``wait(milliseconds:)``.
    public static let atOnce = 64

    /// - Throws: when no descriptor is left.
    public init() throws(SystemError) {
        descriptor = nd_watch_create()
        guard descriptor >= 0 else { throw SystemError(operation: "epoll_create1", number: -descriptor) }
    }

    /// From now on ``wait(milliseconds:)`` returns it when there is something to read, or its peer has gone.
    /// - Parameter once: not again before more has come.
    /// - Throws: when the kernel cannot: it has no memory, or all that a user may watch is watched.
    public func add(_ watched: Int32, once: Bool = false) throws(SystemError) {
        let result = nd_watch_add(descriptor, watched, once)
        if result < 0 { throw SystemError(operation: "epoll_ctl", number: -result) }
    }

    /// Must come before somebody else gets the descriptor.
    public func remove(_ watched: Int32) { _ = nd_watch_remove(descriptor, watched) }

    /// - Parameter milliseconds: at most; `nil` for ever.
    /// - Returns: those that are ready, at most ``atOnce``.
    public func wait(milliseconds: Int64?) -> ArraySlice<Int32> {
        let limit = milliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
        return ready[..<max(0, Int(nd_watch_wait(descriptor, &ready, Int32(Self.atOnce), limit)))]
    }

    deinit { close(descriptor) }
}
