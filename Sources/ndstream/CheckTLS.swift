import ArgumentParser
import Basics
import Config
import Diagnostics
import Glibc
import Node
import SelfTest
import System
import TLSCheck
import TUI
import Transport

import struct ArgumentParser.Option

struct CheckTLS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-tls",
        abstract: "Will a child connect to a parent, encrypted or not, and why not?",
        usage: """
            ndstream check-tls <destination> [<options>]
            ndstream check-tls --parent-conf <file> --child-conf <file> [<options>]
            ndstream check-tls --self-test [<options>]
            """,
        discussion: """
            Walks the five rows of Netdata's table of expected TLS behaviours: what is expected, what is observed, which \
            row your child is, whether it will connect, why not, and the fixes, the best first.

            DESTINATION is written as in stream.conf: HOST[:PORT][:SSL]. It is dialled, TLS is shaken hands with, and \
            /api/v1/info is asked for; nothing alarming reaches the parent's log. With --key it is asked to take a \
            stream, of a host with a GUID made for this once, and hung up on.

            Without DESTINATION nothing is dialled: the files say what would happen.

            With --self-test every parent and child of the table meet in this process, on 127.0.0.1, with certificates \
            made for it: valid, self-signed, expired, for another name, and so on. It touches nothing of this machine's.

            Netdata never checks whether a certificate is for the host that was dialled. ndstream does where trust \
            comes from the system's authorities.

            EXAMPLES:
              ndstream check-tls parent.example:19999:SSL
              ndstream check-tls 10.0.0.5:19999:SSL --cafile /etc/ssl/parent.pem
              ndstream check-tls parent.example:SSL --child  # as stream.conf here says
              ndstream check-tls parent.example --key KEY    # really ask to stream
              ndstream check-tls --parent-conf netdata.conf --child-conf stream.conf
              ndstream check-tls parent.example:SSL --watch  # until it is repaired
              ndstream check-tls parent.example:SSL -o junit > tls.xml
              ndstream check-tls --self-test                 # ndstream itself

            EXIT CODES:
              0   as expected, and your child connects
              1   a row differs, or your child does not connect
              2   --strict: only warnings
              64  wrong usage
              68  host unknown
              69  nobody answers
              74  --self-test: cannot write its certificates
              78  a configuration cannot be read
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case short
        case json
        case junit
    }

    @Argument(help: ArgumentHelp("HOST, HOST:PORT, HOST:PORT:SSL or unix:/PATH.", valueName: "destination"))
    var destination: String?

    @Option(help: ArgumentHelp("The parent's netdata.conf.", valueName: "file"), completion: .file())
    var parentConf: String?

    @Option(help: ArgumentHelp("The child's stream.conf.", valueName: "file"), completion: .file())
    var childConf: String?

    @Flag(help: "The child is this machine's agent: read its stream.conf.")
    var child = false

    @Option(help: ArgumentHelp("Trust what is in this file, as CAfile does.", valueName: "file"), completion: .file())
    var cafile: String?

    @Option(
        help: ArgumentHelp("Trust what is in this directory, as CApath does.", valueName: "dir"),
        completion: .directory
    )
    var capath: String?

    @Flag(help: "Trust anybody, as ssl skip certificate verification = yes does.")
    var skip = false

    @Option(help: ArgumentHelp("The certificate has to be for this name. (default: the host)", valueName: "host"))
    var verifyName: String?

    @Option(help: ArgumentHelp("Ask to stream, with this API key.", valueName: "guid"))
    var key: String?

    @Option(help: ArgumentHelp("Seconds to wait for each answer, 1 to 60.", valueName: "seconds"))
    var timeout = 5

    @Option(name: .shortAndLong, help: "table, short (only what is wrong), json or junit.")
    var output = Format.table

    @Flag(help: "Look again every three seconds until all is well.")
    var watch = false

    @Flag(help: "Count warnings: a certificate that ends soon, a weak key, no verification.")
    var strict = false

    @Option(help: "When to use colours. auto: on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @Flag(help: "Use ASCII only. Chosen by itself where the locale is not UTF-8.")
    var ascii = false

    @Flag(help: "Bring every parent and every child of this table together in here, and see what comes of them.")
    var selfTest = false

    @Option(help: ArgumentHelp("Print what a code means, its causes and the fix, then exit.", valueName: "code"))
    var explain: String?

    private var isLive: Bool { destination != nil }

    func validate() throws {
        guard timeout >= 1, timeout <= 60 else {
            throw ValidationError("--timeout wants 1 to 60 seconds; '\(timeout)' is not.")
        }
        if let explain {
            guard Catalogue.condition(code: explain) != nil else {
                throw ValidationError(
                    "There is no code '\(explain)'. Codes look like ND-T20: see what check-tls prints."
                )
            }
            return
        }
        if selfTest {
            guard destination == nil, parentConf == nil, childConf == nil, !child, key == nil else {
                throw ValidationError("--self-test looks at nobody else: leave out the rest.")
            }
            return
        }
        if let key, GUID(key) == nil { throw ValidationError("--key wants a GUID; '\(key)' is none.") }
        if child, childConf != nil { throw ValidationError("--child is a --child-conf: give one of the two.") }
        if let destination {
            _ = try parsed(destination)
            if parentConf != nil {
                throw ValidationError(
                    "--parent-conf tells what would happen; a destination is looked at: leave out one."
                )
            }
        } else if parentConf == nil, childConf == nil, !child {
            throw ValidationError("Whom to look at? Give a destination, or --parent-conf and --child-conf.")
        } else if key != nil {
            throw ValidationError("--key wants a destination to send it to.")
        }
    }

    func run() throws {
        let isUTF8 = Terminal.takeLocale()
        if let explain, let condition = Catalogue.condition(code: explain) {
            let text = catalogueEntry(condition, appearance: Appearance(unicode: isUTF8 && !ascii))
            writeAll(text, to: STDOUT_FILENO)
            return
        }
        let style = Style(unicode: isUTF8 && !ascii, isColored: color.applies(to: STDOUT_FILENO))
        let isScreen = watch && isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb"
        while true {
            let report = try self.report()
            let text = text(of: report, style)
            let status = report.status(isStrict: strict)
            guard writeAll((isScreen ? "\u{1b}[H\u{1b}[2J" : "") + text, to: STDOUT_FILENO) else { return }
            if status == 0 { return }
            guard watch else { throw ExitCode(status) }
            sleep(3)
        }
    }

    private func text(of report: Report, _ style: Style) -> String {
        switch output {
        case .table: report.table(style, isStrict: strict)
        case .short: report.short(style)
        case .json: report.json(isStrict: strict)
        case .junit: report.junit()
        }
    }

    // MARK: Looking

    private func report() throws -> Report {
        if selfTest {
            do {
                return try SelfTest.report()
            } catch {
                throw failure("check-tls", "the self-test cannot run: \(error)", .ioError)
            }
        }
        let now = SystemClock().now() / microsecondsPerSecond
        let childFile = childPath.map { file(.stream, $0) }
        guard let destination else {
            let parentFile = parentConf.map { file(.netdata, $0) }
            return Rehearsal(parent: parentFile, child: childFile, now: now, exists: Files.exists).report()
        }
        if let childFile, let reason = childFile.failure {
            throw failure("check-tls", "\(childFile.path): \(reason)", .configuration)
        }
        let child = asked(try parsed(destination), childFile)
        let walk = Walk(
            child,
            key: key.flatMap { GUID($0) },
            timeoutSeconds: timeout,
            clock: SystemClock(),
            version: version
        )
        do throws(TLSMaterialError) {
            return Judgement(try walk.run(), child, now: now).report(title: child.destination.description)
        } catch {
            throw failure("check-tls", "\(error)", .configuration)
        }
    }

    /// The child of a destination: as its file says, and over that the options.
    private func asked(_ destination: Destination, _ file: ConfigurationFile?) -> Child {
        var child = file?.child(destination) ?? Child(destination)
        func add(_ setting: String, _ option: String) {
            child.sources.append(Child.Source(setting, "option \(option)"))
        }
        if let cafile {
            child.file = cafile
            add("[stream] CAfile = \(cafile)", "--cafile")
        }
        if let capath {
            child.directory = capath
            add("[stream] CApath = \(capath)", "--capath")
        }
        if skip {
            child.isSkipping = true
            add("[stream] ssl skip certificate verification = yes", "--skip")
        }
        if let verifyName {
            child.expectedName = verifyName
            child.nameCheck = .yes
        }
        return child
    }

    private var childPath: String? {
        childConf
            ?? (child
                ? NodeOptions(role: .agent, version: version).loadConfiguration().directories.config + "/stream.conf"
                : nil)
    }

    private func file(_ kind: Config.Option.File, _ path: String) -> ConfigurationFile {
        let content: FileContent
        do throws(SystemError) {
            content = .bytes(try Files.read(path, limit: ConfigLimits().fileBytes + 1))
        } catch {
            content = .unreadable(reason: error.reason)
        }
        return ConfigurationFile(kind, path, workingDirectory: Files.workingDirectory, content: content)
    }

    private func parsed(_ text: String) throws -> Destination {
        do {
            return try Destination(text, defaultPort: "19999")
        } catch {
            throw ValidationError("'\(text)' is no destination: give HOST, HOST:PORT, HOST:PORT:SSL or unix:/PATH.")
        }
    }
}
