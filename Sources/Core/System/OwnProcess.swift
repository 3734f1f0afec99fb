internal import CLinux
import Glibc

/// What this process uses, as the kernel counts it.
public struct OwnProcess: Sendable, Equatable {
    /// Bytes of memory present, private anonymous bytes among them, and the most there ever was.
    public var resident = 0
    public var anonymous = 0
    public var peak = 0
    public var threads = 0
    /// Descriptors in use, and how many there may be.
    public var openFiles = 0
    public var openFilesLimit = 0
    /// Microseconds of processor time.
    public var userTime: Int64 = 0
    public var systemTime: Int64 = 0

    public static func now() -> OwnProcess {
        var facts = OwnProcess()
        if let status = try? Files.read("/proc/self/status", limit: 65536) { facts.take(status: status) }
        facts.openFiles = (try? Files.names(in: "/proc/self/fd").count).map { max(0, $0 - 1) } ?? 0
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(7), &limit) == 0 { facts.openFilesLimit = Int(clamping: limit.rlim_cur) }
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        facts.userTime = usage.ru_utime.microseconds
        facts.systemTime = usage.ru_stime.microseconds
        return facts
    }

    /// Raises the limit of open files as far as it goes.
    /// - Returns: the limit in force.
    @discardableResult
    public static func raiseOpenFiles() -> Int { nd_raise_open_files() }

    private mutating func take(status: [UInt8]) {
        for line in status.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = line[colon...].reduce(0) { number, byte in
                byte >= 48 && byte <= 57 ? number &* 10 &+ Int(byte &- 48) : number
            }
            switch String(decoding: line[..<colon], as: UTF8.self) {
            case "VmRSS": resident = value &* 1024
            case "VmHWM": peak = value &* 1024
            case "RssAnon": anonymous = value &* 1024
            case "Threads": threads = value
            default: break
            }
        }
    }
}

extension timeval {
    fileprivate var microseconds: Int64 { Int64(tv_sec) * 1_000_000 + Int64(tv_usec) }
}
