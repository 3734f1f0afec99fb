internal import Basics
public import Config
internal import Diagnostics
internal import Store

/// What `--check` says of alarms beyond the grammar of their files: expressions that cannot hold, and, where charts are
/// known, alarms that watch nothing and variables that nobody has.
public struct HealthCheck: Sendable {
    public private(set) var findings: [Finding] = []

    private let catalog: HealthCatalog
    private let stockFiles: Set<String>

    /// - Parameter hosts: those whose charts are known.
    public init(_ catalog: HealthCatalog, hosts: [KnownHost]) {
        self.catalog = catalog
        stockFiles = Set(catalog.files.filter(\.isStock).map(\.path))
        for definition in catalog.definitions { checkExpressions(definition) }
        guard hosts.contains(where: { !$0.charts.isEmpty }) else {
            let origin = Origin.file(path: catalog.files.first?.path ?? "health.d", line: 0)
            if !catalog.definitions.isEmpty { findings.append(Finding(.healthNothingKnown, at: origin)) }
            return
        }
        checkCharts(hosts)
    }

    // MARK: By itself

    private mutating func checkExpressions(_ definition: AlarmDefinition) {
        for (key, expression) in [("warn", definition.warning), ("crit", definition.critical)] {
            guard let expression else { continue }
            let condition: Condition
            switch expression.satisfiability {
            case .depends: continue
            case .never: condition = .healthNeverTrue
            case .always: condition = .healthAlwaysTrue
            }
            let values = [
                "key": key, "expression": expression.source, "parsed": expression.expression.description,
            ]
            find(condition, definition, key, values)
        }
    }

    // MARK: With charts

    private mutating func checkCharts(_ hosts: [KnownHost]) {
        var uses = catalog.definitions.map { _ in Use() }
        for host in hosts {
            let applying = catalog.definitions.map { host.mayHave($0) }
            var known = KnownNames(host.charts, zip(catalog.definitions, applying).filter(\.1).map(\.0))
            for (place, definition) in catalog.definitions.enumerated() where applying[place] {
                // Of stock files it is only counted which are used.
                let isStock = stockFiles.contains(definition.file)
                uses[place].note(definition, &known, closely: !isStock)
            }
        }
        let hostCount = "\(hosts.count) host\(hosts.count == 1 ? "" : "s")"
        var (stock, unused) = (0, 0)
        for (definition, use) in zip(catalog.definitions, uses) {
            if stockFiles.contains(definition.file) {
                stock += 1
                if !use.isUsed { unused += 1 }
            } else {
                report(definition, use, hostCount)
            }
        }
        guard unused > 0, let file = catalog.files.first(where: \.isStock) else { return }
        let values = ["count": String(unused), "all": String(stock), "hosts": hostCount]
        findings.append(Finding(.healthStockUnused, at: .file(path: directory(of: file), line: 0), values))
    }

    private mutating func report(_ definition: AlarmDefinition, _ use: Use, _ hosts: String) {
        guard use.isUsed else {
            return find(.healthMatchesNothing, definition, "on", ["kind": definition.kind.rawValue, "hosts": hosts])
        }
        for (key, variable) in use.missing {
            let meant = nearest(to: variable, among: use.candidates.sorted())
            let suggestion = meant.map { "did you mean '\(sanitized($0) == $0 ? "$\($0)" : "${\($0)}")'?" }
            find(.healthUnknownVariable, definition, key, ["key": key, "variable": variable], suggestion: suggestion)
        }
        if !use.hasDimensions, let lookup = definition.lookup {
            let isForeach = definition.kind == .template && lookup.foreach != nil
            let patterns = isForeach ? lookup.foreach ?? "" : lookup.dimensions
            find(
                .healthNoDimension,
                definition,
                "lookup",
                ["word": isForeach ? "foreach" : "of", "patterns": patterns]
            )
        }
    }

    private mutating func find(
        _ condition: Condition,
        _ definition: AlarmDefinition,
        _ key: String,
        _ values: [String: String],
        suggestion: String? = nil
    ) {
        var values = values
        let line = definition.lines[key] ?? definition.line
        values["alarm"] = definition.name
        values["file"] = definition.file
        values["line"] = String(line)
        findings.append(
            Finding(condition, at: .file(path: definition.file, line: line), values, suggestion: suggestion)
        )
    }

    private func directory(of file: HealthCatalog.File) -> String { String(file.path.dropLast(file.name.count + 1)) }
}

extension KnownHost {
    fileprivate func mayHave(_ definition: AlarmDefinition) -> Bool {
        var definition = definition
        if os == nil { definition.os = nil }
        if hostname.isEmpty { definition.hosts = nil }
        if labels == nil { definition.hostLabels = nil }
        return definition.appliesTo(os: os ?? "", hostname: hostname, labels: labels ?? [])
    }
}

/// What became of a definition on the charts of all hosts.
private struct Use {
    private(set) var isUsed = false
    private(set) var hasDimensions = false
    /// Key and variable; those that no chart had so far.
    private(set) var missing: [(key: String, variable: String)] = []
    /// Names of a chart that lacked one.
    private(set) var candidates: Set<String> = []

    mutating func note(_ definition: AlarmDefinition, _ known: inout KnownNames, closely: Bool) {
        if isUsed, !closely { return }
        for place in known.places(of: definition) {
            if !isUsed { missing = Self.variables(of: definition) }
            isUsed = true
            guard closely else { return }
            missing.removeAll { known.has($0.variable, at: place) }
            if !missing.isEmpty { candidates.formUnion(known.names(at: place)) }
            hasDimensions = hasDimensions || Self.finds(definition, known.dimensions(at: place))
        }
    }

    private static func variables(of definition: AlarmDefinition) -> [(key: String, variable: String)] {
        let expressions = [
            ("calc", definition.calculation), ("warn", definition.warning), ("crit", definition.critical),
        ]
        var seen = special.union(setByCollectors)
        return expressions.flatMap { key, expression in
            (expression?.variables ?? []).filter { seen.insert($0).inserted }.map { (key, $0) }
        }
    }

    private static func finds(_ definition: AlarmDefinition, _ dimensions: [DimensionDefinition]) -> Bool {
        guard let lookup = definition.lookup else { return true }
        if definition.kind == .template, lookup.foreach != nil { return !definition.instances(of: dimensions).isEmpty }
        guard let pattern = dimensionPattern(lookup.dimensions) else { return true }
        return dimensions.contains { pattern.matches($0.id) || pattern.matches($0.name) }
    }

    private static let special = Set(
        ["this", "after", "before", "now", "status"] + AlarmStatus.allCases.map(\.name)
    )

    /// What collectors set besides dimensions, for charts and hosts; it is in no file of a database (health §4.4).
    private static let setByCollectors: Set<String> = [
        "active_processors", "ipc_semaphores_max", "ipc_semaphores_arrays_max", "netfilter_conntrack_max",
        "tcp_max_orphans", "tcp_mem_low", "tcp_mem_pressure", "tcp_mem_high", "tcp_max_connections", "pidmax",
        "nic_speed_max", "avail",
    ]
}
