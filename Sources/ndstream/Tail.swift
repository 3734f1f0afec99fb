import ArgumentParser
import Diagnostics
import Glibc
import System
import TUI

struct Tail: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow the logs: streaming lines only, explained.",
        usage: "ndstream tail [<file> ...] [<options>]",
        discussion: """
            Prints the last streaming lines and then each new one, with its code, and below a problem what it means and \
            the fix, once for each code and host. Goes on when the log is renamed, truncated, made anew or not there yet. \
            Knows the lines of ndstream and of Netdata from 2017 to 2.x, in error.log and access.log. A streaming line \
            that it does not know is shown too, as ND-U0.

            FILE is a log, compressed or not; - is standard input. Without it the log of this machine's parent is read, \
            else of its agent, else /var/log/netdata/error.log. The lines of several are put in the order of their times. \
            Where --since is before a log's beginning, its older generations (error.log.1, error.log.2.gz) are read too.

            What repeats is counted: "same, 299 more, every 0.3 s". A terminal that is too slow for what is new gets \
            fewer lines and is told how many are missing; pipes and files get every line, however long it takes.

            TIME is 10m, 2h, 14:05, today, yesterday, 2026-11-22, "2026-11-22 14:05", RFC 3339 or Unix seconds. CODES are \
            separated by commas and may end in *. PATTERN is an extended regular expression; without a capital letter in \
            it, capitals do not count.

            EXAMPLES:
              ndstream tail                            # this machine's log
              ndstream tail --host 'web-*' -n 100      # of some hosts only
              ndstream tail --no-follow error.log      # the whole file, then exit
              ndstream tail --since yesterday --level warning
              ndstream tail parent/error.log child/error.log
              ndstream tail --journal --code 'ND-F*,ND-T*'
              ssh child cat error.log | ndstream tail -
              ndstream tail -o json | jq 'select(.severity == "error")'
              ndstream tail --host web-01 --until-code ND-I9 --timeout 60
              ndstream tail --explain ND-F7            # all about a code

            EXIT CODES:
              0   good, also when ended by ^C
              1   the code of --until-code did not come
              64  wrong usage, a pattern or time that is none, or an unknown code
              66  no such file
              69  no journal on this machine
              74  a file cannot be read, or the output not be written
              77  not permitted
            """
    )

    @Argument(help: ArgumentHelp("The logs to read.", valueName: "file"), completion: .file())
    var files: [String] = []

    @Flag(help: "Read the systemd journal: what ndstream and netdata write there.")
    var journal = false

    @Option(
        help: ArgumentHelp(
            "Only lines about these hosts: names, addresses or GUIDs, * as wildcard, ! to exclude.",
            valueName: "pattern"
        )
    )
    var host: String?

    @Option(help: ArgumentHelp("Only from this degree on.", valueName: "degree"))
    var level: Degree?

    @Option(help: ArgumentHelp("Only lines with these codes.", valueName: "codes"))
    var code: String?

    @Option(help: ArgumentHelp("Only lines of parents, or of children: of who receives, or sends.", valueName: "side"))
    var side: Side?

    @Option(
        name: [.customShort("g"), .customLong("grep")],
        help: ArgumentHelp("Only lines in which this pattern is found.", valueName: "pattern")
    )
    var grep: String?

    @Option(help: ArgumentHelp("Only lines from this time on.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only lines before this time.", valueName: "time"))
    var until: String?

    @Option(
        name: [.customShort("n"), .customLong("lines")],
        help:
            "Start with this many of the last lines. (default: 10; all with --no-follow, --since or --until; 0 with --until-code)"
    )
    var lines: Int?

    @Flag(help: "Print what is there, then exit.")
    var noFollow = false

    @Flag(help: "Print the other lines too, not only those about streaming.")
    var all = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "pretty for people, raw as in the log, json an object a line, logfmt name=value.",
            valueName: "form"
        )
    )
    var output: Form?

    @Flag(help: "The same as -o json.")
    var json = false

    @Flag(help: "Print repetitions line by line. Only -o pretty counts them.")
    var noCollapse = false

    @Flag(
        inversion: .prefixedNo,
        help: "Print counts every minute and at the end. (default: on a terminal with -o pretty)"
    )
    var summary: Bool?

    @Option(help: ArgumentHelp("Exit as soon as a line with one of these codes was printed.", valueName: "codes"))
    var untilCode: String?

    @Option(help: ArgumentHelp("Exit after so many seconds.", valueName: "seconds"))
    var timeout: Double?

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
        if let timeout, !(timeout > 0 && timeout <= 1_000_000) {
            throw ValidationError("--timeout wants seconds, more than 0; '\(timeout)' is not.")
        }
        if json, let output, output != .json {
            throw ValidationError("--json is -o json: give one of the two.")
        }
        if files.filter({ $0 == "-" }).count > 1 {
            throw ValidationError("Standard input can be read once: give one -.")
        }
        if let explain, Catalogue.condition(code: explain) == nil {
            throw ValidationError(
                "There is no code '\(explain)'. Codes look like ND-F7: see what ndstream tail prints."
            )
        }
        _ = try TailChoice(self)
    }

    func run() throws {
        // Else the first file that is opened would be taken for it.
        guard fcntl(STDOUT_FILENO, F_GETFD) >= 0 else {
            throw failure("tail", "cannot write: there is no standard output", .ioError)
        }
        // Before any thread is made.
        Signals.block()
        let isUTF8 = Terminal.takeLocale()
        let appearance = Appearance(unicode: isUTF8 && !ascii)
        if let explain, let condition = Catalogue.condition(code: explain) {
            writeAll(catalogueEntry(condition, appearance: appearance), to: STDOUT_FILENO)
            return
        }
        let choice = try TailChoice(self)
        let sources = try TailSources(self, choice).open()
        let status = try TailSession(self, choice, sources, appearance).run()
        if status != 0 { throw ExitCode(status) }
    }
}

extension Tail {
    /// `--level`.
    enum Degree: String, ExpressibleByArgument, CaseIterable { case error, warning, info, debug }

    /// `--side`.
    enum Side: String, ExpressibleByArgument, CaseIterable { case parent, child }

    /// `--output`.
    enum Form: String, ExpressibleByArgument, CaseIterable { case pretty, raw, json, logfmt }

    var form: TailForm { TailForm(rawValue: (json ? .json : output ?? .pretty).rawValue) ?? .pretty }

    /// So many of the lines that are there already; `nil` all.
    var last: Int? {
        if let lines { return lines }
        if noFollow || since != nil || until != nil || files == ["-"] && !journal { return nil }
        return untilCode == nil ? 10 : 0
    }
}
