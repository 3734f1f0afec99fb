import Basics
import Config
import Store

/// The lines of one host in the format of a connector (exporting §4). What is the same in all of them is made once.
struct LineFormat {
    private let format: ExportingSettings.Format
    /// What stands in front of the chart.
    private let head: [UInt8]
    /// Tags and labels.
    private let tail: [UInt8]

    /// - Parameter isLocal: the own host's, whose name the connector may change.
    init(_ connector: ExportingSettings.Connector, _ identity: HostIdentity, isLocal: Bool) {
        format = connector.format
        let hostname = oneLine(isLocal ? connector.hostname ?? identity.hostname : identity.hostname)
        let prefix = oneLine(connector.prefix)
        let labels = identity.labels.filter { label in
            connector.sendsConfiguredLabels && label.source & 2 != 0
                || connector.sendsAutomaticLabels && label.source & 2 == 0
        }
        var tail = ""
        func add(_ separator: String, _ clean: (UInt8) -> Bool) {
            if !identity.tags.isEmpty { tail += separator + oneLine(identity.tags) }
            for label in labels {
                tail += separator + LabelText.key(label.key) + "=" + LabelText.value(label.value, keeping: clean)
            }
        }
        switch connector.format {
        case .graphite:
            head = Array("\(prefix).\(hostname).".utf8)
            add(";", LabelText.isPlainInGraphite)
        case .openTSDB:
            head = Array("put \(prefix).".utf8)
            tail = " host=\(hostname)"
            add(" ", LabelText.isPlainInOpenTSDB)
        }
        self.tail = Array(tail.utf8)
    }

    /// Appends a line.
    /// - Parameters:
    ///   - chart: its name or id, as is the dimension's.
    ///   - time: Unix seconds.
    ///   - value: appends the number.
    func append(
        chart: String,
        dimension: String,
        time: Int64,
        to bytes: inout [UInt8],
        value: (inout [UInt8]) -> Void
    ) {
        bytes += head
        append(cleaned: chart, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        append(cleaned: dimension, to: &bytes)
        switch format {
        case .graphite:
            bytes += tail
            bytes.append(UInt8(ascii: " "))
            value(&bytes)
            bytes.append(UInt8(ascii: " "))
            appendDigits(time, to: &bytes)
        case .openTSDB:
            bytes.append(UInt8(ascii: " "))
            appendDigits(time, to: &bytes)
            bytes.append(UInt8(ascii: " "))
            value(&bytes)
            bytes += tail
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Letters, digits and `.` stay.
    private func append(cleaned text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            bytes.append(isAlphanumeric(byte) || byte == UInt8(ascii: ".") ? byte : UInt8(ascii: "_"))
        }
    }
}

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
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}

/// A peer chooses its name, and must not be able to begin a line with it; the original cleans nothing here.
private func oneLine(_ text: String) -> String {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        ? text
        : String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
}
