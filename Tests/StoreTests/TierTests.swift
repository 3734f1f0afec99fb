import Testing

@testable import Store

/// Points of tiers: what they are made of, and their stored form (storage §4).
struct TierTests {
    private static let minute: Int64 = 1_700_000_040

    private func codes(_ values: [Double?]) -> [UInt32] {
        values.map { $0.map { StorageNumber.encode($0) } ?? StorageNumber.empty }
    }

    private func second(_ first: Int64, _ values: [Double?]...) -> StoredPoints {
        StoredPoints(firstTime: first, step: 1, columns: values.map(codes))
    }

    /// What rows of given averages, minima, maxima and counts are.
    private func column(_ rows: [(average: Double, minimum: Double, maximum: Double, count: UInt32)]) -> TierColumn {
        TierColumn(
            averages: codes(rows.map(\.average)),
            minima: codes(rows.map(\.minimum)),
            maxima: codes(rows.map(\.maximum)),
            counts: rows.map(\.count)
        )
    }

    // MARK: Making

    /// A row ends at a multiple of its step and holds what ends in it, the last second included.
    @Test func rowsEndAtMultiplesOfTheirStep() {
        let rows = TierMaker.rows(of: second(Self.minute - 59, (1...130).map { Double($0) }), factor: 60)
        #expect(rows.firstTime == Self.minute)
        #expect(rows.step == 60)
        #expect(rows.count == 2)
        #expect(rows.lastTime == Self.minute + 60)
        #expect(rows.columns[0] == column([(30.5, 1, 60, 60), (90.5, 61, 120, 60)]))
        #expect(abs(rows.columns[0][0].sum - 1830) < 1e-9)
        #expect(abs(rows.columns[0][1].average - 90.5) < 1e-9)
    }

    /// A row of which a part is not known is not made.
    @Test func rowsAreWhole() {
        let points = second(Self.minute - 58, (1...118).map { Double($0) })
        #expect(TierMaker.rows(of: points, factor: 60).count == 0)
        #expect(TierMaker.rows(of: second(Self.minute - 58, (1...119).map { Double($0) }), factor: 60).count == 1)
        // Whoever knows that there is nothing else says so.
        let first = TierMaker.rows(of: points, factor: 60, after: Self.minute - 60)
        #expect(first.columns[0] == column([(30, 1, 59, 59)]))
        let both = TierMaker.rows(of: points, factor: 60, after: Self.minute - 61, through: Self.minute + 60)
        #expect(both.count == 2)
        #expect(both.firstTime == Self.minute)
        #expect(both.columns[0][1].count == 59)
        #expect(TierMaker.rows(of: points, factor: 60, after: Self.minute, through: Self.minute + 59).count == 0)
    }

    /// What lies outside the time given is left out, though it was given too.
    @Test func onlyTheTimeGivenCounts() {
        let points = second(Self.minute - 119, Array(repeating: 1, count: 300))
        let rows = TierMaker.rows(of: points, factor: 60, after: Self.minute, through: Self.minute + 60)
        #expect(rows.firstTime == Self.minute + 60)
        #expect(rows.count == 1)
        #expect(rows.columns[0][0].count == 60)
    }

    @Test func aTimeWithoutPointsIsGaps() {
        let nothing = StoredPoints(firstTime: 0, step: 5, columns: [[], []])
        let rows = TierMaker.rows(of: nothing, factor: 12, after: Self.minute, through: Self.minute + 120)
        #expect(rows == TierColumns(gaps: 2, firstTime: Self.minute + 60, step: 60, dimensions: 2))
        #expect(rows.columns[1][0] == .gap)
        #expect(rows.columns[1][0].average.isNaN)
    }

    @Test func gapsDoNotCount() {
        let values: [Double?] = (0..<60).map { $0 % 3 == 0 ? nil : Double($0 % 3) }
        let row = TierMaker.rows(of: second(Self.minute - 59, values, Array(repeating: nil, count: 60)), factor: 60)
        #expect(row.columns[0] == column([(1.5, 1, 2, 40)]))
        #expect(row.columns[1][0] == .gap)
        #expect(row.columns[1].averages == [StorageNumber.empty])
    }

    /// The mark of a reset anywhere in a row stays, on the average alone.
    @Test func resetsStay() {
        var points = second(Self.minute - 59, Array(repeating: 3, count: 120))
        points.columns[0][17] |= StorageNumber.reset
        let rows = TierMaker.rows(of: points, factor: 60)
        #expect(rows.columns[0][0].isReset)
        #expect(!rows.columns[0][1].isReset)
        #expect(!StorageNumber.hasReset(rows.columns[0].minima[0]))
        #expect(!StorageNumber.hasReset(rows.columns[0].maxima[0]))
        let higher = TierMaker.rows(of: rows, factor: 2, after: Self.minute - 120, through: Self.minute + 120)
        #expect(higher.columns[0].counts.reduce(0, +) == 120)
        #expect((0..<higher.count).contains { higher.columns[0][$0].isReset })
    }

