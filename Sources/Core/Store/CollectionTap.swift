public import Basics

/// Whoever wants to see each finished collection: the sender, exporters of collected values. Works in every mode.
///
/// Both calls come from the host's writer and under the host's lock: be short, and don't call the host back.
public protocol CollectionTap: AnyObject, Sendable {
    func collected(_ host: GUID, _ collection: borrowing Collection)
    func changed(_ host: GUID, _ change: DefinitionChange)
}

/// What changed besides values.
public enum DefinitionChange: Sendable, Equatable {
    /// Defined, redefined, marked obsolete or labelled anew; what it is now says ``HostDatabase/snapshot(of:)``.
    case chart(ChartRef)
    case chartRemoved(ChartRef)
    case hostLabels
    /// What the cloud calls the host; `nil`: nothing any more.
    case claim(String?)
    case hostVariable(String, Double)
    case chartVariable(ChartRef, String, Double)
}
