import Basics
import Config
import Glibc
import Store
import System
import Testing
import Transport

@testable import Web

/// The files of `[directories] web` (web API §2, "Static files").
struct WebFilesTests {
    static let directory = FileDirectory()
    static let bench = directory.bench()

    private func get(_ target: String, rights: Rights = .all) -> HTTPResponse {
        Self.bench.get(target, rights: rights)
    }

    @Test(arguments: [
        ("/", "index"), ("/host/nd-b/", "index"), ("/robots.txt", "robots"), ("//robots.txt", "robots"),
        ("/robots.txt?x=1", "robots"), ("/host/nd-b/robots.txt", "robots"), ("/host/nd-a//robots.txt", "robots"),
        ("/old", "old"), ("/old/", "old"), ("/host/nd-b/old/", "old"), ("/.well-known/dnt", "dnt"),
        ("/robots%2Etxt", "robots"), ("/empty", ""), ("/inner-link.txt", "robots"), ("/inside", "old"),
        ("/inside/", "old"), ("/inside/index.html", "old"),
    ])
    func serves(_ target: String, _ text: String) {
        let response = get(target)
        #expect(response.status == 200 && response.bodyText == text, "\(target): \(response.bodyText)")
        #expect(response.isFile && response.isCacheable && response.modified == FileDirectory.modified)
        #expect(response.tag?.utf8.allSatisfy { $0 == 45 || $0 >= 48 && $0 <= 102 } == true)
    }

