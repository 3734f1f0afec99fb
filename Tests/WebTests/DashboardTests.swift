import Config
import Diagnostics
import Store
import Testing
import Transport

@testable import Web

/// ndstream's own page: what is served, how large it is, and what it may do. What it does is Tests/Web/browser.py's.
struct DashboardTests {
    static let bench = {
        let bench = WebBench()
        _ = bench.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
        return bench
    }()

    static let page = String(decoding: Dashboard.text, as: UTF8.self)
    static let script = String(decoding: Dashboard.script, as: UTF8.self)

    @Test(arguments: ["/", "/host/nd-b/", "/host/localhost/", "/host/\(WebBench.childGUID)/", "/?whatever=1"])
    func isServedToWhoeverMaySeeIt(_ target: String) {
        let response = Self.bench.get(target)
        #expect(response.status == 200)
        #expect(response.contentType == HTTPResponse.html)
        #expect(response.body == Dashboard.text)
        #expect(Self.bench.get(target, rights: [.badges, .registry, .streaming]).status == 403)
    }

    /// A browser keeps it and asks each time whether it is still the same: after an update it is not.
    @Test func isKeptAndAskedFor() {
        let response = Self.bench.get("/")
        #expect(response.isCacheable)
        #expect(response.tag != nil && response.tag == Self.bench.get("/host/nd-b/").tag)
        #expect(response.compressed === Dashboard.page.response.compressed && response.compressed != nil)
        #expect(response.expires == GoldenDataset.start + 1640)
    }

    /// One page: a slow line has it in seconds, and what grows is noticed.
    @Test func isSmall() {
        #expect(Dashboard.text.count < 60_000)
        #expect(Dashboard.text.count > 30_000)
    }

    @Test func asksNobodyElse() {
        for outside in ["http:", "https:", "url(", "@import", "src=", "//cdn"] { #expect(!Self.page.contains(outside)) }
        // The only link that loads something is the icon, which is in the page.
        #expect(
            Self.page.split(separator: "<link").dropFirst().allSatisfy {
                $0.hasPrefix(" rel=\"icon\" id=\"icon\" href=\"data:,\">")
            }
        )
        // From the root of a server no proxy's prefix is known.
        #expect(!Self.page.contains("href=\"/"))
    }

    /// What a peer calls itself becomes text, never markup.
    @Test func makesNoMarkupOfTexts() {
        for way in [
            "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "DOMParser", "srcdoc",
        ] {
            #expect(!Self.script.contains(way), "\(way)")
        }
        for attribute in ["onclick=\"", "onload=", "style=\"", "javascript:"] {
            #expect(!Self.page.contains(attribute))
        }
    }

    // MARK: The policy

    private static func policy(_ frames: String = "") -> [String] {
        Dashboard.policy(frameOptions: frames).split(separator: ";").map { String($0.drop { $0 == " " }) }
    }

    @Test func allowsOnlyItsOwnScriptAndStyle() throws {
        let fields = Self.bench.get("/").fields
        let sent = try #require(fields.first { $0.name == "Content-Security-Policy" }?.value)
        #expect(sent == Dashboard.policy(frameOptions: ""))
        let inScript = try #require(Self.page.range(of: "<script>", upTo: "</script>"))
        let inStyle = try #require(Self.page.range(of: "<style>", upTo: "</style>"))
        #expect(
            Self.policy() == [
                "default-src 'none'", "script-src 'sha256-\(sha256Base64(Array(inScript.utf8)))'",
                "style-src 'sha256-\(sha256Base64(Array(inStyle.utf8)))'", "connect-src 'self'", "img-src data:",
                "base-uri 'none'", "form-action 'none'",
            ]
        )
        #expect(fields.contains { $0 == ("X-Content-Type-Options", "nosniff") })
    }

    @Test(arguments: [
        ("DENY", "frame-ancestors 'none'"), ("sameorigin", "frame-ancestors 'self'"),
        ("ALLOW-FROM https://wall.example", "frame-ancestors https://wall.example"),
    ])
    func framesAsTheNodeIsTold(_ option: String, _ rule: String) {
        #expect(Self.policy(option).last == rule)
    }

    @Test(arguments: ["", "nonsense", "ALLOW-FROM", "ALLOW-FROM x;script-src *"])
    func saysNothingOfFramesOtherwise(_ option: String) {
        #expect(!Dashboard.policy(frameOptions: option).contains("frame-ancestors"))
        #expect(!Dashboard.policy(frameOptions: option).contains("*"))
    }

    /// The vectors of FIPS 180: nothing, and `abc`.
    @Test(arguments: [
        ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
    ])
    func hashesAreSHA256(_ text: String, _ hash: String) {
        #expect(sha256Base64(Array(text.utf8)) == hash)
    }

    // MARK: Its parts fit

    @Test func everyElementThatIsAskedForIsThere() {
        let used = Set(Self.words(in: Self.script, after: "$(\"", until: "\""))
        let there = Self.words(in: Self.page, after: " id=\"", until: "\"")
        #expect(used.count > 40)
        #expect(used.subtracting(there).isEmpty, "\(used.subtracting(there))")
        #expect(Set(there).count == there.count, "an id is there twice")
    }

    @Test func everyPageHasAPlace() {
        let pages = Set(Self.words(in: Self.page, after: "data-page=\"", until: "\""))
        #expect(pages == ["overview", "refusals", "alarms", "events", "host"])
        #expect(Set(Self.words(in: Self.page, after: "data-view=\"", until: "\"")) == pages.subtracting(["host"]))
    }

    /// No marker of the joining is left, and nothing ends the script early.
    @Test func isPutTogether() {
        #expect(!Self.page.contains("dashboard.js") && !Self.page.contains("dashboard.css"))
        #expect(!Self.script.contains("</"))
        #expect(Self.page.hasPrefix("<!DOCTYPE html>\n"))
        #expect(Self.page.hasSuffix("</html>\n"))
        #expect(Self.script.hasPrefix("\"use strict\";"))
    }

    private static func words(in text: String, after start: String, until end: String) -> [String] {
        var words: [String] = []
        var rest = text[...]
        while let word = rest.range(of: start, upTo: end) {
            words.append(String(word))
            rest = rest[word.endIndex...]
        }
        return words
    }
}

