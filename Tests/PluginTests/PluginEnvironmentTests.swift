import Testing

@testable import Collection
@testable import Config

/// What plugins find in their environment (collectors §2).
struct PluginEnvironmentTests {
    private func values(_ environment: PluginEnvironment, inherited: [String] = []) -> [String: String] {
        var values: [String: String] = [:]
        for variable in environment.variables(inherited: inherited) {
            let equals = variable.firstIndex(of: "=")!
            values[String(variable[..<equals])] = String(variable[variable.index(after: equals)...])
        }
        return values
    }

    /// Every name of the list in collectors §2, and the ones that system-info.sh is known to add.
    @Test func everyNameIsThere() {
        let names = Set(values(PluginEnvironment()).keys)
        let expected = """
            NETDATA_UPDATE_EVERY NETDATA_VERSION NETDATA_HOSTNAME NETDATA_CONFIG_DIR NETDATA_USER_CONFIG_DIR
            NETDATA_STOCK_CONFIG_DIR NETDATA_PLUGINS_DIR NETDATA_USER_PLUGINS_DIRS NETDATA_WEB_DIR NETDATA_CACHE_DIR
            NETDATA_LIB_DIR NETDATA_LOCK_DIR NETDATA_LOG_DIR NETDATA_HOST_PREFIX NETDATA_LISTEN_PORT NETDATA_DEBUG_FLAGS
            NETDATA_ERRORS_THROTTLE_PERIOD NETDATA_ERRORS_PER_PERIOD NETDATA_INTERNALS_MONITORING
            NETDATA_REGISTRY_HOSTNAME NETDATA_REGISTRY_URL NETDATA_REGISTRY_UNIQUE_ID NETDATA_REGISTRY_CLOUD_BASE_URL
            NETDATA_HOST_OS_NAME NETDATA_HOST_OS_ID NETDATA_HOST_OS_ID_LIKE NETDATA_HOST_OS_VERSION
            NETDATA_HOST_OS_VERSION_ID NETDATA_HOST_OS_DETECTION NETDATA_CONTAINER_OS_NAME NETDATA_CONTAINER_OS_ID
            NETDATA_CONTAINER_OS_ID_LIKE NETDATA_CONTAINER_OS_VERSION NETDATA_CONTAINER_OS_VERSION_ID
            NETDATA_CONTAINER_OS_DETECTION NETDATA_SYSTEM_KERNEL_NAME NETDATA_SYSTEM_KERNEL_VERSION
            NETDATA_SYSTEM_ARCHITECTURE NETDATA_SYSTEM_VIRTUALIZATION NETDATA_SYSTEM_VIRT_DETECTION
            NETDATA_SYSTEM_CONTAINER NETDATA_SYSTEM_CONTAINER_DETECTION NETDATA_SYSTEM_CPU_LOGICAL_CPU_COUNT
            NETDATA_SYSTEM_CPU_FREQ NETDATA_SYSTEM_TOTAL_RAM NETDATA_SYSTEM_TOTAL_DISK_SIZE NETDATA_HOST_IS_K8S_NODE
            NETDATA_CONTAINER_IS_OFFICIAL_IMAGE NETDATA_SYSTEM_CPU_VENDOR NETDATA_SYSTEM_CPU_MODEL
            NETDATA_SYSTEM_CPU_DETECTION NETDATA_SYSTEM_RAM_DETECTION NETDATA_SYSTEM_DISK_DETECTION
            NETDATA_INSTANCE_CLOUD_TYPE NETDATA_INSTANCE_CLOUD_INSTANCE_TYPE NETDATA_INSTANCE_CLOUD_INSTANCE_REGION
            TZ PATH PYTHONPATH PYTHONUNBUFFERED LC_ALL HOME UV_THREADPOOL_SIZE MALLOC_ARENA_MAX
            """
        let missing = expected.split(whereSeparator: \.isWhitespace).map(String.init).filter { !names.contains($0) }
        #expect(missing == [])
    }

    @Test func pathIsExtendedAndTheRestInherited() {
        let values = values(PluginEnvironment(), inherited: ["PATH=/opt/bin", "MINE=a=b", "LC_ALL=de_DE", "broken"])
        #expect(values["PATH"] == "/opt/bin:/sbin:/usr/sbin:/usr/local/bin:/usr/local/sbin")
        #expect(values["MINE"] == "a=b")
        #expect(values["LC_ALL"] == "C")
    }

    @Test func theFirstDirectoryIsTheStockOne() {
        var environment = PluginEnvironment()
        environment.pluginDirectories = ["/usr/lib/netdata/plugins.d", "/etc/netdata/custom-plugins.d", "/opt/p"]
        let values = values(environment)
        #expect(values["NETDATA_PLUGINS_DIR"] == "/usr/lib/netdata/plugins.d")
        #expect(values["NETDATA_USER_PLUGINS_DIRS"] == "/etc/netdata/custom-plugins.d /opt/p")
    }

    @Test func pluginsAreToldWhetherToChartThemselves() {
        var environment = PluginEnvironment()
        #expect(values(environment)["NETDATA_INTERNALS_MONITORING"] == "YES")
        environment.monitorsItself = false
        #expect(values(environment)["NETDATA_INTERNALS_MONITORING"] == "NO")
        let settings = { PluginSettings(Settings(["plugins": $0])) }
        #expect(settings([:]).monitorsItself)
        #expect(!settings(["netdata monitoring": "no"]).monitorsItself)
    }

    /// Debian's plugins without a word of configuration: their own files are where the package put them.
    @Test func stockFilesAreWhereThePackagePutThem() {
        func directory(_ existing: Set<String>) -> String {
            PluginEnvironment.stockConfigDirectory("/usr/lib/ndstream/conf.d") { existing.contains($0) }
        }
        #expect(directory(["/usr/lib/netdata/conf.d"]) == "/usr/lib/netdata/conf.d")
        #expect(directory(["/usr/lib/netdata/conf.d", "/usr/lib/ndstream/conf.d"]) == "/usr/lib/ndstream/conf.d")
        #expect(directory([]) == "/usr/lib/ndstream/conf.d")
    }

    @Test func configuredVariablesWin() {
        var environment = PluginEnvironment()
        environment.extra = [("TZ", "Europe/Athens"), ("MINE", "1")]
        let values = values(environment)
        #expect(values["TZ"] == "Europe/Athens")
        #expect(values["MINE"] == "1")
    }
}
