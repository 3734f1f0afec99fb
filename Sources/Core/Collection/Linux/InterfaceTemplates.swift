import Store

/// What the charts of one network interface are called.
final class InterfaceTemplates {
    private let name: String
    private let isVirtual: Bool

    init(name: String, isVirtual: Bool) {
        self.name = name
        self.isVirtual = isVirtual
    }

    private func template(
        _ type: String,
        _ title: String,
        _ units: String,
        context: String,
        _ priority: Int,
        shape: ChartType = .line,
        detail: Bool = true,
        _ dimensions: [DimensionDefinition]
    ) -> ChartTemplate {
        .init(
            "\(type).\(name)",
            title,
            units,
            family: name,
            context: context,
            priority,
            type: shape,
            options: detail ? .detail : [],
            dimensions,
            labels: [.lasting("interface_type", isVirtual ? "virtual" : "real"), .lasting("device", name)]
        )
    }

    var bandwidth: ChartTemplate {
        template(
            "net",
            "Bandwidth",
            "kilobits/s",
            context: "net.net",
            7000,
            shape: .area,
            detail: false,
            [.incremental("received", 8, 1000), .incremental("sent", -8, 1000)]
        )
    }

    var packets: ChartTemplate {
        template(
            "net_packets",
            "Packets",
            "packets/s",
            context: "net.packets",
            7001,
            [.incremental("received"), .incremental("sent", -1), .incremental("multicast")]
        )
    }

    var errors: ChartTemplate {
        template(
            "net_errors",
            "Interface Errors",
            "errors/s",
            context: "net.errors",
            7002,
            [.incremental("inbound"), .incremental("outbound", -1)]
        )
    }

    var drops: ChartTemplate {
        template(
            "net_drops",
            "Interface Drops",
            "drops/s",
            context: "net.drops",
            7003,
            [.incremental("inbound"), .incremental("outbound", -1)]
        )
    }

    var fifo: ChartTemplate {
        template(
            "net_fifo",
            "Interface FIFO Buffer Errors",
            "errors",
            context: "net.fifo",
            7004,
            [.incremental("receive"), .incremental("transmit", -1)]
        )
    }

    var compressed: ChartTemplate {
        template(
            "net_compressed",
            "Compressed Packets",
            "packets/s",
            context: "net.compressed",
            7005,
            [.incremental("received"), .incremental("sent", -1)]
        )
    }

    var events: ChartTemplate {
        template(
            "net_events",
            "Network Interface Events",
            "events/s",
            context: "net.events",
            7006,
            [.incremental("frames"), .incremental("collisions", -1), .incremental("carrier", -1)]
        )
    }

    var speed: ChartTemplate {
        template("net_speed", "Interface Speed", "kilobits/s", context: "net.speed", 7007, [.absolute("speed")])
    }

    var duplex: ChartTemplate {
        template(
            "net_duplex",
            "Interface Duplex State",
            "state",
            context: "net.duplex",
            7008,
            InterfaceState.Duplex.allCases.map { .absolute("\($0)") }
        )
    }

    var operstate: ChartTemplate {
        template(
            "net_operstate",
            "Interface Operational State",
            "state",
            context: "net.operstate",
            7009,
            InterfaceState.Operstate.allCases.map { .absolute("\($0)") }
        )
    }

    var carrier: ChartTemplate {
        template(
            "net_carrier",
            "Interface Physical Link State",
            "state",
            context: "net.carrier",
            7010,
            [.absolute("up"), .absolute("down")]
        )
    }

    var mtu: ChartTemplate {
        template("net_mtu", "Interface MTU", "octets", context: "net.mtu", 7011, [.absolute("mtu")])
    }
}
