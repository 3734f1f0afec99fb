import Store
import Testing

@testable import Collection

/// Disks, interfaces and interrupts that come and go.
@Suite struct DevicesTests {
    private static let head = "Inter-|\n face |\n"

    private func disk(_ minor: Int, _ name: String, _ number: Int = 10) -> String {
        " 8 \(minor) \(name) \(number) 1 \(number * 8) 5 \(number) 1 \(number * 8) 5 0 5 5\n"
    }

    @Test func aDiskThatIsGoneIsObsolete() throws {
        let machine = try FakeMachine()
        for name in ["sda", "sdb", "sdc"] { machine.write("/sys/block/\(name)/size", "1") }
        machine.write("/proc/diskstats", disk(0, "sda") + disk(16, "sdb") + disk(32, "sdc"))
        let run = try CollectorRun(machine)
        run.tick(0)
        run.tick(1)
        machine.write("/proc/diskstats", disk(0, "sda", 11) + disk(32, "sdc", 12))
        run.tick(2)
        #expect(run.isObsolete("disk.sda") == false)
        #expect(run.isObsolete("disk.sdb") == true)
        #expect(run.isObsolete("disk_await.sdb") == true)
        #expect(run.isObsolete("disk.sdc") == false)
        #expect(run.values.of("disk.sdc", "reads") == [80, 96])
        #expect(run.values.of("disk_await.sdc", "reads") == [0])
        machine.write("/proc/diskstats", disk(0, "sda", 11) + disk(16, "sdb", 20) + disk(32, "sdc", 12))
        run.tick(3)
        run.tick(4)
        #expect(run.isObsolete("disk.sdb") == false)
        #expect(run.values.of("disk.sdb", "reads") == [80, 160])
        #expect(run.isObsolete("disk.sdc") == false)
    }

    @Test func partitionsAndExcludedDisksAreLeftOut() throws {
        let machine = try FakeMachine()
        for name in ["sda", "loop0", "sdb"] { machine.write("/sys/block/\(name)/size", "1") }
        machine.write("/proc/diskstats", disk(0, "sda") + disk(1, "sda1") + disk(7, "loop0") + disk(16, "sdb"))
        let run = try CollectorRun(
            machine,
            [
                "plugin:proc:/proc/diskstats:loop0": ["enable": "yes"],
                "plugin:proc:/proc/diskstats:sdb": ["enable performance metrics": "no"],
                "plugin:proc:/proc/diskstats:sda": ["merged operations": "no"],
            ]
        )
        run.tick(0)
        #expect(run.charts["disk.sda"] != nil)
        #expect(run.charts["disk_mops.sda"] == nil)
        #expect(run.charts["disk.sda1"] == nil)
        #expect(run.charts["disk.loop0"] != nil)
        #expect(run.charts["disk.sdb"] == nil)
    }

    @Test func anInterfaceThatIsGoneIsObsolete() throws {
        let machine = try FakeMachine()
        let numbers = "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n"
        machine.write("/proc/net/dev", Self.head + "eth0: " + numbers + "veth1:" + numbers + "lo: " + numbers)
        machine.write("/sys/class/net/veth1/mtu", "1500\n")
        machine.write("/sys/devices/virtual/net/veth1/mtu", "1500\n")
        let run = try CollectorRun(machine)
        run.tick(0)
        #expect(
            run.charts["net.veth1"]?.labels.contains(
                Label(key: "interface_type", value: "virtual", source: 0x2000_0001)
            ) == true
        )
        #expect(run.charts["net_mtu.veth1"] != nil)
        #expect(run.charts["net.lo"] == nil)
        #expect(run.values.of("system.net", "InOctets") == [1])
        machine.write("/proc/net/dev", Self.head + "eth0: " + numbers)
        run.tick(1)
        #expect(run.isObsolete("net.veth1") == true)
        #expect(run.isObsolete("net_mtu.veth1") == true)
        #expect(run.isObsolete("net.eth0") == false)
        machine.write("/proc/net/dev", Self.head + "veth0: " + numbers + "eth0: " + numbers + "veth1: " + numbers)
        run.tick(2)
        #expect(run.isObsolete("net.veth0") == false)
        #expect(run.isObsolete("net.veth1") == false)
        #expect(run.isObsolete("net.eth0") == false)
    }

    @Test func interruptLinesMayMove() throws {
        let machine = try FakeMachine()
        machine.write("/proc/interrupts", " CPU0\n1: 5 x\n2: 0 y\n3: 7 z\n")
        let run = try CollectorRun(machine)
        run.tick(0)
        machine.write("/proc/interrupts", " CPU0\n0: 1 w\n2: 2 y\n3: 8 z\n")
        run.tick(1)
        #expect(run.values.of("system.interrupts", "1") == [5])
        #expect(run.values.of("system.interrupts", "3") == [7, 8])
        #expect(run.values.of("system.interrupts", "2") == [2])
        #expect(run.values.of("system.interrupts", "0") == [1])
        machine.write("/proc/interrupts", " CPU0 CPU1\n1: 6 1 x\n3: 9 1 z\n")
        run.tick(2)
        #expect(run.values.of("system.interrupts", "1") == [5, 7])
        #expect(run.values.of("system.interrupts", "3") == [7, 8, 10])
        #expect(run.values.of("cpu.cpu1_interrupts", "3") == [1])
        // One that comes back has its old dimension, and the others keep theirs.
        machine.write("/proc/interrupts", " CPU0 CPU1\n0: 4 0 w\n1: 7 1 x\n2: 3 0 y\n3: 9 2 z\n")
        run.tick(3)
        #expect(run.values.of("system.interrupts", "0") == [1, 4])
        #expect(run.values.of("system.interrupts", "1") == [5, 7, 8])
        #expect(run.values.of("system.interrupts", "2") == [2, 3])
        #expect(run.values.of("system.interrupts", "3") == [7, 8, 10, 11])
    }
}
