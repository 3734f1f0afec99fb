import Glibc

/// The address of a unix socket.
struct UnixAddress {
    private var address = sockaddr_un()

    /// The longest path the kernel takes.
    static let pathLimit = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// - Returns: `nil` for a path that is too long, or holds a NUL.
    init?(_ path: String) {
        let bytes = Array(path.utf8)
        guard bytes.count <= Self.pathLimit, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    }

    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        call(address, body)
    }
}
