import Config
import Diagnostics
import Glibc
import Health
import System
import Testing

@Suite final class HealthCatalogTests {
    private let root: String

    init() throws {
        var template = Array("/tmp/nd-health-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
        try #require(mkdtemp(&template) != nil)
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(root) }

    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? Files.names(in: path)) ?? [] { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    private func write(_ path: String, _ text: String) throws {
        let path = "\(root)/\(path)"
        try Files.makeDirectories(String(path[..<path.lastIndex(of: "/")!]))
        try Files.write(Array(text.utf8), to: path)
    }

    private func alarm(_ name: String) -> String { "alarm: \(name)\non: a.b\nevery: 10s\nwarn: $this > 1\n" }

    private func read(stock: Bool = true, _ change: (inout HealthLimits) -> Void = { _ in }) -> HealthCatalog {
        var limits = HealthLimits()
        change(&limits)
        return HealthCatalog(user: root + "/user", stock: stock ? root + "/stock" : nil, limits: limits)
    }

    private func codes(_ catalog: HealthCatalog) -> [String] { catalog.findings.map(\.condition.code) }

    @Test func usersFilesComeFirstAndReplaceStockFiles() throws {
        try write("user/z.conf", alarm("z"))
        try write("user/sub/b.conf", alarm("b"))
        try write("user/cpu.conf", alarm("own"))
        try write("user/.hidden.conf", alarm("hidden"))
        try write("user/.git/x.conf", alarm("hidden"))
        try write("user/readme.txt", "no alarm")
        try write("stock/cpu.conf", alarm("stock"))
        try write("stock/sub/b.conf", alarm("stock"))
        try write("stock/b.conf", alarm("other"))
        let catalog = read()
        #expect(catalog.definitions.map(\.name) == ["own", "b", "z", "other"])
        #expect(catalog.files.map(\.name) == ["cpu.conf", "sub/b.conf", "z.conf", "b.conf"])
        #expect(catalog.files.map(\.isStock) == [false, false, false, true])
        #expect(catalog.definitions.map { catalog.isStock($0) } == [false, false, false, true])
        #expect(catalog.findings.isEmpty)
        #expect(read(stock: false).definitions.map(\.name) == ["own", "b", "z"])
    }

    @Test func nothingThereIsNothingWrong() {
        let catalog = read()
        #expect(catalog.files.isEmpty && catalog.definitions.isEmpty && catalog.findings.isEmpty)
    }

    @Test func linksStayInside() throws {
        try write("elsewhere/x.conf", alarm("outside"))
        try write("stock/x.conf", alarm("stock"))
        try write("stock/null.conf", alarm("stock"))
        try write("stock/gone.conf", alarm("stock"))
        try write("user/..data/in.conf", alarm("inside"))
        for (target, name) in [
            (root + "/elsewhere/x.conf", "x.conf"), (root + "/elsewhere", "dir"), ("/dev/null", "null.conf"),
            ("nowhere", "gone.conf"), ("..data/in.conf", "in.conf"), (".", "loop"), ("..", "up"),
        ] {
            #expect(symlink(target, "\(root)/user/\(name)") == 0)
        }
        let catalog = read()
        #expect(catalog.definitions.map(\.name) == ["inside"])
        #expect(codes(catalog).sorted() == ["ND-A15", "ND-A16", "ND-A16", "ND-A16"])
        #expect(catalog.findings.first { $0.file.hasSuffix("x.conf") }?.message.contains("/elsewhere/x.conf") == true)
    }

    @Test func whatCannotBeReadIsSaid() throws {
        try write("user/long.conf", String(repeating: "#\n", count: 50) + alarm("long"))
        try write("user/good.conf", alarm("good"))
        #expect(mkfifo(root + "/user/pipe.conf", 0o600) == 0)
        let bytes = 100 + alarm("long").utf8.count
        #expect(codes(read { $0.fileBytes = bytes }) == ["ND-A15"], "the pipe")
        let catalog = read { $0.fileBytes = bytes - 1 }
        #expect(codes(catalog) == ["ND-A15", "ND-A15"])
        #expect(catalog.definitions.map(\.name) == ["good"])
    }

    @Test func thereAreLimits() throws {
        for number in 1...4 { try write("user/\(number).conf", alarm("a") + alarm("b")) }
        try write("user/1/2/x.conf", alarm("deep"))
        #expect(read { $0.files = 5 }.findings.isEmpty)
        let fewFiles = read { $0.files = 3 }
        #expect(fewFiles.files.count == 3 && codes(fewFiles) == ["ND-A17"])
        #expect(read { $0.definitions = 9 }.definitions.count == 9)
        #expect(read { $0.definitions = 9 }.findings.isEmpty)
        let fewAlarms = read { $0.definitions = 8 }
        #expect(fewAlarms.definitions.count == 8 && codes(fewAlarms) == ["ND-A17"])
        #expect(read { $0.depth = 3 }.findings.isEmpty)
        #expect(codes(read { $0.depth = 2 }) == ["ND-A18"])
    }

    @Test func findingsAreCountedBeyondTheirLimit() throws {
        try write("user/x.conf", "a\nb\nc\n")
        #expect(codes(read { $0.findings = 3 }) == ["ND-A1", "ND-A1", "ND-A1"])
        let catalog = read { $0.findings = 2 }
        #expect(codes(catalog).prefix(2) == ["ND-A1", "ND-A1"])
        #expect(catalog.findings.last?.values["count"] == "1")
    }

    /// All stock files together, where they were fetched: nothing is found in them, and no expression is called impossible.
    @Test func theStockFilesAreGood() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let directory = root + "/.build/netdata/usr/lib/netdata/conf.d/health.d"
        try #require(Files.exists(directory), "no stock files: run `make test-deps`, which fetches Netdata 1.37.1")
        let catalog = HealthCatalog(user: self.root + "/user", stock: directory)
        #expect(catalog.files.count >= 76 && catalog.files.allSatisfy(\.isStock))
        #expect(catalog.definitions.count == 284)
        #expect(catalog.findings.isEmpty)
        let check = HealthCheck(catalog, hosts: [])
        #expect(check.findings.map(\.condition.code) == ["ND-A26"], "\(check.findings.map(\.message))")
        for definition in catalog.definitions {
            for expression in [definition.warning, definition.critical].compactMap({ $0 }) {
                #expect(expression.satisfiability == .depends, "\(expression.source)")
            }
        }
    }
}
