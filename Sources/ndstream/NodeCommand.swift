import ArgumentParser
import Config
import Diagnostics
import Glibc
import Node
import Transport

import struct ArgumentParser.Option

/// What agent and parent have in common: where their files are, and what is done instead of running.
struct NodeArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Read netdata.conf and stream.conf from here.", valueName: "dir"))
    var configDir: String?

    @Option(help: ArgumentHelp("Keep lib, cache, log and run beneath this directory.", valueName: "dir"))
    var stateDir: String?

    @Option(help: ArgumentHelp("Call this host so, instead of what the system calls it.", valueName: "name"))
    var hostname: String?

    @Option(help: ArgumentHelp("Collect every so many seconds.", valueName: "seconds"))
    var updateEvery: String?

    @Option(help: ArgumentHelp("Keep metrics in: none, ram.", valueName: "mode"))
    var memoryMode: String?

    @Flag(help: "Take over the machine GUID of the Netdata on this machine.")
    var adoptGuid = false

    @Flag(help: "Read the configuration, say what is wrong with it and where, and exit: 0 good, 1 warnings, 78 errors.")
    var check = false

    @Flag(help: "Print every option in force and where it comes from, and exit.")
    var printConfig = false

    @Flag(name: [.short, .long], help: "Don't say on standard error where the node listens.")
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
        do throws(StartFailure) {
            let node = try Node(options, configuration)
            try node.run { places in
                guard !quiet else { return }
                let listening = places.isEmpty ? "" : ", listening on " + places.joined(separator: " ")
                complain(role, "running\(listening); log \(configuration.directories.log)/error.log")
            }
        } catch {
            complain(role, error.sentence)
            throw ExitCode(error.code)
        }
    }
}
