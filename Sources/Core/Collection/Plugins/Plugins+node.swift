public import Basics
public import Config
public import Diagnostics
public import Store
import System

extension Plugins {
    /// A node's plugins, as it is configured, into its own host's database.
    /// - Parameters:
    ///   - information: this machine's, for the plugins' environment.
    ///   - version: what the plugins are told; they know the original's.
    ///   - host: the own one.
    public convenience init(
        configuration: Configuration,
        information: HostInformation,
        version: String,
        host: Host,
        clock: any Clock,
        reporter: any Reporter
    ) {
        let environment = PluginEnvironment(
            configuration: configuration,
            information: information,
            version: version,
            uniqueID: host.guid.description
        )
        let settings = configuration.plugins
        self.init(
            settings: settings,
            directories: configuration.directories.plugins,
            directoriesAreBuiltIn: configuration.directories.pluginsAreBuiltIn,
            environment: environment.variables(inherited: Environment.variables),
            directory: configuration.directories.config,
            clock: clock,
            reporter: reporter
        ) { file in
            IngestedOutput(
                file: file,
                updateEvery: settings.updateEvery(file.name),
                host: host,
                clock: clock,
                reporter: reporter
            )
        }
    }
}

extension PluginEnvironment {
    /// - Parameter uniqueID: the machine GUID.
    public init(configuration: Configuration, information: HostInformation, version: String, uniqueID: String) {
        self.init()
        let directories = configuration.directories
        updateEvery = Int64(configuration.database.updateEvery)
        self.version = version
        hostname = configuration.global.hostname
        userConfigDirectory = directories.config
        stockConfigDirectory = Self.stockConfigDirectory(directories.stockConfig, exists: Files.isDirectory)
        pluginDirectories = directories.plugins
        webDirectory = directories.web
        cacheDirectory = directories.cache
        libDirectory = directories.lib
        lockDirectory = directories.lock
        logDirectory = directories.log
        homeDirectory = directories.home
        hostPrefix = configuration.global.hostPrefix
        listenPort = configuration.web.defaultPort
        debugFlags = configuration.logs.debugFlags
        errorsPeriod = configuration.logs.floodProtectionPeriod
        errorsPerPeriod = configuration.logs.floodProtectionLines
        registryHostname = configuration.global.registryHostname
        registryUniqueID = uniqueID
        monitorsItself = configuration.plugins.monitorsItself
        if !configuration.global.timezone.isEmpty { timezone = configuration.global.timezone }
        extra = configuration.environmentVariables
        host = information
    }

    /// Where Netdata's plugins find the files that came with them: where the node's own are, or where packages of Netdata
    /// put them.
    static func stockConfigDirectory(_ configured: String, exists: (String) -> Bool) -> String {
        let packaged = "/usr/lib/netdata/conf.d"
        return !exists(configured) && exists(packaged) ? packaged : configured
    }
}
