import Store
import Testing

@testable import Health

/// What a variable of an alarm means (health §4.4).
@Suite struct VariableFinderTests {
    /// Of five charts of some host.
    private static let refs: [ChartRef] = {
        let bench = HostBench("")
        return (0..<5).map { bench.add(ChartDefinition(id: "c\($0)"), [], values: []) }
    }()

    private static func ref(_ index: Int) -> ChartRef { refs[index] }

    private static func place(
        _ index: Int,
        _ id: String,
        name: String = "",
        family: String = "f",
        context: String = "",
        _ dimensions: [(id: String, name: String)] = [],
        variables: [String] = []
    ) -> ChartPlace {
        var definition = ChartDefinition(id: id, family: family, context: context.isEmpty ? id : context)
        if !name.isEmpty { definition.name = name }
        let all = dimensions.map { one in
            var definition = DimensionDefinition(id: one.id)
            definition.name = one.name
            return definition
        }
        return ChartPlace(ref: ref(index), definition: definition, dimensions: all, variables: variables)
    }

    private static func finder() -> VariableFinder {
        var finder = VariableFinder(
            [
                place(
                    0,
                    "disk.sda",
                    name: "disk.system",
                    context: "disk.io",
                    [("r", "reads"), ("w", "w")],
                    variables: ["max"]
                ),
                place(
                    1,
                    "disk.sdb",
                    context: "disk.io",
                    [("r", "reads"), ("x", "x"), ("later", "later")],
                    variables: ["lim"]
                ),
                place(2, "app.one.two", family: "g", [("a.b", "a.b"), ("shared", "shared")]),
                place(3, "disk.queue", context: "disk.q", [("later", "later"), ("used", "used"), ("x_raw", "x_raw")]),
                place(4, "app", family: "g", [("one.two", "one.two")]),
            ],
            hostVariables: ["cpus", "used", "app.hv"]
        )
        finder.add("own", of: 0, at: 0, green: 5)
        finder.add("used", of: 1, at: 1)
        finder.add("w", of: 1, at: 2)
        finder.add("third", of: 2, at: 3, green: 7, red: 8)
        finder.add("fourth", of: 2, at: 4, green: 9, red: 9)
        return finder
    }

    @Test(arguments: [
        // Special names come before everything.
        ("this", VariableSource.this), ("now", .now), ("status", .status), ("after", .after), ("before", .before),
        ("CRITICAL", .constant(4)), ("REMOVED", .constant(-2)),
        // The chart's own: facts, dimensions by id and by name, what was set for it, alarms.
        ("last_collected_t", .chartCollectedAt(ref(0))), ("update_every", .updateEvery(ref(0))),
        ("green", .constant(5)), ("r", .stored(ref(0), 0)), ("reads", .stored(ref(0), 0)), ("w", .stored(ref(0), 1)),
        ("w_raw", .collected(ref(0), 1)), ("reads_raw", .collected(ref(0), 0)),
        ("reads_last_collected_t", .dimensionCollectedAt(ref(0), 0)), ("max", .chartVariable(ref(0), "max")),
        ("own", .alarm(0)),
        // The family's: the first chart that has it; of the chart's own things dimensions and alarms only.
        ("x", .stored(ref(1), 1)), ("later", .stored(ref(1), 2)), ("used", .alarm(1)),
        ("later_raw", .collected(ref(1), 2)), ("x_raw", .collected(ref(1), 1)), ("lim", .missing),
        // With the context in front, by the first chart of it that has the dimension.
        ("disk.io.x", .stored(ref(1), 1)), ("disk.io.w", .stored(ref(0), 1)), ("disk.io.w_raw", .collected(ref(0), 1)),
        ("disk.io.x_last_collected_t", .dimensionCollectedAt(ref(1), 1)), ("disk.q.used", .stored(ref(3), 1)),
        ("disk.io.used", .missing), ("disk.io.lim", .missing),
        // The host's: any chart by id and by name, its variables and alarms; what was set for the host.
        ("disk.sdb.x", .stored(ref(1), 1)), ("disk.system.reads", .stored(ref(0), 0)),
        ("disk.sdb.lim", .chartVariable(ref(1), "lim")),
        ("disk.sdb.used", .alarm(1)), ("disk.queue.update_every", .updateEvery(ref(3))),
        ("cpus", .hostVariable("cpus")),
        ("app.hv", .hostVariable("app.hv")),
        // Any of the dots may be the one between chart and name; the first that fits counts.
        ("app.one.two", .stored(ref(4), 0)), ("app.one.two.a.b", .stored(ref(2), 0)), ("app.one.two.third", .alarm(3)),
        ("app.one.two.green", .constant(7)), ("app.one.two.red", .constant(8)),
        ("shared", .missing), ("nosuch", .missing), ("", .missing), (".", .missing), ("disk.sda.", .missing),
    ])
    func ofAChart(_ name: String, _ expected: VariableSource) {
        var finder = Self.finder()
        #expect(finder.source(of: name, at: 0) == expected)
    }

    @Test func thresholdsThatNobodySetAreNothing() {
        var finder = Self.finder()
        guard case .constant(let red) = finder.source(of: "red", at: 0) else {
            Issue.record("no constant")
            return
        }
        #expect(red.isNaN)
        #expect(finder.thresholds(of: 0).green == 5 && finder.thresholds(of: 1).green == nil)
    }

    @Test func manyDimensionsAreFoundAsFewAre() {
        let names = (0..<5000).map { (id: "d\($0)", name: $0 == 4999 ? "d17" : "n\($0)") }
        var finder = VariableFinder([Self.place(0, "c", names), Self.place(1, "d")], hostVariables: [])
        for place in [0, 1] {
            #expect(finder.source(of: "d4999", at: place) == .stored(Self.ref(0), 4999))
            #expect(finder.source(of: "n4998_raw", at: place) == .collected(Self.ref(0), 4998))
            #expect(finder.source(of: "d17", at: place) == .stored(Self.ref(0), 17), "the first counts")
            #expect(finder.source(of: "d5000", at: place) == .missing)
        }
    }

    @Test(arguments: ["", "d7", "n7", "d17", "d1*", "!d1 d*", "d3,d4", "nosuch"], ["", "match-ids", "match-names"])
    func whatALookupIsOfIsTheSameOfManyDimensionsAndByPatterns(_ patterns: String, _ option: String) throws {
        let names = (0..<40).map { (id: "d\($0)", name: $0 == 39 ? "d17" : "n\($0)") }
        let place = Self.place(0, "c", names)
        var finder = VariableFinder([place], hostVariables: [])
        let text = "template: a\non: c\nlookup: max -5s \(option) of x\n"
        let rule = AlarmRule(try #require(HealthFile(Array(text.utf8), path: "a.conf").definitions.first))
        let expected = try #require(rule.query).selection(patterns, of: place.dimensions)
        #expect(finder.selection(of: patterns, rule, at: 0) == expected)
    }
}
