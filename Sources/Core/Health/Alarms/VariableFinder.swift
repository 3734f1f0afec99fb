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
/// Names are as they are, blanks included: so 1.37.1 has them. Whatever a child may have thousands of is looked up, never
/// searched through: charts, those of a family, dimensions, alarms.
struct VariableFinder {
    private let places: [ChartPlace]
    private let hostVariables: Set<String>
    private var byName: [String: Int] = [:]
    private var byFamily: [String: [Int]] = [:]
    /// Alarms by chart and name: their places among the host's.
    private var alarms: [Named: Int32] = [:]
    private var alarmNames: [Int: [String]] = [:]
    private var thresholds: [Int: (green: Double?, red: Double?)] = [:]
    // Made when somebody asks.
    private var dimensions: [Int: [String: [Int32]]] = [:]
    private var families: [String: FamilyNames] = [:]

    private struct Named: Hashable {
        var place: Int
        var name: String
    }

    /// What the charts of a family have; of several, the first chart's.
    private struct FamilyNames {
        var dimensions: [String: Found] = [:]
        var alarms: [String: (place: Int, index: Int32)] = [:]
        var byContext: [String: [String: Found]] = [:]
    }

    private struct Found {
        var place: Int
        var dimension: Int32
    }

    /// Dimensions of a chart that are searched through.
    private static let few = 16

    /// - Parameters:
    ///   - places: in the order in which the charts came.
    ///   - hostVariables: their names.
    init(_ places: [ChartPlace], hostVariables: [String]) {
        self.places = places
        self.hostVariables = Set(hostVariables)
        for (index, place) in places.enumerated() {
            byFamily[place.definition.family, default: []].append(index)
            for name in [place.definition.id, place.definition.name] where byName[name] == nil { byName[name] = index }
        }
    }

    /// What is said of an alarm is found from now on. All are added before the first question.
    ///
    /// - Parameters:
    ///   - place: of its chart.
    ///   - index: its place among the host's.
    ///   - green: with `red`, its own thresholds; those of the first alarm of a chart that has any are the chart's.
    mutating func add(_ name: String, of place: Int, at index: Int32, green: Double? = nil, red: Double? = nil) {
        let key = Named(place: place, name: name)
        if alarms[key] == nil {
            alarms[key] = index
            alarmNames[place, default: []].append(name)
        }
        guard green != nil || red != nil else { return }
        let before = thresholds[place]
        thresholds[place] = (before?.green ?? green, before?.red ?? red)
    }

    /// What `$green` and `$red` are on a chart.
    func thresholds(of place: Int) -> (green: Double?, red: Double?) { thresholds[place] ?? (nil, nil) }

    /// - Parameters:
    ///   - name: without `$` and braces.
    ///   - place: of the alarm's chart.
    mutating func source(of name: String, at place: Int) -> VariableSource {
        if let special = Self.special[name] { return special }
        return own(name, place) ?? family(name, places[place].definition.family) ?? prefixed(name)
            ?? (hostVariables.contains(name) ? .hostVariable(name) : .missing)
    }

    static let special: [String: VariableSource] = {
        var names: [String: VariableSource] = [
            "this": .this, "after": .after, "before": .before, "now": .now, "status": .status,
        ]
        for status in AlarmStatus.allCases { names[status.name] = .constant(Double(status.rawValue)) }
        return names
    }()

    // MARK: One chart

    private mutating func own(_ key: String, _ place: Int) -> VariableSource? {
        let ref = places[place].ref
        switch key {
        case "last_collected_t": return .chartCollectedAt(ref)
        case "update_every": return .updateEvery(ref)
        case "green": return .constant(thresholds[place]?.green ?? .nan)
        case "red": return .constant(thresholds[place]?.red ?? .nan)
        default: break
        }
        for (name, kind) in Self.readings(key) {
            if let index = index(of: name, place) { return Self.source(kind, ref, index) }
        }
        if places[place].variables.contains(key) { return .chartVariable(ref, key) }
        return alarms[Named(place: place, name: key)].map { .alarm($0) }
    }

    private mutating func index(of key: String, _ place: Int) -> Int32? {
        let all = places[place].dimensions
        if all.count <= Self.few { return all.firstIndex { $0.id == key || $0.name == key }.map(Int32.init) }
        return indices(of: key, place).first
    }

