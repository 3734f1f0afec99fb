import Store

/// What a context is called whose charts call it differently (web API §8.4).
struct MergedContext {
    private(set) var title: String
    private(set) var units: String
    private(set) var family: String
    private(set) var type: ChartType
    private(set) var priority: Int64

    /// - Parameter context: in the order in which its charts were defined: of what cannot be merged the last one counts, as in the
    ///   original.
    init(_ context: ContextTree.Context) {
        let definitions = context.definitions
        let last = definitions[definitions.count - 1]
        units = last.units
        type = last.type
        title = definitions[0].title
        family = definitions[0].family
        priority = Int64(definitions.map(\.priority).min() ?? last.priority)
        for definition in definitions.dropFirst() {
            title = Self.merged(title, definition.title)
            family = Self.merged(family, definition.family)
        }
    }

    /// What two texts have in common at their beginning and at their end, with `[x]` between them: `Core [x] utilization`.
    static func merged(_ one: String, _ other: String) -> String {
        guard one != other else { return one }
        let start = zip(one, other).prefix { $0 == $1 }.count
        let end = zip(one.dropFirst(start).reversed(), other.dropFirst(start).reversed()).prefix { $0 == $1 }.count
        return "\(one.prefix(start))[x]\(one.suffix(end))"
    }
}
