import Testing

@testable import Collection

/// What a node finds out about its machine.
struct HostInformationTests {
    @Test func osReleaseIsReadAsTheShellWould() {
        let system = HostInformation.operatingSystem(
            osRelease: """
                # a comment = not a value
                PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
                NAME='Debian GNU/Linux'
                VERSION_ID="12"\u{20}
                VERSION="12 (\\"bookworm\\")"
                ID=debian
                ID_LIKE=
                nonsense
                """,
            path: "/etc/os-release"
        )
        #expect(system.name == "Debian GNU/Linux")
        #expect(system.versionID == "12")
        #expect(system.version == "12 (\"bookworm\")")
        #expect(system.id == "debian")
        #expect(system.idLike == "unknown")
        #expect(system.detection == "/etc/os-release")
    }

    @Test func numbersOfProcAndSys() {
        #expect(HostInformation.memory(meminfo: "MemFree: 1 kB\nMemTotal:       24683656 kB\n") == "25276063744")
        #expect(HostInformation.memory(meminfo: "MemTotal: x kB\n") == nil)
        #expect(HostInformation.memory(meminfo: "MemTotal: 9223372036854775807 kB\n") == nil)
        #expect(HostInformation.frequency(cpuinfo: "model\t: x\ncpu MHz\t\t: 2445.404\ncpu MHz : 1\n") == "2445000000")
        #expect(HostInformation.frequency(cpuinfo: "cpu MHz\n") == nil)
        let processor =
            "vendor_id\t: AuthenticAMD\nmodel\t\t: 1\nmodel name\t: AMD EPYC: 9\nmodel name : x\nbugs :\nodd\n"
        #expect(HostInformation.field("vendor_id", cpuinfo: processor) == "AuthenticAMD")
        #expect(HostInformation.field("model name", cpuinfo: processor) == "AMD EPYC: 9")
        #expect(HostInformation.field("bugs", cpuinfo: processor) == nil)
        #expect(HostInformation.field("odd", cpuinfo: processor) == nil)
        #expect(HostInformation.frequency(maximumKilohertz: "3600000\n") == "3600000000")
        #expect(HostInformation.frequency(maximumKilohertz: "99999999999999999999") == nil)
        #expect(HostInformation.processors(list: "0-3,8\n") == 5)
        #expect(HostInformation.processors(list: "0\n") == 1)
        #expect(HostInformation.processors(list: "3-1") == nil)
        #expect(HostInformation.processors(list: "") == nil)
        #expect(HostInformation.bytes(sectors: "536870912\n") == 274_877_906_944)
        #expect(HostInformation.bytes(sectors: "9223372036854775807") == 0)
    }

    @Test func theTimezoneIsInTheLink() {
        #expect(HostInformation.timezone(localtimeTarget: "/usr/share/zoneinfo/Etc/UTC") == "Etc/UTC")
        #expect(HostInformation.timezone(localtimeTarget: "../usr/share/zoneinfo/posix/Asia/Tokyo") == "Asia/Tokyo")
        #expect(HostInformation.timezone(localtimeTarget: "/elsewhere") == nil)
    }

    @Test func hypervisorsHaveTheNamesOfSystemd() {
        func name(_ change: (inout HostInformation.Traces) -> Void) -> String {
            var traces = HostInformation.Traces()
            change(&traces)
            return HostInformation.virtualization(traces).name
        }
        #expect(name { _ in } == "none")
        #expect(name { $0.hypervisorName = "KVMKVMKVM" } == "kvm")
        #expect(name { $0.hypervisorName = "VMwareVMware" } == "vmware")
        #expect(name { $0.hypervisorName = "Nobody knows" } == "vm-other")
        #expect(
            name {
                $0.hypervisorName = "KVMKVMKVM"
                $0.firmware = ["Amazon EC2\n"]
            } == "amazon"
        )
        #expect(name { $0.firmware = ["Standard PC", "QEMU\n"] } == "qemu")
        #expect(name { $0.hypervisorType = "xen\n" } == "xen")
        #expect(name { $0.deviceTree = "linux,kvm\0" } == "kvm")
        #expect(name { $0.cpuinfo = "vendor_id : User Mode Linux" } == "uml")
        #expect(name { $0.cpuinfo = "flags\t\t: fpu hypervisor lm" } == "vm-other")
    }

    @Test func containersHaveTheNamesOfSystemd() {
        func name(_ change: (inout HostInformation.Traces) -> Void) -> String {
            var traces = HostInformation.Traces()
            change(&traces)
            return HostInformation.container(traces).name
        }
        #expect(name { _ in } == "none")
        #expect(name { $0.declaredContainer = "lxc" } == "lxc")
        #expect(name { $0.hasDockerFile = true } == "docker")
        #expect(
            name {
                $0.hasDockerFile = true
                $0.declaredContainer = "oci"
            } == "docker"
        )
        #expect(name { $0.hasPodmanFile = true } == "podman")
        #expect(name { $0.kernelRelease = "5.15.90.1-microsoft-standard-WSL2" } == "wsl")
        #expect(name { $0.hasOpenVZ = true } == "openvz")
        #expect(name { $0.cgroup = "0::/kubepods/burstable/pod1" } == "docker")
    }

    /// A machine in files: nothing of the real one but its kernel's name may be seen.
    @Test func aMachineReadFromFiles() {
        let information = HostInformation.read(root: Fixtures.directory + "/machine")
        #expect(information.host.name == "Ubuntu")
        #expect(information.host.versionID == "22.04")
        #expect(information.container == HostInformation.OperatingSystem())
        #expect(information.containerKind == "none")
        #expect(information.virtualization == "vmware")
        #expect(information.processors == "8")
        #expect(information.processorFrequency == "3400000000")
        #expect(information.memory == "16777216000")
        #expect(information.disk == "\(1000 * 512 + 2000 * 512)")
        #expect(information.timezone == "Europe/Athens")
        #expect(information.isKubernetesNode == "true")
    }

    @Test func whatThisMachineTellsIsComplete() {
        let information = HostInformation.read()
        #expect(information.kernelName == "Linux")
        #expect(Int(information.processors) ?? 0 > 0)
        #expect(Int64(information.memory) ?? 0 > 1 << 20)
        #expect(!information.hostname.isEmpty)
        #expect(!information.timezone.isEmpty)
        #expect(information.streamParameters.map(\.name).first == "NETDATA_INSTANCE_CLOUD_TYPE")
        #expect(information.streamParameters.map(\.name).last == "NETDATA_SYSTEM_TOTAL_DISK_SIZE")
        #expect(information.streamParameters.count == 27)
    }

    @Test func labelsComeInTheOriginalsOrder() {
        let labels = HostInformation().labels(isParent: true, streamsTo: "10.0.0.1:19999")
        #expect(
            labels.map(\.key) == [
                "_cloud_provider_type", "_cloud_instance_type", "_cloud_instance_region", "_os_name", "_os_version",
                "_kernel_version", "_system_cores", "_system_cpu_freq", "_system_ram_total", "_system_disk_space",
                "_architecture", "_virtualization", "_container", "_container_detection", "_virt_detection",
                "_is_k8s_node", "_aclk_available", "_is_ephemeral", "_has_unstable_connection", "_is_parent",
                "_streams_to",
            ]
        )
        #expect(labels.suffix(2).map(\.value) == ["true", "10.0.0.1:19999"])
        #expect(HostInformation().labels(isParent: false, streamsTo: nil).last?.value == "false")
    }
}
