import Config
import Store
import Synchronization
import Testing

@testable import Collection

/// Free space and inodes of what is mounted (collectors §6, diskspace).
@Suite struct DiskspaceTests {
    private static let use = FilesystemUse(
        blockSize: 4096,
        blocks: 1000,
        freeBlocks: 400,
        availableBlocks: 350,
        files: 500,
        freeFiles: 200,
        availableFiles: 180
    )

    private static func line(
        _ point: String,
        _ filesystem: String = "ext4",
        _ options: String = "rw",
        device: Int = 1
    ) -> String {
        "2\(device) 1 8:\(device) / \(point) \(options) - \(filesystem) /dev/sda\(device) \(options)\n"
    }

    /// A machine with these mounts, on which every filesystem answers with ``use``.
    private final class Bench {
        let machine: FakeMachine
        let run: CollectorRun
        private var collector: DiskspaceCollector
        private let buffer = ReadBuffer()

        init(
            _ mounts: String,
            _ settings: [String: [String: String]] = [:],
            ask: @escaping @Sendable (String) -> FilesystemUse? = { _ in use }
        ) throws {
            machine = try FakeMachine()
            machine.write("/proc/self/mountinfo", mounts)
            run = try CollectorRun(machine)
            collector = DiskspaceCollector(
                CollectionOptions(settings: Settings(settings), root: machine.root),
                ask: ask
            )
        }

        func tick(_ second: Int64) {
            let second = CollectorRun.start + second
            let tick = Tick(now: second * 1_000_000, second: second, updateEvery: 1, buffer: buffer)
            collector.measure(tick)
            run.host.withDatabase { collector.collect(into: &$0, at: tick) }
        }

        var charts: [String] { run.charts.keys.filter { $0.hasPrefix("disk_") }.sorted() }
    }

    /// What is found after the round that asked for it would otherwise wait for the next.
    @Test func theWorkerSaysThatItHasCollected() throws {
        let machine = try FakeMachine()
        machine.write("/proc/self/mountinfo", Self.line("/"))
        let run = try CollectorRun(machine)
        let collections = Mutex<[Int]>([])
        let worker = try DiskspaceWorker(
            host: run.host,
            options: CollectionOptions(settings: Settings([:]), root: machine.root),
            updateEvery: 1,
            clock: run.clock,
            reporter: run.events,
            collected: { [host = run.host] in
                let count = host.withDatabase { $0.snapshots().reduce(0) { $0 + $1.collections } }
                collections.withLock { $0.append(count) }
            }
        )
        worker.work()
        #expect(collections.withLock { $0 } == [], "nobody asked")
        for second in [CollectorRun.start + 1, CollectorRun.start + 2] {
            worker.request(now: second * 1_000_000, second: second)
            worker.work()
            worker.work()
        }
        #expect(collections.withLock { $0 } == [2, 4], "of two charts, space and inodes")
    }

    @Test func valuesAreBlocksAndFiles() throws {
        let bench = try Bench(Self.line("/"))
        bench.tick(0)
        #expect(bench.run.values.of("disk_space._", "avail") == [350])
        #expect(bench.run.values.of("disk_space._", "used") == [600])
        #expect(bench.run.values.of("disk_space._", "reserved_for_root") == [50])
        #expect(bench.run.values.of("disk_inodes._", "avail") == [180])
        #expect(bench.run.values.of("disk_inodes._", "used") == [300])
        #expect(bench.run.values.of("disk_inodes._", "reserved_for_root") == [20])
    }

    @Test func theBlocksOfThatFilesystemAreTheMultiplier() throws {
        let bench = try Bench(
            Self.line("/srv/big\\040disk"),
            ask: { _ in FilesystemUse(blockSize: 131_072, blocks: 10) }
        )
        bench.tick(0)
        let chart = try #require(bench.run.charts["disk_space._srv_big_disk"])
        #expect(chart.family == "/srv/big disk")
        #expect(chart.labels.first == Label(key: "mount_point", value: "/srv/big disk", source: 1))
        let dimensions = bench.run.host.withDatabase { database in
            database.find("disk_space._srv_big_disk").map { database.dimensions(of: $0) } ?? []
        }
        #expect(dimensions.map(\.multiplier) == [131_072, 131_072, 131_072])
        #expect(dimensions.map(\.divisor) == [1 << 30, 1 << 30, 1 << 30])
        // A filesystem without inodes of its own has no chart of them.
        #expect(bench.charts == ["disk_space._srv_big_disk"])
    }

