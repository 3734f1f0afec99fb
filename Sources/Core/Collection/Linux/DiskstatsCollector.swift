import Basics
import Config
import Glibc
import Store

/// /proc/diskstats: the work of the disks, each and all physical ones together (collectors §5, §6).
struct DiskstatsCollector: CollectorModule {
    static let name = "/proc/diskstats"
    private static let section = "plugin:proc:/proc/diskstats"

    /// Disks beyond this are left out.
    static let diskLimit = 4096

    private let file: ProcFile
    private let mountFile: ProcFile
    private let options: CollectionOptions
    private let excluded: SimplePattern
    /// In the order of the file, so that a line is found where it was the last time. `nil` for one that isn't wanted.
    private var lines: [Line] = []
    private var total = LiveChart()

    private struct Line {
        let name: [UInt8]
        var disk: Disk?
    }

    init(_ options: CollectionOptions) {
        file = options.file("/proc/diskstats")
        mountFile = options.file("/proc/self/mountinfo")
        self.options = options
        excluded = SimplePattern(options.settings.text(Self.section, "exclude disks", default: "loop* ram*"))
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        var cursor = ByteCursor(bytes)
        var index = 0
        var sectorsRead: Int64 = 0
        var sectorsWritten: Int64 = 0
        var unknown: [(name: String, reading: DiskReading, line: Int)] = []
        while !cursor.isAtEnd, index < Self.diskLimit {
            var reading = DiskReading()
            reading.major = cursor.number()
            reading.minor = cursor.number()
            let name = cursor.word()
            if !name.isEmpty {
                reading.parse(&cursor)
                if isKnown(name, at: index, in: &database, tick) {
                    lines[index].disk?.collect(reading, into: &database, at: tick)
                } else {
                    lines.insert(Line(name: Array(name.bytes), disk: nil), at: index)
                    unknown.append((name.string, reading, index))
                }
                index += 1
            }
            cursor.nextLine()
        }
        retire(from: index, in: &database, at: tick)
        for new in unknown { lines[new.line].disk = makeDisk(new.name, new.reading, tick) }
        for new in unknown { lines[new.line].disk?.collect(new.reading, into: &database, at: tick) }
        for line in lines {
            guard let disk = line.disk, disk.kind == Kind.physical.rawValue else { continue }
            sectorsRead &+= disk.reading.sectorsRead
            sectorsWritten &+= disk.reading.sectorsWritten
        }
        showTotal(read: sectorsRead, written: sectorsWritten, in: &database, at: tick)
        return true
    }

    /// Whether the line at `index` is this disk's, after those between that went away are removed.
    private mutating func isKnown(
        _ name: Word,
        at index: Int,
        in database: inout HostDatabase,
        _ tick: Tick
    ) -> Bool {
        guard index < lines.count else { return false }
        if isSame(lines[index].name, name) { return true }
        guard let found = lines[index...].firstIndex(where: { isSame($0.name, name) }) else { return false }
        for line in index..<found { lines[line].disk?.retire(from: &database, at: tick) }
        lines.removeSubrange(index..<found)
        return true
    }

    private func isSame(_ known: [UInt8], _ name: Word) -> Bool {
        known.count == name.count && known.elementsEqual(name.bytes)
    }

    private mutating func retire(from index: Int, in database: inout HostDatabase, at tick: Tick) {
        guard index < lines.count else { return }
        for line in index..<lines.count { lines[line].disk?.retire(from: &database, at: tick) }
        lines.removeSubrange(index...)
    }

    private mutating func showTotal(
        read: Int64,
        written: Int64,
        in database: inout HostDatabase,
        at tick: Tick
    ) {
        guard total.isShown || options.showsZeros || read | written != 0 else { return }
        total.begin(
            &database,
            tick,
            .proc(Self.name),
            .init(
                "system.io",
                "Disk I/O",
                "KiB/s",
                family: "disk",
                150,
                type: .area,
                [.incremental("in"), .incremental("out", -1)]
            )
        )
        database.set(0, read / 2)
        database.set(1, written / 2)
        database.end(now: tick.now)
    }
}

// MARK: New disks

extension DiskstatsCollector {
    private enum Kind: String {
        case physical
        case partition
        case virtual
    }

    private func makeDisk(_ name: String, _ reading: DiskReading, _ tick: Tick) -> Disk? {
        let kind = kind(of: name)
        let wish: Appearance
        switch kind {
        case .physical: wish = options.appearance(Self.section, "performance metrics for physical disks")
        case .virtual: wish = options.appearance(Self.section, "performance metrics for virtual disks")
        case .partition: wish = options.appearance(Self.section, "performance metrics for partitions", default: .never)
        }
        let own = Self.section + ":" + name
        let isExcluded = excluded.matches(name)
        guard options.isEnabled(own, "enable", default: !isExcluded),
            options.isEnabled(own, "enable performance metrics", default: wish != .never)
        else { return nil }
        return Disk(
            name: name,
            kind: kind.rawValue,
            mountPoint: mountPoint(of: reading, tick),
            wishes: wishes(own)
        )
    }

    private func wishes(_ own: String) -> Disk.Wishes {
        func wish(_ name: String) -> Appearance {
            options.appearance(own, name, default: options.appearance(Self.section, name + " for all disks"))
        }
        return .init(
            bandwidth: wish("bandwidth"),
            operations: wish("operations"),
            merged: wish("merged operations"),
            time: wish("i/o time"),
            queued: wish("queued operations"),
            utilization: wish("utilization percentage"),
            backlog: wish("backlog"),
            extended: wish("extended operations")
        )
    }

    private func kind(of name: String) -> Kind {
        // The kernel has "!" in a folder's name where a device's has "/".
        let folder = String(name.map { $0 == "/" ? "!" : $0 })
        if exists("/sys/devices/virtual/block/" + folder) { return .virtual }
        return exists("/sys/block/" + folder) ? .physical : .partition
    }

    private func exists(_ path: String) -> Bool { access(options.root + path, F_OK) == 0 }

    /// Where the disk is mounted: as a whole if it is, else the first of its folders.
    private func mountPoint(of reading: DiskReading, _ tick: Tick) -> String? {
        guard let bytes = mountFile.read(into: tick.buffer) else { return nil }
        let mounts = MountTable.parse(bytes).filter { $0.major == reading.major && $0.minor == reading.minor }
        return (mounts.first { $0.root == "/" } ?? mounts.first)?.point
    }
}
