import Basics
import Config
import Glibc
import Store

/// How much of a filesystem is free. In blocks and files, as statvfs gives them.
struct FilesystemUse: Equatable, Sendable {
    var blockSize: Int64 = 0
    var blocks: Int64 = 0
    var freeBlocks: Int64 = 0
    /// Free for everybody: some of the free ones are kept for root.
    var availableBlocks: Int64 = 0
    var files: Int64 = 0
    var freeFiles: Int64 = 0
    var availableFiles: Int64 = 0

    /// Asks the kernel; `nil` for what isn't a folder: single files are mounted over each other in containers. May take as long as the server of a network filesystem takes, which can be for ever.
    static func ask(_ path: String) -> FilesystemUse? {
        var status = stat()
        var result = statvfs()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, statvfs(path, &result) == 0 else {
            return nil
        }
        return FilesystemUse(
            blockSize: Int64(result.f_frsize != 0 ? result.f_frsize : result.f_bsize),
            blocks: Int64(truncatingIfNeeded: result.f_blocks),
            freeBlocks: Int64(truncatingIfNeeded: result.f_bfree),
            availableBlocks: Int64(truncatingIfNeeded: result.f_bavail),
            files: Int64(truncatingIfNeeded: result.f_files),
            freeFiles: Int64(truncatingIfNeeded: result.f_ffree),
            availableFiles: Int64(truncatingIfNeeded: result.f_favail)
        )
    }
}

/// Free space and free inodes of the mounted filesystems (collectors §6, diskspace).
///
/// ``measure(_:)`` may block and so doesn't touch the database; ``collect(into:at:)`` hands over what it found.
struct DiskspaceCollector {
    private static let section = "plugin:proc:diskspace"
    private static let source = ChartSource(plugin: "diskspace.plugin", module: "")

    private struct Place {
        let mount: Mount
        let space: Appearance
        let inodes: Appearance
        var use: FilesystemUse?
        var spaceChart = LiveChart()
        var inodesChart = LiveChart()
    }

    private let options: CollectionOptions
    private let file: ProcFile
    private let excludedPaths: SimplePattern
    private let excludedFilesystems: SimplePattern
    private let ask: @Sendable (String) -> FilesystemUse?
    private var lookDue: Every
    private var places: [Place] = []
    private var gone: [Place] = []

    init(_ options: CollectionOptions, ask: @escaping @Sendable (String) -> FilesystemUse? = FilesystemUse.ask) {
        self.options = options
        self.ask = ask
        file = options.file("/proc/self/mountinfo")
        excludedPaths = SimplePattern(
            options.settings.text(
                Self.section,
                "exclude space metrics on paths",
                default: "/proc/* /sys/* /var/run/user/* /run/user/* /snap/* /var/lib/docker/*"
            )
        )
        excludedFilesystems = SimplePattern(
            options.settings.text(
                Self.section,
                "exclude space metrics on filesystems",
                default: "*gvfs *gluster* *s3fs *ipfs *davfs2 *httpfs *sshfs *gdfs *moosefs fusectl autofs"
            )
        )
        lookDue = Every(
            seconds: options.settings.seconds(Self.section, "check for new mount points every", default: 15)
        )
    }

    /// Asks every filesystem.
    /// - Parameter asking: called with the place before it is asked.
    mutating func measure(_ tick: Tick, asking: (String) -> Void = { _ in }) {
        if lookDue.isDue(tick) { look(tick) }
        for index in places.indices {
            asking(places[index].mount.point)
            places[index].use = ask(places[index].mount.point)
        }
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) {
        for place in gone { Self.retire(place, from: &database, at: tick) }
        gone.removeAll()
        for index in places.indices {
            guard let use = places[index].use else { continue }
            show(use, index, in: &database, at: tick)
        }
    }

