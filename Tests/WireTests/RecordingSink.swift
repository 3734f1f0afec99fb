import Basics
import Wire

/// Writes down what it is told, one text per command: the words with `|` between them.
struct RecordingSink: CommandSink {
    var commands: [String] = []
    /// The command after which it ends the session.
    var last: String?

    mutating func begin(_ chart: Word, _ microseconds: Int64) -> Bool {
        take("BEGIN|\(chart.string)|\(microseconds)")
    }

    mutating func set(_ dimension: Word, _ value: Int64) -> Bool {
        take("SET|\(dimension.string)|\(value)")
    }

    mutating func end(_ lines: UnsafeBufferPointer<UInt8>) -> Bool {
        take("END")
    }

    mutating func rset(_ dimension: Word, _ value: Word, _ flags: Word) -> Bool {
        take("RSET|\(dimension.string)|\(value.string)|\(flags.string)")
    }

    mutating func command(_ keyword: Keyword, _ words: borrowing Words) -> Bool {
        take((["\(keyword.name)"] + (0..<words.count).map { words[$0].string }).joined(separator: "|"))
    }

    mutating func unknown(_ line: Word) -> Bool {
        take("?" + line.string)
    }

    private mutating func take(_ command: String) -> Bool {
        commands.append(command)
        return command != last
    }
}

/// Keeps only a number for all it is told, so that a stream can be cut in a thousand ways quickly.
struct FingerprintSink: CommandSink {
    var fingerprint: UInt64 = 14_695_981_039_346_656_037
    var commands = 0

    mutating func begin(_ chart: Word, _ microseconds: Int64) -> Bool { take(1, chart, microseconds) }

    mutating func set(_ dimension: Word, _ value: Int64) -> Bool { take(2, dimension, value) }

    mutating func end(_ lines: UnsafeBufferPointer<UInt8>) -> Bool { take(3, nil, 0) }

    mutating func rset(_ dimension: Word, _ value: Word, _ flags: Word) -> Bool {
        _ = take(7, dimension, 0)
        _ = take(7, value, 1)
        return take(7, flags, 2)
    }

    mutating func command(_ keyword: Keyword, _ words: borrowing Words) -> Bool {
        for index in 0..<words.count { _ = take(4, words[index], Int64(index)) }
        return take(5, nil, Int64(keyword.rawValue))
    }

    mutating func unknown(_ line: Word) -> Bool { take(6, line, 0) }

    private mutating func take(_ kind: UInt64, _ word: Word?, _ number: Int64) -> Bool {
        commands += 1
        mix(kind)
        if let word { mix(UInt64(word.hash)) }
        mix(UInt64(bitPattern: number))
        return true
    }

    private mutating func mix(_ value: UInt64) {
        fingerprint = (fingerprint ^ value) &* 1_099_511_628_211
    }
}

/// Feeds bytes from memory that ends exactly where they do, so that a sanitizer sees any read beyond.
func withExactBytes<Result>(_ bytes: some Collection<UInt8>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return body(UnsafeRawBufferPointer(copy))
}

/// The commands of some text, fed in the given pieces.
func parse(
    _ pieces: [ArraySlice<UInt8>],
    limit: Int = LineLimit.accepted,
    until last: String? = nil
) -> (
    result: ParseResult, commands: [String]
) {
    var parser = LineParser(limit: limit)
    var sink = RecordingSink(last: last)
    var result = ParseResult.more
    for piece in pieces { result = withExactBytes(piece) { parser.feed($0, to: &sink) } }
    return (result, sink.commands)
}

func parse(
    _ text: String,
    limit: Int = LineLimit.accepted,
    until last: String? = nil
) -> (
    result: ParseResult, commands: [String]
) {
    parse([Array(text.utf8)[...]], limit: limit, until: last)
}

/// Every way to cut `bytes` once, all single bytes, and the whole.
func cuts(_ bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
    [[bytes[...]], bytes.indices.map { bytes[$0...$0] }] + bytes.indices.map { [bytes[..<$0], bytes[$0...]] }
}
