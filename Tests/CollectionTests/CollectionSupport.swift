import Basics
import Collection
import Config
import Diagnostics
import Glibc
import Status
import Store
import Synchronization
import Testing

/// Test data beside the tests.
enum CollectionFixtures {
    static let folder =
        String(#filePath.dropLast("/CollectionTests/CollectionSupport.swift".count)) + "/Fixtures/Collection"

    static func bytes(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(folder + "/" + path, "r"), "\(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while case let got = fread(&piece, 1, piece.count, file), got > 0 { bytes += piece[..<got] }
        return bytes
    }

    /// The columns of a table of tab-separated values, without its head line.
    static func table(_ path: String) throws -> [[String]] {
        let text = String(decoding: try bytes(path), as: UTF8.self)
        return text.split(separator: "\n").dropFirst().map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

/// A folder with files that look like /proc and /sys, gone at the end of the test.
final class FakeMachine {
    let root: String

    init() throws {
        var template = Array("/tmp/collection-XXXXXX".utf8CString)
        root = String(cString: try #require(mkdtemp(&template)))
    }

    /// With the files of one moment of the hand-made machine.
    convenience init(_ moment: String) throws {
        try self.init()
        try become(moment)
    }

    deinit { remove(root) }

    /// Overwrites every file with that moment's, in place, as the kernel would.
    func become(_ moment: String) throws {
        let source = CollectionFixtures.folder + "/machine/" + moment
        for path in files(source) {
            write("/" + path, try CollectionFixtures.bytes("machine/\(moment)/\(path)"))
        }
    }

    func write(_ path: String, _ text: String) { write(path, Array(text.utf8)) }

    func write(_ path: String, _ bytes: [UInt8]) {
        var folder = root
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        let descriptor = open(root + path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    func delete(_ path: String) { unlink(root + path) }

    private func files(_ folder: String, _ prefix: String = "") -> [String] {
        entries(folder).flatMap { name -> [String] in
            isFolder(folder + "/" + name)
                ? files(folder + "/" + name, prefix + name + "/") : [prefix + name]
        }
    }

    private func remove(_ folder: String) {
        for name in entries(folder) {
            let path = folder + "/" + name
            if isFolder(path) { remove(path) } else { unlink(path) }
        }
        rmdir(folder)
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func entries(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(cString: $0.bindMemory(to: CChar.self).baseAddress!)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// Notes what was collected: for each dimension the values, one after the other, without repetitions.
final class CollectedValues: CollectionTap {
    struct Place: Hashable {
        let chart: String
        let dimension: String
    }

    private let values = Mutex<[Place: [Int64]]>([:])

    func collected(_ host: GUID, _ collection: borrowing Store.Collection) {
        let chart = collection.id.string
        for index in 0..<collection.dimensionCount where collection.isUpdated(index) {
            let place = Place(chart: chart, dimension: collection.dimensionID(index).string)
            let value = collection.collected(index)
            values.withLock { values in
                if values[place]?.last != value { values[place, default: []].append(value) }
            }
        }
    }

    func changed(_ host: GUID, _ change: DefinitionChange) {}

    var all: [Place: [Int64]] { values.withLock { $0 } }

    func of(_ chart: String, _ dimension: String) -> [Int64] { all[Place(chart: chart, dimension: dimension)] ?? [] }
}

/// Events in the order in which they came.
final class EventList: Reporter {
    private let events = Mutex<[Event]>([])
    func report(_ event: Event) { events.withLock { $0.append(event) } }
    var codes: [String] { events.withLock { $0.map(\.condition.code) } }
    var texts: [String] { events.withLock { $0.map(\.text) } }
}

/// A host, its collectors and what they collect, driven second by second.
final class CollectorRun {
    static let start: Int64 = 1_700_000_000

    /// As long as this lives: the files go with it.
    private let machine: FakeMachine?
    let host: Host
    let values = CollectedValues()
    let events = EventList()
    let collector: Collector
    let clock = ManualClock(seconds: CollectorRun.start)

    init(_ machine: FakeMachine?, _ settings: [String: [String: String]] = [:], updateEvery: Int = 1) throws {
        self.machine = machine
        host = Host(
            guid: GUID("11111111-2222-3333-4444-555555555555")!,
            identity: HostIdentity(hostname: "own"),
            settings: HostSettings(updateEvery: updateEvery),
            state: .local,
            at: clock.now()
        )
        let values = values
        host.withDatabase { $0.add(values) }
        collector = try Collector(
            host: host,
            options: CollectionOptions(
                settings: Settings(settings),
                root: machine?.root ?? "",
                updateEvery: updateEvery
            ),
            clock: clock,
            reporter: events,
            figures: { NodeFigures() },
            usesThreads: false
        )
    }

    /// With one module of /proc, and all that is "auto" shown at once.
    convenience init(_ machine: FakeMachine, only module: String) throws {
        var proc = Dictionary(uniqueKeysWithValues: Self.modules.map { ($0, "no") })
        proc[module] = "yes"
        let plugins = ["timex": "no", "netdata monitoring": "no"]
        try self.init(
            machine,
            ["plugins": plugins, "plugin:proc": proc, "db": ["enable zero metrics": "yes"]]
        )
    }

    /// The names of all modules of /proc.
    static let modules = [
        "/proc/net/dev", "/proc/stat", "/proc/uptime", "/proc/loadavg", "/proc/sys/kernel/random/entropy_avail",
        "/proc/pressure", "/proc/interrupts", "/proc/softirqs", "/proc/vmstat", "/proc/meminfo", "/sys/kernel/mm/ksm",
        "/sys/block/zram", "/sys/devices/system/node", "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/net/netstat",
        "/proc/net/softnet_stat", "/proc/net/stat/conntrack", "/proc/net/stat/synproxy", "/proc/diskstats", "ipc",
    ]

    /// A round at this second after the start.
    func tick(_ second: Int64) {
        collector.tick(now: (Self.start + second) * microsecondsPerSecond + Collector.offset)
    }

    var charts: [String: ChartDefinition] {
        let charts = host.withDatabase { database in database.refs.compactMap { database.definition(of: $0) } }
        return Dictionary(uniqueKeysWithValues: charts.map { ($0.id, $0) })
    }

    func isObsolete(_ chart: String) -> Bool? { charts[chart]?.options.contains(.obsolete) }

    func variables(_ chart: String) -> [String: Double] {
        host.withDatabase { database in
            database.find(chart).flatMap { database.snapshot(of: $0) }?.variables ?? [:]
        }
    }

    var hostVariables: [String: Double] { host.withDatabase { $0.hostVariables } }
}