    @Test(arguments: [
        ("/a.html", "text/html; charset=utf-8"), ("/a.js", "application/x-javascript; charset=utf-8"),
        ("/a.css", "text/css; charset=utf-8"), ("/a.jpg", "image/jpeg"), ("/a.jpeg", "image/jpeg"),
        ("/a.xsl", "text/xsl; charset=utf-8"), ("/a.woff2", "application/font-woff2"), ("/a.svg", "image/svg+xml"),
        ("/a.ico", "image/x-icon"),
        ("/a.txt", "text/plain; charset=utf-8"), ("/a.json", "application/octet-stream"),
        ("/a.js.map", "application/octet-stream"), ("/a", "application/octet-stream"),
        ("/a.", "application/octet-stream"), ("/a.HTML", "application/octet-stream"),
        ("/a.js/b", "application/octet-stream"),
    ])
    func typesAreThoseOfTheName(_ name: String, _ type: String) { #expect(FileType.of(name) == type) }

    /// In this order, whatever else is wrong with them.
    @Test(arguments: [
        ("/%3Cb%3E..", 400, "Filename contains invalid characters: &lt;b&gt;.."),
        ("/a%20b", 400, "Filename contains invalid characters: a b"),
        ("/a%0d%0ab", 400, "Filename contains invalid characters: a\r\nb"),
        ("/%C3%A4", 400, "Filename contains invalid characters: ä"),
        ("/a%5Cb", 400, "Filename contains invalid characters: a\\b"),
        ("/../etc/passwd", 400, "Relative filenames are not supported: ..&#x2F;etc&#x2F;passwd"),
        ("/%2e%2e/etc/passwd", 400, "Relative filenames are not supported: ..&#x2F;etc&#x2F;passwd"),
        ("/old/..", 400, "Relative filenames are not supported: old&#x2F;.."),
        ("/a..b", 400, "Relative filenames are not supported: a..b"),
        ("/host/nd-b/..%2f..%2fx", 400, "Relative filenames are not supported: ..&#x2F;..&#x2F;x"),
    ])
    func refusesNames(_ target: String, _ status: Int, _ text: String) {
        let response = get(target)
        #expect(response.status == status && response.bodyText == text)
        #expect(response.contentType == HTTPResponse.html && !response.isCacheable)
        // The same where there is no such directory.
        #expect(WebBench().get(target.replacing("/host/nd-b", with: "")).bodyText == text)
    }

    /// What is there, but is no file of this directory, whoever put it there.
    @Test(arguments: [
        "/link.txt", "/outside/secret.txt", "/fifo", "/socket", "/device", "/folder-index", "/outside", "/link-index",
        "/passwd", "/system/passwd", "/loop/x",
    ])
    func links(_ target: String) {
        let response = get(target)
        // A link that leads in a circle is nothing at all.
        #expect([403, 404].contains(response.status), "\(target): \(response.status)")
        #expect((response.status == 404) == (target == "/loop/x"))
        #expect(!response.bodyText.contains("secret text") && !response.bodyText.contains("root:"))
        if response.status == 403 { #expect(response.bodyText.hasPrefix("Access to file is not permitted: &#x2F;")) }
    }

    private func text(_ name: String, in directory: String, shared: String) -> String {
        guard case .file(let document) = DocumentRoot(directory, shared: shared).find(name).found else { return "none" }
        return String(decoding: document.bytes(at: 0, count: 100) ?? [], as: UTF8.self)
    }

    /// Debian's dashboard has its fonts from other packages.
    @Test func whatPackagesShareMayBeALink() {
        let root = Files.realPath(Self.directory.path + "/..")!
        func text(_ name: String, shared: String) -> String { self.text(name, in: Self.directory.path, shared: shared) }
        for name in ["link.txt", "outside/secret.txt"] {
            #expect(text(name, shared: root + "/elsewhere") == "secret text")
            for other in ["/web", "/else", "/nothing"] {
                #expect(text(name, shared: root + other) == "none")
            }
            #expect(text(name, shared: "/usr/share") == "none")
        }
        for name in ["device", "fifo", "loop", "socket"] { #expect(text(name, shared: root) == "none") }
    }

    /// A package that was unpacked anywhere (`dpkg -x`) has beside it what it shares; what else was unpacked stays where it is.
    @Test func whatWasUnpackedTogetherMayBeALink() throws {
        var template = Array("/tmp/ndstream-deb-XXXXXX".utf8CString)
        let root = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
        defer { _ = system("rm -rf '\(root)'") }
        let share = root + "/usr/share"
        for directory in ["/netdata/web/fonts", "/fonts-x"] { try Files.makeDirectories(share + directory) }
        for directory in ["/etc", "/usr/shared"] { try Files.makeDirectories(root + directory) }
        for name in ["/usr/share/fonts-x/x.woff", "/etc/secret", "/usr/shared/secret"] {
            try Files.write(Array(name.utf8), to: root + name)
        }
        let web = share + "/netdata/web"
        for (target, name) in [
            ("../../../fonts-x/x.woff", "relative"), (share + "/fonts-x/x.woff", "absolute"),
            ("../../../../../etc/secret", "secret"), ("../../../../shared/secret", "alike"), ("/etc/passwd", "passwd"),
            ("../../../../..", "root"),
        ] {
            #expect(symlink(target, web + "/fonts/" + name) == 0)
        }
        for name in ["fonts/relative", "fonts/absolute", "fonts/root/usr/share/fonts-x/x.woff"] {
            #expect(text(name, in: web, shared: "/usr/share") == "/usr/share/fonts-x/x.woff")
        }
        for name in ["secret", "alike", "passwd", "root/etc/secret", "root"] {
            #expect(text("fonts/" + name, in: web, shared: "/usr/share") == "none", "\(name)")
        }
        // Without the tree that it was unpacked with, it has nothing but itself.
        #expect(rename(web, root + "/web") == 0)
        #expect(text("fonts/absolute", in: root + "/web", shared: "/usr/share") == "none")
    }

    @Test(arguments: ["/nothing", "/old/nothing.js", "/robots.txt/x", "/bare", "/bare/"])
    func whatIsMissingIsNamed(_ target: String) {
        let response = get(target)
        let prefix = "File does not exist, or is not accessible: " + htmlEscaped(Self.directory.path)
        #expect(response.status == 404 && response.bodyText.hasPrefix(prefix), "\(response.bodyText)")
        #expect(response.bodyText.hasSuffix(target.hasPrefix("/bare") ? "&#x2F;index.html" : htmlEscaped(target)))
    }

    @Test func aLongNameIsMissing() {
        #expect(get("/" + String(repeating: "a", count: 5000)).status == 404)
        #expect(get("/" + String(repeating: "a/", count: 5000)).status == 404)
    }

    /// A file of any length takes a piece of memory at a time.
    @Test(arguments: [0, 1]) func longFilesGoInPieces(beyond: Int) throws {
        let size = WebFiles.longestWhole + beyond
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 251) }
        let name = "long-\(beyond).js"
        try Files.write(bytes, to: Self.directory.path + "/" + name)
        let response = get("/" + name)
        #expect(response.length == size)
        guard beyond > 0 else {
            #expect(response.pieces == nil && response.body == bytes)
            return
        }
        let pieces = try #require(response.pieces)
        #expect(response.body.isEmpty)
        #expect(pieces.read(0, 1000) == Array(bytes[..<1000]) && pieces.read(size - 10, 10) == Array(bytes.suffix(10)))
        // It has become shorter meanwhile: fewer bytes than were asked for.
        truncate(Self.directory.path + "/" + name, off_t(size - 5))
        #expect(pieces.read(size - 10, 10)?.count == 5)
    }

    @Test func theTagChangesWithTheFile() throws {
        let path = Self.directory.path + "/changing.txt"
        try Files.write([65], to: path)
        FileDirectory.setTime(path, 1000)
        let first = get("/changing.txt").tag
        #expect(get("/changing.txt").tag == first)
        FileDirectory.setTime(path, 1001)
        let second = get("/changing.txt").tag
        try Files.write([65, 66], to: path)
        FileDirectory.setTime(path, 1001)
        #expect(Set([first, second, get("/changing.txt").tag]).count == 3)
    }

    @Test func filesNeedTheRightToSeeDashboards() {
        for target in ["/", "/robots.txt", "/nothing", "/host/nd-b/", "/host/nd-b/robots.txt"] {
            #expect(get(target, rights: [.badges, .management, .registry, .netdataConf, .streaming]).status == 403)
            #expect(get(target, rights: .dashboard).status != 403)
        }
    }

    /// A disk may be slow; the API is not a file.
    @Test func filesAreReadElsewhere() {
        for (target, isHeavy) in [
            ("/robots.txt", true), ("/", true), ("/api/v1/info", false), ("/netdata.conf", false),
        ] {
            #expect(Self.bench.service.route(HTTPRequest(.get, target)!).isHeavy == isHeavy)
        }
    }

    @Test func otherPathsStayWhatTheyAre() {
        #expect(get("/api").bodyText == "Which API version?")
        #expect(get("/netdata.conf").contentType == HTTPResponse.plainText)
        #expect(get("/host/nd-b/host/nd-a/").status == 400)
        #expect(get("/netdata.conf/x").status == 404)
    }

    /// Dashboards load what `charts` names, from where their own files are.
    @Test func descriptionsOfOnesOwnAreNamedAndServed() throws {
        try Files.write(Array("own".utf8), to: Self.directory.path + "/own_info.js")
        let circumstances = Layout.Circumstances(role: .parent, userID: 0, environment: [:]) { _ in false }
        let configuration = Configuration.load(circumstances, hostname: "nd-a") { path in
            guard path.hasSuffix("netdata.conf") else { return .missing }
            return .bytes(Array("[web]\ncustom dashboard_info.js = own_info.js\n".utf8))
        }
        var facts = NodeFacts(version: "1.2.3", settings: configuration.settings)
        facts.webDirectory = Self.directory.path
        let bench = WebBench(facts: facts)
        #expect(bench.body("/api/v1/charts").contains("\"custom_info\": \"own_info.js\""))
        #expect(bench.body("/own_info.js") == "own")
        #expect(WebBench().body("/api/v1/charts").contains("\"custom_info\": \"\""))
    }

    @Test func aDirectoryWithoutAPageIsSaid() {
        #expect(DocumentRoot(Self.directory.path).problem == nil)
        #expect(DocumentRoot(Self.directory.path + "///").path == Self.directory.path)
        #expect(DocumentRoot(Self.directory.path + "/bare").problem == "No such file or directory")
    }
}

/// A web directory with something of everything in it.
final class FileDirectory: Sendable {
    let path: String
    /// 17 January 2023, as in the captured answers.
    static let modified: Int64 = 1_673_978_173

