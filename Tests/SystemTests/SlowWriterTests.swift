import Glibc
import Testing

@testable import System

/// On a real terminal of the kernel's, whose other end reads or doesn't.
@Suite struct SlowWriterTests {
    private func terminal() throws -> (master: Int32, terminal: Int32) {
        let master = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var number: Int32 = 0
        var unlocked: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN, which the library's header hides.
        try #require(ioctl(master, 0x4004_5431, &unlocked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        let terminal = Glibc.open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(terminal >= 0)
        return (master, terminal)
    }

    private func read(_ master: Int32, _ milliseconds: Int32 = 300) -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, milliseconds) > 0 else { return all }
            let count = Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }

    /// Whoever offers never waits; what was taken comes whole, what was not is counted, and together it is everything.
    @Test(.timeLimit(.minutes(10))) func aTerminalThatIsNotRead() throws {
        let (master, terminal) = try terminal()
        let writer = try SlowWriter(terminal)
        let lines = 20_000
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            for number in 0..<lines {
                writer.offer(Array("line \(number) of a log that nobody looks at\n".utf8), lines: 1)
            }
        }
        #expect(elapsed < .seconds(5))
        #expect(writer.takeDropped() == nil, "not before the terminal has shown what came before")
        var shown: [UInt8] = []
        var dropped: Int?
        for _ in 0..<100 where dropped == nil {
            shown += read(master)
            dropped = writer.takeDropped()
        }
        let numbers = String(decoding: shown, as: UTF8.self).split(separator: "\r\n")
            .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
        #expect(numbers == Array(0..<numbers.count), "whole lines, without a hole")
        #expect(numbers.count + (dropped ?? 0) == lines)
        #expect(numbers.count > 500 && (dropped ?? 0) > 0)
        // From now on it takes lines again.
        writer.offer(Array("again\n".utf8), lines: 1)
        #expect(String(decoding: read(master), as: UTF8.self) == "again\r\n")
        #expect(writer.takeDropped() == nil && writer.isIdle && writer.failure == nil)
        close(terminal)
        close(master)
    }

    @Test(.timeLimit(.minutes(10))) func whatMustNotBeLostWaits() throws {
        let (master, terminal) = try terminal()
        let writer = try SlowWriter(terminal)
        let text = Array(String(repeating: "0123456789abcde\n", count: SlowWriter.limit / 8).utf8)
        writer.add(text)
        #expect(!writer.isIdle)
        #expect(read(master).count == text.count + text.count / 16)
        close(terminal)
        close(master)
    }

    @Test(.timeLimit(.minutes(10))) func aTerminalThatIsGone() throws {
        let (master, terminal) = try terminal()
        let writer = try SlowWriter(terminal)
        close(master)
        writer.add(Array("hello\n".utf8))
        while writer.failure == nil { usleep(1000) }
        #expect(writer.failure == EIO)
        close(terminal)
    }
}
