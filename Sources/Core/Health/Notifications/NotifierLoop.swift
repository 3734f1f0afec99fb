import Basics
import Diagnostics
import Glibc
import Synchronization
import System

/// What the thread of a ``Notifier`` does.
struct NotifierLoop: ~Copyable {
    /// From SIGTERM to SIGKILL, and when the node stops. Microseconds.
    static let grace: Int64 = 2_000_000
    static let graceAtStop: Int64 = 400_000
    /// Between two looks at a handler whose standard error is open, and at one whose is not: that one is about to end.
    static let step: Int64 = 100_000
    static let endingStep: Int64 = 2000
    /// Handlers that have ended and whose standard error somebody holds open, and is listened to.
    static let lingeringLimit = 32
    /// Between two lines about the same thing.
    static let sayingInterval = 60 * microsecondsPerSecond
    /// Handlers of which it is remembered when their failure was said.
    static let saidLimit = 64

    private let shared: Notifier.Shared
    private let limits: Notifier.Limits
    private let directory: String?
    private let clock: any Clock
    private let reporter: any Reporter
    private let ended: @Sendable (Notification, Notification.Outcome) -> Void
    private var runs: [HandlerRun] = []
    private var errors = HandlerErrors()
    private var saidNotStarted: [String: Int64] = [:]
    private var saidDropped: Int64 = .min
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)

    init(
        _ shared: Notifier.Shared,
        _ limits: Notifier.Limits,
        directory: String?,
        clock: any Clock,
        reporter: any Reporter,
        ended: @escaping @Sendable (Notification, Notification.Outcome) -> Void
    ) {
        self.shared = shared
        self.limits = limits
        self.directory = directory
        self.clock = clock
        self.reporter = reporter
        self.ended = ended
    }

    deinit { buffer.deallocate() }

    /// Until the notifier is stopped.
    mutating func run() {
        while !shared.state.withLock({ $0.isStopping }) {
            startWaiting()
            sayDropped(atLast: false)
            wait()
            lookAtRuns()
        }
        endAll()
        sayDropped(atLast: true)
        shared.state.withLock { $0.hasStopped = true }
    }

    // MARK: Starting

    private mutating func startWaiting() {
        while let (notification, environment) = next() { start(notification, environment) }
    }

    private func next() -> (Notification, [String])? {
        shared.state.withLock { state in
            guard state.running < limits.parallel, !state.isStopping, let next = state.take() else { return nil }
            state.running += 1
            return (next, state.environment)
        }
    }

    private mutating func start(_ notification: Notification, _ environment: [String]) {
        do {
            let process = try Process.start(handler: notification, environment: environment, directory: directory)
            let until = clock.monotonic() + limits.seconds * microsecondsPerSecond
            runs.append(HandlerRun(notification, process, until: until))
        } catch {
            sayNotStarted(notification.handler, error)
            tell(notification, .notStarted(error))
        }
    }

    private func tell(_ notification: Notification, _ outcome: Notification.Outcome) {
        shared.state.withLock { $0.running -= 1 }
        ended(notification, outcome)
    }

    // MARK: Waiting

    private mutating func wait() {
        let listening = runs.indices.filter { runs[$0].errorsOpen }
        var descriptors = [pollfd(fd: shared.wakeup.descriptor, events: Int16(POLLIN), revents: 0)]
        for index in listening {
            descriptors.append(pollfd(fd: runs[index].process.errors, events: Int16(POLLIN), revents: 0))
        }
        guard poll(&descriptors, nfds_t(descriptors.count), timeout) > 0 else { return }
        if descriptors[0].revents != 0 { shared.wakeup.drain() }
        for (place, index) in listening.enumerated() where descriptors[place + 1].revents != 0 { read(runs[index]) }
    }

    /// Milliseconds.
    private var timeout: Int32 {
        let now = clock.monotonic()
        var wait: Int64 = runs.isEmpty ? .max : Self.step
        for run in runs where run.isAboutToEnd(now) { wait = Self.endingStep }
        if shared.state.withLock({ $0.dropped > 0 }) {
            wait = min(wait, saidDropped == .min ? 0 : max(0, saidDropped + Self.sayingInterval - now))
        }
        return wait == .max ? -1 : Int32(clamping: (wait + 999) / 1000)
    }

    private mutating func read(_ run: HandlerRun) {
        let count = Glibc.read(run.process.errors, buffer.baseAddress!, buffer.count)
        let number = errno
        let now = clock.monotonic()
        let (path, clock, reporter) = (run.notification.handler, clock, reporter)
        let log = { (line: String) in say(reporter, clock, .handlerSays, ["path": path, "line": line]) }
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            errors.feed(bytes, line: &run.line, now: now, log: log)
        } else if count == 0 || number != EAGAIN && number != EINTR {
            errors.end(&run.line, now: now, log: log)
            run.errorsClosedAt = now
        }
    }

    // MARK: Ending

    private mutating func lookAtRuns() {
        let now = clock.monotonic()
        for run in runs { look(at: run, now: now) }
        runs.removeAll { $0.outcome != nil && (!$0.errorsOpen || $0.until <= now) }
        let lingering = runs.indices.filter { runs[$0].outcome != nil }
        for index in lingering.dropLast(Self.lingeringLimit).reversed() { runs.remove(at: index) }
        let suppressed = errors.takeSuppressed(now: now)
        if suppressed > 0 { say(reporter, clock, .handlerSaysTooMuch, ["count": "\(suppressed)"]) }
    }

    private mutating func look(at run: HandlerRun, now: Int64) {
        guard run.outcome == nil else { return }
        if run.poll() {
            readRest(run)
            tell(run.notification, run.outcome ?? .stopped)
        } else if run.killAt <= now {
            run.process.send(SIGKILL)
        } else if run.until <= now, run.killAt == .max {
            run.process.send(SIGTERM)
            run.killAt = now + Self.grace
            let values = [
                "path": run.notification.handler, "seconds": "\(limits.seconds)", "entry": "\(run.notification.entry)",
                "host": run.notification.hostname,
            ]
            say(reporter, clock, .handlerTooSlow, values, host: run.notification.host)
        }
    }

    /// What it wrote last, as far as the pipe holds it.
    private mutating func readRest(_ run: HandlerRun) {
        for _ in 0..<8 where run.errorsOpen {
            var descriptor = pollfd(fd: run.process.errors, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 0) > 0 else { return }
            read(run)
        }
    }

    private mutating func endAll() {
        let until = clock.monotonic() + Self.graceAtStop
        let running = runs.filter { $0.outcome == nil }
        for run in running {
            run.isStopped = true
            run.process.send(SIGTERM)
            run.killAt = until
        }
        while running.contains(where: { $0.outcome == nil }), clock.monotonic() < until + Self.graceAtStop {
            for run in running where run.outcome == nil { look(at: run, now: clock.monotonic()) }
            usleep(1000)
        }
        // Not even SIGKILL ends what waits for a broken disk.
        for run in running where run.outcome == nil { tell(run.notification, .stopped) }
        runs.removeAll()
        while let notification = shared.state.withLock({ $0.take() }) { ended(notification, .stopped) }
    }

    // MARK: Saying

    private mutating func sayNotStarted(_ path: String, _ error: SystemError) {
        let now = clock.monotonic()
        if let said = saidNotStarted[path], now - said < Self.sayingInterval { return }
        if saidNotStarted.count >= Self.saidLimit { saidNotStarted.removeAll() }
        saidNotStarted[path] = now
        say(reporter, clock, .handlerNotStarted, ["path": path, "reason": error.reason])
    }

    private mutating func sayDropped(atLast: Bool) {
        let now = clock.monotonic()
        guard atLast || saidDropped == .min || now - saidDropped >= Self.sayingInterval else { return }
        let (count, first) = shared.state.withLock { state in
            defer {
                state.dropped = 0
                state.firstDropped = nil
            }
            return (state.dropped, state.firstDropped)
        }
        guard count > 0, let first else { return }
        saidDropped = now
        say(
            reporter,
            clock,
            .notificationsDropped,
            ["count": "\(count)", "path": first.handler, "host": first.hostname],
            host: first.host
        )
    }
}

private func say(
    _ reporter: any Reporter,
    _ clock: any Clock,
    _ condition: Condition,
    _ values: [String: String],
    host: String? = nil
) {
    reporter.report(Event(condition, at: clock.now(), thread: "HEALTH", host: host, values: values))
}
