import Store

/// A chart as alarms are bound to it.
struct ChartPlace: Sendable {
    var ref: ChartRef
    var definition: ChartDefinition
    var dimensions: [DimensionDefinition]
    /// Names of the variables that were set for it.
    var variables: [String]

    init(ref: ChartRef, definition: ChartDefinition, dimensions: [DimensionDefinition], variables: [String] = []) {
        self.ref = ref
        self.definition = definition
        self.dimensions = dimensions
        self.variables = variables
    }
}

/// Finds what a variable of an alarm means: special names, then the chart's, its family's, the host's (health §4.4).
///
/// Names are as they are, blanks included: so 1.37.1 has them.
struct VariableFinder {
    private let places: [ChartPlace]
    private let hostVariables: [String]
    private var byName: [String: Int] = [:]
    private var byFamily: [String: [Int]] = [:]
    /// Alarms of each chart: their names, and their places among the host's.
    private var alarms: [ChartRef: [(name: String, index: Int32)]] = [:]

    /// - Parameters:
    ///   - places: in the order in which the charts came.
    ///   - hostVariables: their names.
    init(_ places: [ChartPlace], hostVariables: [String]) {
        self.places = places
        self.hostVariables = hostVariables
        for (index, place) in places.enumerated() {
            byFamily[place.definition.family, default: []].append(index)
            for name in [place.definition.id, place.definition.name] where byName[name] == nil { byName[name] = index }
        }
    }

    /// What is said of an alarm is found from now on.
    mutating func add(_ name: String, of chart: ChartRef, at index: Int32) {
        alarms[chart, default: []].append((name, index))
    }

    /// - Parameters:
    ///   - name: without `$` and braces.
    ///   - place: of the alarm's chart.
    func source(of name: String, at place: Int) -> VariableSource {
        if let special = Self.special[name] { return special }
        if let own = own(name, places[place]) { return own }
        for index in byFamily[places[place].definition.family] ?? [] {
            // Without the chart in front of them only dimensions and alarms are known to the family.
            if let found = dimension(name, places[index]) ?? alarm(name, places[index]) { return found }
        }
        for index in byFamily[places[place].definition.family] ?? [] {
            // Asked of 1.37.1: in front of a dimension stands the context here, not the chart.
            let context = places[index].definition.context
            guard name.hasPrefix(context), name.dropFirst(context.count).first == "." else { continue }
            if let found = dimension(String(name.dropFirst(context.count + 1)), places[index]) { return found }
        }
        return prefixed(name) ?? hostVariable(name) ?? .missing
    }

    static let special: [String: VariableSource] = {
        var names: [String: VariableSource] = [
            "this": .this, "after": .after, "before": .before, "now": .now, "status": .status,
        ]
        for status in AlarmStatus.allCases { names[status.name] = .constant(Double(status.rawValue)) }
        return names
    }()

    /// Of one chart.
    private func own(_ key: String, _ place: ChartPlace) -> VariableSource? {
        switch key {
        case "last_collected_t": return .chartCollectedAt(place.ref)
        case "update_every": return .updateEvery(place.ref)
        case "green": return .green(place.ref)
        case "red": return .red(place.ref)
        default: break
        }
        if let found = dimension(key, place) { return found }
        if place.variables.contains(key) { return .chartVariable(place.ref, key) }
        return alarm(key, place)
    }

    private func dimension(_ key: String, _ place: ChartPlace) -> VariableSource? {
        if let index = index(of: key, place) { return .stored(place.ref, index) }
        if key.hasSuffix("_raw"), let index = index(of: String(key.dropLast(4)), place) {
            return .collected(place.ref, index)
        }
        if key.hasSuffix("_last_collected_t"), let index = index(of: String(key.dropLast(17)), place) {
            return .dimensionCollectedAt(place.ref, index)
        }
        return nil
    }

    private func index(of key: String, _ place: ChartPlace) -> Int32? {
        place.dimensions.firstIndex { $0.id == key || $0.name == key }.map(Int32.init)
    }

    private func alarm(_ key: String, _ place: ChartPlace) -> VariableSource? {
        alarms[place.ref]?.first { $0.name == key }.map { .alarm($0.index) }
    }

    /// `CHART.NAME`: the dot between the two is any of its dots.
    private func prefixed(_ key: String) -> VariableSource? {
        for dot in key.indices where key[dot] == "." {
            guard let index = byName[String(key[..<dot])] else { continue }
            if let found = own(String(key[key.index(after: dot)...]), places[index]) { return found }
        }
        return nil
    }

    private func hostVariable(_ key: String) -> VariableSource? {
        hostVariables.contains(key) ? .hostVariable(key) : nil
    }
}
