import Basics
import Config
public import Diagnostics
public import Status
public import Streaming
import Synchronization
import System

/// Where everything a node has to say goes: error.log, access.log, and the lists of the status document.
public final class Journal: Reporter, StreamJournal {
    private let errorLog: ErrorLog
    let accessLog: AccessLog
    private let remembered = Mutex(Remembered())

    /// What the status document shows of the past.
    struct Remembered: Sendable {
        var events = EventLog()
        var refusals = RefusalLog()
    }

    init(_ configuration: Configuration) {
        let logs = configuration.logs
        if logs.error == .syslog || logs.access == .syslog {
            LogFile.openSystemLog(program: "ndstream", facility: logs.facility)
        }
        errorLog = ErrorLog(
            LogFile(LogTarget(logs.error)),
            protection: FloodProtection(
                threshold: logs.floodProtectionLines,
                period: Int64(logs.floodProtectionPeriod)
            )
        )
        accessLog = AccessLog(LogFile(LogTarget(logs.access)))
    }

    public func report(_ event: Event) {
        let text = event.text
        errorLog.write(
            level: event.condition.level.rawValue,
            thread: escapedForLog(event.thread),
            message: text,
            at: event.at,
            code: event.condition.code,
            host: event.host
        )
        let shown = StatusDocument.Event(
            at: Double(event.at) / Double(microsecondsPerSecond),
            code: event.condition.code,
            severity: event.condition.severity.rawValue,
            hostGUID: event.host,
            text: event.condition.render(maskingKeys(event.values))
        )
        remembered.withLock { $0.events.record(shown) }
    }

    public func access(_ line: String, at: Int64) { accessLog.write(line, at: at) }

    public func refused(_ refusal: StatusDocument.Refusal) { remembered.withLock { $0.refusals.record(refusal) } }

    var past: Remembered { remembered.withLock { $0 } }

    /// After the files were moved away by whoever rotates logs.
    func reopen() {
        errorLog.file.reopen()
        accessLog.file.reopen()
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
