import Basics
import Store

/// A line of /proc/net/dev: counters since the interface appeared.
struct InterfaceReading: Equatable {
    var bytesReceived: Int64 = 0
    var packetsReceived: Int64 = 0
    var errorsReceiving: Int64 = 0
    var dropsReceiving: Int64 = 0
    var fifoReceiving: Int64 = 0
    var frames: Int64 = 0
    var compressedReceived: Int64 = 0
    var multicast: Int64 = 0
    var bytesSent: Int64 = 0
    var packetsSent: Int64 = 0
    var errorsSending: Int64 = 0
    var dropsSending: Int64 = 0
    var fifoSending: Int64 = 0
    var collisions: Int64 = 0
    var carrier: Int64 = 0
    var compressedSent: Int64 = 0

    /// The rest of a line behind the name.
    mutating func parse(_ cursor: inout ByteCursor) {
        bytesReceived = cursor.number()
        packetsReceived = cursor.number()
        errorsReceiving = cursor.number()
        dropsReceiving = cursor.number()
        fifoReceiving = cursor.number()
        frames = cursor.number()
        compressedReceived = cursor.number()
        multicast = cursor.number()
        bytesSent = cursor.number()
        packetsSent = cursor.number()
        errorsSending = cursor.number()
        dropsSending = cursor.number()
        fifoSending = cursor.number()
        collisions = cursor.number()
        carrier = cursor.number()
        compressedSent = cursor.number()
    }
}

/// The charts of one network interface (collectors §6).
struct NetworkInterface {
    struct Wishes {
        var bandwidth: Appearance
        var packets: Appearance
        var errors: Appearance
        var drops: Appearance
        var fifo: Appearance
        var compressed: Appearance
        var events: Appearance
        var speed: Appearance
        var duplex: Appearance
        var operstate: Appearance
        var carrier: Appearance
        var mtu: Appearance
    }

    let isVirtual: Bool
    private let templates: InterfaceTemplates
    private let wishes: Wishes
    private let state: InterfaceState
    private(set) var reading = InterfaceReading()
    private var knownSpeed: Int64?

    private var bandwidth = LiveChart()
    private var packets = LiveChart()
    private var errors = LiveChart()
    private var drops = LiveChart()
    private var fifo = LiveChart()
    private var compressed = LiveChart()
    private var events = LiveChart()
    private var speed = LiveChart()
    private var duplex = LiveChart()
    private var operstate = LiveChart()
    private var carrier = LiveChart()
    private var mtu = LiveChart()

    init(name: String, isVirtual: Bool, wishes: Wishes, options: CollectionOptions) {
        templates = InterfaceTemplates(name: name, isVirtual: isVirtual)
        self.isVirtual = isVirtual
        self.wishes = wishes
        state = InterfaceState(name: name, isVirtual: isVirtual, options: options)
    }

    mutating func collect(_ new: InterfaceReading, into database: inout HostDatabase, at tick: Tick) {
        reading = new
        state.read(tick)
        collectTraffic(into: &database, at: tick)
        collectState(into: &database, at: tick)
        collectTroubles(into: &database, at: tick)
    }

    private static func isWanted(_ appearance: Appearance, _ chart: LiveChart, _ isNonZero: Bool) -> Bool {
        switch appearance {
        case .never: false
        case .always: true
        case .whenNonZero: chart.isShown || isNonZero
        }
    }

    private mutating func collectTraffic(into database: inout HostDatabase, at tick: Tick) {
        let templates = templates
        if Self.isWanted(wishes.bandwidth, bandwidth, reading.bytesReceived | reading.bytesSent != 0) {
            Self.fill(&bandwidth, templates.bandwidth, &database, tick, reading.bytesReceived, reading.bytesSent)
            // A speed is something to compare traffic with: without traffic there is none.
            if let kilobits = state.kilobits, wishes.speed != .never {
                Self.fill(&speed, templates.speed, &database, tick, kilobits)
                if kilobits != knownSpeed {
                    knownSpeed = kilobits
                    bandwidth.setVariable("nic_speed_max", Double(kilobits), in: &database)
                }
            }
        }
        if Self.isWanted(
            wishes.packets,
            packets,
            reading.packetsReceived | reading.packetsSent | reading.multicast != 0
        ) {
            Self.fill(
                &packets,
                templates.packets,
                &database,
                tick,
                reading.packetsReceived,
                reading.packetsSent,
                reading.multicast
            )
        }
    }

