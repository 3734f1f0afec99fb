public import Basics
public import Diagnostics
import Glibc
import Synchronization
public import System

/// Runs handlers of alarms: programs that tell people (health §5.5, §6.5).
///
/// One thread of its own starts, watches and ends them. Each runs without a shell, in a process group of its own, with nothing on its
/// standard input and output; what it writes to its standard error becomes lines of error.log. What it leaves running when it
/// ends by itself goes on, as with the original; when its time is over, or the node stops, all of its group is ended.
public final class Notifier: Sendable {
    /// So many at once, and then so many a second.
    public struct Rate: Sendable, Equatable {
        public var atOnce: Int
        public var perSecond: Double

        public init(atOnce: Int, perSecond: Double) {
            self.atOnce = atOnce
            self.perSecond = perSecond
        }
    }

    public struct Limits: Sendable, Equatable {
        /// Handlers that run at the same time.
        public var parallel = 8
        /// A handler's time; then SIGTERM, two seconds later SIGKILL.
        public var seconds: Int64 = 60
        /// Notifications that wait, and bytes of theirs.
        public var waiting = 2000
        public var waitingBytes = 16 << 20
        /// A parent of a thousand children may see one alarm of each at once. More than ten mails a second reads nobody.
        public var overall = Rate(atOnce: 1000, perSecond: 10)
        /// A host's stock alarms are about 200 on a large machine. One whose alarms flap all the time is told of as with the
        /// original: that was more than one a second in half an hour of injected faults.
        public var perHost = Rate(atOnce: 200, perSecond: 5)

        public init() {}
    }

    /// What is shared with the thread.
    struct State: Sendable {
        var waiting: [Notification] = []
        /// Where the first of ``waiting`` stands: those before it were taken.
        var first = 0
        var bytes = 0
        var running = 0
        var rate: NotificationRate
        var environment: [String]
        var dropped = 0
        /// Of those that were dropped since it was said: the first.
        var firstDropped: Notification?
        var isStopping = false
        var hasStopped = false
    }

    final class Shared: Sendable {
        let state: Mutex<State>
        let wakeup: Wakeup

        init(_ state: State) throws(SystemError) {
            self.state = Mutex(state)
            wakeup = try Wakeup()
        }
    }

    public let limits: Limits
    private let shared: Shared
    private let clock: any Clock

    /// Starts the thread.
    /// - Parameters:
    ///   - environment: `NAME=value` of all handlers, as plugins have it; nothing is inherited.
    ///   - directory: where they run; `nil` keeps the node's own.
    ///   - reporter: gets the lines of error.log.
    ///   - ended: called on the notifier's thread for each notification that ``send(_:)`` took, once. It must not wait
    ///     for long, nor call ``stop()``.
    /// - Throws: when no descriptor is left.
    public init(
        limits: Limits = Limits(),
        environment: [String],
        directory: String? = nil,
        clock: any Clock,
        reporter: any Reporter,
        ended: @escaping @Sendable (Notification, Notification.Outcome) -> Void
    ) throws(SystemError) {
        self.limits = limits
        self.clock = clock
        let rate = NotificationRate(overall: limits.overall, perHost: limits.perHost)
        let shared = try Shared(State(rate: rate, environment: environment))
        self.shared = shared
        Threads.start(name: "HEALTH_NOTIFY") {
            var loop = NotifierLoop(
                shared,
                limits,
                directory: directory,
                clock: clock,
                reporter: reporter,
                ended: ended
            )
            loop.run()
        }
    }

    deinit { stop() }

    /// Has a handler run, soon. Never waits.
    /// - Returns: `false` where more came than may wait or be started: it is dropped, counted, and said once a minute.
    @discardableResult
    public func send(_ notification: Notification) -> Bool {
        let (isTaken, isNews) = shared.state.withLock { state -> (Bool, Bool) in
            guard !state.isStopping else { return (false, false) }
            let size = notification.size
            if state.waiting.count - state.first < limits.waiting, state.bytes + size <= limits.waitingBytes,
                state.rate.admits(host: notification.host, now: clock.monotonic())
            {
                state.waiting.append(notification)
                state.bytes += size
                return (true, state.running < limits.parallel)
            }
            state.dropped += 1
            if state.firstDropped == nil { state.firstDropped = notification }
            return (false, state.dropped == 1)
        }
        if isNews { shared.wakeup.signal() }
        return isTaken
    }

    /// For handlers that are started from now on.
    public func setEnvironment(_ environment: [String]) { shared.state.withLock { $0.environment = environment } }

    /// How many wait for their turn, and how many run.
    public var counts: (waiting: Int, running: Int) {
        shared.state.withLock { ($0.waiting.count - $0.first, $0.running) }
    }

    /// Ends all that run and drops what waits (``Notification/Outcome/stopped``); returns when that is done, after a second at
    /// the latest.
    public func stop() {
        shared.state.withLock { $0.isStopping = true }
        shared.wakeup.signal()
        for _ in 0..<1000 {
            if shared.state.withLock({ $0.hasStopped }) { return }
            usleep(1000)
        }
    }
}

extension Notifier.State {
    mutating func take() -> Notification? {
        guard first < waiting.count else { return nil }
        let next = waiting[first]
        first += 1
        bytes -= next.size
        if first == waiting.count || first >= 256 {
            waiting.removeFirst(first)
            first = 0
        }
        return next
    }
}
