import Glibc
import System
import Testing

@Suite struct TopTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func serve(_ answer: @escaping @Sendable (String) -> [UInt8]) throws -> TinyServer {
        try TinyServer(directory.path + "/sock", answer)
    }

    @Test func aFrame() throws {
        let bytes = try page("200 OK", file: "status.json")
        let server = try serve { _ in bytes }
        defer { server.stop() }
        let result = try Program.run("top", "unix:" + server.path, "--once")
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        #expect(!result.output.contains("\u{1b}"))
        try expectGolden(result.output, "top-batch.txt")
        #expect(server.requests.first?.hasPrefix("GET / HTTP/1.1\r\n") == true)
        // Without a terminal it is the same, and an absolute path is a socket.
        #expect(try Program.run("top", "-n", "1", server.path).output == result.output)
        let ascii = try Program.run("top", "--once", server.path, environment: ["LC_ALL=C"]).output
        #expect(ascii.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func framesAreSeparated() throws {
        let bytes = try page("200 OK", file: "status.json")
        let server = try serve { _ in bytes }
        defer { server.stop() }
        let one = try Program.run("top", server.path, "--once").output
        let two = try Program.run("top", "-b", server.path, "-n", "2", "-d", "0.5").output
        #expect(two == one + "\n" + one)
    }

    @Test func jsonIsOneLineForEachFrame() throws {
        let bytes = try page("200 OK", file: "status.json")
        let server = try serve { _ in bytes }
        defer { server.stop() }
        let result = try Program.run("top", "--json", server.path, "-n", "2", "-d", "0.5")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.contains("\"schema\":") })
    }

    @Test func theLocalParentIsFoundByItself() throws {
        let bytes = try page("200 OK", file: "status.json")
        mkdir(directory.path + "/run", 0o700)
        defer {
            unlink(directory.path + "/run/parent.sock")
            rmdir(directory.path + "/run")
        }
        let server = try TinyServer(directory.path + "/run/parent.sock") { _ in bytes }
        defer { server.stop() }
        let result = try Program.run("top", "--once", "--state-dir", directory.path)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("parent mon-1"))
    }

    @Test func whatIsNoStatusDocumentIsNamed() throws {
        func expect(_ answer: [UInt8], _ status: Int32, _ sentence: String) throws {
            let path = directory.path + "/s\(sentence.count)"
            let server = try TinyServer(path) { _ in answer }
            defer { server.stop() }
            let result = try Program.run("top", "--once", path)
            #expect(result.status == status)
            #expect(result.errors.contains(sentence), "\(result.errors)")
            #expect(result.output.isEmpty)
        }
        try expect(page("404 Not Found", "no", server: "Netdata v1.37.1"), 69, "404 (Netdata v1.37.1): it is not an")
        try expect(page("403 Forbidden", ""), 77, "does not permit it")
        try expect(page("200 OK", "<html>"), 69, "is no status document: it is not JSON")
        try expect(page("200 OK", "{\"schema\":2}"), 69, "has schema 2, this program reads 1")
        try expect(Array("SSH-2.0-OpenSSH_9\r\n".utf8), 69, "not understood")
        try expect([], 69, "not understood: the connection was closed")
    }

    /// The real thing: on a terminal, with keys, a change of size and a parent that goes away.
    @Test(.enabled(if: access("/usr/bin/tmux", X_OK) == 0)) func onATerminal() throws {
        let bytes = try page("200 OK", file: "status.json")
        let server = try serve { _ in bytes }
        let screen = try Screen(directory: directory.path)
        defer { screen.end() }
        // `cat` afterwards shows that the terminal is as it was.
        try screen.start("\(Program.path) top \(server.path); echo left with $?; stty -a | grep -o ' echo '; cat")
        try eventually("the hosts are shown") { screen.text.contains("web-01") }
        #expect(screen.text.contains("parent mon-1"))
        #expect(screen.text.contains("[1]Hosts"))
        screen.press("3")
        try eventually("refusals are shown") { screen.text.contains("[3]Rejected") && screen.text.contains("ND-F7") }
        screen.press("Escape")
        screen.press("/", "w", "e", "b")
        try eventually("the filter works as it is typed") {
            screen.text.contains("/web") && !screen.text.contains("db-replica")
        }
        screen.press("Enter")
        screen.resize(columns: 44, rows: 10)
        try eventually("the picture follows the size") {
            screen.text.contains("web-01") && !screen.text.contains("COMPR")
        }
        server.stop()
        try eventually("the last picture stays") {
            screen.text.contains("unreachable") || screen.text.contains("web-01") && screen.text.contains("retrying")
        }
        screen.press("q")
        try eventually("the terminal is given back") { screen.text.contains("left with 0") }
        try eventually("it echoes again") { screen.text.contains("echo") }
        #expect(!screen.text.contains("web-01"))
    }

    @Test(.enabled(if: access("/usr/bin/tmux", X_OK) == 0)) func anUnknownTerminalIsASentence() throws {
        let screen = try Screen(directory: directory.path)
        defer { screen.end() }
        try screen.start("TERM=nonsense \(Program.path) top unix:/nowhere; echo left with $?; cat")
        try eventually("it says so") { screen.text.contains("left with 69") }
        #expect(screen.text.contains("'nonsense', is not known"))
    }
}

/// A terminal in tmux, on a server of its own.
private struct Screen {
    let directory: String

    init(directory: String) throws {
        self.directory = directory
        try Files.write([], to: directory + "/in")
    }

    private func tmux(_ arguments: [String]) -> String {
        let words = (["tmux", "-S", directory + "/tmux", "-u", "-f", "/dev/null"] + arguments)
            .map { "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'" }
        guard let pipe = popen(words.joined(separator: " ") + " 2>&1", "r") else { return "" }
        defer { pclose(pipe) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    func start(_ command: String) throws {
        let said = tmux(["new-session", "-d", "-x", "80", "-y", "24", "LC_ALL=C.UTF-8; export LC_ALL; " + command])
        try #require(said.isEmpty, "\(said)")
    }

    var text: String { tmux(["capture-pane", "-p"]) }

    func press(_ keys: String...) { for key in keys { _ = tmux(["send-keys", key]) } }

    func resize(columns: Int, rows: Int) { _ = tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"]) }

    func end() { _ = tmux(["kill-server"]) }
}
