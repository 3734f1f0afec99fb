import Basics
import Diagnostics
import Wire

/// Charts, dimensions and their labels, and what can be wrong with BEGIN, SET and END (streaming protocol §8.1–8.4).
extension Ingest {
    mutating func defineChart(_ words: borrowing Words) -> Bool {
        database.cancel()
        leaveChart()
        replicating.close()
        let key = words[0]
        guard hasTypeAndID(key) else { return stop(isStream ? .chartWithoutID : .pluginChartWithoutID) }
        var definition = ChartDefinition(id: key.string)
        definition.name = text(words[1])
        definition.title = text(words[2])
        // Units that are said to be none are none; those that are not said are unknown.
        if words.count > 3 { definition.units = text(words[3]) }
        definition.family = text(words[4])
        definition.context = text(words[5])
        definition.type = ChartType(rawValue: words[6].string) ?? .line
        if !words[7].isEmpty { definition.priority = decimal(words[7]) }
        definition.updateEvery = decimal(words[8])
        if definition.updateEvery < 1 { definition.updateEvery = session.updateEvery }
        if definition.updateEvery < session.updateEvery, fasterChart == nil {
            fasterChart = (definition.id, definition.updateEvery)
        }
        definition.options = options(words[9], of: key)
        definition.plugin = words[10].isEmpty ? session.plugin : text(words[10])
        definition.module = text(words[11])
        guard let outcome = database.outcome(of: definition, key: key, now: now) else {
            isIgnoring = true
            hasRefusedCharts = true
            let isTooLong = key.count > database.limits.idBytes
            ignoredID = isTooLong ? nil : Array(key.bytes)
            limit(
                isTooLong ? database.limits.idBytes : database.limits.chartsPerHost,
                isTooLong ? "bytes in a chart's id" : "charts"
            )
            return true
        }
        defining = outcome.ref
        if let name = outcome.takenName { note(.chartNameTaken, ["name": name]) }
        if outcome.isChanged, !outcome.isNew { note(.chartUpdated, ["chart": definition.id]) }
        return true
    }

    /// Something before the first dot, and something after it.
    private func hasTypeAndID(_ id: Word) -> Bool {
        guard let dot = id.bytes.firstIndex(of: UInt8(ascii: ".")) else { return false }
        return dot > 0 && dot < id.count - 1
    }

    /// Found by substring. A completely empty word leaves `hidden` as it was (streaming protocol §8.1).
    private func options(_ word: Word, of chart: Word) -> ChartOptions {
        var options: ChartOptions = []
        if word.contains("obsolete") { options.insert(.obsolete) }
        if word.contains("detail") { options.insert(.detail) }
        if word.contains("hidden") { options.insert(.hidden) }
        if word.contains("store_first") { options.insert(.storeFirst) }
        if word.isEmpty, let known = database.find(chart: chart), let old = database.definition(of: known),
            old.options.contains(.hidden)
        {
            options.insert(.hidden)
        }
        return options
    }

    mutating func defineDimension(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard let chart = currentChart else {
            return isStream
                ? stop(.dimensionWithoutChart)
                : stop(.pluginCommandWithoutChart, ["command": "DIMENSION", "by": "CHART"])
        }
        let key = words[0]
        guard !key.isEmpty else {
            return stop(isStream ? .dimensionWithoutID : .pluginDimensionWithoutID, ["chart": id(of: chart)])
        }
        var definition = DimensionDefinition(id: key.string)
        definition.name = text(words[1])
        definition.algorithm = Algorithm(words[2].string)
        definition.multiplier = words[3].number
        definition.divisor = words[4].number
        if words[5].contains("obsolete") { definition.options.insert(.obsolete) }
        if words[5].contains("hidden") { definition.options.insert(.hidden) }
        if words[5].contains("noreset") || words[5].contains("nooverflow") { definition.options.insert(.noreset) }
        if database.define(definition, key: key, in: chart) == nil {
            hasRefusedDimensions = true
            let isTooLong = key.count > database.limits.idBytes
            limit(
                isTooLong ? database.limits.idBytes : database.limits.dimensionsPerChart,
                isTooLong ? "bytes in a dimension's id" : "dimensions of a chart"
            )
        }
        return true
    }

