public import Basics
public import Config
import Diagnostics
import Glibc
import System

/// The machine GUID on disk (storage §5).
public struct MachineGUIDFile: Sendable {
    private let path: String
    private let adoptFrom: String?
    private let configuration: Configuration
    private let machineIDFile: String

    /// - Parameters:
    ///   - adopts: whether the GUID of an existing Netdata is taken where this node has none yet.
    ///   - machineIDFile: tells this machine from one that was made from its image.
    public init(_ configuration: Configuration, adopts: Bool, machineIDFile: String = "/etc/machine-id") {
        path = configuration.directories.machineGUIDFile
        adoptFrom = adopts ? configuration.adoptableGUIDFile : nil
        self.configuration = configuration
        self.machineIDFile = machineIDFile
    }

    /// What is there, and what is odd about it. Nothing is written.
    public func inspect() -> (identity: MachineIdentity, findings: [Finding]) {
        let origin = Origin.file(path: path, line: 0)
        let content: [UInt8]?
        do throws(SystemError) {
            content = try read()
        } catch {
            let values = ["file": path, "reason": error.reason]
            return (.new(because: .missing), [Finding(.identityUnreadable, at: origin, values)])
        }
        let identity = MachineIdentity(content: content)
        var findings = [identity.finding(file: path)].compactMap { $0 }
        switch identity {
        case .known(let guid):
            let clone = identity.cloneFinding(
                fingerprint: optional(fingerprintPath),
                machineID: optional(machineIDFile),
                file: path
            )
            findings += [clone].compactMap { $0 } + configuration.findings(machine: guid)
        case .new:
            if let adoptFrom, adoptable == nil {
                findings.append(Finding(.identityNotAdopted, at: origin, ["file": adoptFrom]))
            }
        }
        return (identity, findings)
    }

    /// The GUID of this node, made and written down where there is none, and what is odd about it.
    /// - Throws: when it can't be read or can't be kept, which must stop the node: it would be another host after each
    ///   start.
    public func obtain() throws(StartFailure) -> (guid: GUID, findings: [Finding]) {
        let (identity, findings) = inspect()
        if let unreadable = findings.first(where: { $0.condition == .identityUnreadable }) {
            throw failure(unreadable.condition, unreadable.values)
        }
        if case .known(let guid) = identity { return (guid, findings) }
        let guid = adoptable ?? GUID(random: SystemRandom.bytes(16))
        do throws(SystemError) {
            try Files.makeDirectories(directory(of: path))
            try Files.write(MachineIdentity.content(of: guid), to: path)
            if let machineID = optional(machineIDFile) {
                try Files.write(Array(MachineIdentity.fingerprint(machineID: machineID).utf8), to: fingerprintPath)
            }
        } catch {
            throw failure(.identityNotWritable, ["file": path, "reason": error.reason])
        }
        return (guid, findings)
    }

    private var adoptable: GUID? {
        guard let adoptFrom, case .known(let guid) = MachineIdentity(content: optional(adoptFrom)) else { return nil }
        return guid
    }

    private var fingerprintPath: String { directory(of: path) + "/" + MachineIdentity.fingerprintFileName }

    /// - Returns: `nil` where there is no file.
    /// - Throws: for a file that is there and can't be read. To take that for none would replace the GUID.
    private func read() throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try Files.read(path, limit: 4096)
        } catch {
            if error.number == ENOENT || error.number == ENOTDIR { return nil }
            throw error
        }
    }

    private func optional(_ path: String) -> [UInt8]? { try? Files.read(path, limit: 4096) }

    private func failure(_ condition: Condition, _ values: [String: String]) -> StartFailure {
        let lines = [condition.render(values)] + condition.fix(values)
        return StartFailure(sentence: lines.joined(separator: "\n    "), code: 73)
    }

    /// What stands before the last `/`.
    private func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
