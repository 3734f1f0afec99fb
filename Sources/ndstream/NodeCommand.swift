import ArgumentParser
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

    @Flag(help: "Say what is wrong with the configuration and where, then exit.")
    var check = false

    @Flag(help: "Print every option in force and where it comes from, then exit.")
    var printConfig = false

    @Flag(name: [.short, .long], help: "Say nothing on standard error once it runs.")
    var quiet = false

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
        let configuration = options.loadConfiguration()
        if check {
            let identity = MachineGUIDFile(configuration, adopts: adoptGuid).inspect()
            let report = configuration.checkReport(adding: identity.findings)
            writeAll(report.text, to: STDOUT_FILENO)
            throw ExitCode(report.exitCode)
        }
        if printConfig {
            writeAll(configuration.printed, to: STDOUT_FILENO)
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

    /// What runs but hardly as it was meant.
    private func warn(of configuration: Configuration, _ role: String) {
        let warnings = configuration.findings.filter { $0.severity == .warning }
        for warning in warnings.prefix(3) {
            complain(role, "warning: \(warning.message)" + (warning.advice.map { " (\($0))" } ?? ""))
        }
        if warnings.count > 3 { complain(role, "and \(warnings.count - 3) more: see ndstream \(role) --check") }
    }
}