    private mutating func collectTroubles(into database: inout HostDatabase, at tick: Tick) {
        let templates = templates
        let now = reading
        if Self.isWanted(wishes.errors, errors, now.errorsReceiving | now.errorsSending != 0) {
            Self.fill(&errors, templates.errors, &database, tick, now.errorsReceiving, now.errorsSending)
        }
        if Self.isWanted(wishes.drops, drops, now.dropsReceiving | now.dropsSending != 0) {
            Self.fill(&drops, templates.drops, &database, tick, now.dropsReceiving, now.dropsSending)
        }
        if Self.isWanted(wishes.fifo, fifo, now.fifoReceiving | now.fifoSending != 0) {
            Self.fill(&fifo, templates.fifo, &database, tick, now.fifoReceiving, now.fifoSending)
        }
        if Self.isWanted(wishes.compressed, compressed, now.compressedReceived | now.compressedSent != 0) {
            Self.fill(&compressed, templates.compressed, &database, tick, now.compressedReceived, now.compressedSent)
        }
        if Self.isWanted(wishes.events, events, now.frames | now.collisions | now.carrier != 0) {
            Self.fill(&events, templates.events, &database, tick, now.frames, now.collisions, now.carrier)
        }
    }

    private mutating func collectState(into database: inout HostDatabase, at tick: Tick) {
        let templates = templates
        if let now = state.duplex, wishes.duplex != .never {
            Self.choose(
                &duplex,
                templates.duplex,
                now.rawValue,
                of: InterfaceState.Duplex.allCases.count,
                &database,
                tick
            )
        }
        if let now = state.operstate, wishes.operstate != .never {
            Self.choose(
                &operstate,
                templates.operstate,
                now.rawValue,
                of: InterfaceState.Operstate.allCases.count,
                &database,
                tick
            )
        }
        if let now = state.hasCarrier, wishes.carrier != .never {
            Self.choose(&carrier, templates.carrier, now ? 0 : 1, of: 2, &database, tick)
        }
        if let now = state.mtu, wishes.mtu != .never { Self.fill(&mtu, templates.mtu, &database, tick, now) }
    }

    private static func fill(
        _ chart: inout LiveChart,
        _ template: @autoclosure () -> ChartTemplate,
        _ database: inout HostDatabase,
        _ tick: Tick,
        _ first: Int64,
        _ second: Int64? = nil,
        _ third: Int64? = nil
    ) {
        chart.begin(&database, tick, .proc(NetworkCollector.name), template())
        database.set(0, first)
        if let second { database.set(1, second) }
        if let third { database.set(2, third) }
        database.end(now: tick.now)
    }

    /// One dimension for each state: 1 for the one it is in.
    private static func choose(
        _ chart: inout LiveChart,
        _ template: @autoclosure () -> ChartTemplate,
        _ chosen: Int,
        of count: Int,
        _ database: inout HostDatabase,
        _ tick: Tick
    ) {
        chart.begin(&database, tick, .proc(NetworkCollector.name), template())
        for index in 0..<count { database.set(Int32(index), index == chosen ? 1 : 0) }
        database.end(now: tick.now)
    }

    /// The interface is gone.
    func retire(from database: inout HostDatabase, at tick: Tick) {
        let all = [
            bandwidth, packets, errors, drops, fifo, compressed, events, speed, duplex, operstate, carrier, mtu,
        ]
        for chart in all {
            var chart = chart
            chart.retire(from: &database, tick)
        }
    }
}
