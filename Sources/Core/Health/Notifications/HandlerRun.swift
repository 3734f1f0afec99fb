import Basics
import Glibc
import System

/// One run of a handler: until it has ended and nobody holds its standard error open any more.
final class HandlerRun {
    let notification: Notification
    var process: Process
    /// When its time is over; when SIGKILL is due. Monotonic microseconds.
    let until: Int64
    var killAt: Int64 = .max
    /// The beginning of a line of its standard error.
    var line: [UInt8] = []
    var errorsClosedAt: Int64 = .max
    /// The node stops, and ends it.
    var isStopped = false
    /// Once it has ended.
    private(set) var outcome: Notification.Outcome?

    init(_ notification: Notification, _ process: consuming Process, until: Int64) {
        self.notification = notification
        self.process = process
        self.until = until
    }

    var errorsOpen: Bool { errorsClosedAt == .max }

    /// Programs close their standard error by ending, most of them.
    func isAboutToEnd(_ now: Int64) -> Bool {
        outcome == nil && !errorsOpen && now - errorsClosedAt < microsecondsPerSecond
    }

    /// Whether it has ended. Whoever was told to end takes his whole group along.
    func poll() -> Bool {
        let isEnded = killAt != .max
        guard let exit = process.poll(sparesOthers: !isEnded) else { return false }
        switch exit {
        case _ where isStopped: outcome = .stopped
        case _ where isEnded: outcome = .timedOut
        case .code(let code): outcome = .code(code)
        case .signal(let signal): outcome = .signal(signal)
        }
        return true
    }
}

extension Process {
    /// Starts a notification's handler as a shell would: a name without a slash is looked for in `PATH`, and a script without
    /// a first line that names its interpreter is the shell's.
    static func start(
        handler notification: Notification,
        environment: [String],
        directory: String?
    ) throws(SystemError) -> Process {
        guard let path = found(notification.handler, environment) else {
            throw SystemError(operation: "exec", subject: notification.handler, number: ENOENT)
        }
        var command = Command(
            path: path,
            arguments: [path] + notification.arguments,
            environment: environment,
            directory: directory
        )
        command.isMute = true
        do throws(SystemError) {
            return try start(command)
        } catch {
            guard error.number == ENOEXEC else { throw error }
            command.path = "/bin/sh"
            command.arguments.insert("sh", at: 0)
            return try start(command)
        }
    }

    private static func found(_ name: String, _ environment: [String]) -> String? {
        guard !name.contains("/") else { return name }
        guard !name.isEmpty else { return nil }
        let path = environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/bin:/bin"
        return path.split(separator: ":").lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
