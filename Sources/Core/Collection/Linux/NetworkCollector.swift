import Basics
import Config
import Glibc
import Store

/// /proc/net/dev: the network interfaces, each and all real ones together (collectors §6).
struct NetworkCollector: CollectorModule {
    static let name = "/proc/net/dev"
    private static let section = "plugin:proc:/proc/net/dev"

    /// Interfaces beyond this are left out.
    static let interfaceLimit = 10_000

    private let file: ProcFile
    private let options: CollectionOptions
    private let excluded: SimplePattern
    /// In the order of the file, as for the disks.
    private var lines: [Line] = []
    private var total = LiveChart()

    private struct Line {
        let name: [UInt8]
        /// `nil` for one that isn't wanted.
        var interface: NetworkInterface?
    }

    init(_ options: CollectionOptions) {
        file = options.file("/proc/net/dev")
        self.options = options
        excluded = SimplePattern(
            options.settings.text(
                Self.section,
                "disable by default interfaces matching",
                default: "lo fireqos* *-ifb fwpr* fwbr* fwln*"
            )
        )
    }

    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool {
        guard let bytes = file.read(into: tick.buffer) else { return false }
        let readings = parse(bytes, in: &database, at: tick)
        // What an interface's state is read into is the buffer that the lines were in.
        var received: Int64 = 0
        var sent: Int64 = 0
        for index in 0..<readings {
            lines[index].interface?.collect(pending[index], into: &database, at: tick)
            guard let interface = lines[index].interface, !interface.isVirtual else { continue }
            received &+= interface.reading.bytesReceived
            sent &+= interface.reading.bytesSent
        }
        showTotal(received: received, sent: sent, in: &database, at: tick)
        return true
    }

    private var pending: [InterfaceReading] = []

    /// The readings of this round into `pending`, and the lines in the same order.
    private mutating func parse(
        _ bytes: UnsafeBufferPointer<UInt8>,
        in database: inout HostDatabase,
        at tick: Tick
    ) -> Int {
        var cursor = ByteCursor(bytes)
        cursor.nextLine()
        var index = 0
        while cursor.nextLine(), index < Self.interfaceLimit {
            let name = cursor.word(separator: UInt8(ascii: ":"))
            guard !name.isEmpty else { continue }
            cursor.skip(UInt8(ascii: ":"))
            var reading = InterfaceReading()
            reading.parse(&cursor)
            if index < pending.count { pending[index] = reading } else { pending.append(reading) }
            if !isKnown(name, at: index, in: &database, tick) {
                lines.insert(Line(name: Array(name.bytes), interface: makeInterface(name.string)), at: index)
            }
            index += 1
        }
        for line in index..<max(index, lines.count) { lines[line].interface?.retire(from: &database, at: tick) }
        if index < lines.count { lines.removeSubrange(index...) }
        return index
    }

    /// Whether the line at `index` is this interface's, after those between that went away are removed.
    private mutating func isKnown(
        _ name: Word,
        at index: Int,
        in database: inout HostDatabase,
        _ tick: Tick
    ) -> Bool {
        guard index < lines.count else { return false }
        if isSame(lines[index].name, name) { return true }
        guard let found = lines[index...].firstIndex(where: { isSame($0.name, name) }) else { return false }
        for line in index..<found { lines[line].interface?.retire(from: &database, at: tick) }
        lines.removeSubrange(index..<found)
        return true
    }

    private func isSame(_ known: [UInt8], _ name: Word) -> Bool {
        known.count == name.count && known.elementsEqual(name.bytes)
    }

    private func makeInterface(_ name: String) -> NetworkInterface? {
        let own = Self.section + ":" + name
        guard options.isEnabled(own, "enabled", default: !excluded.matches(name)) else { return nil }
        let isVirtual = options.isEnabled(
            own,
            "virtual",
            default: access(options.root + "/sys/devices/virtual/net/" + name, F_OK) == 0
        )
        func wish(_ name: String, _ all: String? = nil) -> Appearance {
            options.appearance(
                own,
                name,
                default: options.appearance(Self.section, (all ?? name) + " for all interfaces")
            )
        }
        return NetworkInterface(
            name: name,
            isVirtual: isVirtual,
            wishes: .init(
                bandwidth: wish("bandwidth"),
                packets: wish("packets"),
                errors: wish("errors"),
                drops: wish("drops"),
                fifo: wish("fifo"),
                compressed: wish("compressed", "compressed packets"),
                events: wish("events", "frames, collisions, carrier counters"),
                speed: wish("speed"),
                duplex: wish("duplex"),
                operstate: wish("operstate"),
                carrier: wish("carrier"),
                mtu: wish("mtu")
            ),
            options: options
        )
    }

    private mutating func showTotal(
        received: Int64,
        sent: Int64,
        in database: inout HostDatabase,
        at tick: Tick
    ) {
        guard total.isShown || options.showsZeros || received | sent != 0 else { return }
        total.begin(
            &database,
            tick,
            .proc(Self.name),
            .init(
                "system.net",
                "Physical Network Interfaces Aggregated Bandwidth",
                "kilobits/s",
                family: "network",
                500,
                type: .area,
                [.incremental("InOctets", "received", 8, 1000), .incremental("OutOctets", "sent", -8, 1000)]
            )
        )
        database.set(0, received)
        database.set(1, sent)
        database.end(now: tick.now)
    }
}
