import Glibc
internal import NIOCore

/// The few error numbers that decide something here.
enum Errno {
    static let timedOut = ETIMEDOUT
    static let refused = ECONNREFUSED
    /// No way there, or none of that address family.
    static let unreachable: Set<Int32> = [EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EAFNOSUPPORT]
    /// This machine has none left: descriptors, local ports, memory.
    static let exhausted: Set<Int32> = [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL]
    static let forbidden: Set<Int32> = [EACCES, EPERM]
    static let missing = ENOENT
    /// The peer has thrown the connection away.
    static let reset: Set<Int32> = [ECONNRESET, EPIPE]

    /// The name of the system call that failed: NIO puts it in front of its own text.
    static func operation(of error: IOError) -> String {
        let text = error.description
        guard let end = text.firstIndex(where: { $0 == "(" || $0 == ":" }) else { return text }
        return String(text[..<end])
    }
}
