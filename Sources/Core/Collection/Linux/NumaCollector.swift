import Glibc
import Store

/// /sys/devices/system/node/nodeN/numastat: from where each NUMA node's memory is used (collectors §6).
struct NumaCollector: CollectorModule {
    static let name = "/sys/devices/system/node"
    private static let section = "plugin:proc:/sys/devices/system/node"
    private static let fields = [
        "numa_hit", "numa_miss", "local_node", "numa_foreign", "interleave_hit", "other_node",
    ]

    private struct Node {
        let number: Int
        let file: ProcFile
        var chart = LiveChart()
    }

    private let table = FieldTable(Self.fields)
    private var nodes: [Node]

    init(_ options: CollectionOptions) {
        let numbers = Self.nodes(options)
        let isWanted =
            switch options.appearance(Self.section, "enable per-node numa metrics") {
            case .never: false
            case .always: true
            // The only node of a machine gets everything: nothing to tell.
            case .whenNonZero: numbers.count > 1
            }
        nodes =
            isWanted
            ? numbers.map {
                Node(number: $0, file: options.file("/sys/devices/system/node/node\($0)/numastat", isOnePiece: true))
            } : []
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        for index in nodes.indices {
            guard let bytes = nodes[index].file.read(into: tick.buffer) else { continue }
            table.parseLines(bytes)
            let number = nodes[index].number
            nodes[index].chart.begin(&database, tick, .proc(Self.name), Self.template(number))
            for field in 0..<table.count { database.set(Int32(field), table.values[field]) }
            database.end(now: tick.now)
        }
        return true
    }

    /// The numbers of this machine's nodes.
    static func nodes(_ options: CollectionOptions) -> [Int] {
        directoryEntries(options.root + "/sys/devices/system/node").compactMap { name in
            name.hasPrefix("node") ? Int(name.dropFirst(4)) : nil
        }.sorted()
    }

    private static func template(_ number: Int) -> ChartTemplate {
        .init(
            "mem.node\(number)",
            "NUMA events",
            "events/s",
            family: "numa",
            1410,
            options: .detail,
            [
                .incremental("numa_hit", "hit"), .incremental("numa_miss", "miss"),
                .incremental("local_node", "local"), .incremental("numa_foreign", "foreign"),
                .incremental("interleave_hit", "interleave"), .incremental("other_node", "other"),
            ],
            labels: [.automatic("numa_node", "node\(number)")]
        )
    }
}

/// The names in a directory without `.` and `..`; none where it can't be read.
func directoryEntries(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
            start.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}
