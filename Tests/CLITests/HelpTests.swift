import System
import Testing

/// What a person reads before anything runs.
@Suite struct HelpTests {
    static let commands = ["keygen", "check-tls", "tail", "top"]

    @Test func theWholeProgram() throws {
        let help = try Program.run("--help")
        #expect(help.status == 0)
        try expectGolden(help.output, "help.txt")
        #expect(try Program.run("help").output == help.output)
        #expect(try Program.run("--version").output == "0.1.0\n")
    }

    @Test(arguments: commands) func eachCommand(_ command: String) throws {
        let help = try Program.run(command, "--help")
        #expect(help.status == 0)
        try expectGolden(help.output, "help-\(command).txt")
        // Examples are to be copied: none may be broken by the width of the terminal.
        for line in help.output.split(separator: "\n") where !line.hasPrefix("USAGE") {
            #expect(line.count <= 80, "\(line)")
        }
    }

    /// The manual and the completions are made from the same description of the commands as this snapshot.
    @Test func manualAndCompletionsAreUpToDate() throws {
        let stale: Comment = "run packaging/generate-docs.sh and commit what it writes"
        func expectFile(_ path: String, _ arguments: [String]) throws {
            let made = try Program.run(arguments[0], arguments.count > 1 ? arguments[1] : "bash").output
            let kept = String(decoding: try Files.read(root + path, limit: 16 << 20), as: UTF8.self)
            #expect(made == kept, stale)
        }
        try expectFile("/completions/ndstream.bash", ["--generate-completion-script", "bash"])
        try expectFile("/completions/_ndstream", ["--generate-completion-script", "zsh"])
        try expectFile("/completions/ndstream.fish", ["--generate-completion-script", "fish"])
        let dump = try Program.run("--experimental-dump-help").output
        let kept = String(decoding: try Files.read(fixture("commands.json"), limit: 16 << 20), as: UTF8.self)
        #expect(dump == kept, stale)
    }

    /// Every option of a command stands in its page.
    @Test(arguments: commands) func everyOptionIsInTheManual(_ command: String) throws {
        let page = String(
            decoding: try Files.read("\(root)/man/ndstream.\(command).1", limit: 1 << 20),
            as: UTF8.self
        )
        let plain = page.split(separator: "\\").joined()
        for word in try Program.run(command, "--help").output.split(whereSeparator: { " [],\n".contains($0) })
        where word.hasPrefix("--") && word.count > 2 {
            #expect(plain.contains(word.dropFirst(2)), "\(command): \(word)")
        }
    }
}
