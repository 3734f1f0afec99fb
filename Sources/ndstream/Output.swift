import ArgumentParser
import Glibc

/// `--color`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never

    /// Whether a descriptor gets colours: `auto` looks at what it is, at `NO_COLOR` and at `TERM`.
    func applies(to descriptor: Int32) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            isatty(descriptor) == 1 && (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
        }
    }
}

/// Says what is wrong on standard error, for one who was asked `ndstream COMMAND`.
/// - Returns: what to throw.
func failure(_ command: String, _ sentence: String, _ code: ExitStatus) -> ExitCode {
    complain(command, sentence)
    return ExitCode(code.rawValue)
}

func complain(_ command: String, _ sentence: String) {
    writeAll("ndstream \(command): \(sentence)\n", to: STDERR_FILENO)
}

/// The exit codes every command uses.
enum ExitStatus: Int32 {
    case finding = 1
    case noInput = 66
    case hostUnknown = 68
    case unavailable = 69
    case cannotCreate = 73
    case ioError = 74
    case notPermitted = 77
    case configuration = 78
}

func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// Writes all of it; false when nobody reads any more.
@discardableResult
func writeAll(_ text: String, to descriptor: Int32) -> Bool {
    writeAll(Array(text.utf8), to: descriptor)
}

@discardableResult
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    writeEverything(bytes, to: descriptor) == 0
}

/// - Returns: the errno of a write that failed; 0 when all of it was written.
func writeEverything(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var offset = 0
    while offset < bytes.count {
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
        let number = errno
        if written > 0 {
            offset += written
        } else if number == EAGAIN {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&ready, 1, -1)
        } else if number != EINTR {
            return number
        }
    }
    return 0
}

/// Seconds that local time is ahead of UTC now.
func localOffset() -> Int {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    return local.tm_gmtoff
}
