/// Writes JSON straight into bytes: commas and nesting are its business, order and names the caller's.
///
/// A value that isn't there is written as `null`; numbers that JSON has no form for (NaN, infinities) too.
public struct JSONWriter {
    public private(set) var bytes: [UInt8] = []
    /// One entry per open object or array: whether something was already written in it.
    private var started: [Bool] = []
    private var afterKey = false

    public init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    public var string: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        open("{")
        body(&self)
        close("}")
    }

    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        open("[")
        body(&self)
        close("]")
    }

    public mutating func array<Element>(_ elements: some Sequence<Element>, _ each: (inout JSONWriter, Element) -> Void)
    {
        array { json in for element in elements { each(&json, element) } }
    }

    public mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        afterKey = true
    }

    public mutating func value(_ text: String?) {
        separate()
        if let text { quote(text) } else { bytes += "null".utf8 }
    }

    public mutating func value(_ number: (some BinaryInteger)?) {
        separate()
        bytes += (number.map { String($0) } ?? "null").utf8
    }

    public mutating func value(_ flag: Bool?) {
        separate()
        bytes += (flag.map { $0 ? "true" : "false" } ?? "null").utf8
    }

    /// With up to seven decimals, as the API prints numbers (web API §6).
    public mutating func value(_ number: Double?) {
        separate()
        if let number, number.isFinite { appendDecimal(number, to: &bytes) } else { bytes += "null".utf8 }
    }

    public mutating func null() {
        separate()
        bytes += "null".utf8
    }

    public mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes += json
    }

    public mutating func member(_ name: String, _ text: String?) {
        key(name)
        value(text)
    }

    public mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
        key(name)
        value(number)
    }

    public mutating func member(_ name: String, _ flag: Bool?) {
        key(name)
        value(flag)
    }

    public mutating func member(_ name: String, _ number: Double?) {
        key(name)
        value(number)
    }

    public mutating func member(_ name: String, _ texts: [String]) {
        key(name)
        array(texts) { $0.value($1) }
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        started.append(false)
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        started.removeLast()
        bytes.append(UInt8(ascii: bracket))
    }

    private mutating func separate() {
        if afterKey {
            afterKey = false
        } else if let last = started.indices.last {
            if started[last] { bytes.append(UInt8(ascii: ",")) }
            started[last] = true
        }
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        appendJSONText(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}

/// The inside of a JSON string: quotes, backslashes and control characters escaped.
public func appendJSONText(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x0a: bytes += "\\n".utf8
        case 0x0d: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        case 0..<0x20, 0x7f:
            bytes += "\\u00".utf8
            for nibble in [byte >> 4, byte & 15] { bytes.append(nibble < 10 ? nibble + 48 : nibble + 87) }
        default: bytes.append(byte)
        }
    }
}
