/// What holds for alarms whose files don't say it, and where their files are (health §2).
public struct AlarmDefaults: Sendable, Equatable {
    /// `[health] script to execute on alarm`.
    public var handler: String
    public var recipient: String
    /// `CONFIGDIR`, and the node's name at the registry: for the command that opens an alarm's file.
    public var configurationDirectory: String
    public var nodeRegistryHostname: String

    public init(
        handler: String,
        recipient: String = "root",
        configurationDirectory: String,
        nodeRegistryHostname: String
    ) {
        self.handler = handler
        self.recipient = recipient
        self.configurationDirectory = configurationDirectory
        self.nodeRegistryHostname = nodeRegistryHostname
    }

    /// `sudo CONFIGDIR/edit-config health.d/FILE=LINE=HOSTNAME` (health §6.1): the file is the node's, whosever alarm it is.
    ///
    /// - Parameter source: `LINE@FILE`, as alarms and entries have it.
    public func editCommand(source: String) -> String {
        NotificationArguments.editCommand(
            source: source,
            userConfigDirectory: configurationDirectory,
            registryHostname: nodeRegistryHostname
        )
    }
}
