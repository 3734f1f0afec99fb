/// How much configuration is read. What lies beyond is reported, never silently dropped.
public struct ConfigLimits: Sendable {
    /// Bytes of one file.
    public var fileBytes = 4 << 20
    /// Findings of each severity that are kept of one file, and of all values together; the rest is counted.
    public var findingsPerFile = 200
    /// Characters of a value that a finding quotes.
    public var quotedCharacters = 80

    public init() {}
}

/// The beginning of a text that came from a file, short enough to be read in a message.
func quoted(_ text: String, limit: Int = ConfigLimits().quotedCharacters) -> String {
    text.count <= limit ? text : String(text.prefix(limit)) + "…"
}
