/// Which of the two commands runs the node.
public enum Role: String, Sendable, CaseIterable {
    case agent
    case parent
}
