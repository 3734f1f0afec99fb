/// Which hypervisor and which container we run under. Pure: what the machine shows of itself in, names out.
extension HostInformation {
    /// What a machine shows of itself.
    struct Traces {
        /// The name a hypervisor answers with (`KVMKVMKVM`), empty on bare metal.
        var hypervisorName = ""
        /// `/sys/class/dmi/id/` product_name, sys_vendor, board_vendor, bios_vendor.
        var firmware: [String] = []
        /// `/sys/hypervisor/type`.
        var hypervisorType = ""
        /// `/proc/device-tree/hypervisor/compatible`.
        var deviceTree = ""
        /// `/proc/cpuinfo`.
        var cpuinfo = ""
        /// `/proc/sys/kernel/osrelease`.
        var kernelRelease = ""
        /// The value of `container=` in the first process's environment, or `/run/systemd/container`.
        var declaredContainer = ""
        /// `/proc/1/cgroup`.
        var cgroup = ""
        var hasDockerFile = false
        var hasPodmanFile = false
        var hasOpenVZ = false
    }

    /// - Returns: the hypervisor's name as systemd-detect-virt has it, `none` without one; and what told so.
    static func virtualization(_ traces: Traces) -> (name: String, detection: String) {
        // Firmware first: some clouds run KVM but name themselves only there; a nested name would be the wrong one.
        for (prefix, name) in ownFirmware where traces.firmware.contains(where: { $0.hasPrefix(prefix) }) {
            return (name, "dmi")
        }
        if traces.hypervisorType.hasPrefix("xen") { return ("xen", "/sys/hypervisor") }
        for (vendor, name) in hypervisors where traces.hypervisorName == vendor { return (name, "cpuid") }
        for (prefix, name) in firmware where traces.firmware.contains(where: { $0.hasPrefix(prefix) }) {
            return (name, "dmi")
        }
        if traces.deviceTree.hasPrefix("linux,kvm") { return ("kvm", "device-tree") }
        if traces.deviceTree.hasPrefix("xen") { return ("xen", "device-tree") }
        if traces.deviceTree.hasPrefix("vmware") { return ("vmware", "device-tree") }
        if traces.cpuinfo.contains("User Mode Linux") { return ("uml", "/proc/cpuinfo") }
        if !traces.hypervisorName.isEmpty { return ("vm-other", "cpuid") }
        let flags = traces.cpuinfo.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
        if flags.split(separator: " ").contains("hypervisor") { return ("vm-other", "/proc/cpuinfo") }
        return ("none", traces.firmware.isEmpty ? "cpuid" : "dmi")
    }

    /// - Returns: the container's name as systemd-detect-virt has it, `none` without one; and what told so.
    static func container(_ traces: Traces) -> (name: String, detection: String) {
        if traces.hasOpenVZ { return ("openvz", "/proc/vz") }
        if traces.kernelRelease.contains("Microsoft") || traces.kernelRelease.contains("WSL") {
            return ("wsl", "/proc/sys/kernel/osrelease")
        }
        let declared = traces.declaredContainer
        if !declared.isEmpty {
            return (declared == "oci" && traces.hasDockerFile ? "docker" : declared, "container variable")
        }
        if traces.hasPodmanFile { return ("podman", "/run/.containerenv") }
        if traces.hasDockerFile { return ("docker", "/.dockerenv") }
        for (word, name) in [("docker", "docker"), ("kubepods", "docker"), ("lxc", "lxc"), ("libpod", "podman")]
        where traces.cgroup.contains(word) {
            return (name, "/proc/1/cgroup")
        }
        return ("none", "/proc/1/cgroup")
    }

    private static let hypervisors = [
        ("KVMKVMKVM", "kvm"), ("Linux KVM Hv", "kvm"), ("TCGTCGTCGTCG", "qemu"), ("VMwareVMware", "vmware"),
        ("Microsoft Hv", "microsoft"), ("XenVMMXenVMM", "xen"), ("bhyve bhyve ", "bhyve"), ("QNXQVMBSQG", "qnx"),
        ("ACRNACRNACRN", "acrn"), ("SRESRESRESRE", "sre"), ("VBoxVBoxVBox", "oracle"), (" lrpepyh vr", "parallels"),
        ("prl hyperv  ", "parallels"), ("Apple VZ", "apple"),
    ]

    /// Firmware that names the product even where the hypervisor below calls itself KVM.
    private static let ownFirmware = [
        ("Amazon EC2", "amazon"), ("Google Compute Engine", "google"), ("innotek GmbH", "oracle"),
        ("VirtualBox", "oracle"), ("Oracle Corporation", "oracle"), ("Parallels", "parallels"),
    ]

    private static let firmware = [
        ("KVM", "kvm"), ("OpenStack", "kvm"), ("KubeVirt", "kvm"), ("QEMU", "qemu"), ("VMware", "vmware"),
        ("VMW", "vmware"), ("Xen", "xen"), ("Bochs", "bochs"), ("BHYVE", "bhyve"), ("Hyper-V", "microsoft"),
        ("Apple Virtualization", "apple"),
    ]
}
