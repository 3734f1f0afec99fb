public import Basics
public import Config
import Diagnostics
import Glibc
import System

/// The configuration as it stands on this machine.
extension NodeOptions {
    /// Reads all layers. Nothing is written.
    public func loadConfiguration() -> Configuration {
        let circumstances = Layout.Circumstances(
            role: role,
            userID: geteuid(),
            environment: ProcessEnvironment.values,
            overrides: overrides,
            workingDirectory: Files.workingDirectory,
            directoryExists: { Files.isDirectory($0) }
        )
        return Configuration.load(circumstances, hostname: ProcessEnvironment.hostname) { path in
            do throws(SystemError) {
                return .bytes(try Files.read(path, limit: ConfigLimits().fileBytes + 1))
            } catch {
                return error.number == ENOENT || error.number == ENOTDIR
                    ? .missing : .unreadable(reason: error.reason)
            }
        }
    }
}

/// What the process was started with.
enum ProcessEnvironment {
    static var values: [String: String] {
        var values: [String: String] = [:]
        for entry in Environment.variables {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return values
    }

    static var hostname: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The machine GUID on disk (storage §5).
public struct MachineGUIDFile: Sendable {
    private let path: String
    private let adoptFrom: String?

    /// - Parameter adopts: whether the GUID of an existing Netdata is taken where this node has none yet.
    public init(_ configuration: Configuration, adopts: Bool) {
        path = configuration.directories.machineGUIDFile
        adoptFrom = adopts ? configuration.adoptableGUIDFile : nil
    }

    /// What is there, and what is odd about it. Nothing is written.
    public func inspect() -> (identity: MachineIdentity, findings: [Finding]) {
        let identity = MachineIdentity(content: content(path))
        let clone = identity.cloneFinding(
            fingerprint: content(fingerprintPath),
            machineID: content("/etc/machine-id"),
            file: path
        )
        return (identity, [identity.finding(file: path), clone].compactMap { $0 })
    }

    /// The GUID of this node: made and written down where there is none.
    /// - Throws: a finding when it can't be kept, which must stop the node: without it, it would be another host after
    ///   each start.
    public func obtain() throws(StartFailure) -> GUID {
        if case .known(let guid) = inspect().identity { return guid }
        var guid = GUID(random: SystemRandom.bytes(16))
        if let adoptFrom, case .known(let existing) = MachineIdentity(content: content(adoptFrom)) { guid = existing }
        do throws(SystemError) {
            try Files.makeDirectories(directory(of: path))
            try Files.write(MachineIdentity.content(of: guid), to: path)
            if let machineID = content("/etc/machine-id") {
                try Files.write(Array(MachineIdentity.fingerprint(machineID: machineID).utf8), to: fingerprintPath)
            }
        } catch {
            let condition = Condition.identityNotWritable
            let values = ["file": path, "reason": error.reason]
            throw StartFailure(
                sentence: ([condition.render(values)] + condition.fix(values)).joined(separator: "\n    "),
                code: 73
            )
        }
        return guid
    }

    private var fingerprintPath: String { directory(of: path) + "/" + MachineIdentity.fingerprintFileName }

    private func content(_ path: String) -> [UInt8]? { try? Files.read(path, limit: 4096) }
}

/// Why a node does not start: a sentence for the operator and the exit code that says the same.
public struct StartFailure: Error, Sendable, Equatable {
    public let sentence: String
    public let code: Int32
}

/// What stands before the last `/`.
func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
}
