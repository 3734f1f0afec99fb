import ArgumentParser
import Basics
import Diagnostics
import Glibc
import System
import TUI

struct Tail: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow error.log: streaming lines only, explained.",
        usage: "ndstream tail [<file>] [<options>]",
        discussion: """
            Prints the last streaming lines and then each new one, with its code, and below a problem what it means and \
            the fix. Goes on when the log is rotated, truncated or not there yet. Knows the lines of ndstream and of \
            Netdata from 2017 to 2.x.

            FILE is an error.log, - is standard input. Without it the log of this machine's parent is read, else of its \
            agent, else /var/log/netdata/error.log.

            EXAMPLES:
              ndstream tail                            # this machine's log
              ndstream tail --host 'web-*' -n 100      # of some hosts only
              ndstream tail --no-follow error.log      # the whole file, then exit
              ssh child cat error.log | ndstream tail -
              ndstream tail --json | jq 'select(.severity == "error")'
              ndstream tail --explain ND-F7            # all about a code

            EXIT CODES:
              0   good
              64  wrong usage, or an unknown code
              66  no such file
              74  the file cannot be read
              77  not permitted
            """
    )

    @Argument(help: ArgumentHelp("The log to read.", valueName: "file"), completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Only lines about these hosts: names, addresses or GUIDs, * as wildcard, ! to exclude.",
            valueName: "pattern"
        )
    )
    var host: String?

    @Option(
        name: [.customShort("n"), .customLong("lines")],
        help: "Start with this many of the last lines. (default: 10; all with --no-follow)"
    )
    var lines: Int?

    @Flag(help: "Print what is there, then exit.")
    var noFollow = false

    @Flag(help: "Print the other lines too, not only those about streaming.")
    var all = false

    @Flag(help: "Print each line as a JSON object with its code and values.")
    var json = false

    @Option(help: "When to use colours. auto: on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @Flag(help: "Use ASCII only. Chosen by itself where the locale is not UTF-8.")
    var ascii = false

    @Option(help: ArgumentHelp("Print what a code means, its causes and the fix, then exit.", valueName: "code"))
    var explain: String?

    @Option(help: ArgumentHelp("Where the node of this machine keeps its state.", valueName: "dir"))
    var stateDir: String?

    func validate() throws {
        if let lines, lines < 0 || lines > 1_000_000 {
            throw ValidationError("-n wants 0 to 1000000 lines; '\(lines)' is not.")
        }
        if let explain, Catalogue.condition(code: explain) == nil {
            throw ValidationError(
                "There is no code '\(explain)'. Codes look like ND-F7: see what ndstream tail prints."
            )
        }
    }

    func run() throws {
        let isUTF8 = Terminal.takeLocale()
        let appearance = Appearance(unicode: isUTF8 && !ascii)
        if let explain, let condition = Catalogue.condition(code: explain) {
            writeAll(catalogueEntry(condition, appearance: appearance), to: STDOUT_FILENO)
            return
        }
        // The end by ^C is the usual one.
        signal(SIGINT) { _ in _exit(0) }
        let sink = TailSink(
            pattern: host.map { SimplePattern($0) },
            all: all,
            json: json,
            printer: TailPrinter(appearance: appearance, isColored: color.applies(to: STDOUT_FILENO))
        )
        let path = try chosenFile()
        try TailReader(path: path, last: lines ?? (noFollow || path == "-" ? nil : 10), follows: !noFollow).run(sink)
    }

    private func chosenFile() throws -> String {
        if let file { return file == "-" ? "-" : file }
        let paths = NodePaths(stateDirectory: stateDir)
        let candidates = paths.errorLogs + ["/var/log/netdata/error.log"]
        for path in candidates where Files.exists(path) { return path }
        throw failure("tail", "no log found; looked for " + candidates.joined(separator: ", "), .noInput)
    }
}
