internal import NIOCore

/// A pending call on a stream's event loop. Forgotten when the stream ends.
public final class StreamTimer {
    fileprivate var scheduled: Scheduled<Void>?

    fileprivate init() {}

    public func cancel() {
        scheduled?.cancel()
        scheduled = nil
    }
}

extension StreamConnection {
    /// Calls `body` once, unless the stream has ended by then.
    /// - Parameter microseconds: from now.
    @discardableResult
    public func schedule(after microseconds: Int64, _ body: @escaping () -> Void) -> StreamTimer {
        let timer = StreamTimer()
        timer.scheduled = eventLoop.assumeIsolated().scheduleTask(in: .microseconds(microseconds)) {
            if !self.isClosed { body() }
        }
        return timer
    }

    /// Calls `body` again and again until the timer is cancelled or the stream ends.
    @discardableResult
    public func scheduleRepeatedly(every microseconds: Int64, _ body: @escaping () -> Void) -> StreamTimer {
        let timer = StreamTimer()
        arm(timer, microseconds, body)
        return timer
    }

    private func arm(_ timer: StreamTimer, _ microseconds: Int64, _ body: @escaping () -> Void) {
        timer.scheduled = eventLoop.assumeIsolated().scheduleTask(in: .microseconds(microseconds)) {
            guard !self.isClosed else { return }
            self.arm(timer, microseconds, body)
            body()
        }
    }
}
