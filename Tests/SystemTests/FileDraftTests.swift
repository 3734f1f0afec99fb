import Glibc
import Testing

@testable import System

@Suite struct FileDraftTests {
    /// A directory, and a file in it that may be there.
    private func inDirectory(_ body: (_ directory: String, _ path: String) throws -> Void) throws {
        try withTemporaryDirectory { try body($0, $0 + "/a.conf") }
    }

    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func itTakesTheFilesPlaceWithItsPermissions() throws {
        try inDirectory { _, path in
            try Files.write(Array("old".utf8), to: path)
            chmod(path, 0o604)
            var draft = try FileDraft(of: path, content: Array("old".utf8))
            #expect(draft.path != path && mode(draft.path) == 0o604)
            #expect(try Files.read(draft.path, limit: 10) == Array("old".utf8))
            // As editors do: another file under the same name.
            try Files.write(Array("new".utf8), to: draft.path, mode: 0o600)
            let draftPath = draft.path
            try draft.install()
            #expect(try Files.read(path, limit: 10) == Array("new".utf8))
            #expect(mode(path) == 0o604 && !Files.exists(draftPath))
        }
    }

    @Test func aNewFileIsNotForEverybody() throws {
        try inDirectory { directory, path in
            var draft = try FileDraft(of: path, content: [1])
            try draft.install()
            #expect(mode(path) == 0o640)
            #expect(try Files.names(in: directory) == ["a.conf"])
        }
    }

    @Test func whatIsNotInstalledIsGone() throws {
        try inDirectory { directory, path in
            do {
                let draft = try FileDraft(of: path, content: [1, 2])
                #expect(Files.exists(draft.path))
            }
            #expect(try Files.names(in: directory).isEmpty)
        }
    }

    @Test func aLinkStaysALink() throws {
        try inDirectory { directory, path in
            try Files.makeDirectories(directory + "/real")
            try Files.write([1], to: directory + "/real/b.conf")
            symlink("real/b.conf", path)
            var draft = try FileDraft(of: path, content: [2])
            #expect(draft.target.hasSuffix("/real/b.conf") && draft.path.contains("/real/.b.conf."))
            try draft.install()
            #expect(try Files.read(directory + "/real/b.conf", limit: 10) == [2])
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        }
    }

    @Test func whereNothingCanBeWrittenItSaysSo() {
        #expect(throws: SystemError.self) { _ = try FileDraft(of: "/nowhere/at/all", content: []) }
    }

    @Test func aProgramInTheForeground() throws {
        try inDirectory { directory, _ in
            let name = directory + "/it's a name; exit 9"
            #expect(Foreground.run("touch", name) == 0 && Files.exists(name))
            #expect(Foreground.run("exit 3; :", "") == 3)
            #expect(Foreground.run("/no/such/program 2>/dev/null", "") == 127)
            #expect(Foreground.run("kill -KILL $$; :", "") == 128 + SIGKILL)
        }
    }

    @Test func whoListensAtASocket() throws {
        try inDirectory { directory, _ in
            let path = directory + "/s"
            let socket = try ListeningSocket.bind(path: path)
            defer { close(socket.descriptor) }
            #expect(listen(socket.descriptor, 1) == 0)
            let connection = try BlockingSocket.connect(path: path, deadline: .init(after: 1_000_000))
            #expect(connection.peerProcess == getpid())
        }
    }
}