    private mutating func show(
        _ use: FilesystemUse,
        _ index: Int,
        in database: inout HostDatabase,
        at tick: Tick
    ) {
        let place = places[index]
        if place.space == .always || place.spaceChart.isShown || (place.space == .whenNonZero && use.blocks > 0) {
            places[index].spaceChart.begin(
                &database,
                tick,
                Self.source,
                Self.space(place.mount, blockSize: use.blockSize)
            )
            database.set(0, use.availableBlocks)
            database.set(1, use.blocks &- use.freeBlocks)
            database.set(2, use.freeBlocks &- use.availableBlocks)
            database.end(now: tick.now)
        }
        if place.inodes == .always || place.inodesChart.isShown || (place.inodes == .whenNonZero && use.files > 0) {
            places[index].inodesChart.begin(&database, tick, Self.source, Self.inodes(place.mount))
            database.set(0, use.availableFiles)
            database.set(1, use.files &- use.freeFiles)
            database.set(2, use.freeFiles &- use.availableFiles)
            database.end(now: tick.now)
        }
    }

    private static func retire(_ place: Place, from database: inout HostDatabase, at tick: Tick) {
        var place = place
        place.spaceChart.retire(from: &database, tick)
        place.inodesChart.retire(from: &database, tick)
    }

    // MARK: What is mounted

    private mutating func look(_ tick: Tick) {
        guard let bytes = file.read(into: tick.buffer) else { return }
        var wanted: [Mount] = []
        for mount in MountTable.parse(bytes) {
            // What is mounted over another hides it.
            wanted.removeAll { $0.point == mount.point }
            wanted.append(mount)
        }
        let known = places
        places = wanted.compactMap { mount in
            known.first { $0.mount == mount } ?? place(mount)
        }
        gone += known.filter { old in !places.contains { $0.mount == old.mount } }
    }

    private func place(_ mount: Mount) -> Place? {
        let isExcluded = excludedPaths.matches(mount.point) || excludedFilesystems.matches(mount.filesystem)
        let own = Self.section + ":" + mount.point
        func wish(_ name: String, _ all: String) -> Appearance {
            let fallback: Appearance =
                isExcluded ? .never : options.appearance(Self.section, all, default: .whenNonZero)
            let wish = options.appearance(own, name, default: fallback)
            guard options.settings.explicit(own, name) == nil, wish != .never else { return wish }
            // Nothing changes where nothing can be written; and what has no space has no use of it to show.
            return mount.isReadOnly ? .never : .whenNonZero
        }
        let space = wish("space usage", "space usage for all disks")
        let inodes = wish("inodes usage", "inodes usage for all disks")
        guard space != .never || inodes != .never else { return nil }
        return Place(mount: mount, space: space, inodes: inodes)
    }
}

extension DiskspaceCollector {
    private static func space(_ mount: Mount, blockSize: Int64) -> ChartTemplate {
        let gibibyte: Int64 = 1 << 30
        return template(
            "disk_space",
            "Disk Space Usage",
            "GiB",
            context: "disk.space",
            2023,
            mount,
            [
                .absolute("avail", blockSize, gibibyte), .absolute("used", blockSize, gibibyte),
                .absolute("reserved_for_root", "reserved for root", blockSize, gibibyte),
            ]
        )
    }

    private static func inodes(_ mount: Mount) -> ChartTemplate {
        template(
            "disk_inodes",
            "Disk Files (inodes) Usage",
            "inodes",
            context: "disk.inodes",
            2024,
            mount,
            [.absolute("avail"), .absolute("used"), .absolute("reserved_for_root", "reserved for root")]
        )
    }

    private static func template(
        _ type: String,
        _ title: String,
        _ units: String,
        context: String,
        _ priority: Int,
        _ mount: Mount,
        _ dimensions: [DimensionDefinition]
    ) -> ChartTemplate {
        .init(
            type + "." + idPart(mount.point),
            title,
            units,
            family: mount.point,
            context: context,
            priority,
            type: .stacked,
            dimensions,
            labels: [
                .automatic("mount_point", mount.point), .automatic("filesystem", mount.filesystem),
                .automatic("mount_root", mount.root),
            ]
        )
    }

    /// Every byte that is neither a letter nor a digit becomes `_`.
    static func idPart(_ path: String) -> String {
        String(
            decoding: path.utf8.map { byte -> UInt8 in
                let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
                return isLetter || byte &- 48 < 10 ? byte : UInt8(ascii: "_")
            },
            as: UTF8.self
        )
    }
}
