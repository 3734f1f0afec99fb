extension GUID {
    /// The first and the last eight bytes as big-endian numbers: for files.
    public var words: (UInt64, UInt64) { (high, low) }

    public init(words: (UInt64, UInt64)) { self.init(high: words.0, low: words.1) }
}
