import Testing

@testable import Store

@Suite struct RowFunctionsTests {
    /// A quarter of the difference is computed as the original does it: 0.18 lies right on the border, and counts.
    @Test func aTrimmedMedianKeepsWhatLiesOnTheBorder() {
        var row = Ordered(function: .trimmedMedian, percent: 25)
        for value in [0.06, 0.54, 0.18, 0.32] { row.add(value) }
        #expect(row.finish(count: 4) == 0.25)
    }
}
