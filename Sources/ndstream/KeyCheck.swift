import ArgumentParser
import Basics
import Config
import Diagnostics
import Glibc
import Node
import System

/// What the configurations of this machine say of a key.
struct KeyCheck {
    private let configurations: [Configuration]
    private let directory: String?

    /// - Parameter configDirectory: where stream.conf is, instead of where the nodes of this machine have it.
    init(configDirectory: String?) {
        directory = configDirectory
        configurations = [Role.parent, .agent].map { role in
            var options = NodeOptions(role: role, version: version)
            options.overrides.configDirectory = configDirectory
            return options.loadConfiguration()
        }
    }

    /// - Parameter text: `-` for the first line of standard input.
    func check(_ text: String) throws {
        let text = try text == "-" ? Self.fromInput() : text
        var machines: [(guid: GUID, file: String)] = []
        for file in configurations.flatMap({ [$0.directories.machineGUIDFile, $0.adoptableGUIDFile] })
        where !machines.contains(where: { $0.file == file }) {
            let content = try? Files.read(file, limit: 4096)
            if case .known(let guid) = MachineIdentity(content: content) { machines.append((guid, file)) }
        }
        var findings: [Finding] = []
        for configuration in configurations {
            // Parent and agent often read the same files.
            for finding in configuration.findings(key: text, machines: machines) where !findings.contains(finding) {
                findings.append(finding)
            }
        }
        // Not known to one of them is not worth saying where the other knows it.
        if findings.contains(where: { $0.condition == .keyInUse }) {
            findings.removeAll { [.keyNowhere, .keyNearAnother].contains($0.condition) }
        }
        let report = CheckReport(findings, files: files)
        writeAll(report.text, to: STDOUT_FILENO)
        if report.exitCode != 0 { throw ExitCode(ExitStatus.finding.rawValue) }
    }

    func rotate(_ old: GUID, to new: GUID) throws {
        for path in files {
            guard let content = try? Files.read(path, limit: ConfigLimits().fileBytes),
                let rotation = KeyRotation(old, to: new, in: ConfigFile(content, path: path))
            else { continue }
            writeAll(rotation.text, to: STDOUT_FILENO)
            return
        }
        let looked = files.isEmpty ? "there is no stream.conf" : "looked at \(files.joined(separator: ", "))"
        let sentence = "no parent here has a section [\(old)]: \(looked) (elsewhere: --config-dir)"
        throw failure("keygen", sentence, .finding)
    }

    private var files: [String] {
        var files: [String] = []
        for file in configurations.flatMap(\.files) where !files.contains(file) { files.append(file) }
        return files
    }

    private static func fromInput() throws -> String {
        guard let line = readLine() else { throw failure("keygen", "there is no key on standard input", .noInput) }
        return String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
