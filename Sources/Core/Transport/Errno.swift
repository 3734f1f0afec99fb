import Glibc
internal import NIOCore

/// The few error numbers that decide something here.
enum Errno {
    static let timedOut = ETIMEDOUT
    static let refused = ECONNREFUSED
    static let unreachable: Set<Int32> = [EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL]

    /// The name of the system call that failed: NIO puts it in front of its own text.
    static func operation(of error: IOError) -> String {
        let text = error.description
        guard let end = text.firstIndex(where: { $0 == "(" || $0 == ":" }) else { return text }
        return String(text[..<end])
    }
}
