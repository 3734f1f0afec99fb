import Glibc
import System
import Testing

/// man/ and completions/ are made from the commands and the catalogue, and checked in as they are made.
@Suite struct ManualTests {
    static let pages =
        (["ndstream"] + HelpTests.commands.map { "ndstream-" + $0 }).map { $0 + ".1" } + ["ndstream-codes.7"]
    private let stale: Comment = "run packaging/generate-docs.sh and commit what it writes"

    private func kept(_ path: String) throws -> String {
        String(decoding: try Files.read(path, limit: 16 << 20), as: UTF8.self)
    }

    @Test func pagesAreUpToDate() throws {
        let dump = try Program.run("--experimental-dump-help").output
        #expect(dump == (try kept(fixture("commands.json"))), stale)
        let directory = try TemporaryDirectory()
        let version = try Program.run("--version").output.filter { !$0.isNewline }
        let writer = String(Program.path.dropLast("ndstream".count)) + "manual-pages"
        let result = try Program.run(writer, [version, directory.path], input: dump)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Files.names(in: directory.path) == Self.pages.sorted())
        #expect(try Files.names(in: root + "/man") == Self.pages.sorted(), stale)
        for page in Self.pages { #expect(try directory.read(page) == kept("\(root)/man/\(page)"), stale) }
    }

    @Test(arguments: [("bash", "ndstream.bash"), ("zsh", "_ndstream"), ("fish", "ndstream.fish")])
    func completionsAreUpToDate(_ shell: String, _ file: String) throws {
        let made = try Program.run("--generate-completion-script", shell).output
        #expect(made == (try kept("\(root)/completions/\(file)")), stale)
    }

    /// Where the shell is there, it is asked whether it understands its file.
    @Test(arguments: [("bash", "ndstream.bash"), ("zsh", "_ndstream"), ("fish", "ndstream.fish")])
    func shellsUnderstandTheirCompletions(_ shell: String, _ file: String) throws {
        guard Tools.has("/usr/bin/" + shell) else { return }
        let result = try Program.run("/usr/bin/" + shell, ["-n", "\(root)/completions/\(file)"])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    }

    @Test(arguments: HelpTests.commands) func everyOptionAndSectionIsInThePage(_ command: String) throws {
        let page = try kept("\(root)/man/ndstream-\(command).1")
        let plain = page.split(separator: "\\").joined()
        for word in try Program.run(command, "--help").output.split(whereSeparator: { " [],\n|/".contains($0) })
        where word.hasPrefix("--") && word.count > 2 {
            #expect(plain.contains(word.dropFirst(2)), "\(command): \(word)")
        }
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"] {
            #expect(page.contains(".SH \"\(section)\"\n"), "\(command): \(section)")
        }
        for section in ["FILES", "ENVIRONMENT"] where ["agent", "parent", "tail", "top"].contains(command) {
            #expect(page.contains(".SH \"\(section)\"\n"), "\(command): \(section)")
        }
    }

    /// Where man is there, it shows every page without a warning, and nothing of the language of the page remains.
    @Test(.enabled(if: Tools.has(Tools.man)), arguments: pages) func manShowsThem(_ page: String) throws {
        let result = try Program.run(
            Tools.man,
            ["--warnings", "-l", "\(root)/man/\(page)"],
            environment: ["MANWIDTH=80", "MAN_KEEP_STDERR=1"]
        )
        #expect(result.status == 0)
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(!result.output.contains("\\f") && !result.output.contains("\n."))
    }
}
