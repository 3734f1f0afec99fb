import Synchronization

/// What a chart and its dimensions say of themselves. One that is shared never changes again.
final class ChartTexts: @unchecked Sendable {
    fileprivate(set) var definition: ChartDefinition
    fileprivate(set) var dimensions: [DimensionDefinition]
    /// Others may have it too, on other threads.
    fileprivate(set) var isShared = false

    init(_ definition: ChartDefinition, dimensions: [DimensionDefinition] = []) {
        self.definition = definition
        self.dimensions = dimensions
    }

    fileprivate func says(the other: ChartTexts) -> Bool {
        definition == other.definition && dimensions == other.dimensions
    }

    /// What tells most charts apart.
    fileprivate var hash: Int {
        var hasher = Hasher()
        hasher.combine(definition.id)
        hasher.combine(definition.name)
        hasher.combine(definition.title)
        for dimension in dimensions { hasher.combine(dimension.id) }
        return hasher.finalize()
    }
}

extension ChartRecord {
    var definition: ChartDefinition {
        get { texts.definition }
        _modify {
            own()
            yield &texts.definition
        }
    }

    var dimensions: [DimensionDefinition] {
        get { texts.dimensions }
        _modify {
            own()
            yield &texts.dimensions
        }
    }

    private mutating func own() {
        guard texts.isShared || !isKnownUniquelyReferenced(&texts) else { return }
        texts = ChartTexts(texts.definition, dimensions: texts.dimensions)
    }

    /// Takes those of another chart that says the same, or lets other charts take these.
    mutating func shareTexts() {
        if !texts.isShared { texts = SharedTexts.all.shared(texts) }
    }
}

/// Texts of charts, those that say the same once: the children of a parent are alike, and what their charts say of themselves
/// would be a third of their memory.
///
/// It keeps none alive: they go with the last chart that has them.
final class SharedTexts: Sendable {
    static let all = SharedTexts()

    private struct Known {
        weak var texts: ChartTexts?
    }

    private struct State {
        /// By ``ChartTexts/hash``.
        var known: [Int: Known] = [:]
        /// With so many it is time to look for those that have gone.
        var limit = SharedTexts.fewest
    }

    private static let fewest = 1024
    private let state = Mutex(State())

    /// Texts that say the same, for good.
    ///
    /// - Parameter texts: nobody else has them.
    func shared(_ texts: ChartTexts) -> ChartTexts {
        let hash = texts.hash
        return state.withLock { state in
            if let known = state.known[hash]?.texts, known.says(the: texts) { return known }
            // An array that grew has room that it will not need.
            texts.dimensions = texts.dimensions.map { $0 }
            texts.isShared = true
            if state.known.count >= state.limit {
                state.known = state.known.filter { $0.value.texts != nil }
                state.limit = max(SharedTexts.fewest, 2 * state.known.count)
            }
            state.known[hash] = Known(texts: texts)
            return texts
        }
    }

    /// Texts that are known, also those that have gone since somebody looked.
    var count: Int { state.withLock { $0.known.count } }
}
