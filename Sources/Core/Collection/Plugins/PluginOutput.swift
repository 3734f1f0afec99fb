/// Who takes what a plugin writes to its standard output: one for each run.
public protocol PluginOutput: AnyObject {
    /// Takes the next bytes, cut anywhere.
    func feed(_ bytes: UnsafeRawBufferPointer) -> PluginOutputResult

    /// Finished collections (`END`s) so far.
    var collections: Int { get }
}

/// What a plugin's output says of the run.
public enum PluginOutputResult: Sendable, Equatable {
    case goesOn
    /// A line that is no command: the run ends and a later one may do better.
    case stopped
    /// `DISABLE`, or an error that would come again: not to be started until the node is.
    case disabled
}
