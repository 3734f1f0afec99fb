public import System

/// A run of an alarm's handler that is asked for.
public struct Notification: Sendable, Equatable {
    /// Machine GUID of the host that the alarm is about.
    public var host: String
    public var hostname: String
    /// Unique id of the entry.
    public var entry: UInt32
    /// The program: an absolute path, or a name that is looked for in `PATH`. No shell reads it.
    public var handler: String
    /// `$1` and what follows, as ``NotificationArguments`` makes them.
    public var arguments: [String]

    public init(host: String, hostname: String, entry: UInt32, handler: String, arguments: [String]) {
        self.host = host
        self.hostname = hostname
        self.entry = entry
        self.handler = handler
        self.arguments = arguments
    }

    /// Bytes that it keeps while it waits.
    var size: Int { arguments.reduce(handler.utf8.count + host.utf8.count) { $0 + $1.utf8.count } }

    /// What became of it.
    public enum Outcome: Sendable, Equatable {
        /// It ended by itself.
        case code(Int32)
        /// A signal that is not ours ended it.
        case signal(Int32)
        /// It took longer than it may and was ended.
        case timedOut
        /// No process could be made of it.
        case notStarted(SystemError)
        /// The node is stopping: it was ended, or never started.
        case stopped

        /// As the log keeps it, and a shell would say it: 127 where it could not be started, 128 and the signal's number
        /// where one ended it (health §6.1, `exec_code`).
        public var exitCode: Int {
            switch self {
            case .code(let code): Int(code)
            case .signal(let signal): 128 + Int(signal)
            case .notStarted: 127
            case .timedOut: 124
            case .stopped: 0
            }
        }

        /// Whether the entry's handler counts as failed (`exec_failed`).
        public var isFailure: Bool { self != .code(0) }
    }
}
