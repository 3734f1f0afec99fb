import Basics

/// How the answers about alarms are laid out: members on lines of their own, indented by tabs (web API §8.5).
struct AlarmJSON {
    private(set) var bytes: [UInt8] = []
    private let indent: String
    private var separator: String

    /// - Parameters:
    ///   - depth: tabs in front of a member.
    ///   - isFirst: whether no member stands before.
    init(depth: Int, isFirst: Bool = true) {
        indent = "\n" + String(repeating: "\t", count: depth)
        separator = isFirst ? indent : "," + indent
    }

    /// Begins a member.
    /// - Parameter gap: what stands between colon and value; some members of the original have nothing there.
    mutating func key(_ name: String, _ gap: String = " ") {
        bytes += separator.utf8
        bytes.append(UInt8(ascii: "\""))
        appendJSONText(name, to: &bytes)
        bytes += "\":\(gap)".utf8
        separator = "," + indent
    }

    mutating func text(_ name: String, _ value: String, _ gap: String = " ") {
        key(name, gap)
        quote(value)
    }

    mutating func number(_ name: String, _ value: some BinaryInteger, _ gap: String = " ") {
        key(name, gap)
        appendDigits(Int64(clamping: value), to: &bytes)
    }

    mutating func flag(_ name: String, _ value: Bool) {
        key(name)
        bytes += (value ? "true" : "false").utf8
    }

    /// A number that may have decimals; `null` where there is none.
    mutating func decimal(_ name: String, _ value: Double) {
        key(name, "")
        appendDecimal(value, to: &bytes)
    }

    /// A number with always so many decimals.
    mutating func fixed(_ name: String, _ value: Double, decimals: Int) {
        key(name)
        appendFixed(value, decimals: decimals, to: &bytes)
    }

    mutating func raw(_ text: some Sequence<UInt8>) { bytes += text }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        appendJSONText(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
