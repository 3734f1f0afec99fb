internal import CLinux
import Glibc

extension ListeningSocket {
    /// What one try to take a connection brings.
    public enum Acceptance: Sendable, Equatable {
        /// A descriptor that does not block; the address is `nil` where the system does not say.
        case connection(Int32, InternetAddress?)
        case nobody
        /// Nothing can be accepted now: no descriptor is left, or no memory.
        case failed(SystemError)
    }

    /// Lets people connect, for whoever calls ``accept()``.
    public func listen(backlog: Int32) throws(SystemError) {
        guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0 else {
            throw SystemError(operation: "fcntl", subject: name, number: errno)
        }
        guard Glibc.listen(descriptor, backlog) == 0 else {
            throw SystemError(operation: "listen", subject: name, number: errno)
        }
    }

    /// Takes the next connection, without waiting.
    public func accept() -> Acceptance {
        var storage = sockaddr_storage()
        while true {
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let (result, address) = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    let result = nd_accept(descriptor, pointer, &length)
                    return (result, result >= 0 ? InternetAddress(pointer) : nil)
                }
            }
            switch -result {
            case EAGAIN: return .nobody
            // These concern one connection only, which is gone (accept(2)).
            case EINTR, ECONNABORTED, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH, ENETDOWN,
                ETIMEDOUT:
                continue
            case let number where number > 0: return .failed(SystemError(operation: "accept", number: number))
            default: return .connection(result, address)
            }
        }
    }

    /// Nobody can connect any more.
    public func end() { _ = Glibc.close(descriptor) }
}
