/// Where a host's samples are kept (storage §2): the words of `[db] mode`.
public enum DatabaseMode: String, Sendable, CaseIterable {
    case none
    case ram
    case save
    case map
    case alloc
    case dbengine

    /// What the original takes for a word it doesn't know.
    static let ofUnknownWord = DatabaseMode.save
}
