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
}
