import Basics
import Config
import Store

/// Names and values of labels: first as the original keeps them, then as a format can have them (exporting §3).
enum LabelText {
    static func key(_ text: String) -> String {
        String(
            decoding: text.utf8.map { isAlphanumeric($0) || "._-/".utf8.contains($0) ? $0 : UInt8(ascii: "_") },
            as: UTF8.self
        )
    }

    static func value(_ text: String, keeping isPlain: (UInt8) -> Bool) -> String {
        // An empty one would not be a label at all.
        guard !text.isEmpty else { return "[none]" }
        let bytes = text.utf8.map { byte in
            let kept = stored(byte)
            return isPlain(kept) ? kept : UInt8(ascii: "_")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func stored(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: ","): UInt8(ascii: ".")
        case UInt8(ascii: ";"), UInt8(ascii: "="): UInt8(ascii: ":")
        case UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "_")
        default: byte
        }
    }

    static func isPlainInGraphite(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7f && byte != UInt8(ascii: ";") && byte != UInt8(ascii: "~")
    }

    static func isPlainInOpenTSDB(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte >= 0x80 || "-./".utf8.contains(byte)
    }

    /// JSON has an escape for everything else.
    static func isPlainInJSON(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f }
}

extension ExportingSettings.Connector {
    /// The labels of a host that it sends.
    func labels(of identity: HostIdentity) -> [Label] {
        identity.labels.filter { $0.isMeant(configured: sendsConfiguredLabels, automatic: sendsAutomaticLabels) }
    }

    /// What a host is called there: the own one may have another name.
    func hostname(of identity: HostIdentity, isLocal: Bool) -> String {
        isLocal ? hostname ?? identity.hostname : identity.hostname
    }
}

func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}

/// Appends the name of a chart or dimension as lines have it: letters, digits and `.` stay.
func append(cleaned text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
        bytes.append(isAlphanumeric(byte) || byte == UInt8(ascii: ".") ? byte : UInt8(ascii: "_"))
    }
}

/// A peer chooses its name, and must not be able to begin a line with it; the original cleans nothing here.
func oneLine(_ text: String) -> String {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        ? text
        : String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
}
