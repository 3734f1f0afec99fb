import Wire

#if canImport(Glibc)
import Glibc
#endif

/// Streaming protocol §7 once more, slow and plain, with C's own `strtoll`: what the tokenizer is compared with.
enum ReferenceTokenizer {
    static func commands(_ text: [UInt8]) -> [String] {
        text.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast().compactMap { command(Array($0)) }
    }

    private static func command(_ line: [UInt8]) -> String? {
        var words = words(line)
        guard let first = words.first else { return nil }
        words.removeFirst()
        let keywords = Keyword.allCases.map { "\($0.name)" }
        guard keywords.contains(string(first.text)) else { return "?" + string(line) }
        let slots = ["CHART", "DIMENSION", "BEGIN", "RBEGIN", "RSET", "RDSTATE"]
        if slots.contains(string(first.text)), let slot = words.first, !slot.isQuoted, slot.text.count > 5,
            string(slot.text).hasPrefix("SLOT:")
        {
            words.removeFirst()
        }
        let texts = words.map(\.text)
        switch string(first.text) {
        case "BEGIN" where !(texts.first ?? []).isEmpty:
            let number = texts.count > 1 ? plain(texts[1]) : 0
            return "BEGIN|\(string(texts[0]))|\(number)"
        case "SET" where texts.count > 1 && !texts[0].isEmpty && !texts[1].isEmpty:
            return "SET|\(string(texts[0]))|\(strtoll(string(texts[1]), nil, 0))"
        case "END": return "END"
        default: return ([string(first.text)] + texts.map(string)).joined(separator: "|")
        }
    }

    private static func words(_ line: [UInt8]) -> [(text: [UInt8], isQuoted: Bool)] {
        var words: [(text: [UInt8], isQuoted: Bool)] = []
        var index = 0
        let separators = Array(" =\t\r".utf8)
        while words.count < 20 {
            while index < line.count, separators.contains(line[index]) { index += 1 }
            guard index < line.count else { break }
            let quote: UInt8? = line[index] == 0x22 || line[index] == 0x27 ? line[index] : nil
            if quote != nil { index += 1 }
            var word: [UInt8] = []
            while index < line.count {
                if line[index] == quote || (quote == nil && separators.contains(line[index])) { break }
                if line[index] == 0x5c, index + 1 < line.count {
                    word.append(line[index])
                    index += 1
                }
                word.append(line[index])
                index += 1
            }
            if quote != nil, index < line.count { index += 1 }
            words.append((word, quote != nil))
        }
        return words
    }

    private static func plain(_ text: [UInt8]) -> Int64 {
        let digits = text.prefix { $0 >= 48 && $0 <= 57 }
        return digits.isEmpty ? 0 : Int64(string(Array(digits))) ?? .max
    }

    private static func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
