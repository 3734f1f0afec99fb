import Glibc
import Synchronization

/// Writes to a terminal that may be slower than what there is to say, from a thread of its own: whoever has something to
/// say never waits unless he wants to. What finds no room is left out in whole pieces, and counted.
public final class SlowWriter: Sendable {
    /// Bytes that may wait; as many are being written. What is on the way to a slow terminal is old when it is shown.
    public static let limit = 64 << 10

    private struct State {
        var waiting: [UInt8] = []
        /// How many bytes the thread is writing now.
        var writing = 0
        var dropped = 0
        var failure: Int32 = 0
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    private let work: Wakeup
    /// Readable when something was written since ``Wakeup/drain()``.
    public let progress: Wakeup

    public init(_ descriptor: Int32) throws(SystemError) {
        self.descriptor = descriptor
        work = try Wakeup()
        progress = try Wakeup()
        Threads.start(name: "TERMINAL") { [self] in run() }
    }

    /// The errno of a write that failed; nothing is written after one.
    public var failure: Int32? { state.withLock { $0.failure == 0 ? nil : $0.failure } }

    /// Whether all was written.
    public var isIdle: Bool { state.withLock { $0.waiting.isEmpty && $0.writing == 0 } }

    /// Puts it behind what waits, unless that is too much already: then it is left out. Once something was, everything is until
    /// ``takeDropped()`` has said so, so that what is left out is in one place.
    /// - Parameter lines: how many lines are missing if it is left out.
    public func offer(_ bytes: [UInt8], lines: Int) {
        state.withLock { state in
            guard state.dropped == 0, state.waiting.count < Self.limit else {
                state.dropped += lines
                return
            }
            state.waiting += bytes
        }
        work.signal()
    }

    /// Puts it behind what waits, whatever that is.
    public func add(_ bytes: [UInt8]) {
        state.withLock { $0.waiting += bytes }
        work.signal()
    }

    /// Whether there is room for more.
    public var hasRoom: Bool { state.withLock { $0.waiting.count < Self.limit } }

    /// How many lines were left out, once everything before them was written; `nil` where none were, or not yet.
    public func takeDropped() -> Int? {
        state.withLock { state in
            guard state.dropped > 0, state.waiting.isEmpty, state.writing == 0 else { return nil }
            defer { state.dropped = 0 }
            return state.dropped
        }
    }

    private func run() {
        while true {
            let bytes = state.withLock { state in
                defer {
                    state.writing = state.waiting.count
                    state.waiting = []
                }
                return state.waiting
            }
            if bytes.isEmpty {
                var ready = pollfd(fd: work.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&ready, 1, -1)
                work.drain()
                continue
            }
            let number = write(bytes)
            state.withLock { state in
                state.writing = 0
                if number != 0 { state.failure = number }
            }
            progress.signal()
            if number != 0 { return }
        }
    }

    private func write(_ bytes: [UInt8]) -> Int32 {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
            }
            let number = errno
            if written >= 0 {
                offset += written
            } else if number == EAGAIN {
                // Somebody who shares it wants it so.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if number != EINTR {
                return number
            }
        }
        return 0
    }
}