    private mutating func indices(of key: String, _ place: Int) -> [Int32] {
        if dimensions[place] == nil {
            var names: [String: [Int32]] = [:]
            for (index, one) in places[place].dimensions.enumerated() {
                for name in one.id == one.name ? [one.id] : [one.id, one.name] {
                    names[name, default: []].append(Int32(index))
                }
            }
            dimensions[place] = names
        }
        return dimensions[place]?[key] ?? []
    }

    /// The dimensions that a lookup is of. With `foreach` there is one alarm for each dimension of a chart: its name is no
    /// pattern in most cases, and is looked up.
    mutating func selection(of patterns: String, _ rule: AlarmRule, at place: Int) -> [Int32] {
        guard let query = rule.query else { return [] }
        let isPlain = patterns.utf8.allSatisfy { $0 > 0x20 && !"*!\\,|".utf8.contains($0) }
        let all = places[place].dimensions
        let mayBeEither = rule.definition.lookup?.options.isDisjoint(with: [.matchIDs, .matchNames]) ?? false
        guard all.count > Self.few, !patterns.isEmpty, isPlain, mayBeEither else {
            return query.selection(patterns, of: all)
        }
        return indices(of: patterns, place)
    }

    /// What of a dimension is meant.
    private enum Kind { case stored, collected, collectedAt }

    /// The dimension that a name may be of, and what of it.
    private static func readings(_ key: String) -> [(String, Kind)] {
        if key.hasSuffix("_raw") { return [(key, .stored), (String(key.dropLast(4)), .collected)] }
        if key.hasSuffix("_last_collected_t") { return [(key, .stored), (String(key.dropLast(17)), .collectedAt)] }
        return [(key, .stored)]
    }

    private static func source(_ kind: Kind, _ chart: ChartRef, _ index: Int32) -> VariableSource {
        switch kind {
        case .stored: .stored(chart, index)
        case .collected: .collected(chart, index)
        case .collectedAt: .dimensionCollectedAt(chart, index)
        }
    }

    // MARK: A family

    private mutating func family(_ key: String, _ family: String) -> VariableSource? {
        if families[family] == nil { families[family] = names(of: family) }
        guard let names = families[family] else { return nil }
        let dimension = first(of: key, in: names.dimensions)
        // Without the chart in front of them only dimensions and alarms are known to the family.
        if let alarm = names.alarms[key], dimension.map({ alarm.place < $0.place }) ?? true {
            return .alarm(alarm.index)
        }
        if let dimension { return dimension.source }
        // Asked of 1.37.1: in front of a dimension stands the context here, not the chart.
        var found: (place: Int, source: VariableSource)?
        for dot in key.indices where key[dot] == "." {
            guard let names = names.byContext[String(key[..<dot])] else { continue }
            guard let one = first(of: String(key[key.index(after: dot)...]), in: names) else { continue }
            if found.map({ one.place < $0.place }) ?? true { found = one }
        }
        return found?.source
    }

    private func first(of key: String, in names: [String: Found]) -> (place: Int, source: VariableSource)? {
        var first: (place: Int, source: VariableSource)?
        for (name, kind) in Self.readings(key) {
            guard let one = names[name], first.map({ one.place < $0.place }) ?? true else { continue }
            first = (one.place, Self.source(kind, places[one.place].ref, one.dimension))
        }
        return first
    }

    private func names(of family: String) -> FamilyNames {
        var names = FamilyNames()
        let members = byFamily[family] ?? []
        for place in members {
            let context = places[place].definition.context
            for (index, one) in places[place].dimensions.enumerated() {
                let found = Found(place: place, dimension: Int32(index))
                for name in one.id == one.name ? [one.id] : [one.id, one.name] {
                    if names.dimensions[name] == nil { names.dimensions[name] = found }
                    if names.byContext[context]?[name] == nil { names.byContext[context, default: [:]][name] = found }
                }
            }
            for name in alarmNames[place] ?? [] where names.alarms[name] == nil {
                names.alarms[name] = alarms[Named(place: place, name: name)].map { (place, $0) }
            }
        }
        return names
    }

    // MARK: The host

    /// `CHART.NAME`: the dot between the two is any of its dots.
    private mutating func prefixed(_ key: String) -> VariableSource? {
        for dot in key.indices where key[dot] == "." {
            guard let place = byName[String(key[..<dot])] else { continue }
            if let found = own(String(key[key.index(after: dot)...]), place) { return found }
        }
        return nil
    }
}