    init() {
        var template = Array("/tmp/ndstream-web-XXXXXX".utf8CString)
        let root = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
        path = root + "/web"
        for name in ["/web", "/web/old", "/web/bare", "/web/.well-known", "/elsewhere"] { mkdir(root + name, 0o755) }
        // Directories whose index is none.
        for name in ["/web/folder-index", "/web/folder-index/index.html", "/web/link-index"] {
            mkdir(root + name, 0o755)
        }
        for (name, text) in [
            ("index.html", "index"), ("robots.txt", "robots"), ("old/index.html", "old"), (".well-known/dnt", "dnt"),
            ("empty", ""), ("../elsewhere/secret.txt", "secret text"), ("../elsewhere/index.html", "secret text"),
        ] {
            try! Files.write(Array(text.utf8), to: path + "/" + name)
            Self.setTime(path + "/" + name, Self.modified)
        }
        symlink("../elsewhere/secret.txt", path + "/link.txt")
        symlink("robots.txt", path + "/inner-link.txt")
        symlink("../elsewhere", path + "/outside")
        symlink("old", path + "/inside")
        symlink("loop", path + "/loop")
        symlink("../../elsewhere/secret.txt", path + "/link-index/index.html")
        symlink("/dev/zero", path + "/device")
        symlink("/etc/passwd", path + "/passwd")
        symlink("/etc", path + "/system")
        mkfifo(path + "/fifo", 0o644)
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array((path + "/socket").utf8).prefix(100)) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(socket)
    }

    func bench() -> WebBench {
        var facts = NodeFacts(version: "1.2.3")
        facts.webDirectory = path
        let bench = WebBench(now: 1_795_339_848, facts: facts)
        _ = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        return bench
    }

    /// Unix seconds.
    static func setTime(_ path: String, _ seconds: Int64) {
        let time = timeval(tv_sec: Int(seconds), tv_usec: 0)
        utimes(path, [time, time])
    }
}
