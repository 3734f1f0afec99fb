public import Basics

/// What became of a definition.
struct DefinitionOutcome {
    var ref: ChartRef
    var isNew: Bool
    var isChanged: Bool
    /// The name that another chart already has.
    var takenName: String?
}

extension HostDatabase {
    /// Makes a chart, or brings an existing one up to date in place: its points, clock and dimensions stay, and its clock
    /// is set anew by the next collection (streaming protocol §8.1, §9.2).
    ///
    /// Labels in an existing chart stay where `definition` has none.
    /// - Parameter now: µs since 1970.
    /// - Returns: `nil` beyond ``StoreLimits/chartsPerHost`` or for an id that is empty or too long.
    public mutating func define(_ definition: ChartDefinition, now: Int64) -> ChartRef? {
        var outcome: DefinitionOutcome?
        definition.id.withWord { outcome = self.outcome(of: definition, key: $0, now: now) }
        return outcome?.ref
    }

    /// - Parameter key: the id as it came. Its bytes decide, also where they are no UTF-8.
    mutating func outcome(of definition: ChartDefinition, key: Word, now: Int64) -> DefinitionOutcome? {
        var definition = normalized(definition)
        var taken: String?
        let existing = find(chart: key)
        definition.name = name(for: definition, existing: existing, taken: &taken)
        if let existing {
            let changed = update(existing, to: definition, now: now)
            return DefinitionOutcome(ref: existing, isNew: false, isChanged: changed, takenName: taken)
        }
        guard counters.refusing(chartCount >= limits.chartsPerHost),
            counters.refusing(key.isEmpty || key.count > limits.idBytes)
        else { return nil }
        definition.labels = labels(definition.labels, plugin: definition.plugin, module: definition.module)
        let slot = makeSlot()
        guard let charts else { return nil }
        let chart = charts + Int(slot)
        let incarnation = chart.pointee.incarnation
        chart.pointee.deallocate()
        let id = Identifier(key, hash: Identifier.hash(key))
        chart.pointee = Chart(id: id, incarnation: incarnation, updateEvery: Int64(definition.updateEvery))
        chart.pointee.storeFirst = definition.options.contains(.storeFirst)
        chart.pointee.isObsolete = definition.options.contains(.obsolete)
        chart.pointee.syncClock = true
        chart.pointee.lastActive = now
        chart.pointee.follower = slot
        byID.insert(slot, hash: id.hash) { charts[Int($0)].id.hash }
        byName[definition.name] = slot
        records[Int(slot)] = ChartRecord(texts: ChartTexts(definition))
        recall(chart, Int(slot))
        let ref = ref(slot)
        tell(.chart(ref))
        return DefinitionOutcome(ref: ref, isNew: true, isChanged: true, takenName: taken)
    }

    /// Makes a dimension of a chart, or brings an existing one up to date.
    ///
    /// - Returns: its place among the chart's dimensions, for ``set(_:_:)-(Int32,_)``; `nil` for a chart that is gone and
    ///   beyond ``StoreLimits/dimensionsPerChart`` or for an id that is empty or too long.
    @discardableResult
    public mutating func define(_ definition: DimensionDefinition, in ref: ChartRef) -> Int32? {
        var index: Int32?
        definition.id.withWord { index = define(definition, key: $0, in: ref) }
        return index
    }

    /// - Parameter key: the id as it came.
    mutating func define(_ definition: DimensionDefinition, key: Word, in ref: ChartRef) -> Int32? {
        guard let chart = pointer(ref) else { return nil }
        var definition = definition
        if definition.name.isEmpty { definition.name = definition.id }
        if definition.multiplier == 0 { definition.multiplier = 1 }
        if definition.divisor == 0 { definition.divisor = 1 }
        if let index = HostDatabase.findDimension(chart, key) {
            update(chart, dimension: Int(index), to: definition, ref)
            return index
        }
        guard counters.refusing(Int(chart.pointee.dimensionCount) >= limits.dimensionsPerChart),
            counters.refusing(key.isEmpty || key.count > limits.idBytes)
        else { return nil }
        widenRows(chart, Int(ref.index))
        let id = Identifier(key, hash: Identifier.hash(key))
        let index = HostDatabase.append(Dimension(definition, id: id), to: chart)
        records[Int(ref.index)]?.append(definition)
        changed(chart, ref)
        return index
    }

    /// Replaces a chart's labels; the automatic ones stay (streaming protocol §8.2). What exceeds
    /// ``StoreLimits/labelsPerChart`` is dropped and counted.
    public mutating func setLabels(_ new: [Label], of ref: ChartRef) {
        guard let chart = pointer(ref), let definition = records[Int(ref.index)]?.definition else { return }
        let new = labels(new, plugin: definition.plugin, module: definition.module)
        guard new != definition.labels else { return }
        records[Int(ref.index)]?.definition.labels = new
        changed(chart, ref)
    }

