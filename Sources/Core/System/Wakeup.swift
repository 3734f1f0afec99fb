internal import CLinux
import Glibc

/// Wakes a thread that sits in `poll(2)`: the thread watches ``descriptor``, anybody else calls ``signal()``.
public final class Wakeup: Sendable {
    /// Readable after ``signal()`` until ``drain()``.
    public let descriptor: Int32

    /// - Throws: ``SystemError`` when no descriptor is left.
    public init() throws(SystemError) {
        descriptor = nd_wakeup_create()
        guard descriptor >= 0 else { throw SystemError(operation: "eventfd", number: -descriptor) }
    }

    public func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    public func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    deinit { close(descriptor) }
}
