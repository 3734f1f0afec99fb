import ArgumentParser
import Glibc
import Status
import TUI

struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch the hosts that stream into a node, live.",
        usage: "ndstream top [<source>] [<options>]",
        discussion: """
            Shows every host with its state, age, lag, samples and bytes a second, compression and history; what needs \
            attention (a), and for the chosen host what is wrong, the fix, and its charts (Enter); who was refused and why \
            (3), the way of the metrics (4), what happened (5), which alarms are raised (6). ? lists the keys.

            SOURCE is HOST, HOST:PORT, http://HOST:PORT, https://HOST:PORT or unix:/PATH. Without it the parent of this \
            machine is asked through its admin socket, else its agent, else localhost:19999. With https://, HOST:PORT:SSL \
            or --tls the node must prove with its certificate that it has this name or address. A Netdata can be watched, too: \
            what it does not tell stays empty.

            Without a terminal, or where the terminal cannot move its cursor, it prints frames as --batch does.

            EXAMPLES:
              ndstream top                      # the parent of this machine
              ndstream top parent.example       # another one, port 19999
              ndstream top https://parent.example --ca parent_cert.pem
              ndstream top --once               # one frame, then exit
              ndstream top --batch -n 3 -d 10   # three frames, 10 s apart
              ndstream top --json --once | jq '.hosts[].hostname'
              ndstream top --csv -n 60 > hosts.csv
              ndstream top --once --fail-on down,refused,critical   # for cron: code 1 if there is one

            EXIT CODES:
              0   good
              1   a host or an alarm is in a state of --fail-on
              64  wrong usage
              66  the file of --ca cannot be read
              68  host unknown
              69  nobody answers, or the terminal is unknown
              77  not permitted, or the node's certificate does not hold
            """
    )

    @Argument(help: ArgumentHelp("The node to watch.", valueName: "source"))
    var source: String?

    @Flag(help: "Ask over TLS, as with https://.")
    var tls = false

    @Option(
        help: ArgumentHelp(
            "Ask over TLS, and trust the certificates in this file (PEM) instead of the system's.",
            valueName: "file"
        )
    )
    var ca: String?

    @Flag(name: [.customShort("b"), .long], help: "Print frames of plain text instead of drawing a screen.")
    var batch = false

    @Option(name: [.customShort("n"), .customLong("count")], help: "Print this many frames, then exit.")
    var count: Int?

    @Option(
        name: [.customShort("d"), .customLong("delay")],
        help: ArgumentHelp("Seconds between two frames, 0.5 to 3600.", valueName: "seconds")
    )
    var delay = 1.0

    @Flag(help: "Print one frame, then exit: --batch -n 1.")
    var once = false

    @Flag(help: "Print the status document, one line of JSON for each frame.")
    var json = false

    @Flag(help: "Print a table of the hosts as comma-separated values, one line for each host of each frame.")
    var csv = false

    @Option(
        help: ArgumentHelp(
            "Exit with code 1 if a host or an alarm of the last frame is in one of these states, or somebody was refused.",
            discussion:
                "States: live, stale, replicating, connecting, down, conflict, archived, expiring; refused; and critical, "
                + "warning, alarm for either.",
            valueName: "states"
        )
    )
    var failOn: String?

    @Flag(help: "Take clicks and the wheel of the mouse. Selecting text with it then needs Shift.")
    var mouse = false

    @Flag(help: "Use ASCII only. Chosen by itself where the locale is not UTF-8.")
    var ascii = false

    @Option(help: "When to use colours. auto: on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @Option(help: ArgumentHelp("Where the node of this machine keeps its state.", valueName: "dir"))
    var stateDir: String?

    func validate() throws {
        if let count, count < 1 { throw ValidationError("-n wants a number of frames, 1 or more; '\(count)' is not.") }
        guard delay >= 0.5, delay <= 3600 else {
            throw ValidationError("-d wants 0.5 to 3600 seconds; '\(delay)' is not.")
        }
        if json, csv { throw ValidationError("--json or --csv: give one of the two.") }
        let others: Set = ["refused", "critical", "warning", "alarm"]
        for state in failing where HostState(rawValue: state) == nil && !others.contains(state) {
            throw ValidationError(
                "--fail-on knows no '\(state)': live, stale, replicating, connecting, down, conflict, archived, expiring, "
                    + "refused, critical, warning, alarm."
            )
        }
        if once, count != nil { throw ValidationError("--once is -n 1: give one of the two.") }
        if let source {
            _ = try StatusSource(source, encrypted: tls, authority: ca)
        } else if tls || ca != nil {
            throw ValidationError("--tls and --ca want a SOURCE: the node of this machine is asked through its socket.")
        }
    }

    private var failing: Set<String> { Set((failOn ?? "").split(separator: ",").map(String.init)) }

    func run() throws {
        let isUTF8 = Terminal.takeLocale()
        let appearance = Appearance(unicode: isUTF8 && !ascii, utcOffset: localOffset())
        if let ca, access(ca, R_OK) != 0 {
            throw failure("top", "\(ca): \(String(cString: strerror(errno)))", .noInput)
        }
        let source =
            try self.source.map { try StatusSource($0, encrypted: tls, authority: ca) }
            ?? StatusSource(local: NodePaths(stateDirectory: stateDir))
        let hasTerminal =
            isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb"
        if batch || json || csv || once || count != nil || failOn != nil || !hasTerminal {
            try TopBatch(
                source: source,
                appearance: appearance,
                format: json ? .json : csv ? .csv : .text,
                failing: failing,
                count: once ? 1 : count,
                delay: delay
            ).run()
        } else {
            try TopSession(
                source: source,
                appearance: appearance,
                isColored: color.applies(to: STDOUT_FILENO),
                mouse: mouse,
                delay: delay
            ).run()
        }
    }
}