    /// - Returns: `false` beyond ``StoreLimits/variablesPerChart``.
    @discardableResult
    public mutating func setVariable(_ name: String, _ value: Double, of ref: ChartRef) -> Bool {
        guard pointer(ref) != nil, let variables = records[Int(ref.index)]?.variables else { return false }
        guard variables[name] != nil || counters.refusing(variables.count >= limits.variablesPerChart) else {
            return false
        }
        if variables[name] == nil { variableNames &+= 1 }
        records[Int(ref.index)]?.variables[name] = value
        tell(.chartVariable(ref, name, value))
        return true
    }

    /// - Returns: `false` beyond ``StoreLimits/variablesPerHost``.
    @discardableResult
    public mutating func setHostVariable(_ name: String, _ value: Double) -> Bool {
        guard hostVariables[name] != nil || counters.refusing(hostVariables.count >= limits.variablesPerHost) else {
            return false
        }
        if hostVariables.updateValue(value, forKey: name) == nil { variableNames &+= 1 }
        tell(.hostVariable(name, value))
        return true
    }

    /// Marks a chart as gone, or takes the mark away. The former is passed on at once (streaming protocol §8.1).
    public mutating func setObsolete(_ obsolete: Bool, _ ref: ChartRef, now: Int64) {
        guard let chart = pointer(ref), chart.pointee.isObsolete != obsolete else { return }
        chart.pointee.isObsolete = obsolete
        chart.pointee.lastActive = now
        if obsolete {
            records[Int(ref.index)]?.definition.options.insert(.obsolete)
        } else {
            records[Int(ref.index)]?.definition.options.remove(.obsolete)
        }
        changed(chart, ref)
    }

    /// Finds a chart by its id.
    public func find(chart: Word) -> ChartRef? {
        guard let slot = findSlot(chart) else { return nil }
        return ref(slot)
    }

    @inline(__always)
    func findSlot(_ id: Word) -> Int32? {
        guard let charts else { return nil }
        return byID.find(hash: Identifier.hash(id)) { charts[Int($0)].id.equals(id) }
    }

    /// Finds a chart by its id, or else by its name (web API §4).
    public func find(_ idOrName: String) -> ChartRef? {
        idOrName.withWord { find(chart: $0) } ?? byName[idOrName].map { ref($0) }
    }

    /// The place of a dimension among its chart's.
    public func find(dimension: Word, in ref: ChartRef) -> Int32? {
        pointer(ref).flatMap { HostDatabase.findDimension($0, dimension) }
    }
}

extension HostDatabase {
    /// Where a chart has more dimensions than this, they have a table.
    static let dimensionsWithoutTable = 8

    static func findDimension(_ chart: UnsafeMutablePointer<Chart>, _ id: Word) -> Int32? {
        guard let dimensions = chart.pointee.dimensions else { return nil }
        let count = chart.pointee.dimensionCount
        if count <= dimensionsWithoutTable {
            var index: Int32 = 0
            while index < count {
                if dimensions[Int(index)].id.equals(id) { return index }
                index &+= 1
            }
            return nil
        }
        return chart.pointee.table.find(hash: Identifier.hash(id)) { dimensions[Int($0)].id.equals(id) }
    }

    private static func append(_ dimension: Dimension, to chart: UnsafeMutablePointer<Chart>) -> Int32 {
        let index = chart.pointee.dimensionCount
        if index == chart.pointee.dimensionCapacity { move(dimensionsOf: chart, capacity: roomier(index)) }
        guard let dimensions = chart.pointee.dimensions else { return index }
        (dimensions + Int(index)).initialize(to: dimension)
        chart.pointee.dimensionCount = index + 1
        if index + 1 > dimensionsWithoutTable {
            let first = index == dimensionsWithoutTable ? 0 : index
            for place in first...index {
                chart.pointee.table.insert(place, hash: dimensions[Int(place)].id.hash) { dimensions[Int($0)].id.hash }
            }
        }
        if dimension.algorithm.isPercentage { chart.pointee.hasPercentages = true }
        return index
    }

    private static func move(dimensionsOf chart: UnsafeMutablePointer<Chart>, capacity: Int32) {
        let place = UnsafeMutablePointer<Dimension>.allocate(capacity: Int(capacity))
        if let old = chart.pointee.dimensions {
            place.moveInitialize(from: old, count: Int(chart.pointee.dimensionCount))
            old.deallocate()
        }
        chart.pointee.dimensions = place
        chart.pointee.dimensionCapacity = capacity
    }

    /// Brings a chart whose definition seems to be complete into as little memory as it takes.
    @inline(never)
    mutating func settle(_ chart: UnsafeMutablePointer<Chart>, _ slot: Int) {
        chart.pointee.isSettled = true
        let count = chart.pointee.dimensionCount
        if count > 0, count < chart.pointee.dimensionCapacity {
            HostDatabase.move(dimensionsOf: chart, capacity: count)
        }
        records[slot]?.shareTexts()
    }

