import Glibc

/// What a daemon is told from outside (design: signals).
public enum Signal: Int32, Sendable, CaseIterable {
    /// Read the configuration again, reopen the logs.
    case hangUp = 1
    /// Retry now what waits for a retry.
    case user1 = 10
    /// Read health again.
    case user2 = 12
    case interrupt = 2
    case terminate = 15
}

/// The thread that waits for signals, so that no code ever runs inside a signal handler.
public enum Signals {
    /// Keeps the signals from every thread, and makes a closed pipe an error instead of an end.
    ///
    /// Must run on the main thread before any other thread is made: threads inherit the mask.
    public static func block() {
        var set = all
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Starts the waiting thread; it lives as long as the process.
    /// - Parameter handler: called on that thread, one signal after the other.
    public static func wait(_ handler: @escaping @Sendable (Signal) -> Void) {
        Threads.start(name: "SIGNALS") {
            while true {
                if let signal = next() { handler(signal) }
            }
        }
    }

    /// Waits for a signal.
    static func next() -> Signal? {
        var set = all
        var number: Int32 = 0
        return sigwait(&set, &number) == 0 ? Signal(rawValue: number) : nil
    }

    private static var all: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in Signal.allCases { sigaddset(&set, signal.rawValue) }
        return set
    }
}
