public import Basics

#if canImport(Glibc)
import Glibc
#endif

/// The words of one line after its keyword, without allocation: they point into the line.
///
/// Valid only during the call that hands them over.
public struct Words: ~Copyable {
    /// Of a line, the keyword among them; what follows is dropped (streaming protocol §7).
    public static let limit = 20

    /// How many words there are; a `SLOT:n` is not among them.
    public private(set) var count = 0
    /// The keyword of the line, empty where the line is blank.
    public private(set) var keyword = Words.nothing
    /// The whole line without its end.
    public private(set) var line = Words.nothing
    /// Whether the line has no word at all.
    public private(set) var isBlank = true
    private let storage: UnsafeMutablePointer<Word>

    init() {
        storage = .allocate(capacity: Words.limit)
        storage.initialize(repeating: Words.nothing, count: Words.limit)
    }

    deinit {
        storage.deallocate()
    }

    /// A word that isn't there is empty: the protocol treats both alike nearly everywhere, and ``count`` tells.
    public subscript(_ index: Int) -> Word {
        index >= 0 && index < count ? storage[index] : Words.nothing
    }

    private static var nothing: Word { Word(start: StaticString("").utf8Start, count: 0) }
}

extension Words {
    /// Splits the line that starts at `start` and returns what follows its newline. The newline must exist: it stops
    /// every loop, so nothing behind it is ever read.
    @usableFromInline
    mutating func split(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        count = 0
        var cursor = start
        let first = Words.next(&cursor)
        isBlank = first == nil
        keyword = first ?? Words.nothing
        while count < Words.limit - 1, let word = Words.next(&cursor) {
            storage[count] = word
            count += 1
        }
        while cursor[0] != newline { cursor += 1 }
        line = Word(start: start, count: cursor - start)
        return cursor + 1
    }

    /// Takes a `SLOT:n` away from the front.
    @usableFromInline
    mutating func skipSlot() {
        guard count > 0, storage[0].count > 5, memcmp(storage[0].start, "SLOT:", 5) == 0,
            storage[0].start[-1] != doubleQuote, storage[0].start[-1] != singleQuote
        else { return }
        for index in 1..<Swift.max(count, 1) { storage[index - 1] = storage[index] }
        count -= 1
    }

    /// The next word, or `nil` at the end of the line (streaming protocol §7: separators, quotes, backslash).
    private static func next(_ cursor: inout UnsafePointer<UInt8>) -> Word? {
        while isSeparator(cursor[0]) { cursor += 1 }
        if cursor[0] == newline { return nil }
        let quote = cursor[0]
        guard quote == doubleQuote || quote == singleQuote else { return bare(&cursor) }
        cursor += 1
        let start = cursor
        while cursor[0] != quote, cursor[0] != newline { step(&cursor) }
        let word = Word(start: start, count: cursor - start)
        if cursor[0] == quote { cursor += 1 }
        return word
    }

    private static func bare(_ cursor: inout UnsafePointer<UInt8>) -> Word {
        let start = cursor
        while cursor[0] != newline, !isSeparator(cursor[0]) { step(&cursor) }
        return Word(start: start, count: cursor - start)
    }

    /// One character on, or two where a backslash takes the next one literally. The newline is never stepped over.
    private static func step(_ cursor: inout UnsafePointer<UInt8>) {
        cursor += cursor[0] == backslash && cursor[1] != newline ? 2 : 1
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "\t")
            || byte == UInt8(ascii: "\r")
    }
}

@inlinable var newline: UInt8 { 0x0a }
@inlinable var doubleQuote: UInt8 { 0x22 }
private let singleQuote = UInt8(ascii: "'")
private let backslash = UInt8(ascii: "\\")
