public import Basics
import Diagnostics

/// Who this node is: what the file of the machine GUID says, and what to do about it (storage §5). The file is made once,
/// never changed, and its GUID is written nowhere else.
public enum MachineIdentity: Sendable, Equatable {
    /// The file holds a GUID.
    case known(GUID)
    /// A new one has to be made: there is no file, or no GUID in it that can be used.
    case new(because: Reason)

    public enum Reason: Sendable, Equatable {
        case missing
        case invalid(String)
        /// It was once shipped in a package.
        case banned(GUID)
    }

    /// The file's name, beneath the registry's directory.
    public static let fileName = "netdata.public.unique.id"

    /// A file beside it that holds the ``fingerprint(machineID:)`` of the machine it was made on.
    public static let fingerprintFileName = "ndstream.machine.fingerprint"

    /// GUIDs that came with packages and so tell no machine from another.
    public static let banned: Set<GUID> = [
        GUID("8a795b0c-2311-11e6-8563-000c295076a6")!, GUID("4aed1458-1c3e-11e6-a53f-000c290fc8f5")!,
    ]

    /// What the file says: a GUID in any case, with or without blanks and a line end behind it.
    ///
    /// - Parameter content: `nil` where there is no file. 37 bytes are enough to know.
    public init(content: [UInt8]?) {
        guard let content else {
            self = .new(because: .missing)
            return
        }
        let text = trimmed(String(decoding: content, as: UTF8.self))
        guard let guid = GUID(text) else {
            self = .new(because: .invalid(quoted(text)))
            return
        }
        self = Self.banned.contains(guid) ? .new(because: .banned(guid)) : .known(guid)
    }

    /// What the file has to hold for a GUID: 36 characters and no line end.
    public static func content(of guid: GUID) -> [UInt8] { Array(guid.description.utf8) }

    /// What there is to say about the file; nothing where it is fine or not there yet.
    public func finding(file: String) -> Finding? {
        let origin = Origin.file(path: file, line: 0)
        switch self {
        case .known, .new(because: .missing): return nil
        case .new(because: .invalid(let text)):
            return Finding(.identityInvalid, at: origin, ["value": text, "file": file])
        case .new(because: .banned(let guid)):
            return Finding(.identityBanned, at: origin, ["value": guid.description, "file": file])
        }
    }

    /// Something that differs from machine to machine and doesn't tell which machine it is, for telling clones.
    ///
    /// - Parameter machineID: what `/etc/machine-id` holds.
    public static func fingerprint(machineID: [UInt8]) -> String {
        // FNV-1a, twice with different beginnings; the machine's id must not be readable from it by whoever reads the
        // file, and nobody gains anything by finding another machine of the same fingerprint.
        var halves: (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15)
        for byte in Array("ndstream".utf8) + machineID {
            halves.0 = (halves.0 ^ UInt64(byte)) &* 0x100_0000_01b3
            halves.1 = (halves.1 ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return hexadecimal(halves.0) + hexadecimal(halves.1)
    }

    /// Says so when the file was made on another machine than this one.
    ///
    /// - Parameters:
    ///   - fingerprint: the content of the file beside it, `nil` where there is none.
    ///   - machineID: what `/etc/machine-id` holds, `nil` where there is none.
    public func cloneFinding(fingerprint: [UInt8]?, machineID: [UInt8]?, file: String) -> Finding? {
        guard case .known(let guid) = self, let fingerprint, let machineID else { return nil }
        let text = trimmed(String(decoding: fingerprint, as: UTF8.self))
        guard !text.isEmpty, text != Self.fingerprint(machineID: machineID) else { return nil }
        return Finding(.identityCloned, at: .file(path: file, line: 0), ["value": guid.description, "file": file])
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Configuration {
    /// What is wrong with the GUIDs of this configuration, given the one this node has.
    public func findings(machine guid: GUID) -> [Finding] {
        var findings: [Finding] = []
        if stream.apiKey == guid {
            let values = ["section": guid.description, "where": "this node's own GUID is the key it sends"]
            findings.append(Finding(.configKeyIsMachine, at: settings.origin("stream", "api key"), values))
        }
        if let section = peers.first(where: { $0.guid == guid && $0.kind == .key }) {
            let values = ["section": guid.description, "where": "this node's own GUID is one of its keys"]
            findings.append(Finding(.configKeyIsMachine, at: section.origin, values))
        }
        return findings
    }
}
