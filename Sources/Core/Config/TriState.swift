/// A switch with a third position. Of health (streaming protocol §12), and of charts that appear on demand.
public enum TriState: String, Sendable {
    /// Always.
    case yes
    /// Never.
    case no
    /// While there is something to it: a child that is connected, a value that isn't zero.
    case auto
}
