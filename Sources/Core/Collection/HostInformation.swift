/// What a node tells about the machine it runs on: to its parent, to plugins, in labels and at `/api/v1/info`.
///
/// All values are text, `unknown` where nothing is known, as the original has them (streaming protocol §2, §8.6).
public struct HostInformation: Sendable, Equatable {
    /// One operating system: the host's, or that of the container we are in.
    public struct OperatingSystem: Sendable, Equatable {
        public var name = unknown
        public var id = unknown
        public var idLike = unknown
        public var version = unknown
        public var versionID = unknown
        /// Where it was read.
        public var detection = unknown

        public init() {}
    }

    public static let unknown = "unknown"

    public var hostname = "localhost"
    /// As in `Europe/Athens`.
    public var timezone = unknown
    /// As in `EET`.
    public var abbreviatedTimezone = "UTC"
    /// Seconds east of Greenwich.
    public var utcOffset = 0
    public var host = OperatingSystem()
    public var container = OperatingSystem()
    public var kernelName = unknown
    public var kernelVersion = unknown
    public var architecture = unknown
    /// `none`, `kvm`, `vmware` …
    public var virtualization = unknown
    public var virtualizationDetection = unknown
    /// `none`, `docker`, `lxc` …
    public var containerKind = unknown
    public var containerDetection = unknown
    public var isKubernetesNode = "false"
    public var processors = unknown
    public var processorVendor = unknown
    public var processorModel = unknown
    /// Hz.
    public var processorFrequency = unknown
    /// Bytes.
    public var memory = unknown
    /// Bytes of all disks that are devices.
    public var disk = unknown
    public var cloudType = unknown
    public var cloudInstanceType = unknown
    public var cloudInstanceRegion = unknown

    public init() {}

    /// The `NETDATA_*` parameters of a STREAM request, in its order (streaming protocol §2).
    public var streamParameters: [(name: String, value: String)] {
        parameters(hostPrefix: "NETDATA_SYSTEM")
    }

    /// The same facts under the names that plugins and the parent's store know, and some that aren't streamed.
    public var environment: [(name: String, value: String)] {
        parameters(hostPrefix: "NETDATA_HOST") + [
            ("NETDATA_CONTAINER_IS_OFFICIAL_IMAGE", "false"),
            ("NETDATA_SYSTEM_CPU_VENDOR", processorVendor),
            ("NETDATA_SYSTEM_CPU_MODEL", processorModel),
            ("NETDATA_SYSTEM_CPU_DETECTION", "procfs"),
            ("NETDATA_SYSTEM_RAM_DETECTION", "procfs"),
            ("NETDATA_SYSTEM_DISK_DETECTION", "sysfs"),
        ]
    }

    private func parameters(hostPrefix: String) -> [(name: String, value: String)] {
        [
            ("NETDATA_INSTANCE_CLOUD_TYPE", cloudType),
            ("NETDATA_INSTANCE_CLOUD_INSTANCE_TYPE", cloudInstanceType),
            ("NETDATA_INSTANCE_CLOUD_INSTANCE_REGION", cloudInstanceRegion),
        ] + host.parameters(prefix: hostPrefix) + [
            ("NETDATA_HOST_IS_K8S_NODE", isKubernetesNode),
            ("NETDATA_SYSTEM_KERNEL_NAME", kernelName),
            ("NETDATA_SYSTEM_KERNEL_VERSION", kernelVersion),
            ("NETDATA_SYSTEM_ARCHITECTURE", architecture),
            ("NETDATA_SYSTEM_VIRTUALIZATION", virtualization),
            ("NETDATA_SYSTEM_VIRT_DETECTION", virtualizationDetection),
            ("NETDATA_SYSTEM_CONTAINER", containerKind),
            ("NETDATA_SYSTEM_CONTAINER_DETECTION", containerDetection),
        ] + container.parameters(prefix: "NETDATA_CONTAINER") + [
            ("NETDATA_SYSTEM_CPU_LOGICAL_CPU_COUNT", processors),
            ("NETDATA_SYSTEM_CPU_FREQ", processorFrequency),
            ("NETDATA_SYSTEM_TOTAL_RAM", memory),
            ("NETDATA_SYSTEM_TOTAL_DISK_SIZE", disk),
        ]
    }

    /// The host's own labels in the original's order, with the bits that say where each comes from: 1 found out,
    /// 2 configured, 8 about the connection (streaming protocol §8.6).
    /// - Parameters:
    ///   - isParent: whether children stream to this node.
    ///   - streamsTo: the parent it is connected to.
    public func labels(isParent: Bool, streamsTo: String?) -> [(key: String, value: String, source: UInt32)] {
        var labels: [(key: String, value: String, source: UInt32)] = [
            ("_cloud_provider_type", cloudType, 1),
            ("_cloud_instance_type", cloudInstanceType, 1),
            ("_cloud_instance_region", cloudInstanceRegion, 1),
            ("_os_name", host.name, 1),
            ("_os_version", host.version, 1),
            ("_kernel_version", kernelVersion, 1),
            ("_system_cores", processors, 1),
            ("_system_cpu_freq", processorFrequency, 1),
            ("_system_ram_total", memory, 1),
            ("_system_disk_space", disk, 1),
            ("_architecture", architecture, 1),
            ("_virtualization", virtualization, 1),
            ("_container", containerKind, 1),
            ("_container_detection", containerDetection, 1),
            ("_virt_detection", virtualizationDetection, 1),
            ("_is_k8s_node", isKubernetesNode, 1),
            ("_aclk_available", "false", 9),
            ("_is_ephemeral", "false", 2),
            ("_has_unstable_connection", "false", 2),
            ("_is_parent", isParent ? "true" : "false", 1),
        ]
        if let streamsTo { labels.append(("_streams_to", streamsTo, 1)) }
        return labels
    }
}

extension HostInformation.OperatingSystem {
    func parameters(prefix: String) -> [(name: String, value: String)] {
        [
            (prefix + "_OS_NAME", name), (prefix + "_OS_ID", id), (prefix + "_OS_ID_LIKE", idLike),
            (prefix + "_OS_VERSION", version), (prefix + "_OS_VERSION_ID", versionID),
            (prefix + "_OS_DETECTION", detection),
        ]
    }
}
