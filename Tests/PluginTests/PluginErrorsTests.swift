import Testing

@testable import Collection

/// What plugins write to their standard error, on its way to the log.
struct PluginErrorsTests {
    @Test func linesAreTheSameHoweverTheyAreCut() {
        let text = Array("one\r\n\ntwo words\nthree".utf8)
        for step in 1...text.count {
            var errors = PluginErrors()
            var lines: [PluginErrors.Line] = []
            for start in stride(from: 0, to: text.count, by: step) {
                text[start..<min(start + step, text.count)].withUnsafeBytes { piece in
                    errors.feed(piece, now: 0) { lines.append($0) }
                }
            }
            errors.end(now: 0) { lines.append($0) }
            #expect(lines == [.text("one"), .text("two words"), .text("three")])
        }
    }

    @Test func aLineIsCutAtItsLimit() {
        for (length, kept) in [
            (PluginErrors.lineLimit, PluginErrors.lineLimit), (PluginErrors.lineLimit + 1, PluginErrors.lineLimit),
        ] {
            var errors = PluginErrors()
            var lines: [PluginErrors.Line] = []
            let bytes = [UInt8](repeating: 0x61, count: length) + [10]
            bytes.withUnsafeBytes { errors.feed($0, now: 0) { lines.append($0) } }
            #expect(lines == [.text(String(repeating: "a", count: kept))])
        }
    }

    @Test func onlySoManyLinesPassInAPeriod() {
        var errors = PluginErrors()
        var lines: [PluginErrors.Line] = []
        func say(_ count: Int, at now: Int64) {
            let bytes = Array(String(repeating: "x\n", count: count).utf8)
            bytes.withUnsafeBytes { errors.feed($0, now: now) { lines.append($0) } }
        }
        say(PluginErrors.linesPerPeriod, at: 5)
        #expect(lines.count == PluginErrors.linesPerPeriod)
        say(3, at: PluginErrors.period)
        #expect(lines.count == PluginErrors.linesPerPeriod)
        say(1, at: PluginErrors.period + 5)
        #expect(lines.suffix(2) == [.suppressed(3), .text("x")])
    }

    @Test func theEndTellsWhatWasLeftOut() {
        var errors = PluginErrors()
        var lines: [PluginErrors.Line] = []
        let bytes = Array(String(repeating: "x\n", count: PluginErrors.linesPerPeriod + 2).utf8)
        bytes.withUnsafeBytes { errors.feed($0, now: 0) { _ in } }
        errors.end(now: 0) { lines.append($0) }
        #expect(lines == [.suppressed(2)])
    }
}
