import Basics
import Config
public import Diagnostics
public import Health
public import Status
public import Streaming
import Synchronization
import System

/// Where everything a node has to say goes: error.log, access.log, health.log, and the lists of the status document.
public final class Journal: Reporter, StreamJournal, HealthJournal {
    private let errorLog: ErrorLog
    let accessLog: AccessLog
    /// The same kind of log, of alarms.
    private let healthLog: AccessLog
    private let remembered = Mutex(Remembered())
    private let least: Mutex<Severity?>

    /// What the status document shows of the past.
    struct Remembered: Sendable {
        var events = EventLog()
        var refusals = RefusalLog()
        fileprivate(set) var logFails = false
    }

    init(_ configuration: Configuration) {
        let logs = configuration.logs
        Self.openSystemLog(logs)
        errorLog = ErrorLog(
            LogFile(LogTarget(logs.error)),
            protection: FloodProtection(logs),
            layout: LogLayout.of(logs.format)
        )
        accessLog = AccessLog(LogFile(LogTarget(logs.access)))
        healthLog = AccessLog(LogFile(LogTarget(logs.health)))
        least = Mutex(logs.level.severity)
    }

    public func report(_ event: Event) {
        if let least = least.withLock({ $0 }), event.condition.severity >= least {
            errorLog.write(
                level: event.condition.level.rawValue,
                thread: escapedForLog(event.thread),
                message: event.text,
                at: event.at,
                code: event.condition.code,
                host: event.host.map { escapedForLog(clipped($0)) }
            )
        }
        remember(event)
        if event.condition.isFailedClient { refused(StatusDocument.Refusal(event)) }
    }

    /// What the status document shows does not depend on what is logged.
    private func remember(_ event: Event) {
        let shown = StatusDocument.Event(
            at: Double(event.at) / Double(microsecondsPerSecond),
            code: event.condition.code,
            severity: event.condition.severity.rawValue,
            hostGUID: event.host.map(clipped),
            text: event.condition.render(maskingKeys(event.values))
        )
        remembered.withLock { $0.events.record(shown) }
    }

    public func health(_ event: Event) {
        healthLog.write(event.text, at: event.at)
        // Most changes are of alarms that begin: they would leave no room for what matters.
        let isRaised = event.values["status"].map { ["WARNING", "CRITICAL"].contains($0) }
        if event.condition.code != Condition.alarmEvent.code || isRaised == true { remember(event) }
    }

    public func access(_ line: String, at: Int64) { accessLog.write(line, at: at) }

    public func refused(_ refusal: StatusDocument.Refusal) { remembered.withLock { $0.refusals.record(refusal) } }

    var past: Remembered { remembered.withLock { $0 } }

    /// After the files were moved away by whoever rotates logs.
    func reopen() {
        errorLog.file.reopen()
        accessLog.file.reopen()
        healthLog.file.reopen()
    }

    /// Other rules and places of a configuration that was read again.
    ///
    /// - Returns: the places where nothing can be written: what was open there goes on, so that no line is lost.
    func update(_ logs: LogSettings) -> [(path: String, reason: String)] {
        Self.openSystemLog(logs)
        var problems: [(path: String, reason: String)] = []
        let errors = Self.other(than: errorLog.file, LogTarget(logs.error), &problems)
        errorLog.change(FloodProtection(logs), layout: LogLayout.of(logs.format), file: errors)
        if let file = Self.other(than: accessLog.file, LogTarget(logs.access), &problems) { accessLog.change(file) }
        if let file = Self.other(than: healthLog.file, LogTarget(logs.health), &problems) { healthLog.change(file) }
        least.withLock { $0 = logs.level.severity }
        return problems
    }

    private static func openSystemLog(_ logs: LogSettings) {
        guard logs.error == .syslog || logs.access == .syslog else { return }
        LogFile.openSystemLog(program: "ndstream", facility: logs.facility)
    }

    /// The log of a target; `nil` where it is the one that is open, or cannot be opened.
    private static func other(
        than open: LogFile,
        _ target: LogTarget,
        _ problems: inout [(path: String, reason: String)]
    ) -> LogFile? {
        guard target != open.target else { return nil }
        let file = LogFile(target)
        guard case .file(let path) = target, let failure = file.failure else { return file }
        problems.append((path, failure.reason))
        return nil
    }

    // MARK: Logs that cannot be written

    /// Why lines of error.log are lost now; `nil` while none are.
    var problem: (path: String, reason: String)? {
        guard let failure = errorLog.file.failure, case .file(let path) = errorLog.file.target else { return nil }
        return (path, failure.reason)
    }

    /// Brings it to the status document, once each time it comes up: the log itself can't say so.
    func watchLogs(at: Int64) {
        let problem = problem
        let isNew = remembered.withLock { remembered in
            defer { remembered.logFails = problem != nil }
            return problem != nil && !remembered.logFails
        }
        guard isNew, let problem else { return }
        let values = ["path": problem.path, "reason": problem.reason]
        let event = Event(.logUnavailable, at: at, thread: "MAIN", values: values)
        remember(event)
    }
}

extension StatusDocument.Refusal {
    /// Of a client whose TLS failed before it could ask for anything.
    fileprivate init(_ event: Event) {
        let at = Double(event.at) / Double(microsecondsPerSecond)
        self.init(code: event.condition.code, text: event.text, at: at)
        address = event.values["ip"]
        fix = event.condition.fix.map { spelledOut($0, event.values) }
    }
}

extension FloodProtection {
    fileprivate init(_ logs: LogSettings) {
        self.init(threshold: logs.floodProtectionLines, period: Int64(logs.floodProtectionPeriod))
    }
}

extension LogSettings.Level {
    /// The least of our three degrees that is written; `nil`: none of them is bad enough.
    fileprivate var severity: Severity? {
        switch self {
        case .debug, .info: .info
        case .notice, .warning: .warning
        case .error: .error
        case .critical, .alert, .emergency: nil
        }
    }
}

extension LogTarget {
    fileprivate init(_ setting: LogSettings.Target) {
        switch setting {
        case .off: self = .none
        case .syslog: self = .system
        case .standardOutput: self = .descriptor(1)
        case .standardError: self = .descriptor(2)
        case .file(let path): self = .file(path)
        }
    }
}
