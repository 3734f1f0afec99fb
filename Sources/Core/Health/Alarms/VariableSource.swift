import Store

/// Where the value of a variable comes from, found once when an alarm is bound (health §4.4).
enum VariableSource: Sendable, Equatable {
    /// Nobody has such a variable.
    case missing
    case constant(Double)
    // Of the alarm itself.
    case this
    case after
    case before
    case now
    case status
    /// A dimension's newest stored value.
    case stored(ChartRef, Int32)
    /// What was collected last for it, as it was collected.
    case collected(ChartRef, Int32)
    case dimensionCollectedAt(ChartRef, Int32)
    case chartCollectedAt(ChartRef)
    case updateEvery(ChartRef)
    /// What a plugin or a child set.
    case chartVariable(ChartRef, String)
    case hostVariable(String)
    /// The value of another alarm of the host; its place among them.
    case alarm(Int32)
}
