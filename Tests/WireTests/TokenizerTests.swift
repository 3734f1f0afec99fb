import Testing

@testable import Wire

/// Lines → commands (streaming protocol §7–8).
@Suite struct TokenizerTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let line: String
        let command: String?
        var testDescription: String { line }

        init(_ line: String, _ command: String?) {
            self.line = line
            self.command = command
        }
    }

    static let examples: [Example] = [
        // As children write them.
        Example(#"BEGIN "system.cpu" 0"#, "BEGIN|system.cpu|0"),
        Example(#"BEGIN "system.cpu" 1000123"#, "BEGIN|system.cpu|1000123"),
        Example(#"SET "user" = 10534"#, "SET|user|10534"),
        Example(#"SET "user" = -1"#, "SET|user|-1"),
        Example(
            #"SET "a dimension with blanks = and more" = 12345678"#,
            "SET|a dimension with blanks = and more|12345678"
        ),
        Example("END", "END"),
        // As plugins may write them.
        Example("BEGIN system.cpu", "BEGIN|system.cpu|0"),
        Example("BEGIN 'system.cpu' 5", "BEGIN|system.cpu|5"),
        Example("SET user = 7", "SET|user|7"),
        Example("SET user 7", "SET|user|7"),
        Example("SET user=7", "SET|user|7"),
        Example("SET 'user'=7", "SET|user|7"),
        Example("  SET\t\"user\"\r=\t 7 \r", "SET|user|7"),
        Example("END\r", "END"),
        Example("END of it", "END"),
        Example("\"END\"", "END"),
        // Numbers as strtoll reads them with base 0.
        Example(#"SET "x" = 0"#, "SET|x|0"),
        Example(#"SET "x" = 0x10"#, "SET|x|16"),
        Example(#"SET "x" = 0X1f"#, "SET|x|31"),
        Example(#"SET "x" = 010"#, "SET|x|8"),
        Example(#"SET "x" = -010"#, "SET|x|-8"),
        Example(#"SET "x" = 08"#, "SET|x|0"),
        Example(#"SET "x" = 0x"#, "SET|x|0"),
        Example(#"SET "x" = +5"#, "SET|x|5"),
        Example(#"SET "x" = 5abc"#, "SET|x|5"),
        Example(#"SET "x" = 5.9"#, "SET|x|5"),
        Example(#"SET "x" = abc"#, "SET|x|0"),
        Example(#"SET "x" = -"#, "SET|x|0"),
        Example(#"SET "x" = 1e309"#, "SET|x|1"),
        Example(#"SET "x" = '77'"#, "SET|x|77"),
        Example(#"SET "x" = 999999999999999999"#, "SET|x|999999999999999999"),
        Example(#"SET "x" = 1000000000000000000"#, "SET|x|1000000000000000000"),
        Example(#"SET "x" = 9223372036854775807"#, "SET|x|9223372036854775807"),
        Example(#"SET "x" = -9223372036854775808"#, "SET|x|-9223372036854775808"),
        Example(#"SET "x" = 9223372036854775808"#, "SET|x|9223372036854775807"),
        Example(#"SET "x" = -99999999999999999999999"#, "SET|x|-9223372036854775808"),
        Example(#"SET "x" = \#(String(repeating: "9", count: 10_000))"#, "SET|x|9223372036854775807"),
        // Microseconds are plain decimal.
        Example(#"BEGIN "x" 010"#, "BEGIN|x|10"),
        Example(#"BEGIN "x" 0x10"#, "BEGIN|x|0"),
        Example(#"BEGIN "x" -1"#, "BEGIN|x|0"),
        Example(#"BEGIN "x" later"#, "BEGIN|x|0"),
        Example(#"BEGIN "x" "6""#, "BEGIN|x|6"),
        Example(#"BEGIN "x" 9223372036854775808"#, "BEGIN|x|9223372036854775807"),
        Example(#"BEGIN "x" 1 2 3"#, "BEGIN|x|1"),
        // Malformed ones are the sink's to judge.
        Example("BEGIN", "BEGIN"),
        Example(#"BEGIN """#, "BEGIN|"),
        Example("SET", "SET"),
        Example(#"SET "x""#, "SET|x"),
        Example(#"SET "x" ="#, "SET|x"),
        Example(#"SET "x" = """#, "SET|x|"),
        Example(#"SET "" = 5"#, "SET||5"),
        // Quotes and backslashes.
        Example(#"SET "it's" = 1"#, "SET|it's|1"),
        Example(#"SET 'say "x"' = 1"#, #"SET|say "x"|1"#),
        Example(#"SET "a\"b" = 1"#, #"SET|a\"b|1"#),
        Example(#"SET "a\\" = 1"#, #"SET|a\\|1"#),
        Example(#"SET a"b = 1"#, #"SET|a"b|1"#),
        Example(#"SET a\ b = 1"#, #"SET|a\ b|1"#),
        Example(#"SET "open = 1"#, "SET|open = 1"),
        Example(#"SET "x"5"#, "SET|x|5"),
        Example(#"SET "x\"#, #"SET|x\"#),
        Example(#"CHART "a.b" '' "t""#, "CHART|a.b||t"),
        Example(#"CHART "a.b""c""d""#, "CHART|a.b|c|d"),
        // Other commands.
        Example(#"LABEL "key" = 0 a value"#, "LABEL|key|0|a|value"),
        Example("VARIABLE HOST demo = 42.5000000", "VARIABLE|HOST|demo|42.5000000"),
        Example("OVERWRITE labels", "OVERWRITE|labels"),
        Example("CLABEL_COMMIT", "CLABEL_COMMIT"),
        Example("CLAIMED_ID 'a' 'NULL'", "CLAIMED_ID|a|NULL"),
        // Never offered, always borne.
        Example(#"FUNCTION GLOBAL "x" 10 "help" "top" 0x1 100 1"#, "FUNCTION|GLOBAL|x|10|help|top|0x1|100|1"),
        Example(#"FUNCTION_DEL GLOBAL "x""#, "FUNCTION_DEL|GLOBAL|x"),
        // Slots are hints for a cache that isn't kept.
        Example(#"CHART SLOT:1 "a.b" """#, "CHART|a.b|"),
        Example(#"BEGIN SLOT:12 "a.b" 5"#, "BEGIN|a.b|5"),
        Example(#"BEGIN "SLOT:12" 5"#, "BEGIN|SLOT:12|5"),
        Example("BEGIN SLOT:", "BEGIN|SLOT:|0"),
        Example("DIMENSION SLOT:99999999999999999999 'd'", "DIMENSION|d"),
        Example("SET SLOT:1 5", "SET|SLOT:1|5"),
        // Nothing, and nothing known.
        Example("", nil),
        Example(" \t=\r", nil),
        Example("set x = 1", "?set x = 1"),
        Example("SETx", "?SETx"),
        Example("BEGIN2 'x' 1 2 #", "?BEGIN2 'x' 1 2 #"),
        Example("GET / HTTP/1.1\r", "?GET / HTTP/1.1\r"),
        Example("\"\"", "?\"\""),
        Example("ENDE", "?ENDE"),
        Example("E", "?E"),
    ]

    @Test(arguments: examples)
    func aLineWhereverItIsCut(_ example: Example) {
        // Other commands around it: the last lines of a piece are read with more care than those before.
        for (before, after) in [("", ""), ("END\n", "SET \"after\" = 1\nEND\n")] {
            let bytes = Array((before + example.line + "\n" + after).utf8)
            let expected =
                (before.isEmpty ? [] : ["END"]) + (example.command.map { [$0] } ?? [])
                + (after.isEmpty ? [] : ["SET|after|1", "END"])
            let pieces = bytes.count < 200 ? cuts(bytes) : [[bytes[...]], bytes.indices.map { bytes[$0...$0] }]
            for piece in pieces {
                let (result, commands) = parse(piece)
                #expect(result == .more && commands == expected)
            }
        }
    }

    @Test(arguments: examples)
    func theReferenceAgrees(_ example: Example) {
        #expect(ReferenceTokenizer.commands(Array((example.line + "\n").utf8)) == (example.command.map { [$0] } ?? []))
    }

    @Test func aLineHasAtMostTwentyWords() {
        let words = (1...30).map(String.init)
        #expect(
            parse("CHART " + words.joined(separator: " ") + "\n").commands == [
                "CHART|" + words.prefix(19).joined(separator: "|")
            ]
        )
        #expect(
            parse("CHART " + words.prefix(19).joined(separator: " ") + "\n").commands == [
                "CHART|" + words.prefix(19).joined(separator: "|")
            ]
        )
    }

    @Test func aMillionBlanksAreABlankLine() {
        let text = String(repeating: " ", count: 1_000_000) + "\nEND\n"
        #expect(parse(text, limit: 2_000_000).commands == ["END"])
        #expect(parse(text) == (.lineTooLong, []))
    }

    @Test func bytesThatAreNoTextPassThrough() {
        let bytes: [UInt8] = Array("SET \"".utf8) + [0xff, 0x00, 0x80] + Array("\" = 1\n".utf8)
        #expect(parse([bytes[...]]).commands == ["SET|\u{fffd}\0\u{fffd}|1"])
    }

    @Test func nothingIsParsedAfterTheSinkHasStopped() {
        let text = "END\nSET \"x\" = 1\nSET \"y\" = 2\nEND\n"
        for pieces in cuts(Array(text.utf8)) {
            let (result, commands) = parse(pieces, until: "SET|x|1")
            #expect(result == .stopped && commands == ["END", "SET|x|1"])
        }
    }

    /// A hundred thousand lines that look nearly as they should, against the reference.
    @Test func oddLinesAgainstTheReference() {
        var random = SeededRandom(seed: 1)
        let pieces = [
            "SET", "BEGIN", "END", "CHART", " ", " ", " ", "  ", "\t", "\r", "=", " = ", "\"", "\"", "'", "\\", "\"x\"",
            "\"user\"",
            "\"a long dimension id\"", "user", "0", "1", "-", "12345678", "99999999999999999999", "0x1f", "017", "abc",
            "SLOT:1",
        ]
        var text: [UInt8] = []
        for _ in 0..<20_000 {
            text += ["SET ", "BEGIN ", "SET \"x\" = ", "BEGIN \"c\" ", ""].randomElement(using: &random)!.utf8
            for _ in 0..<Int.random(in: 0..<6, using: &random) { text += pieces.randomElement(using: &random)!.utf8 }
            text.append(0x0a)
        }
        let commands = parse([text[...]]).commands
        let expected = ReferenceTokenizer.commands(text)
        #expect(commands.count == expected.count)
        if let index = zip(commands, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset {
            Issue.record("\(commands[index]) instead of \(expected[index])")
        }
    }
}

/// Numbers that look random and are the same in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
