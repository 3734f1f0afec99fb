import Glibc
import Testing

@testable import System

@Suite struct LineInputTests {
    /// What comes in pieces is handed over in lines, and the end is the end: it never waits for more.
    @Test func aPipeIsReadToItsEnd() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        var input = LineInput(ends[0])
        func next() throws -> [String]? {
            var lines: [String] = []
            let goesOn = try input.next { lines.append(String(decoding: $0, as: UTF8.self)) }
            return goesOn || !lines.isEmpty ? lines : nil
        }
        _ = write(ends[1], "one\ntwo\nthr", 11)
        #expect(try next() == ["one", "two"])
        _ = write(ends[1], "ee\nlast", 7)
        #expect(try next() == ["three"])
        close(ends[1])
        #expect(try next() == ["last"])
        #expect(try next() == nil)
    }

    @Test(.timeLimit(.minutes(1))) func theEndOfADeviceIsAnEnd() throws {
        let null = Glibc.open("/dev/null", O_RDONLY)
        defer { close(null) }
        var input = LineInput(null)
        #expect(try input.next { _ in Issue.record("a line") } == false)
    }

    @Test func whatCannotBeReadIsAnError() throws {
        let directory = Glibc.open("/", O_RDONLY)
        defer { close(directory) }
        var input = LineInput(directory)
        #expect(throws: SystemError.self) { _ = try input.next { _ in } }
    }
}
