import Glibc
import System
import Testing

/// The real thing: on a terminal, with keys, changes of size, signals and a parent that goes away.
@Suite(.enabled(if: Tools.has(Tools.tmux)), .serialized) struct TopTerminalTests {
    private let directory: TemporaryDirectory
    private let screen: Screen
    private let document: [UInt8]
    private let hint = "echo left with $?; stty -a | grep -o ' echo '; cat"

    init() throws {
        directory = try TemporaryDirectory()
        screen = try Screen(directory: directory.path)
        document = try page("200 OK", file: "status.json")
    }

    private var socket: String { directory.path + "/sock" }

    private func serve() throws -> TinyServer {
        let document = document
        unlink(socket)
        return try TinyServer(socket) { _ in document }
    }

    /// Whether something is red, green, yellow or cyan.
    private func hasColour(_ styled: String) -> Bool {
        ["31m", "32m", "33m", "36m"].contains { styled.contains("\u{1b}[" + $0) || styled.contains(";" + $0) }
    }

    private func expectTheTerminalIsBack(_ status: Int32 = 0) throws {
        try eventually("the terminal is given back") { screen.text.contains("left with \(status)") }
        try eventually("it echoes again") { screen.text.split(separator: "\n").contains { $0.hasPrefix(" echo") } }
        #expect(!screen.text.contains("web-01"), "the picture is gone")
    }

    @Test func keysAndSizes() throws {
        let server = try serve()
        defer {
            screen.end()
            server.stop()
        }
        // `cat` afterwards shows that the terminal is as it was.
        try screen.start("\(Program.path) top \(socket); \(hint)")
        try eventually("the hosts are shown") { screen.text.contains("web-01") }
        #expect(screen.text.contains("[1]Hosts"))
        screen.press("3")
        try eventually("refusals are shown") { screen.text.contains("[3]Rejected") && screen.text.contains("ND-F7") }
        screen.press("Tab")
        try eventually("the topology is next") { screen.text.contains("[4]Topology") }
        screen.press("BTab", "5")
        try eventually("events are told") { screen.text.contains("[5]Events") }
        screen.press("?")
        try eventually("keys are told") { screen.text.contains("filter: web") }
        screen.press("Escape")
        screen.press("1")
        try eventually("hosts again") { screen.text.contains("[1]Hosts") }
        screen.press("F")
        try eventually("it is frozen") { screen.text.contains("FROZEN") }
        screen.press("F")
        screen.press("/", "w", "e", "b", "-", "0", "1")
        try eventually("the filter works as it is typed") {
            screen.text.contains("/web-01") && !screen.text.contains("db-replica")
        }
        screen.press("Enter")
        screen.press("Enter")
        try eventually("the chosen host is told") { screen.text.contains("[2]Host") }
        screen.press("Escape")
        screen.resize(columns: 44, rows: 10)
        try eventually("the picture follows the size") {
            screen.text.contains("web-01") && !screen.text.contains("COMPR")
        }
        screen.resize(columns: 200, rows: 30)
        try eventually("columns come back") { screen.text.contains("VERSION") }
        screen.resize(columns: 20, rows: 5)
        try eventually("hosts are still there") { screen.text.contains("web-0") && screen.text.contains("q quit") }
        screen.resize(columns: 20, rows: 3)
        try eventually("one line remains") { screen.text.contains("live") && !screen.text.contains("HOST") }
        screen.press("q")
        screen.resize(columns: 80, rows: 24)
        try expectTheTerminalIsBack()
    }

    @Test func aParentThatGoesAwayAndComesBack() throws {
        defer { screen.end() }
        try screen.start("\(Program.path) top unix:\(socket); \(hint)")
        try eventually("it says who does not answer") { screen.text.contains("does not answer") }
        #expect(screen.text.contains("unreachable for"))
        let first = try serve()
        try eventually("it finds the parent") { screen.text.contains("web-01") && !screen.text.contains("unreachable") }
        first.stop()
        unlink(socket)
        try eventually("the last picture stays") {
            screen.text.contains("unreachable for") && screen.text.contains("web-01")
        }
        let second = try serve()
        defer { second.stop() }
        try eventually("it goes on") { screen.text.contains("web-01") && !screen.text.contains("unreachable") }
        screen.press("C-c")
        try expectTheTerminalIsBack()
    }

    @Test func aSignalGivesTheTerminalBack() throws {
        let server = try serve()
        defer {
            screen.end()
            server.stop()
        }
        try screen.start("\(Program.path) top \(socket); \(hint)")
        try eventually("the hosts are shown") { screen.text.contains("web-01") }
        kill(try #require(try screen.command), SIGTERM)
        try expectTheTerminalIsBack(128 + SIGTERM)
    }

    @Test(arguments: ["C.UTF-8", "C"]) func coloursAndCharactersAreAsked(_ locale: String) throws {
        let server = try serve()
        defer {
            screen.end()
            server.stop()
        }
        func picture(_ environment: String) throws -> String {
            let place = try TemporaryDirectory()
            let screen = try Screen(directory: place.path)
            defer { screen.end() }
            try screen.start(
                "unset NO_COLOR; TERM=screen-256color \(environment) \(Program.path) top \(socket)",
                locale: locale
            )
            try eventually("the hosts are shown") { screen.text.contains("web-01") && screen.text.contains("q quit") }
            return screen.styled
        }
        let coloured = try picture("")
        #expect(hasColour(coloured))
        let plain = try picture("NO_COLOR=1")
        #expect(!hasColour(plain))
        #expect(plain.contains("\u{1b}[1m"), "weight remains")
        let isASCII = coloured.unicodeScalars.allSatisfy { $0.isASCII }
        #expect(isASCII == (locale == "C"))
    }

    /// A terminal that cannot move its cursor gets frames, one after the other.
    @Test func aDumbTerminalGetsFrames() throws {
        let server = try serve()
        defer {
            screen.end()
            server.stop()
        }
        try screen.start("TERM=dumb \(Program.path) top -d 0.5 \(socket)", columns: 200, rows: 60)
        try eventually("two frames are there") {
            screen.text.split(separator: "\n").count { $0.hasPrefix("HOST") } >= 2
        }
        #expect(!screen.styled.contains("\u{1b}"))
    }

    @Test func anUnknownTerminalIsASentence() throws {
        defer { screen.end() }
        try screen.start("TERM=nonsense \(Program.path) top unix:/nowhere; echo left with $?; cat")
        try eventually("it says so") { screen.text.contains("left with 69") }
        #expect(screen.text.contains("'nonsense', is not known"))
    }

    /// The log in colour, as it is on a terminal; without where that is asked.
    @Test func tailIsColouredOnATerminal() throws {
        defer { screen.end() }
        let tail = "\(Program.path) tail \(fixture("error-1.37-parent.log"))"
        try screen.start("unset NO_COLOR; TERM=screen-256color \(tail)", columns: 200, rows: 60)
        try eventually("lines are there") { screen.text.contains("ND-C2") }
        #expect(hasColour(screen.styled))
        screen.end()
        let place = try TemporaryDirectory()
        let mono = try Screen(directory: place.path)
        defer { mono.end() }
        try mono.start("TERM=screen-256color NO_COLOR=1 \(tail)", columns: 200, rows: 60)
        try eventually("lines are there") { mono.text.contains("ND-C2") }
        #expect(!hasColour(mono.styled))
    }
}
