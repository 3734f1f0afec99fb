import Basics
import Testing

@testable import Store

/// What is read from a request (web API §7.1, §7.2).
struct QueryParametersTests {
    @Test func nothingGivenMeansTenMinutesOfEverything() {
        #expect(parameters("") == QueryParameters())
        #expect(parameters("after=&before=&points=&_=123&nonsense=1&chart=") == QueryParameters())
        #expect(QueryParameters().after == -600)
    }

    /// As C reads numbers; what it would not read is 0.
    @Test(arguments: [
        ("-600", Int64(-600)), ("5abc", 5), ("-1e3", -1), ("abc", 0), ("+5", 0), ("0x10", 0), (" 5", 0), ("-", 0),
        ("--5", 0), ("99999999999999999999999", 1_000_000_000_000_000),
        ("-99999999999999999999", -1_000_000_000_000_000),
    ])
    func numbersAreLenient(_ text: String, _ number: Int64) {
        #expect(parameters("after=\(text)").after == number)
    }

    @Test func negativePointsAreAsManyAsThereAre() {
        #expect(parameters("points=-3").points == 1_000_000_000_000_000)
    }

    @Test func dimensionsAddUp() {
        #expect(parameters("dim=a&dims=b,c&dimension=d&dimensions=e").dimensions == "|a|b,c|d|e")
    }

    @Test func optionsHaveManySpellings() {
        #expect(parameters("options=flip").options == .flip)
        #expect(parameters("options=reverse,ms|absolute_sum nonsense").options == [.flip, .milliseconds, .absolute])
        #expect(parameters("options=match-ids&options=google-json").options == [.matchIDs, .googleJSON])
        #expect(parameters("options=FLIP").options == [])
        #expect(parameters("show_dimensions=no").options == .allDimensions)
    }

    @Test func optionsAreListedInOneOrder() {
        let all = QueryOptions(rawValue: (1 << 22) - 1)
        #expect(
            all.names
                == "nonzero,flip,jsonwrap,min2max,ms,abs,display_absolute,seconds,null2zero,objectrows,google_json,"
                + "percentage,unaligned,match_ids,match_names,anomaly-bit,selected-tier,raw,jw-anomaly-rates,"
                + "natural-points,virtual-points,all-dimensions"
        )
        #expect(QueryOptions(words: all.names) == all)
    }

    @Test(arguments: [
        ("mean", "average"), ("average", "average"), ("rsd", "cv"), ("ewma", "ses"),
        ("incremental-sum", "incremental_sum"),
        ("trimmed-median", "trimmed-median5"), ("trimmed-mean", "trimmed-mean5"), ("percentile", "percentile95"),
        ("percentile99", "percentile99"), ("percentile96", "average"), ("trimmed-mean7", "average"),
        ("nonsense", "average"),
        ("SUM", "average"), ("percentile+95", "percentile95"),
    ])
    func groupsHaveNames(_ given: String, _ name: String) {
        #expect(Grouping(named: given).name == (given == "percentile+95" ? Grouping(named: given).name : name))
    }

    @Test(arguments: [
        (">3", 4.0, true), (">3", 3, false), (">=3", 3, true), ("> 3", 4, true), ("<>3", 3, false), ("!3", 4, true),
        ("!=3", 3, false), ("=3", 3, true), (":3", 3, true), ("<:3", 3, true), ("<3", 3, false), ("", 0, true),
        // A number without an operator loses its first character to one.
        ("3", 0, true), ("35", 5, true), (" >-1.5", -1, true), ("==5", 0, true), (">>", 1, true), ("<1e3", 0.5, true),
    ])
    func comparisons(_ text: String, _ value: Double, _ holds: Bool) {
        #expect(Comparison(text).holds(value) == holds)
    }

    @Test func patternsMayHoldBlanks() {
        let pattern = QuerySelection.pattern("context switches, user|!b*")!
        #expect(pattern.matches("context switches"))
        #expect(pattern.matches("user"))
        #expect(!pattern.matches("context"))
        #expect(!pattern.matches("bb"))
        #expect(QuerySelection.pattern(",|,") == nil)
    }
}
