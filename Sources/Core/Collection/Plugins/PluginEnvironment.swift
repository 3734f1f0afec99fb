/// The environment that plugins get (collectors §2).
public struct PluginEnvironment: Sendable {
    public var updateEvery: Int64 = 1
    public var version = ""
    public var hostname = ""
    public var userConfigDirectory = ""
    public var stockConfigDirectory = ""
    public var pluginDirectories: [String] = []
    public var webDirectory = ""
    public var cacheDirectory = ""
    public var libDirectory = ""
    public var lockDirectory = ""
    public var logDirectory = ""
    public var homeDirectory = ""
    /// `[global] host access prefix`: where the host's `/proc` and `/sys` are mounted in a container.
    public var hostPrefix = ""
    /// A number, as `[web] default port` has it.
    public var listenPort = "19999"
    public var debugFlags = "0x0000000000000000"
    /// `[logs] errors flood protection period`, seconds, and `errors to trigger flood protection`.
    public var errorsPeriod = 1200
    public var errorsPerPeriod = 200
    public var registryHostname = ""
    public var registryURL = "https://registry.my-netdata.io"
    public var registryUniqueID = ""
    public var registryCloudBaseURL = "https://api.netdata.cloud"
    /// Whether plugins chart what they cost themselves.
    public var monitorsItself = true
    public var timezone = ":/etc/localtime"
    /// `[environment variables]`: win over everything else.
    public var extra: [(name: String, value: String)] = []
    /// The machine's description.
    public var host = HostInformation()

    public init() {}

    /// Directories that are added to `PATH`: many plugins call tools that only root has in his.
    static let addedPath = ":/sbin:/usr/sbin:/usr/local/bin:/usr/local/sbin"

    /// `NAME=value`, each name once, by name.
    /// - Parameter inherited: the node's own environment; what is set here replaces it.
    public func variables(inherited: [String]) -> [String] {
        var values: [String: String] = [:]
        for variable in inherited {
            guard let equals = variable.firstIndex(of: "="), equals != variable.startIndex else { continue }
            values[String(variable[..<equals])] = String(variable[variable.index(after: equals)...])
        }
        let path = values["PATH"] ?? "/bin:/usr/bin"
        values["PATH"] = path + Self.addedPath
        if values["PYTHONPATH"] == nil { values["PYTHONPATH"] = "" }
        for (name, value) in own { values[name] = value }
        for (name, value) in host.environment { values[name] = value }
        for (name, value) in extra { values[name] = value }
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    private var own: [(String, String)] {
        [
            ("NETDATA_UPDATE_EVERY", "\(updateEvery)"), ("NETDATA_VERSION", version), ("NETDATA_HOSTNAME", hostname),
            ("NETDATA_CONFIG_DIR", userConfigDirectory), ("NETDATA_USER_CONFIG_DIR", userConfigDirectory),
            ("NETDATA_STOCK_CONFIG_DIR", stockConfigDirectory), ("NETDATA_PLUGINS_DIR", pluginDirectories.first ?? ""),
            ("NETDATA_USER_PLUGINS_DIRS", pluginDirectories.dropFirst().joined(separator: " ")),
            ("NETDATA_WEB_DIR", webDirectory), ("NETDATA_CACHE_DIR", cacheDirectory), ("NETDATA_LIB_DIR", libDirectory),
            ("NETDATA_LOCK_DIR", lockDirectory), ("NETDATA_LOG_DIR", logDirectory), ("NETDATA_HOST_PREFIX", hostPrefix),
            ("NETDATA_LISTEN_PORT", listenPort), ("NETDATA_DEBUG_FLAGS", debugFlags),
            ("NETDATA_ERRORS_THROTTLE_PERIOD", "\(errorsPeriod)"), ("NETDATA_ERRORS_PER_PERIOD", "\(errorsPerPeriod)"),
            ("NETDATA_INTERNALS_MONITORING", monitorsItself ? "YES" : "NO"),
            ("NETDATA_REGISTRY_HOSTNAME", registryHostname),
            ("NETDATA_REGISTRY_URL", registryURL), ("NETDATA_REGISTRY_UNIQUE_ID", registryUniqueID),
            ("NETDATA_REGISTRY_CLOUD_BASE_URL", registryCloudBaseURL), ("TZ", timezone), ("HOME", homeDirectory),
            ("LC_ALL", "C"), ("PYTHONUNBUFFERED", "1"), ("UV_THREADPOOL_SIZE", "16"), ("MALLOC_ARENA_MAX", "1"),
        ]
    }
}
