import Testing

@testable import Config

@Suite struct ValuesTests {
    @Test(arguments: ["yes", "true", "on", "auto", "on demand", "YES", "True", "On Demand"])
    func wordsForYes(_ text: String) { #expect(Values.boolean(text)) }

    @Test(arguments: ["no", "false", "off", "", "1", "y", "enabled", "yes # really", " yes"])
    func everythingElseIsNo(_ text: String) { #expect(!Values.boolean(text)) }

    @Test func threePositionsAreExact() {
        #expect(Values.health("yes") == .yes)
        #expect(Values.health("no") == .no)
        #expect(Values.health("auto") == .auto)
        #expect(Values.health("on demand") == .auto)
        #expect(Values.health("Yes") == nil)
        #expect(Values.health("") == nil)
    }

    @Test(arguments: [
        ("60", 60), (" 60 ", 60), ("0x10", 16), ("010", 8), ("-5", -5), ("12abc", 12), ("abc", 0), ("", 0),
        ("99999999999999999999", Int64.max), ("-99999999999999999999", Int64.min),
    ])
    func numbersAreReadAsCDoes(_ text: String, _ number: Int64) { #expect(Values.integer(text) == number) }

    @Test(arguments: [
        ("60", 60), ("0", 0), ("5m", 300), ("1h30m", 5400), ("1h 30m", 5400), ("2 minutes", 120), ("1d", 86_400),
        ("1w", 604_800), ("1mo", 2_592_000), ("1y", 31_536_000), ("1.5h", 5400), ("500ms", 1), ("never", 0), ("off", 0),
        ("0x1d", 29), ("0s", 0),
    ])
    func durations(_ text: String, _ seconds: Int64) { #expect(Values.seconds(text) == seconds) }

    @Test(arguments: ["", " ", "m", "5x", "5m3", "h5", "-5m", "5..5m", ".5m", "5.m", "soon", "1e3s", "5µs", "😀"])
    func noDurations(_ text: String) { #expect(Values.seconds(text) == nil) }

    @Test func aHugeDurationIsTheLargest() {
        #expect(Values.seconds("99999999999999999999y") == .max)
    }

    @Test(arguments: [
        ("1048576", 1_048_576), ("10MiB", 10_485_760), ("10 MiB", 10_485_760), ("10MB", 10_000_000), ("1K", 1024),
        ("1KB", 1000), ("2GiB", 2_147_483_648), ("1.5KiB", 1536), ("512B", 512),
    ])
    func sizes(_ text: String, _ bytes: Int64) { #expect(Values.bytes(text) == bytes) }

    @Test func mebibytesMayHaveAUnit() {
        #expect(Values.megabytes("64") == 64)
        #expect(Values.megabytes("64MiB") == 64)
        #expect(Values.megabytes("2GiB") == 2048)
        #expect(Values.megabytes("1KiB") == 1)
        #expect(Values.megabytes("lots") == nil)
    }

    @Test func anUnknownModeIsSave() {
        #expect(Values.mode("ram") == .ram)
        #expect(Values.mode("RAM") == .save)
    }

    @Test(arguments: [("abc", 0), ("abd", 1), ("acb", 1), ("ab", 1), ("abcd", 1), ("bac", 1), ("cab", 2), ("xyz", 3)])
    func distances(_ text: String, _ distance: Int) {
        #expect(editDistance("abc".utf8, text.utf8, limit: 3) == distance)
        #expect(editDistance(text.utf8, "abc".utf8, limit: 3) == distance)
    }

    @Test func distancesBeyondTheLimitAreNone() {
        #expect(editDistance("abcdef".utf8, "ghijkl".utf8, limit: 3) == nil)
        #expect(editDistance("abcdef".utf8, "abcxef".utf8, limit: 0) == nil)
        #expect(editDistance("".utf8, "abcd".utf8, limit: 3) == nil)
        #expect(editDistance("".utf8, "abc".utf8, limit: 3) == 3)
    }

    @Test func theNearestNameIsFound() {
        let names = ["api key", "destination", "enabled", "timeout seconds"]
        #expect(nearest(to: "api-key", among: names) == "api key")
        #expect(nearest(to: "Destination", among: names) == "destination")
        #expect(nearest(to: "desitnation", among: names) == "destination")
        #expect(nearest(to: "something else", among: names) == nil)
        #expect(nearest(to: String(repeating: "x", count: 10_000), among: names) == nil)
    }
}
