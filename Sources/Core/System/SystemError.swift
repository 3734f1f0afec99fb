import Glibc

/// A system call that failed: what was tried, on what, and the errno.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the call, `open` for example.
    public let operation: String
    /// The path, address or name it was tried on; empty where there is none.
    public let subject: String
    /// The errno.
    public let number: Int32

    public init(operation: String, subject: String = "", number: Int32) {
        self.operation = operation
        self.subject = subject
        self.number = number
    }

    /// What the C library says of the errno: `No such file or directory`.
    public var reason: String { String(cString: strerror(number)) }

    /// `open /etc/x: Permission denied (13)`.
    public var description: String {
        "\(operation)\(subject.isEmpty ? "" : " " + subject): \(reason) (\(number))"
    }
}
