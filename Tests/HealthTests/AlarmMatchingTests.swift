import Health
import Store
import Testing

/// Whom definitions are for. What each case expects was seen at 1.37.1.
@Suite struct AlarmMatchingTests {
    private func definition(
        _ keys: String,
        kind: String = "template",
        on: String = "con.text"
    ) throws -> AlarmDefinition {
        let text = "\(kind): a\non: \(on)\ncalc: 1\nevery: 5s\n\(keys)\n"
        return try #require(HealthFile(Array(text.utf8), path: "/h/x.conf").definitions.first)
    }

    private let chart = ChartDefinition(
        id: "ty.id-x",
        name: "ty.nice_name",
        family: "fam ily",
        context: "con.text",
        plugin: "tt.plugin",
        module: "mod",
        labels: [Label(key: "lab", value: "lab value", source: 1)]
    )

    private let dimensions = [
        DimensionDefinition(id: "d-1", name: "disk one"), DimensionDefinition(id: "d/2", name: "n2"),
        DimensionDefinition(id: "d3", options: .hidden), DimensionDefinition(id: "UP", name: "Down"),
    ]

    @Test(arguments: [
        ("role = webserver", true), ("role = web*", true), ("role=nosuch", false),
        ("role = webserver room = a1", true), ("role = webserver room = b2", true),
        ("room = b2 role = webserver", true),
        ("role = nosuch role = webserver", true), ("!role = webserver *", true), ("!role = nosuch *=*", true),
        ("role = !webserver", false), ("role = !web* *", true), ("nokey = x", false), ("nokey = *", false),
        ("nokey = !x", false), ("!nokey = x", false), ("!nokey = x *=*", true), ("*", true), ("role", true),
        ("ro* = webserver", true), ("* = webserver", true), ("two = some words", false), ("two = some*", true),
        ("two = *words", true), ("!role = webserver room = a1", true), ("role = webserver !room = a1", true),
        ("role =webserver", true), ("role= webserver", true), ("role = webserver|nosuch", false),
        ("role = webserver, room = b2", false), ("!role = nosuch", false), ("ROLE = webserver", false),
        ("role = WEBSERVER", false), ("webserver", false), ("*server", true), ("a1", false), ("rol", false),
        ("!role *=webserver", true), ("*=webserver !role", true), ("!role=* role", true), ("role !role=*", true),
        ("!*=webserver role", true), ("=webserver", false), ("role=", false), ("!role role", false),
        ("role\\ = webserver", true),
    ])
    func hostLabels(_ pattern: String, _ matches: Bool) throws {
        let labels = [("role", "webserver"), ("room", "a1"), ("two", "some words")]
            .map { Label(key: $0.0, value: $0.1, source: 2) }
        let definition = try definition("host labels: \(pattern)")
        #expect(definition.appliesTo(os: "linux", hostname: "nd", labels: labels) == matches)
        #expect(!definition.appliesTo(os: "linux", hostname: "nd", labels: []))
    }

    @Test(arguments: [
        ("os: linux", true), ("os: Linux", false), ("os: freebsd linux", true), ("os: !linux *", false),
        ("hosts: ND-conf", false), ("hosts: nd-*", true), ("hosts: localhost", false), ("hosts: !*", false),
    ])
    func hosts(_ key: String, _ matches: Bool) throws {
        #expect(try definition(key).appliesTo(os: "linux", hostname: "nd-conf", labels: []) == matches)
    }

    @Test(arguments: [
        ("families: fam ily", false), ("families: fam*", true), ("families: fam\\ ily", true),
        ("families: !fam\\ ily *", false), ("charts: ty.id-x", true), ("charts: ty.nice_name", true),
        ("charts: id-x", false), ("charts: *name", true), ("plugin: tt.plugin", true), ("plugin: tt", false),
        ("plugin: tt.plugin other", true), ("module: mod", true), ("module: MOD", false), ("module: !x *", true),
    ])
    func chartsOfTemplates(_ key: String, _ matches: Bool) throws {
        #expect(try definition(key).matches(chart: chart) == matches)
        #expect(try !definition(key, on: "con.*").matches(chart: chart), "a context is no pattern")
    }

    @Test(arguments: [
        ("ty.id-x", true), ("ty.nice_name", true), ("ty.id_x", false), ("ty.nice*", false), ("TY.id-x", false),
        ("con.text", false),
    ])
    func chartsOfAlarms(_ on: String, _ matches: Bool) throws {
        #expect(try definition("", kind: "alarm", on: on).matches(chart: chart) == matches)
    }

    @Test(arguments: [
        ("*", ["disk one", "n2", "d3", "Down"]), ("d-1", ["disk one"]), ("disk one", []), ("disk\\ one", ["disk one"]),
        ("disk*", ["disk one"]), ("d*", ["disk one", "n2", "d3"]), ("down", []), ("UP", ["Down"]), ("d/2|n2", ["n2"]),
        ("!d-1 *", ["disk one", "n2", "d3", "Down"]), ("d3,UP", ["d3", "Down"]),
        ("!d-1 !disk* *", ["n2", "d3", "Down"]),
    ])
    func foreach(_ pattern: String, _ names: [String]) throws {
        let definition = try definition("lookup: max -10s of x foreach \(pattern)")
        let instances = definition.instances(of: dimensions)
        #expect(instances.map(\.lookupDimensions) == names)
        #expect(instances.map(\.name) == names.map { "a_\($0)" })
    }

    @Test func withoutForeachThereIsOne() throws {
        let plain = try definition("lookup: max -10s of n2,d3").instances(of: dimensions)
        #expect(plain.map(\.name) == ["a"])
        #expect(plain.map(\.lookupDimensions) == ["n2,d3"])
        let alarm = try definition("lookup: max -10s foreach *", kind: "alarm").instances(of: dimensions)
        #expect(alarm.map(\.name) == ["a"], "foreach is for templates")
        #expect(try definition("").instances(of: []).map(\.name) == ["a"])
    }

    @Test(arguments: [
        ("a$family b", "afam ily b"), ("$family, b", "$family, b"), ("$family.", "$family."), ("$family", "fam ily"),
        ("x ($family)", "x ($family)"), ("$familyx y", "$familyx y"), ("$family $family", "fam ily fam ily"),
        ("$label:lab x", "lab value x"), ("x$label:lab y", "xlab value y"), ("$label:lab", "lab value"),
        ("$label:lab, x", "$label:lab, x"), ("$label: x", "$label: x"), ("$label:LAB x", "$label:LAB x"),
        ("$family$label:lab x", "$familylab value x"), ("$label:lab$family x", "$label:labfam ily x"),
        ("a $nosuch $family_x $", "a $nosuch $family_x $"), ("plain", "plain"),
    ])
    func info(_ text: String, _ replaced: String) throws {
        #expect(try definition("info: \(text)").info(for: chart) == replaced)
    }
}
