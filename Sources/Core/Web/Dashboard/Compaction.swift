/// Takes out of the dashboard's sources what only their readers need: comments, indentation, and blanks beside signs.
/// Names stay, and so does every line break that JavaScript might end a statement at.
enum Compaction {
    /// Of JavaScript. A regular expression is told from a division by what stands before it, as in `(/x/` or `= /x/`.
    static func script(_ source: [UInt8]) -> [UInt8] {
        var compactor = Compactor(source)
        compactor.run()
        return compactor.output
    }

    /// Of CSS. Blanks that mean something (`a b`, `calc(1px - 2px)`) stay.
    static func style(_ source: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var index = 0
        var isBlank = false
        while index < source.count {
            let byte = source[index]
            if byte == UInt8(ascii: "/"), source[index...].starts(with: "/*".utf8) {
                index = end(of: "*/", in: source, from: index + 2)
                continue
            }
            index += 1
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") {
                isBlank = true
                continue
            }
            let signs = Array("{};,".utf8)
            // Before a colon a blank means something: `a :hover`.
            if isBlank, let last = output.last, !signs.contains(byte), !signs.contains(last), last != UInt8(ascii: ":")
            {
                output.append(UInt8(ascii: " "))
            }
            isBlank = false
            if byte == UInt8(ascii: "}"), output.last == UInt8(ascii: ";") { output.removeLast() }
            output.append(byte)
            if byte == UInt8(ascii: "\"") {
                let end = end(of: "\"", in: source, from: index)
                output += source[index..<end]
                index = end
            }
        }
        return output
    }

    /// The place behind the next `text`.
    fileprivate static func end(of text: String, in source: [UInt8], from start: Int) -> Int {
        let text = Array(text.utf8)
        var index = start
        while index + text.count <= source.count {
            if source[index..<(index + text.count)].elementsEqual(text) { return index + text.count }
            index += 1
        }
        return source.count
    }
}

/// Walks over a script once.
private struct Compactor {
    private let source: [UInt8]
    private var index = 0
    private var blank: UInt8?
    private(set) var output: [UInt8] = []

    init(_ source: [UInt8]) {
        self.source = source
        output.reserveCapacity(source.count)
    }

    mutating func run() {
        while index < source.count {
            let byte = source[index]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"): skipBlank(byte)
            case UInt8(ascii: "/") where follows("//"):
                while index < source.count, source[index] != UInt8(ascii: "\n") { index += 1 }
            case UInt8(ascii: "/") where follows("/*"): index = Compaction.end(of: "*/", in: source, from: index + 2)
            case UInt8(ascii: "/") where beginsExpression: copy(literal: byte)
            case UInt8(ascii: "\""), UInt8(ascii: "'"): copy(literal: byte)
            case UInt8(ascii: "`"): copyTemplate()
            default:
                writeBlank(before: byte)
                if byte == UInt8(ascii: "}") { dropSemicolon() }
                if isOne(of: "}])", byte) { dropComma() }
                output.append(byte)
                index += 1
            }
        }
    }

    /// Before a brace it is not needed, unless it is a statement of its own: `while (f());`.
    private mutating func dropSemicolon() {
        guard output.last == UInt8(ascii: ";"), output.dropLast().last != UInt8(ascii: ")") else { return }
        output.removeLast()
    }

    /// After the last element it is not needed, unless there is no element: `[,]`.
    private mutating func dropComma() {
        guard output.last == UInt8(ascii: ","), let before = output.dropLast().last, !isOne(of: ",[(", before) else {
            return
        }
        output.removeLast()
    }

    private func follows(_ text: StaticString) -> Bool {
        index + text.utf8CodeUnitCount <= source.count
            && text.withUTF8Buffer { source[index..<(index + $0.count)].elementsEqual($0) }
    }

    // MARK: Blanks

    private mutating func skipBlank(_ byte: UInt8) {
        if blank != UInt8(ascii: "\n") { blank = byte }
        index += 1
    }

    private mutating func writeBlank(before next: UInt8) {
        defer { blank = nil }
        guard let blank, let last = output.last else { return }
        if blank == UInt8(ascii: "\n") {
            // A line that ends so goes on, and so does one before a line that begins so.
            guard !isOne(of: "{;,([=:?&|<>*\n", last), !isOne(of: "}).],;:?&|", next) else { return }
        } else {
            let signs: StaticString = "{}()[],;:=<>?&|!*%+-/\n"
            // `a - -b`, and two slashes, would become something else.
            let isRisky = isOne(of: "+-/", last) && isOne(of: "+-/*", next)
            guard isRisky || !isOne(of: signs, last) && !isOne(of: signs, next) else { return }
        }
        output.append(blank)
    }

    private func isOne(of signs: StaticString, _ byte: UInt8) -> Bool {
        signs.withUTF8Buffer { $0.contains(byte) }
    }

    // MARK: Literals

    /// Where an expression is expected a slash begins a regular one.
    private var beginsExpression: Bool { output.last.map { isOne(of: "(,=:[!&|?{};>", $0) } ?? true }

    /// A string or a regular expression, up to the same sign again.
    private mutating func copy(literal mark: UInt8) {
        writeBlank(before: mark)
        var isInClass = false
        repeat {
            let byte = source[index]
            if byte == UInt8(ascii: "\\") { copyByte() }
            if mark == UInt8(ascii: "/"), byte == UInt8(ascii: "[") { isInClass = true }
            if byte == UInt8(ascii: "]") { isInClass = false }
            copyByte()
        } while index < source.count && (source[index] != mark || isInClass)
        copyByte()
    }

    /// A template with all that is in it, other templates too.
    private mutating func copyTemplate() {
        writeBlank(before: source[index])
        copyByte()
        while index < source.count, source[index] != UInt8(ascii: "`") {
            if source[index] == UInt8(ascii: "\\") {
                copyByte()
            } else if follows("${") {
                copyByte()
                var depth = 0
                repeat {
                    if source[index] == UInt8(ascii: "`") {
                        copyTemplate()
                        continue
                    }
                    if source[index] == UInt8(ascii: "{") { depth += 1 }
                    if source[index] == UInt8(ascii: "}") { depth -= 1 }
                    if depth > 0 { copyByte() }
                } while depth > 0 && index < source.count
            }
            copyByte()
        }
        copyByte()
    }

    private mutating func copyByte() {
        guard index < source.count else { return }
        output.append(source[index])
        index += 1
    }
}