    /// Where all values are one, so are the three codes, whatever a sum loses on the way.
    @Test(arguments: [0, 0.1, -0.3, 12.345679, 99.9, 16_777_215, 1e-7, -1.23e15])
    func constantsStayExact(_ value: Double) {
        let code = StorageNumber.encode(value)
        var rows = TierMaker.rows(of: second(Self.minute - 59, Array(repeating: value, count: 3600)), factor: 60)
        for count in [60, 5] {
            #expect(rows.count >= count)
            #expect(rows.columns[0].averages.allSatisfy { $0 == code })
            #expect(rows.columns[0].minima.allSatisfy { $0 == code })
            #expect(rows.columns[0].maxima.allSatisfy { $0 == code })
            rows = TierMaker.rows(of: rows, factor: 10)
        }
    }

    /// Against the plainest way to do it: look at each point for each row.
    @Test(arguments: 0..<60)
    func randomPointsAgreeWithThePlainWay(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let step = Int64.random(in: 1...7, using: &random)
        let factor = Int.random(in: 2...70, using: &random)
        let first = Self.minute + Int64.random(in: -500...500, using: &random)
        let codes = (0..<Int.random(in: 0...700, using: &random)).map { _ -> UInt32 in
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2: 0
            case 3: StorageNumber.encode(Double.random(in: -1e9...1e9, using: &random), flags: StorageNumber.reset)
            default: StorageNumber.encode(Double(Int.random(in: -50...50, using: &random)))
            }
        }
        let points = StoredPoints(firstTime: first, step: step, columns: [codes])
        let after = first + Int64.random(in: -1000...1000, using: &random)
        let through = after + Int64.random(in: -100...5000, using: &random)
        let rows = TierMaker.rows(of: points, factor: factor, after: after, through: through)
        let width = step * Int64(factor)
        let ends = after <= through ? (after...through).filter { $0 % width == 0 && $0 - width >= after } : []
        #expect(rows.count == ends.count, "seed \(seed)")
        guard let firstEnd = ends.first, rows.count == ends.count else { return }
        #expect(rows.firstTime == firstEnd, "seed \(seed)")
        for (row, end) in ends.enumerated() {
            let inside = codes.indices.filter { index in
                let time = first + Int64(index) * step
                return time > end - width && time <= end && codes[index] != 0
            }.map { codes[$0] }
            let values = inside.map { StorageNumber.value($0) }
            let point = rows.columns[0][row]
            #expect(Int(point.count) == values.count, "seed \(seed), row \(row)")
            guard !values.isEmpty else { continue }
            let mean = values.reduce(0, +) / Double(values.count)
            #expect(
                StorageNumber.value(rows.columns[0].averages[row]) == StorageNumber.value(StorageNumber.encode(mean))
            )
            #expect(point.minimum == values.min())
            #expect(point.maximum == values.max())
            #expect(point.isReset == inside.contains { StorageNumber.hasReset($0) })
        }
    }

    /// Tier 2 by way of tier 1 says the same as straight from the points, but for the digits that an average has.
    @Test func tiersOfTiersKeepTheirPromise() {
        var random = SeededGenerator(seed: 7)
        let values: [Double?] = (0..<7200).map { _ in
            Bool.random(using: &random) ? Double(Int.random(in: 0...10_000, using: &random)) / 100 : nil
        }
        let points = second(Self.minute - 59, values)
        let direct = TierMaker.rows(of: points, factor: 240)
        let first = TierMaker.rows(of: points, factor: 60)
        let second = TierMaker.rows(of: first, factor: 4)
        #expect(direct.count == second.count && direct.count > 20)
        #expect(direct.firstTime == second.firstTime && direct.step == second.step)
        #expect(direct.columns[0].counts == second.columns[0].counts)
        #expect(direct.columns[0].minima == second.columns[0].minima)
        #expect(direct.columns[0].maxima == second.columns[0].maxima)
        for row in 0..<direct.count {
            #expect(abs(direct.columns[0][row].average - second.columns[0][row].average) < 1e-5)
        }
    }

    // MARK: The stored form

    @Test func theColumnsStandByKind() {
        let rows = TierColumns(
            firstTime: 60,
            step: 60,
            columns: [
                column([(1.5, 1, 2, 60), (0.3333333, 0, 1, 60)]),
                column([(7, 7, 7, 3), (1.234567, -1, 9, 60)]),
            ]
        )
        let matrix = TierForm.pack(rows)
        let stored = codes([90, 21, 1, 7, 2, 7]) + [60, 3] + codes([20, 74.07402, 0, -1, 1, 9]) + [60, 60]
        #expect(matrix == stored)
        #expect(TierForm.width(dimensions: 2) == 8)
        #expect(TierForm.columns(of: 1, dimensions: 2) == (1, 3, 5, 7))
        #expect(TierForm.unpack(matrix, dimensions: 2, firstTime: 60, step: 60) == rows)
    }

    /// Where no total gives an average, the column's averages are stored, and a mark stays in either case.
    @Test func anAverageThatNoTotalGivesIsStoredItself() {
        var averages = codes([12.345679, 30.5])
        averages[0] |= StorageNumber.reset
        averages[1] |= StorageNumber.reset
        let limits = codes([1, 1])
        let rows = TierColumns(
            firstTime: 60,
            step: 60,
            columns: [
                TierColumn(averages: averages, minima: limits, maxima: limits, counts: [60, 60]),
                TierColumn(
                    averages: [averages[1], 0],
                    minima: [limits[1], 0],
                    maxima: [limits[1], 0],
                    counts: [60, 0]
                ),
            ]
        )
        let matrix = TierForm.pack(rows)
        #expect([matrix[0], matrix[8]] == averages)
        #expect([matrix[6], matrix[14]] == [60 | TierForm.holdsAverage, 60 | TierForm.holdsAverage])
        #expect([matrix[1], matrix[9]] == [StorageNumber.encode(1830, flags: StorageNumber.reset), 0])
        #expect([matrix[7], matrix[15]] == [60, 0])
        #expect(TierForm.unpack(matrix, dimensions: 2, firstTime: 60, step: 60) == rows)
    }

    /// What a tier of whole numbers takes: less than a number of seven digits for each row would.
    @Test func totalsOfWholeNumbersAreShort() {
        var random = SeededGenerator(seed: 5)
        let values: [Double?] = (0..<7680).map { _ in Double(Int.random(in: 0...5, using: &random)) }
        let rows = TierMaker.rows(of: second(Self.minute - 59, values), factor: 60)
        let matrix = TierForm.pack(rows)
        let bytes = matrix.withUnsafeBufferPointer {
            BlockEncoder($0.baseAddress!, width: TierForm.width(dimensions: 1), count: rows.count).encode().count
        }
        print("a tier's block of whole numbers: \(rows.count) rows, \(bytes) bytes")
        #expect(rows.count == 128)
        #expect(bytes < 220)
    }

    @Test(arguments: 0..<20)
    func whatIsPackedComesBack(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let width = Int.random(in: 1...5, using: &random)
        let points = StoredPoints(
            firstTime: Self.minute - 59,
            step: 1,
            columns: (0..<width).map { _ in
                (0..<1000).map { _ in
                    Bool.random(using: &random) ? 0 : StorageNumber.encode(.random(in: -1e6...1e6, using: &random))
                }
            }
        )
        let rows = TierMaker.rows(of: points, factor: 3)
        #expect(rows.count == 333, "seed \(seed)")
        let back = TierForm.unpack(TierForm.pack(rows), dimensions: width, firstTime: rows.firstTime, step: rows.step)
        #expect(back == rows, "seed \(seed)")
    }

    /// A matrix may come from a damaged disk: no trap, and no point that is half there.
    @Test func anyNumbersMayStandInAMatrix() {
        #expect(TierForm.unpack([1, 2, 3], dimensions: 1, firstTime: 0, step: 1) == nil)
        #expect(TierForm.unpack([], dimensions: 0, firstTime: 0, step: 1) == nil)
        #expect(TierForm.unpack([], dimensions: 1, firstTime: 0, step: 1)?.count == 0)
        var random = SeededGenerator(seed: 3)
        let matrix = (0..<4000).map { _ in
            Bool.random(using: &random) ? UInt32.random(in: 0 ... .max, using: &random) : 0
        }
        let rows = TierForm.unpack(matrix, dimensions: 2, firstTime: 60, step: 60)!
        var gaps = 0
        for column in rows.columns {
            for row in 0..<rows.count {
                let point = column[row]
                #expect(point.count > 0 || point == .gap)
                if point.count == 0 {
                    gaps += 1
                    #expect(column.averages[row] == 0 && column.minima[row] == 0 && column.maxima[row] == 0)
                }
            }
        }
        #expect(gaps > 0 && gaps < 1000)
        #expect(TierMaker.rows(of: rows, factor: 255, after: 0, through: 60 * 500).count > 0)
    }

    // MARK: Putting together

    @Test func aRunIsPutTogetherOfPieces() {
        var run = TierColumns(gaps: 4, firstTime: 120, step: 60, dimensions: 2)
        let piece = TierColumns(
            firstTime: 60,
            step: 60,
            columns: [TierColumn(averages: [1, 2], minima: [1, 2], maxima: [1, 2], counts: [1, 2])]
        )
        run.copy(piece, dimensions: [nil, 0])
        #expect(run.columns[0].counts == [0, 0, 0, 0])
        #expect(run.columns[1].counts == [2, 0, 0, 0])
        var later = piece
        later.firstTime = 300
        run.copy(later)
        #expect(run.columns[0].averages == [0, 0, 0, 1])
        #expect(run.columns[1].counts == [2, 0, 0, 0])
        // Of another step, beside its grid, or outside: nothing happens.
        let before = run
        for (first, step) in [(Int64(121), Int64(60)), (120, 30), (360, 60), (0, 60), (.max, 60), (.min, 60)] {
            run.copy(TierColumns(firstTime: first, step: step, columns: piece.columns))
            #expect(run == before, "\(first) \(step)")
        }
    }
}
