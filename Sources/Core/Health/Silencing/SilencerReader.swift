/// Reads the JSON of ``Silencers``: objects, lists, texts, flags; nothing nests deeper than they do.
struct SilencerReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func fault(_ sentence: String) -> Silencers.Fault { Silencers.Fault(offset: index, sentence: sentence) }

    mutating func members(
        _ each: (inout SilencerReader, String) throws(Silencers.Fault) -> Void
    ) throws(Silencers.Fault) {
        try list("{", "}") { reader throws(Silencers.Fault) in
            let name = try reader.text()
            try reader.expect(":")
            try each(&reader, name)
        }
    }

    mutating func elements(
        _ each: (inout SilencerReader) throws(Silencers.Fault) -> Void
    ) throws(Silencers.Fault) {
        try list("[", "]", each)
    }

    mutating func flag() throws(Silencers.Fault) -> Bool {
        skipSpace()
        if take("true") { return true }
        if take("false") { return false }
        throw fault("true or false is missing")
    }

    mutating func text() throws(Silencers.Fault) -> String {
        try expect("\"")
        var content: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else { throw fault("a text is no UTF-8") }
                return text
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0..<0x20: throw fault("a text has a control character")
            default: content.append(byte)
            }
        }
        throw fault("a text does not end")
    }

    /// A value that nobody asked for: a text, a flag, a number or `null`.
    mutating func skip() throws(Silencers.Fault) {
        skipSpace()
        guard index < bytes.count else { throw fault("a value is missing") }
        if bytes[index] == UInt8(ascii: "\"") {
            _ = try text()
            return
        }
        let start = index
        while index < bytes.count, isScalar(bytes[index]) { index += 1 }
        guard index > start else { throw fault("a value is not understood") }
    }

    /// Nothing but white space may follow.
    mutating func end() throws(Silencers.Fault) {
        skipSpace()
        guard index == bytes.count else { throw fault("something follows its end") }
    }

    // MARK: Signs

    private mutating func list(
        _ open: Unicode.Scalar,
        _ close: Unicode.Scalar,
        _ each: (inout SilencerReader) throws(Silencers.Fault) -> Void
    ) throws(Silencers.Fault) {
        try expect(open)
        skipSpace()
        if take(String(close)) { return }
        while true {
            try each(&self)
            skipSpace()
            if take(String(close)) { return }
            try expect(",")
        }
    }

    private mutating func expect(_ sign: Unicode.Scalar) throws(Silencers.Fault) {
        skipSpace()
        guard take(String(sign)) else { throw fault("'\(sign)' is missing") }
    }

    private mutating func take(_ word: String) -> Bool {
        guard bytes[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
    }

    private func isScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// What a backslash stands before. Half a pair of surrogates becomes U+FFFD.
    private mutating func escape(into content: inout [UInt8]) throws(Silencers.Fault) {
        guard index < bytes.count else { throw fault("a text does not end") }
        let sign = bytes[index]
        index += 1
        switch sign {
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(sign)
        case UInt8(ascii: "u"):
            var code = try unit()
            if code & 0xfc00 == 0xd800, take("\\u") {
                let low = try unit()
                code = low & 0xfc00 == 0xdc00 ? 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff : 0xfffd
            }
            content += String(Character(Unicode.Scalar(code) ?? "\u{fffd}")).utf8
        default: throw fault("an escape is unknown")
        }
    }

    private mutating func unit() throws(Silencers.Fault) -> UInt32 {
        guard index + 4 <= bytes.count else { throw fault("an escape does not end") }
        var code: UInt32 = 0
        for byte in bytes[index..<(index + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("an escape has no digits")
            }
            code = code << 4 | UInt32(digit)
        }
        index += 4
        return code
    }
}
