/// What holds for alarms whose files don't say it, and where their files are (health §2).
public struct AlarmDefaults: Sendable, Equatable {
    /// `[health] script to execute on alarm`.
    public var handler: String
    public var recipient: String
    /// `CONFIGDIR`, for the command that opens an alarm's file.
    public var configurationDirectory: String

    public init(handler: String, recipient: String = "root", configurationDirectory: String) {
        self.handler = handler
        self.recipient = recipient
        self.configurationDirectory = configurationDirectory
    }

    /// `sudo CONFIGDIR/edit-config health.d/FILE=LINE=HOSTNAME` (health §6.1).
    ///
    /// - Parameters:
    ///   - source: `LINE@FILE`, as alarms and entries have it.
    ///   - hostname: the registry's name of the host.
    public func editCommand(source: String, hostname: String) -> String {
        let parts = source.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let line = parts[0]
        let path = parts.count > 1 ? parts[1].split(separator: "/") : []
        let below = path.lastIndex(of: "health.d").map { path[(path.index(after: $0))...] } ?? path.suffix(1)
        return "sudo \(configurationDirectory)/edit-config health.d/\(below.joined(separator: "/"))=\(line)=\(hostname)"
    }
}