    private mutating func update(
        _ chart: UnsafeMutablePointer<Chart>,
        dimension index: Int,
        to definition: DimensionDefinition,
        _ ref: ChartRef
    ) {
        guard let dimensions = chart.pointee.dimensions, let record = records[Int(ref.index)],
            record.dimensions[index] != definition
        else { return }
        let dimension = dimensions + index
        dimension.pointee.multiplier = Double(definition.multiplier)
        dimension.pointee.divisor = Double(definition.divisor)
        dimension.pointee.noreset = definition.options.contains(.noreset)
        if dimension.pointee.algorithm != definition.algorithm {
            // What is kept from the last collection means something else now.
            dimension.pointee.algorithm = definition.algorithm
            dimension.pointee.collections = 0
            dimension.pointee.lastCalculated = 0
        }
        records[Int(ref.index)]?.dimensions[index] = definition
        chart.pointee.hasPercentages =
            records[Int(ref.index)]?.dimensions.contains { $0.algorithm.isPercentage } ?? false
        changed(chart, ref)
    }

    /// Defaults and limits of streaming protocol §8.1.
    private func normalized(_ definition: ChartDefinition) -> ChartDefinition {
        var definition = definition
        if definition.family.isEmpty {
            definition.family = String(definition.id.prefix { $0 != "." })
        }
        if definition.context.isEmpty { definition.context = definition.id }
        if definition.updateEvery < 1 { definition.updateEvery = settings.updateEvery }
        definition.updateEvery = min(definition.updateEvery, limits.updateEvery)
        return definition
    }

    /// The name it gets: the wanted one, else the one it has, else its id.
    private func name(for definition: ChartDefinition, existing: ChartRef?, taken: inout String?) -> String {
        let current = existing.flatMap { records[Int($0.index)]?.definition.name }
        guard let wanted = ChartName.full(definition.name, id: definition.id) else { return definition.id }
        if let owner = byName[wanted], owner != existing?.index {
            taken = wanted
            return current ?? definition.id
        }
        return wanted
    }

    private mutating func update(_ ref: ChartRef, to definition: ChartDefinition, now: Int64) -> Bool {
        guard let chart = pointer(ref), let old = records[Int(ref.index)]?.definition else { return false }
        var definition = definition
        definition.labels = labels(
            definition.labels.isEmpty ? old.labels : definition.labels,
            plugin: definition.plugin,
            module: definition.module
        )
        chart.pointee.syncClock = true
        chart.pointee.lastActive = now
        guard definition != old else { return false }
        if definition.updateEvery != old.updateEvery {
            // Points of two distances can't share their time slots.
            leave(chart, Int(ref.index))
            dropPoints(chart, Int(ref.index))
            chart.pointee.hasClock = false
            chart.pointee.collections = 0
            chart.pointee.updateEvery = Int64(definition.updateEvery)
            records[Int(ref.index)]?.forgetWritten(after: 0)
            recall(chart, Int(ref.index))
        }
        chart.pointee.storeFirst = definition.options.contains(.storeFirst)
        chart.pointee.isObsolete = definition.options.contains(.obsolete)
        if definition.name != old.name {
            if byName[old.name] == ref.index { byName[old.name] = nil }
            byName[definition.name] = ref.index
        }
        records[Int(ref.index)]?.definition = definition
        changed(chart, ref)
        return true
    }

    func changed(_ chart: UnsafeMutablePointer<Chart>, _ ref: ChartRef) {
        chart.pointee.generation &+= 1
        chart.pointee.isSettled = false
        tell(.chart(ref))
    }

    /// Found out by the node (1), and not to be dropped when labels are renewed (1 << 29).
    private static let automaticSource: UInt32 = 0x2000_0001

    /// What every chart's labels end with (streaming protocol §8.2).
    static func automaticLabels(plugin: String, module: String) -> [Label] {
        [
            Label(key: "_collect_plugin", value: plugin.isEmpty ? "[none]" : plugin, source: automaticSource),
            Label(key: "_collect_module", value: module.isEmpty ? "[none]" : module, source: automaticSource),
        ]
    }

    /// The given labels without the automatic ones, then those.
    private mutating func labels(_ given: [Label], plugin: String, module: String) -> [Label] {
        let automatic = Self.automaticLabels(plugin: plugin, module: module)
        var own = given.filter { label in !automatic.contains { $0.key == label.key } }
        if own.count > limits.labelsPerChart {
            counters.refusedDefinitions += own.count - limits.labelsPerChart
            own.removeLast(own.count - limits.labelsPerChart)
        }
        return own + automatic
    }
}

extension Algorithm {
    var isPercentage: Bool { self == .percentageOfAbsoluteRow || self == .percentageOfIncrementalRow }
}

extension ChartRecord {
    fileprivate mutating func append(_ definition: DimensionDefinition) {
        if dimensions.count == dimensions.capacity {
            dimensions.reserveCapacity(Int(roomier(Int32(truncatingIfNeeded: dimensions.count))))
        }
        dimensions.append(definition)
    }
}

/// The next size of an array of so many dimensions. Most charts have few, so that doubling would waste much.
private func roomier(_ count: Int32) -> Int32 { count + max(2, count / 2) }

extension StoreCounters {
    /// Counts a definition that exceeds a limit. Returns whether it does not.
    mutating func refusing(_ exceeds: Bool) -> Bool {
        if exceeds { refusedDefinitions += 1 }
        return !exceeds
    }
}
