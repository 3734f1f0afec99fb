/// What a client may do, by its address and by the port it came through (streaming protocol §1.1).
public struct Rights: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let dashboard = Rights(rawValue: 1 << 0)
    public static let registry = Rights(rawValue: 1 << 1)
    public static let badges = Rights(rawValue: 1 << 2)
    public static let management = Rights(rawValue: 1 << 3)
    public static let streaming = Rights(rawValue: 1 << 4)
    public static let netdataConf = Rights(rawValue: 1 << 5)
    public static let all: Rights = [.dashboard, .registry, .badges, .management, .streaming, .netdataConf]

    /// The words of `bind to`, in the order in which they are written.
    static let words: [(word: String, right: Rights)] = [
        ("dashboard", .dashboard), ("registry", .registry), ("badges", .badges), ("management", .management),
        ("streaming", .streaming), ("netdata.conf", .netdataConf),
    ]

    /// The right of one word of `bind to`.
    public init?(word: String) {
        guard let found = Self.words.first(where: { $0.word == word }) else { return nil }
        self = found.right
    }
}