    @Test func whatIsLeftOut() throws {
        let mounts =
            Self.line("/proc/fs", "proc", device: 2) + Self.line("/net", "fuse.sshfs", device: 3)
            + Self.line("/cd", "iso9660", "ro", device: 4) + Self.line("/data", device: 5)
        let bench = try Bench(mounts)
        bench.tick(0)
        #expect(bench.charts == ["disk_inodes._data", "disk_space._data"])
    }

    @Test func whatIsAskedForIsShown() throws {
        let mounts = Self.line("/net", "fuse.sshfs", device: 3) + Self.line("/cd", "iso9660", "ro", device: 4)
        let section = "plugin:proc:diskspace"
        let bench = try Bench(
            mounts + Self.line("/data", device: 5),
            [
                section + ":/net": ["space usage": "yes"], section + ":/cd": ["inodes usage": "yes"],
                section: ["inodes usage for all disks": "no"],
            ]
        )
        bench.tick(0)
        #expect(bench.charts == ["disk_inodes._cd", "disk_space._data", "disk_space._net"])
    }

    @Test func whatIsMountedOverHides() throws {
        let bench = try Bench(Self.line("/m", "ext4", device: 1) + Self.line("/m", "xfs", device: 2))
        bench.tick(0)
        #expect(bench.charts == ["disk_inodes._m", "disk_space._m"])
        #expect(
            bench.run.charts["disk_space._m"]?.labels.contains(Label(key: "filesystem", value: "xfs", source: 1))
                == true
        )
    }

    @Test func whatIsUnmountedIsObsolete() throws {
        let bench = try Bench(Self.line("/") + Self.line("/data", device: 2))
        bench.tick(0)
        bench.machine.write("/proc/self/mountinfo", Self.line("/"))
        // Mounts are looked at every 15 seconds.
        bench.tick(1)
        #expect(bench.run.isObsolete("disk_space._data") == false)
        bench.tick(20)
        #expect(bench.run.isObsolete("disk_space._data") == true)
        #expect(bench.run.isObsolete("disk_inodes._data") == true)
        #expect(bench.run.isObsolete("disk_space._") == false)
    }

    @Test func aFilesystemThatCannotBeAskedHasNoChart() throws {
        let bench = try Bench(Self.line("/") + Self.line("/gone", device: 2), ask: { $0 == "/gone" ? nil : Self.use })
        bench.tick(0)
        #expect(bench.charts == ["disk_inodes._", "disk_space._"])
    }

    @Test func numbersTooLargeWrap() throws {
        let most = FilesystemUse(
            blockSize: .max,
            blocks: .min,
            freeBlocks: .max,
            availableBlocks: .min,
            files: .max,
            freeFiles: .min,
            availableFiles: .max
        )
        let bench = try Bench(
            Self.line("/"),
            ["plugin:proc:diskspace:/": ["space usage": "yes", "inodes usage": "yes"]],
            ask: { _ in most }
        )
        bench.tick(0)
        #expect(bench.run.values.of("disk_space._", "used") == [1])
    }

    /// The file cut anywhere: nothing but the mounts of its whole lines.
    @Test func theTableMayEndAnywhere() throws {
        let mounts = try CollectionFixtures.bytes("machine/first/proc/self/mountinfo")
        let all = try Bench(String(decoding: mounts, as: UTF8.self))
        all.tick(0)
        for end in 0...mounts.count {
            let bench = try Bench(String(decoding: mounts[..<end], as: UTF8.self))
            bench.tick(0)
            #expect(Set(bench.run.charts.values.map(\.context)).isSubset(of: Set(all.run.charts.values.map(\.context))))
        }
    }

    @Test func theKernelIsAskedForFoldersOnly() throws {
        let machine = try FakeMachine()
        machine.write("/file", "x")
        let use = try #require(FilesystemUse.ask(machine.root))
        #expect(use.blockSize > 0 && use.blocks > 0 && use.freeBlocks <= use.blocks)
        #expect(FilesystemUse.ask(machine.root + "/file") == nil)
        #expect(FilesystemUse.ask(machine.root + "/nothing") == nil)
    }
}
