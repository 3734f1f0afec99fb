import Glibc
import Testing

@testable import System

@Suite struct LogFollowerTests {
    private let path = "/tmp/ndstream-follow-\(getpid())-\(UInt64.random(in: 0 ... .max))"

    private func append(_ text: String) {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        _ = write(descriptor, text, text.utf8.count)
        close(descriptor)
    }

    private func poll(_ follower: inout LogFollower) throws -> [String] {
        var lines: [String] = []
        while try follower.poll({ lines.append(String(decoding: $0, as: UTF8.self)) }) == .more {}
        return lines
    }

    @Test func linesComeWhenTheyAreComplete() throws {
        defer { unlink(path) }
        var follower = LogFollower(path)
        #expect(try follower.poll { _ in } == .missing)
        append("one\ntw")
        #expect(try poll(&follower) == ["one"])
        append("o\n\nthree")
        #expect(try poll(&follower) == ["two", ""])
        var rest: [String] = []
        follower.finish { rest.append(String(decoding: $0, as: UTF8.self)) }
        #expect(rest == ["three"])
    }

    @Test func everyCutGivesTheSameLines() throws {
        let text = "first\nsecond line\n\nthird\n"
        for cut in 0...text.utf8.count {
            defer { unlink(path) }
            var follower = LogFollower(path)
            append(String(text.prefix(cut)))
            var lines = try poll(&follower)
            append(String(text.dropFirst(cut)))
            lines += try poll(&follower)
            #expect(lines == ["first", "second line", "", "third"])
        }
    }

    @Test func aRenamedFileIsReadToItsEndAndThenTheNewOne() throws {
        defer {
            unlink(path)
            unlink(path + ".1")
        }
        var follower = LogFollower(path)
        append("old\n")
        #expect(try poll(&follower) == ["old"])
        rename(path, path + ".1")
        // Nothing has the name: whoever logged still has the old file.
        #expect(try poll(&follower) == [])
        append("new\n")
        #expect(try poll(&follower) == ["new"])
    }

    @Test func aTruncatedFileIsReadFromItsBeginning() throws {
        defer { unlink(path) }
        var follower = LogFollower(path)
        append("a long line that is gone soon\nhalf")
        #expect(try poll(&follower).count == 1)
        truncate(path, 0)
        append("short\n")
        #expect(try poll(&follower) == ["short"])
    }

    /// logrotate makes the new file before it tells whoever logs: what that writes until then goes into the old one.
    @Test func whoeverWritesMayBeSlowToNoticeTheNewName() throws {
        defer {
            unlink(path)
            unlink(path + ".1")
        }
        var follower = LogFollower(path)
        append("old\n")
        #expect(try poll(&follower) == ["old"])
        let writer = Glibc.open(path, O_WRONLY | O_APPEND)
        rename(path, path + ".1")
        append("")
        #expect(try poll(&follower) == [])
        _ = write(writer, "late\nhal", 8)
        append("new\n")
        #expect(try poll(&follower) == ["late", "new"])
        _ = write(writer, "f\n", 2)
        close(writer)
        #expect(try poll(&follower) == ["half"])
        // It is not waited for without end.
        for _ in 0...LogFollower.patiencePolls { #expect(try poll(&follower) == []) }
        append("newer\n")
        #expect(try poll(&follower) == ["newer"])
    }

    /// Truncated and written beyond what was read, all between two looks.
    @Test func aTruncatedFileThatHasGrownAgain() throws {
        defer { unlink(path) }
        var follower = LogFollower(path)
        append("one\ntwo\n")
        #expect(try poll(&follower).count == 2)
        truncate(path, 0)
        append("another beginning\nand more of it\n")
        #expect(try poll(&follower) == ["another beginning", "and more of it"])
        // What has only grown is read on.
        append("three\n")
        #expect(try poll(&follower) == ["three"])
    }

    @Test func onlyTheEndIsReadWhenAsked() throws {
        defer { unlink(path) }
        append("0123456789\nabc\ndef\n")
        var follower = LogFollower(path, lastBytes: 10)
        // What is started in the middle of is no line.
        #expect(try poll(&follower) == ["abc", "def"])
        unlink(path)
        append("a new file counts whole\n")
        #expect(try poll(&follower) == ["a new file counts whole"])
    }

    @Test func aLineAtTheLimitIsWholeAndALongerOneCut() throws {
        defer { unlink(path) }
        let line = String(repeating: "x", count: LineBuffer.lineLimit)
        append(line + "\n" + line + "yz\nnext\n")
        var follower = LogFollower(path)
        #expect(try poll(&follower) == [line, line, "next"])
    }

    @Test func whatCannotBeReadIsAnError() {
        var follower = LogFollower("/tmp")
        #expect(throws: SystemError.self) { try follower.poll { _ in } }
    }
}
