internal import CLinux
import Glibc
import System

extension HostInformation {
    /// Reads everything from this machine: no shell, no other program, a few milliseconds.
    /// - Parameter root: put in front of every path; empty but for tests and a host mounted elsewhere.
    public static func read(root: String = "") -> HostInformation {
        var information = HostInformation()
        information.readSystem()
        information.readOperatingSystem(root: root)
        information.readHardware(root: root)
        information.readTimezone(root: root)
        information.isKubernetesNode = runs("kubelet", root: root) ? "true" : "false"
        return information
    }

    private mutating func readSystem() {
        var name = utsname()
        guard uname(&name) == 0 else { return }
        hostname = withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        kernelName = withUnsafeBytes(of: &name.sysname) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        kernelVersion = withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        architecture = withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private mutating func readOperatingSystem(root: String) {
        let traces = Traces.read(root: root)
        (virtualization, virtualizationDetection) = Self.virtualization(traces)
        (containerKind, containerDetection) = Self.container(traces)
        var system = OperatingSystem()
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            guard let text = Self.text(root + path) else { continue }
            system = Self.operatingSystem(osRelease: text, path: path)
            break
        }
        // What is inside a container says nothing of the host around it.
        if containerKind == "none" { host = system } else { container = system }
    }

    private mutating func readHardware(root: String) {
        let cpuinfo = Self.text(root + "/proc/cpuinfo", limit: 4 << 20) ?? ""
        let listed = Self.text(root + "/sys/devices/system/cpu/present").flatMap(Self.processors(list:))
        if let count = listed ?? Self.online { processors = "\(count)" }
        processorVendor = Self.field("vendor_id", cpuinfo: cpuinfo) ?? Self.unknown
        processorModel = Self.field("model name", cpuinfo: cpuinfo) ?? Self.unknown
        let fastest = Self.text(root + "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")
        processorFrequency =
            fastest.flatMap(Self.frequency(maximumKilohertz:)) ?? Self.frequency(cpuinfo: cpuinfo) ?? Self.unknown
        memory = Self.text(root + "/proc/meminfo").flatMap(Self.memory(meminfo:)) ?? Self.unknown
        disk = Self.disk(root: root)
    }

    private static var online: Int? {
        let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return count > 0 ? count : nil
    }

    /// The disks that are devices: what is beneath `virtual` stands for parts of them, what is removable comes and goes.
    private static func disk(root: String) -> String {
        guard let names = try? Files.names(in: root + "/sys/block") else { return unknown }
        var total: Int64 = 0
        for name in names {
            let path = root + "/sys/block/" + name
            if link(path)?.contains("/virtual/") ?? false { continue }
            if trimmed(text(path + "/removable") ?? "0") != "0" { continue }
            total &+= bytes(sectors: text(path + "/size") ?? "")
        }
        return "\(total)"
    }

    private mutating func readTimezone(root: String) {
        var now = time(nil)
        var local = tm()
        if localtime_r(&now, &local) != nil {
            utcOffset = local.tm_gmtoff
            if let zone = local.tm_zone { abbreviatedTimezone = String(cString: zone) }
        }
        // A machine elsewhere has another environment than this process.
        let variable = root.isEmpty ? getenv("TZ").map { String(cString: $0) } ?? "" : ""
        let named = Self.text(root + "/etc/timezone").map { String(Self.trimmed($0)) } ?? ""
        if !variable.isEmpty, !variable.hasPrefix(":") {
            timezone = variable
        } else if !named.isEmpty {
            timezone = named
        } else if let target = Self.link(root + "/etc/localtime"), let name = Self.timezone(localtimeTarget: target) {
            timezone = name
        } else {
            timezone = abbreviatedTimezone
        }
    }

    /// Whether a process of that name runs.
    private static func runs(_ name: String, root: String) -> Bool {
        guard let names = try? Files.names(in: root + "/proc") else { return false }
        for process in names where process.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            if let command = text(root + "/proc/" + process + "/comm"), trimmed(command) == name { return true }
        }
        return false
    }

    fileprivate static func text(_ path: String, limit: Int = 65536) -> String? {
        (try? Files.read(path, limit: limit)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            let count = readlink(path, buffer.baseAddress!, buffer.count)
            guard count > 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
        }
    }
}

extension HostInformation.Traces {
    static func read(root: String) -> Self {
        var traces = Self()
        if root.isEmpty {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 13) { buffer in
                nd_hypervisor_name(buffer.baseAddress)
                traces.hypervisorName = String(cString: buffer.baseAddress!)
            }
        }
        for name in ["product_name", "sys_vendor", "board_vendor", "bios_vendor"] {
            if let text = HostInformation.text(root + "/sys/class/dmi/id/" + name) { traces.firmware.append(text) }
        }
        traces.hypervisorType = HostInformation.text(root + "/sys/hypervisor/type") ?? ""
        traces.deviceTree = HostInformation.text(root + "/proc/device-tree/hypervisor/compatible") ?? ""
        traces.cpuinfo = HostInformation.text(root + "/proc/cpuinfo", limit: 4 << 20) ?? ""
        traces.kernelRelease = HostInformation.text(root + "/proc/sys/kernel/osrelease") ?? ""
        traces.cgroup = HostInformation.text(root + "/proc/1/cgroup") ?? ""
        let first = HostInformation.text(root + "/proc/1/environ") ?? ""
        let declared = first.split(separator: "\0").first { $0.hasPrefix("container=") }?.dropFirst("container=".count)
        let written = HostInformation.text(root + "/run/systemd/container").map { HostInformation.trimmed($0) }
        traces.declaredContainer = String(declared ?? written ?? "")
        traces.hasDockerFile = Files.exists(root + "/.dockerenv")
        traces.hasPodmanFile = Files.exists(root + "/run/.containerenv")
        traces.hasOpenVZ = Files.exists(root + "/proc/vz") && !Files.exists(root + "/proc/bc")
        return traces
    }
}
