import ArgumentParser
import Basics
import Config
import Diagnostics
import Glibc
import Node
import Transport

import struct ArgumentParser.Option

/// What agent and parent have in common: where their files are, and what is done instead of running.
struct NodeArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Read netdata.conf and stream.conf in this directory.", valueName: "dir"))
    var configDir: String?

    @Option(help: ArgumentHelp("Keep lib, cache, log and run beneath this directory.", valueName: "dir"))
    var stateDir: String?

    @Option(
        help: ArgumentHelp(
            "Call this machine so in its streams. (default: what the system calls it)",
            valueName: "name"
        )
    )
    var hostname: String?

    @Option(help: ArgumentHelp("Seconds between two collections. (default: 1)", valueName: "seconds"))
    var updateEvery: String?

    @Option(
        help: ArgumentHelp(
            "Where metrics are kept: none or ram. (default: none for an agent without netdata.conf)",
            valueName: "mode"
        )
    )
    var memoryMode: String?

    @Flag(help: "Be the host that Netdata on this machine was: take over its machine GUID.")
    var adoptGuid = false

    @Flag(help: "Say what is wrong with the configuration and with the database's files and where, then exit.")
    var check = false

    @Flag(help: "Print every option in force and where it comes from, then exit.")
    var printConfig = false

    @Option(
        help: ArgumentHelp(
            "With --print-config: what counts for this child, and which line decided it.",
            valueName: "guid"
        )
    )
    var host: String?

    @Option(help: ArgumentHelp("With --host: the key it comes with. (default: each enabled one)", valueName: "guid"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Edit netdata.conf, stream.conf, exporting.conf or health.d/NAME.conf with $VISUAL or $EDITOR, check it, and "
                + "put it in place only when it can be read.",
            valueName: "file"
        )
    )
    var edit: String?

    @Flag(help: "Print what the node that runs here knows of its streams, then exit.")
    var status = false

    @Flag(help: "Print JSON: with --status, --check or --host.")
    var json = false

    @Flag(name: [.short, .long], help: "Say nothing on standard error once it runs.")
    var quiet = false

    func validate() throws {
        if host != nil, !printConfig { throw ValidationError("--host goes with --print-config.") }
        if key != nil, host == nil { throw ValidationError("--key goes with --print-config --host.") }
        if json, !status, !check, host == nil {
            throw ValidationError("--json goes with --status, --check or --print-config --host.")
        }
        for (name, text) in [("--host", host), ("--key", key)] {
            guard let text, GUID(text) == nil else { continue }
            throw ValidationError("\(name) wants a GUID, 36 characters; '\(text)' is none.")
        }
        let asked = [check, printConfig, status, edit != nil].count { $0 }
        if asked > 1 { throw ValidationError("--check, --print-config, --status and --edit: one at a time.") }
    }

    func options(_ role: Role) -> NodeOptions {
        var options = NodeOptions(role: role, version: version)
        options.overrides.configDirectory = configDir
        options.overrides.stateDirectory = stateDir
        options.overrides.hostname = hostname
        options.overrides.updateEvery = updateEvery
        options.overrides.memoryMode = memoryMode
        options.adoptsGUID = adoptGuid
        return options
    }

    /// Does what was asked for: check, print, or run until the node is told to end.
    func perform(_ options: NodeOptions) throws {
        let role = options.role.rawValue
        if let edit {
            guard let editor = ConfigurationEditor(edit, options) else {
                throw ValidationError(
                    "--edit wants netdata.conf, stream.conf, exporting.conf or health.d/NAME.conf; '\(edit)' is none."
                )
            }
            return try editor.run()
        }
        let configuration = options.loadConfiguration()
        if status {
            return try printStatus(of: role, run: configuration.directories.run, asJSON: json)
        }
        if check {
            let identity = MachineGUIDFile(configuration, adopts: adoptGuid).inspect()
            let files = certificateFindings(configuration) + configuration.trustFindings()
            let stores = StoreCheck(cache: configuration.directories.cache)
            let alarms = AlarmCheck(configuration, stores)
            let report = configuration.checkReport(adding: identity.findings + files + alarms.findings)
            let json = report.json { json in
                stores.write(to: &json)
                alarms.write(to: &json)
            }
            writeAll(self.json ? json : report.text + alarms.text + stores.text, to: STDOUT_FILENO)
            throw ExitCode(max(report.exitCode, stores.isDamaged ? ExitStatus.finding.rawValue : 0))
        }
        if printConfig {
            writeAll(printed(configuration), to: STDOUT_FILENO)
            return
        }
        if let error = configuration.findings.first(where: { $0.severity == .error }) {
            let place = error.file + (error.line.map { ":\($0)" } ?? "")
            complain(role, "\(place): \(error.message)")
            if let advice = error.advice { complain(role, advice) }
            throw failure(role, "the configuration has errors: see ndstream \(role) --check", .configuration)
        }
        if !quiet { warn(of: configuration, role) }
        do throws(StartFailure) {
            let node = try Node(options, configuration)
            try node.run { started in
                if let problem = started.logProblem { complain(role, "cannot write the log \(problem)") }
                guard !quiet else { return }
                let listening = started.places.isEmpty ? "" : ", listening on " + started.places.joined(separator: " ")
                complain(role, "running\(listening); log \(configuration.directories.log)/error.log")
            }
        } catch {
            complain(role, error.sentence)
            throw ExitCode(error.code)
        }
    }

    /// What is wrong with the key and the certificate of its port.
    private func certificateFindings(_ configuration: Configuration) -> [Finding] {
        ServerCertificate(configuration, now: Int64(time(nil))).findings
    }

    /// The whole configuration, or what counts for one child.
    private func printed(_ configuration: Configuration) -> String {
        guard let machine = host.flatMap({ GUID($0) }) else { return configuration.printed }
        let explanation = configuration.explanation(machine: machine, key: key.flatMap { GUID($0) })
        return json ? explanation.json : explanation.text
    }

    /// What runs but hardly as it was meant.
    private func warn(of configuration: Configuration, _ role: String) {
        let findings = configuration.findings + certificateFindings(configuration)
        let warnings = findings.filter { $0.severity == .warning }
        for warning in warnings.prefix(3) {
            complain(role, "warning: \(warning.message)" + (warning.advice.map { " (\($0))" } ?? ""))
        }
        if warnings.count > 3 { complain(role, "and \(warnings.count - 3) more: see ndstream \(role) --check") }
    }
}
