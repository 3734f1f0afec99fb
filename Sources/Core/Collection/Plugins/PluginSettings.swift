/// What the configuration says of plugins: `[plugins]`, `[plugin:NAME]` and `[directories] plugins` (collectors §1).
public struct PluginSettings: Sendable {
    /// `[plugin:NAME]`.
    public struct Own: Sendable, Equatable {
        /// Seconds between its collections; the node's own where it asks for more often.
        public var updateEvery: Int64
        /// `command options`: words for its command line, as the shell reads them.
        public var commandOptions: String

        public init(updateEvery: Int64, commandOptions: String = "") {
            self.updateEvery = updateEvery
            self.commandOptions = commandOptions
        }
    }

    public var directories: PluginDirectories
    /// `[plugins] check for new plugins every`, seconds.
    public var checkEvery: Int64
    /// `[plugins] NAME`, by default `enable running new plugins`; asked for each file found.
    public var isEnabled: @Sendable (_ name: String) -> Bool
    /// `[plugin:NAME]`.
    public var own: @Sendable (_ name: String) -> Own

    public init(
        directories: PluginDirectories,
        checkEvery: Int64 = 60,
        isEnabled: @escaping @Sendable (_ name: String) -> Bool = { $0 != "slabinfo" },
        own: @escaping @Sendable (_ name: String) -> Own = { _ in Own(updateEvery: 1) }
    ) {
        self.directories = directories
        self.checkEvery = max(1, checkEvery)
        self.isEnabled = isEnabled
        self.own = own
    }
}
