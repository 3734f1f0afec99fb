import Basics
import Store
import Testing

@testable import Web

/// A row of one stored point is printed as it is stored; a median of single points is computed, and prints the same.
struct StoredRowsTests {
    private static let formats = [
        "json", "csv", "tsv", "tsv-excel", "markdown", "csvjsonarray", "ssv", "ssvcomma", "array", "html", "datatable",
    ]
    private static let options = [
        "", "flip", "abs", "null2zero", "flip,abs,null2zero", "jsonwrap", "jsonwrap,flip,abs", "jsonwrap,null2zero",
        "jsonwrap,nonzero,ms", "objectrows", "google_json", "percentage,jsonwrap", "min2max",
    ]

    @Test func storedRowsPrintAsComputedOnes() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(state: seed)
        let bench = Self.bench(&random)
        var differences: [String] = []
        for format in Self.formats {
            for options in Self.options {
                // In and beyond what there is.
                let after = GoldenDataset.start - Int64.random(in: 5...90, using: &random)
                let window = "after=\(after)&before=\(GoldenDataset.start + 3)&options=unaligned,\(options)"
                let question = "/api/v1/data?chart=a.b&format=\(format)&\(window)"
                let stored = bench.body(question + "&group=average")
                let computed = bench.body(question + "&group=median")
                    .replacing("median", with: "average")
                if stored != computed { differences.append(question) }
            }
        }
        #expect(differences.isEmpty, "seed \(seed)")
    }

    /// A minute of numbers of all kinds.
    private static func bench(_ random: inout SplitMix64) -> WebBench {
        let bench = WebBench(now: GoldenDataset.start)
        let dimensions = (0..<18).map { DimensionDefinition(id: "d\($0)") }
        bench.hosts.local.withDatabase { database in
            let first = GoldenDataset.start - 59
            let ref = database.define(ChartDefinition(id: "a.b", updateEvery: 1), now: first * 1_000_000)!
            for dimension in dimensions { database.define(dimension, in: ref) }
            for index in 0..<60 {
                let row = dimensions.map { _ in number(&random) }
                database.load(row, at: first + Int64(index), into: ref)
            }
        }
        bench.clock.advance(seconds: 5)
        return bench
    }

    private static func number(_ random: inout SplitMix64) -> Double {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: .nan
        case 1: 0
        case 2: 1e16 * Double.random(in: -1...1, using: &random)
        case 3: Double(Int.random(in: -20...20, using: &random))
        default: Double.random(in: -1...1, using: &random) * [1e-6, 1, 1e3, 1e6].randomElement(using: &random)!
        }
    }
}