/// What only readers of a source need goes, and nothing else.
struct CompactionTests {
    @Test(arguments: [
        ("const a = 1; // one\nconst b = 2;", "const a=1;const b=2;"),
        ("/** Says\n * it. */\nfunction f( x ) {\n  return x + 1;\n}\n", "function f(x){return x+1}"),
        ("f(\n  a,\n  b\n)\ng()", "f(a,b)\ng()"), ("a = b\n[c] = d", "a=b\n[c]=d"), ("a = b\n(c)", "a=b\n(c)"),
        ("list\n  .map(f)\n  ?.at(0)", "list.map(f)?.at(0)"), ("a = b\n++c", "a=b\n++c"), ("return x", "return x"),
        ("else if (x) y", "else if(x)y"), ("x in y", "x in y"), ("a ? b : c", "a?b:c"),
        ("async (x) => { }", "async(x)=>{}"),
        ("f([a, b,], { c, },)", "f([a,b],{c})"), ("[ , , ]", "[,,]"), ("const [, a] = b", "const[,a]=b"),
        ("{ while (f()); }", "{while(f());}"), ("{ a; ; }", "{a;}"),
        // What would become something else.
        ("a - -b", "a- -b"), ("a + +b", "a+ +b"), ("a / b", "a/b"), ("a - b", "a-b"), ("x = a++ + b", "x=a++ +b"),
        // Literals.
        ("f( \"a // b  {  } \" )", "f(\"a // b  {  } \")"), ("'it\\'s  /*no*/'", "'it\\'s  /*no*/'"),
        ("`a  ${ b ? `c  ${ { d: 1 } }` : \"}\" }  // e`", "`a  ${ b ? `c  ${ { d: 1 } }` : \"}\" }  // e`"),
        ("x = / a [/]  b\\/ /g.exec( y )", "x=/ a [/]  b\\/ /g.exec(y)"), ("(/\"/)  .test(z)", "(/\"/).test(z)"),
        ("(a) / b / c", "(a)/b/c"), ("", ""), ("\n\n", ""),
    ])
    func scriptsKeepTheirMeaning(_ source: String, _ compact: String) {
        #expect(String(decoding: Compaction.script(Array(source.utf8)), as: UTF8.self) == compact)
    }

    @Test(arguments: [
        ("a { b: c; }\n", "a{b:c}"),
        ("a :hover,\n a > b { c: calc(1px - 2px) ; }", "a :hover,a > b{c:calc(1px - 2px)}"),
        ("/* all */ * { d: 0 }", "*{d:0}"), ("e::before { content: \"{  → \"; }", "e::before{content:\"{  → \"}"),
        ("@media (max-width: 1px) { f { g: 1 } }", "@media (max-width:1px){f{g:1}}"),
    ])
    func stylesKeepTheirMeaning(_ source: String, _ compact: String) {
        #expect(String(decoding: Compaction.style(Array(source.utf8)), as: UTF8.self) == compact)
    }

    /// A half literal ends where the source does, and no byte of it is lost.
    @Test(arguments: ["\"abc", "'", "`a ${", "`a ${ b", "x = /abc", "x = /[", "/* abc", "// abc", "\\", "\"\\", "a/"])
    func whatIsCutOffEnds(_ source: String) {
        let compact = Compaction.script(Array(source.utf8))
        #expect(compact.count <= source.utf8.count)
    }
}

/// `/api/v1/conditions`: the catalogue for whoever shows a code.
struct ConditionsTests {
    @Test func tellsWhatIsAskedFor() {
        let body = DashboardTests.bench.body("/api/v1/conditions?code=nd-f7,ND-NONE|ND-F8")
        #expect(isJSON(body))
        #expect(body.hasPrefix("{\"ND-F7\":{\"severity\":\"error\",\"sentence\":\""))
        #expect(body.contains("\"ND-F8\":{"))
        #expect(body.contains("\"causes\":[\"") && body.contains("\"fix\":[\""))
        #expect(!body.contains("ND-NONE") && !body.contains("ND-F1"))
    }

    @Test func tellsEverythingOtherwise() {
        let response = DashboardTests.bench.get("/api/v1/conditions")
        #expect(isJSON(response.bodyText))
        for condition in Catalogue.all { #expect(response.bodyText.contains("\"\(condition.code)\":{")) }
        #expect(response.isCacheable)
    }

    /// Names of values that nobody knows here stand as `tail --explain` has them.
    @Test func namesPlacesOfValues() {
        let body = DashboardTests.bench.body("/api/v1/conditions?code=ND-F10")
        #expect(body.contains("[GUID]"))
        #expect(!body.contains("{guid}"))
    }

    @Test func isForWhoSeesTheDashboard() {
        #expect(DashboardTests.bench.get("/api/v1/conditions?code=ND-F7", rights: .badges).status == 403)
    }
}

extension StringProtocol {
    /// What stands between the first `start` and the next `end`.
    fileprivate func range(of start: String, upTo end: String) -> SubSequence? {
        guard let from = firstRange(of: start)?.upperBound else { return nil }
        guard let to = self[from...].firstRange(of: end)?.lowerBound else { return nil }
        return self[from..<to]
    }
}
