import Glibc
import System

/// An empty directory for one test; removed with its owner unless `NDSTREAM_KEEP` is set.
final class Scratch: Sendable {
    let path: String

    init(_ name: String) {
        var template = Array("/tmp/ndstream-\(name)-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary directory to be had")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard getenv("NDSTREAM_KEEP") == nil else { return print("kept \(path)") }
        let remove = try? Process.start(
            Process.Command(path: "/bin/rm", arguments: ["rm", "-rf", path], environment: [])
        )
        guard var remove else { return }
        while remove.poll() == nil { usleep(1000) }
    }
}

/// The root of the package.
let packageDirectory = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(
    separator: "/"
)

/// A TCP port of 127.0.0.1 that nobody listens on at the moment.
func freePort() -> Int {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            precondition(bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0)
        }
        return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
}

/// A whole file as text; empty when there is none.
func contents(_ path: String) -> String {
    (try? Files.read(path, limit: 256 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
}

/// Waits, looking every 50 ms.
/// - Returns: whether the condition came about in time.
func eventually(withinSeconds seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = SystemClock().monotonic() + Int64(seconds * 1_000_000)
    while try !condition() {
        guard SystemClock().monotonic() < deadline else { return false }
        usleep(50_000)
    }
    return true
}
