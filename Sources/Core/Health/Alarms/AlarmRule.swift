import Store

/// An ``AlarmDefinition`` as all alarms that came of it share it.
public final class AlarmRule: Sendable {
    public let definition: AlarmDefinition
    /// `LINE@FILE`, as the log and the API name it.
    public let source: String
    /// Whether it looks at when its chart was collected last: it rises when a child is lost, with all others of its kind.
    public let watchesCollection: Bool
    /// The worst status that it can have; `nil` where it has none.
    let highest: AlarmStatus?
    /// Of its ``definition``, which is too large to be copied for each evaluation.
    let calculation: CompiledExpression?
    let warning: CompiledExpression?
    let critical: CompiledExpression?
    /// Where the lookup's window begins, seconds from now; `nil` without a lookup.
    let lookupBegin: Int?
    /// Of its lookup.
    let query: WindowQuery?

    public init(_ definition: AlarmDefinition) {
        self.definition = definition
        source = "\(definition.line)@\(definition.file)"
        let expressions = [definition.calculation, definition.warning, definition.critical].compactMap { $0 }
        watchesCollection = expressions.contains { $0.variables.contains { $0.hasSuffix("last_collected_t") } }
        calculation = definition.calculation
        warning = definition.warning
        critical = definition.critical
        lookupBegin = definition.lookup.map { $0.before + $0.after }
        highest = definition.critical != nil ? .critical : definition.warning != nil ? .warning : nil
        query = definition.lookup.map {
            WindowQuery($0.method, after: $0.after, before: $0.before, options: $0.options)
        }
    }
}
