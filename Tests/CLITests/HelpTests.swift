import Glibc
import System
import Testing

/// What a person reads before anything runs.
@Suite struct HelpTests {
    static let commands = ["agent", "parent", "keygen", "check-tls", "tail", "top"]

    @Test func theWholeProgram() throws {
        let help = try Program.run("--help")
        #expect(help.status == 0)
        try expectGolden(help.output, "help.txt")
        #expect(try Program.run("help").output == help.output)
        #expect(try Program.run("--version").output == "0.1.0\n")
        // Whoever types nothing is told the same.
        #expect(try Program.run().output == help.output)
    }

    @Test(arguments: commands) func eachCommand(_ command: String) throws {
        let help = try Program.run(command, "--help")
        #expect(help.status == 0)
        try expectGolden(help.output, "help-\(command).txt")
        #expect(help.output.contains("\nEXAMPLES:\n") && help.output.contains("\nEXIT CODES:\n"))
        // Examples are to be copied: none may be broken by the width of the terminal.
        for line in help.output.split(separator: "\n") {
            #expect(line.count <= 80, "\(line)")
        }
    }

    /// The commands of the help are the ones there are: an operator who copies an example gets no usage error.
    @Test(arguments: commands) func examplesAreUnderstood(_ command: String) throws {
        let help = try Program.run(command, "--help").output
        let known = Set(help.split(whereSeparator: { " [],\n=".contains($0) }).filter { $0.hasPrefix("-") })
        for line in help.split(separator: "\n") where line.contains("  ndstream \(command)") {
            let typed = line.prefix { !"#|".contains($0) }
            for option in typed.split(separator: " ") where option.hasPrefix("-") && option.count > 1 {
                #expect(known.contains(option), "\(line)")
            }
        }
    }
}
