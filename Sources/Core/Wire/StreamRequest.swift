/// A child's request to stream, as text and numbers (streaming protocol §2).
///
/// Nothing is judged here: a missing or malformed key, hostname or GUID is the receiver's to refuse, in its order.
public struct StreamRequest: Sendable, Equatable {
    /// The longest head that is read, its empty line included (ARCHITECTURE.md, limits).
    public static let headLimit = 131_072
    /// Bytes of a value: longer ones are cut, because they go into logs, documents and screens.
    public static let valueLimit = 1000
    /// How many unknown parameters are remembered: each becomes a line of the log.
    public static let unusedLimit = 32
    /// What 1.33–1.37 take: our own requests stay below.
    public static let sentHeadLimit = 8192
    /// The word that makes a connection a stream.
    public static let method = "STREAM "

    /// A name with its value, as `NETDATA_…` parameters come.
    public struct Parameter: Sendable, Equatable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var key: String?
    public var hostname: String?
    /// The hostname where the request has none of its own.
    public var registryHostname: String?
    public var machineGUID: String?
    /// Seconds, 1…86400; `nil` where absent or out of range: the parent's own then.
    public var updateEvery: Int?
    public var os = "unknown"
    public var timezone = "unknown"
    public var abbreviatedTimezone = "UTC"
    /// Seconds east of Greenwich, within a day.
    public var utcOffset = 0
    /// How many hosts are between the streamed one and this connection's parent, itself included.
    public var hops = 1
    /// What `hops` says where that is no number of hops: negative, none at all, more than anybody believes, or no number.
    public var invalidHops: String?
    public var mlCapable = false
    public var mlEnabled = false
    public var metricCorrelationVersion = 0
    public var tags: String?
    /// `ver`: a version or a capability mask. Absent: 1 with NETDATA_PROTOCOL_VERSION, else 0. A number that is no such
    /// thing at all is 0 too.
    public var version: UInt32 = 0
    /// What is known about the machine, under the names the API shows: NETDATA_SYSTEM_OS_… are NETDATA_HOST_OS_… here.
    public var systemInformation: [Parameter] = []
    /// The streamed host's program, from User-Agent.
    public var programName = "unknown"
    public var programVersion = "unknown"
    /// Parameters that mean nothing to us, for the log; the first ``unusedLimit`` of them.
    public var unused: [Parameter] = []
    /// All parameters decoded, as the access log shows them.
    public var parameterText = ""

    public init() {}
}

extension StreamRequest {
    /// The largest number of hops that is believed; a longer chain is a loop.
    static let hopsLimit = 32_767
    static let updateEveryLimit = 86_400
    static let utcOffsetLimit = 86_400

    /// The `NETDATA_…` parameters in the order they are sent, by their names on the wire.
    static let informationNames: [String] =
        ["CLOUD_TYPE", "CLOUD_INSTANCE_TYPE", "CLOUD_INSTANCE_REGION"].map { "NETDATA_INSTANCE_" + $0 }
        + operatingSystem.map { "NETDATA_SYSTEM_" + $0 }
        + ["NETDATA_HOST_IS_K8S_NODE"]
        + [
            "KERNEL_NAME", "KERNEL_VERSION", "ARCHITECTURE", "VIRTUALIZATION", "VIRT_DETECTION", "CONTAINER",
            "CONTAINER_DETECTION",
        ].map { "NETDATA_SYSTEM_" + $0 }
        + operatingSystem.map { "NETDATA_CONTAINER_" + $0 }
        + ["CPU_LOGICAL_CPU_COUNT", "CPU_FREQ", "TOTAL_RAM", "TOTAL_DISK_SIZE"].map { "NETDATA_SYSTEM_" + $0 }

    static let informationNameSet = Set(informationNames)

    /// Known, without a use here.
    static let ignoredNames: Set<String> = [
        "NETDATA_SYSTEM_CPU_VENDOR", "NETDATA_SYSTEM_CPU_MODEL", "NETDATA_SYSTEM_CPU_DETECTION",
        "NETDATA_SYSTEM_RAM_DETECTION", "NETDATA_SYSTEM_DISK_DETECTION", "NETDATA_CONTAINER_IS_OFFICIAL_IMAGE",
        protocolVersionName,
    ]

    static let protocolVersionName = "NETDATA_PROTOCOL_VERSION"

    private static let operatingSystem = [
        "OS_NAME", "OS_ID", "OS_ID_LIKE", "OS_VERSION", "OS_VERSION_ID", "OS_DETECTION",
    ]

    /// `NETDATA_SYSTEM_OS_NAME` → `NETDATA_HOST_OS_NAME`: one machine's system is another one's host.
    static func storedName(_ name: String) -> String {
        name.hasPrefix(systemPrefix) ? hostPrefix + name.dropFirst(systemPrefix.count) : name
    }

    private static let systemPrefix = "NETDATA_SYSTEM_OS_"
    private static let hostPrefix = "NETDATA_HOST_OS_"
}