    mutating func labelChart(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard words.count >= 3, !words[0].isEmpty else {
            note(.malformedChartLabel)
            return true
        }
        guard chartLabels.count < database.limits.labelsPerChart else {
            database.counters.refusedDefinitions &+= 1
            limit(database.limits.labelsPerChart, "labels of a chart")
            return true
        }
        if let label = label(words[0], text(words[1]), words[2]) { chartLabels.take(label) }
        return true
    }

    mutating func commitChartLabels() -> Bool {
        if isIgnoring { return true }
        guard let chart = currentChart else {
            chartLabels = []
            note(.labelCommitWithoutChart)
            return true
        }
        database.setLabels(chartLabels, of: chart)
        chartLabels = []
        return true
    }

    // MARK: What BEGIN, SET and END didn't find

    mutating func beginUnknown(_ chart: Word, _ microseconds: Int64) -> Bool {
        database.cancel()
        leaveChart()
        if !isStream, let ref = database.find(chart.string) {
            return database.begin(ref, microseconds: microseconds, now: now, trusted: false)
        }
        if hasRefusedCharts {
            isIgnoring = true
            return true
        }
        return stop(isStream ? .beginOfUnknownChart : .pluginBeginOfUnknownChart, ["chart": text(chart)])
    }

    mutating func setUnknown(_ dimension: Word, _ value: Int64) -> Bool {
        if isIgnoring { return true }
        guard database.current >= 0 else { return setOutside(text(dimension), String(value)) }
        if hasRefusedDimensions { return true }
        let chart = database.ref(database.current)
        let values = [
            "dimension": text(dimension), "chart": id(of: chart),
            "name": database.definition(of: chart)?.name ?? "", "value": String(value),
        ]
        return stop(isStream ? .setOfUnknownDimension : .pluginSetOfUnknownDimension, values)
    }

    /// A SET without a value is none (streaming protocol §8.4), one without a dimension is an error.
    mutating func setIncomplete(_ words: borrowing Words) -> Bool {
        if isIgnoring { return true }
        guard database.current >= 0 else { return setOutside(text(words[0]), "<nothing>") }
        guard words[0].isEmpty else { return true }
        return stop(
            isStream ? .setWithoutDimension : .pluginSetWithoutDimension,
            ["chart": id(of: database.ref(database.current))]
        )
    }

    private mutating func setOutside(_ dimension: String, _ value: String) -> Bool {
        isStream
            ? stop(.setWithoutBegin, ["dimension": dimension, "value": value])
            : stop(.pluginCommandWithoutChart, ["command": "SET", "by": "CHART"])
    }

    mutating func endUnknown() -> Bool {
        guard !isIgnoring else {
            leaveChart()
            return true
        }
        return isStream
            ? stop(.endWithoutBegin) : stop(.pluginCommandWithoutChart, ["command": "END", "by": "BEGIN"])
    }

    // MARK: Words

    /// The chart of the open collection, or else the one being defined.
    var currentChart: ChartRef? { database.current >= 0 ? database.ref(database.current) : defining }

    func id(of chart: ChartRef) -> String { database.definition(of: chart)?.id ?? "" }

    /// A word's text, cut at the limit but not within a character.
    func text(_ word: Word) -> String {
        let limit = host.limits.textBytes
        guard word.count > limit else { return word.string }
        var count = limit
        while count > 0, word[count] & 0xc0 == 0x80 { count -= 1 }
        return Word(start: word.start, count: count).string
    }

    /// - Returns: `nil` where nothing is left of its key.
    func label(_ key: Word, _ value: String, _ source: Word) -> Label? {
        guard let key = LabelText.key(text(key)) else { return nil }
        // The upper bits are the sender's own business (streaming protocol §8.2).
        let source = UInt32(truncatingIfNeeded: source.number) & 0x1fff_ffff
        return Label(key: key, value: LabelText.value(value), source: source)
    }

    /// A plain decimal number, 0 without digits (streaming protocol §7).
    private func decimal(_ word: Word) -> Int {
        var value = 0
        var index = 0
        let isNegative = word.count > 0 && word[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        while index < word.count, case let digit = word[index] &- 48, digit <= 9, value < 1_000_000_000_000 {
            value = value &* 10 &+ Int(digit)
            index += 1
        }
        return isNegative ? 0 &- value : value
    }
}
