import Testing

@testable import Store

/// From the window to the rows (web API §7.3).
struct TimeGridTests {
    static let now: Int64 = 1_795_340_000

    private func grid(
        _ query: String,
        updateEvery: Int64 = 1,
        first: Int64 = now - 3600,
        last: Int64 = now,
        limits: QueryLimits = QueryLimits()
    ) -> TimeGrid {
        TimeGrid(
            parameters(query),
            updateEvery: updateEvery,
            first: first,
            last: last,
            now: Self.now,
            limits: limits
        )
    }

    @Test func theDefaultIsTenMinutesOfPoints() {
        let grid = grid("")
        #expect(grid.rows == 600)
        #expect(grid.step == 1)
        #expect(grid.before == Self.now)
        #expect(grid.firstRow == Self.now - 599)
        #expect(grid.isNatural)
    }

    @Test func rowsEndAtMultiplesOfTheirLength() {
        let grid = grid("after=-600&points=7")
        #expect(grid.step == 86)
        #expect(grid.before % grid.step == 0)
        // `before` was not given: the last row ends within what is stored.
        #expect(grid.before <= Self.now)
        let absolute = self.grid("after=\(Self.now - 599)&before=\(Self.now)&points=7")
        #expect(absolute.before >= Self.now)
        #expect(self.grid("after=-600&points=7&options=unaligned").before == Self.now)
    }

    @Test func windowsMayBeGivenBackwards() {
        #expect(
            grid("after=\(Self.now - 10)&before=\(Self.now - 60)")
                == grid("after=\(Self.now - 60)&before=\(Self.now - 10)")
        )
    }

    @Test func theFutureIsShiftedBack() {
        let grid = grid("after=\(Self.now + 900)&before=\(Self.now + 1000)")
        #expect(grid.before == Self.now)
        #expect(grid.rows == 101)
    }

    @Test func moreThanTenYearsAreCut() {
        let grid = grid(
            "after=\(TimeGrid.absolute(after: -1, before: 0, now: Self.now).after - 20 * 31_536_000)&before=\(Self.now)&points=10"
        )
        #expect(grid.after >= Self.now - 11 * 365 * 86_400)
        #expect(grid.rows <= 11)
    }

    @Test(arguments: [1, 2, 86_399, 86_400, 86_401, 1_000_000_000_000])
    func rowsNeverExceedTheirLimit(_ points: Int64) {
        #expect(grid("after=-90000000&points=\(points)").rows <= QueryLimits().rows)
        var limits = QueryLimits()
        limits.rows = 10
        #expect(grid("after=-600&points=\(points)", limits: limits).rows <= 10)
    }

    /// The original asks for no more than 86400 rows and then evens them out over the window, which may make half as many
    /// more of them. The numbers are its own answers.
    @Test(arguments: [
        ("after=-129600&points=100000", 129_600, 1), ("after=-200000&points=86400", 100_000, 2),
        ("after=-172799&points=172799", 86_400, 2), ("after=-172801&points=172799", 86_400, 2),
        ("after=-315000000&points=86400", 86_400, 3650), ("after=-90000000&points=1000000000000", 86_400, 1042),
        ("after=-100000&points=0", 100_000, 1),
    ])
    func rowsAreEvenedOutOverTheWindow(_ query: String, _ rows: Int64, _ step: Int64) {
        #expect(grid(query).rows == rows)
        #expect(grid(query).step == step)
    }

    @Test func virtualPointsAreSeconds() {
        #expect(grid("after=-60&options=virtual-points", updateEvery: 5).granularity == 1)
        #expect(grid("after=-60", updateEvery: 5).granularity == 5)
        #expect(grid("after=\(Self.now - 59)&before=\(Self.now)&points=60", updateEvery: 5).granularity == 1)
    }

    /// Whatever comes in, the numbers that come out are sane.
    @Test func noInputMakesAnInsaneGrid() {
        let times = [
            Int64.min, -1_000_000_000_000_000, -94_608_001, -94_608_000, -1, 0, 1, 94_608_000, 94_608_001, Self.now,
            1_000_000_000_000_000, .max,
        ]
        for after in times {
            for before in times {
                for (updateEvery, stored) in [(Int64(1), Int64(0)), (Int64.max, Int64(1)), (0, Self.now), (-7, 2)] {
                    for query in [
                        "", "&points=3", "&gtime=86400", "&points=1000000000000000&gtime=7&options=unaligned",
                    ] {
                        let grid = grid(
                            "after=\(after)&before=\(before)\(query)",
                            updateEvery: updateEvery,
                            first: stored,
                            last: stored
                        )
                        #expect(grid.rows >= 1 && grid.rows <= 129_600)
                        #expect(grid.step >= 1 && grid.group >= 1)
                        #expect(grid.firstRow + (grid.rows - 1) * grid.step == grid.before)
                        #expect(grid.resamplingDivisor > 0)
                    }
                }
            }
        }
    }
}

func parameters(_ query: String) -> QueryParameters {
    QueryParameters(
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
        }
    )
}
