import CLZ4

/// Whether the LZ4 library at hand may be used for streaming (streaming protocol §6.1).
public enum Compression {
    /// The oldest usable library, 1.9.0, in LZ4's own counting.
    public static let oldestVersion = 10_900

    /// The library this process is linked with.
    public static var libraryVersion: Int { Int(LZ4_versionNumber()) }

    /// Older libraries decode what they shouldn't: with one of them streams stay plain.
    public static func available(version: Int = libraryVersion) -> Bool { version >= oldestVersion }

    /// `10904` as `1.9.4`.
    public static func describe(version: Int) -> String {
        "\(version / 10_000).\(version / 100 % 100).\(version % 100)"
    }
}
