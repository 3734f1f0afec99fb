import Glibc
import Testing

/// A terminal of the kernel's whose other end the test holds, and reads or doesn't.
final class PseudoTerminal {
    /// What a program opens.
    let path: String
    private let master: Int32

    init() throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(master >= 0)
        var number: Int32 = 0
        var unlocked: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN, which the library's header hides.
        try #require(ioctl(master, 0x4004_5431, &unlocked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        path = "/dev/pts/\(number)"
    }

    /// What was printed, until nothing comes for a while.
    func read(milliseconds: Int32 = 100) -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, milliseconds) > 0 else { break }
            let count = Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            all += buffer[..<count]
        }
        return String(decoding: all, as: UTF8.self)
    }

    deinit { close(master) }
}
