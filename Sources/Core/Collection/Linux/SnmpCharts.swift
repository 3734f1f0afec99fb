import Store

/// The charts of IPv4 and its protocols, from /proc/net/snmp (collectors §6).
///
/// The first word is the option of `[plugin:proc:/proc/net/snmp]` that shows or hides a chart; the fields stand in the order of
/// the dimensions they fill.
enum SnmpCharts {
    static let section = "plugin:proc:/proc/net/snmp"

    static let all: [FieldChart] = [
        .init(
            "ipv4 packets",
            ChartTemplate(
                "ipv4.packets",
                "IPv4 Packets",
                "packets/s",
                family: "packets",
                5130,
                [
                    .incremental("InReceives", "received"),
                    .incremental("OutRequests", "sent", -1),
                    .incremental("ForwDatagrams", "forwarded"),
                    .incremental("InDelivers", "delivered"),
                ]
            ),
            fields: ["Ip.InReceives", "Ip.OutRequests", "Ip.ForwDatagrams", "Ip.InDelivers"]
        ),
        .init(
            "ipv4 fragments sent",
            ChartTemplate(
                "ipv4.fragsout",
                "IPv4 Fragments Sent",
                "packets/s",
                family: "fragments",
                5460,
                options: .detail,
                [
                    .incremental("FragOKs", "ok"),
                    .incremental("FragFails", "failed", -1),
                    .incremental("FragCreates", "created"),
                ]
            ),
            fields: ["Ip.FragOKs", "Ip.FragFails", "Ip.FragCreates"]
        ),
        .init(
            "ipv4 fragments assembly",
            ChartTemplate(
                "ipv4.fragsin",
                "IPv4 Fragments Reassembly",
                "packets/s",
                family: "fragments",
                5461,
                options: .detail,
                [
                    .incremental("ReasmOKs", "ok"),
                    .incremental("ReasmFails", "failed", -1),
                    .incremental("ReasmReqds", "all"),
                ]
            ),
            fields: ["Ip.ReasmOKs", "Ip.ReasmFails", "Ip.ReasmReqds"]
        ),
        .init(
            "ipv4 errors",
            ChartTemplate(
                "ipv4.errors",
                "IPv4 Errors",
                "packets/s",
                family: "errors",
                5150,
                options: .detail,
                [
                    .incremental("InDiscards"),
                    .incremental("OutDiscards", -1),
                    .incremental("InHdrErrors"),
                    .incremental("OutNoRoutes", -1),
                    .incremental("InAddrErrors"),
                    .incremental("InUnknownProtos"),
                ]
            ),
            fields: [
                "Ip.InDiscards", "Ip.OutDiscards", "Ip.InHdrErrors", "Ip.OutNoRoutes", "Ip.InAddrErrors",
                "Ip.InUnknownProtos",
            ]
        ),
        .init(
            "ipv4 ICMP packets",
            ChartTemplate(
                "ipv4.icmp",
                "IPv4 ICMP Packets",
                "packets/s",
                family: "icmp",
                5170,
                [
                    .incremental("InMsgs", "received"),
                    .incremental("OutMsgs", "sent", -1),
                ]
            ),
            fields: ["Icmp.InMsgs", "Icmp.OutMsgs"]
        ),
        .init(
            "ipv4 ICMP packets",
            ChartTemplate(
                "ipv4.icmp_errors",
                "IPv4 ICMP Errors",
                "packets/s",
                family: "icmp",
                5171,
                [
                    .incremental("InErrors"),
                    .incremental("OutErrors", -1),
                    .incremental("InCsumErrors"),
                ]
            ),
            fields: ["Icmp.InErrors", "Icmp.OutErrors", "Icmp.InCsumErrors"]
        ),
        .init(
            "ipv4 ICMP messages",
            ChartTemplate(
                "ipv4.icmpmsg",
                "IPv4 ICMP Messages",
                "packets/s",
                family: "icmp",
                5172,
                [
                    .incremental("InType0", "InEchoReps"),
                    .incremental("OutType0", "OutEchoReps", -1),
                    .incremental("InType3", "InDestUnreachs"),
                    .incremental("OutType3", "OutDestUnreachs", -1),
                    .incremental("InType5", "InRedirects"),
                    .incremental("OutType5", "OutRedirects", -1),
                    .incremental("InType8", "InEchos"),
                    .incremental("OutType8", "OutEchos", -1),
                    .incremental("InType9", "InRouterAdvert"),
                    .incremental("OutType9", "OutRouterAdvert", -1),
                    .incremental("InType10", "InRouterSelect"),
                    .incremental("OutType10", "OutRouterSelect", -1),
                    .incremental("InType11", "InTimeExcds"),
                    .incremental("OutType11", "OutTimeExcds", -1),
                    .incremental("InType12", "InParmProbs"),
                    .incremental("OutType12", "OutParmProbs", -1),
                    .incremental("InType13", "InTimestamps"),
                    .incremental("OutType13", "OutTimestamps", -1),
                    .incremental("InType14", "InTimestampReps"),
                    .incremental("OutType14", "OutTimestampReps", -1),
                ]
            ),
            fields: [
                "IcmpMsg.InType0", "IcmpMsg.OutType0", "IcmpMsg.InType3", "IcmpMsg.OutType3", "IcmpMsg.InType5",
                "IcmpMsg.OutType5", "IcmpMsg.InType8", "IcmpMsg.OutType8", "IcmpMsg.InType9", "IcmpMsg.OutType9",
                "IcmpMsg.InType10", "IcmpMsg.OutType10", "IcmpMsg.InType11", "IcmpMsg.OutType11", "IcmpMsg.InType12",
                "IcmpMsg.OutType12", "IcmpMsg.InType13", "IcmpMsg.OutType13", "IcmpMsg.InType14", "IcmpMsg.OutType14",
            ]
        ),
        .init(
            "ipv4 TCP connections",
            ChartTemplate(
                "ipv4.tcpsock",
                "IPv4 TCP Connections",
                "active connections",
                family: "tcp",
                5200,
                [
                    .absolute("CurrEstab", "connections")
                ]
            ),
            fields: ["Tcp.CurrEstab"]
        ),
        .init(
            "ipv4 TCP packets",
            ChartTemplate(
                "ipv4.tcppackets",
                "IPv4 TCP Packets",
                "packets/s",
                family: "tcp",
                5204,
                [
                    .incremental("InSegs", "received"),
                    .incremental("OutSegs", "sent", -1),
                ]
            ),
            fields: ["Tcp.InSegs", "Tcp.OutSegs"]
        ),
        .init(
            "ipv4 TCP errors",
            ChartTemplate(
                "ipv4.tcperrors",
                "IPv4 TCP Errors",
                "packets/s",
                family: "tcp",
                5220,
                options: .detail,
                [
                    .incremental("InErrs"),
                    .incremental("InCsumErrors"),
                    .incremental("RetransSegs", -1),
                ]
            ),
            fields: ["Tcp.InErrs", "Tcp.InCsumErrors", "Tcp.RetransSegs"]
        ),
        .init(
            "ipv4 TCP opens",
            ChartTemplate(
                "ipv4.tcpopens",
                "IPv4 TCP Opens",
                "connections/s",
                family: "tcp",
                5205,
                options: .detail,
                [
                    .incremental("ActiveOpens", "active"),
                    .incremental("PassiveOpens", "passive"),
                ]
            ),
            fields: ["Tcp.ActiveOpens", "Tcp.PassiveOpens"]
        ),
        .init(
            "ipv4 TCP handshake issues",
            ChartTemplate(
                "ipv4.tcphandshake",
                "IPv4 TCP Handshake Issues",
                "events/s",
                family: "tcp",
                5230,
                options: .detail,
                [
                    .incremental("EstabResets"),
                    .incremental("OutRsts"),
                    .incremental("AttemptFails"),
                    .incremental("TCPSynRetrans", "SynRetrans"),
                ]
            ),
            fields: ["Tcp.EstabResets", "Tcp.OutRsts", "Tcp.AttemptFails", "TcpExt.TCPSynRetrans"]
        ),
        .init(
            "ipv4 UDP packets",
            ChartTemplate(
                "ipv4.udppackets",
                "IPv4 UDP Packets",
                "packets/s",
                family: "udp",
                5300,
                [
                    .incremental("InDatagrams", "received"),
                    .incremental("OutDatagrams", "sent", -1),
                ]
            ),
            fields: ["Udp.InDatagrams", "Udp.OutDatagrams"]
        ),
        .init(
            "ipv4 UDP errors",
            ChartTemplate(
                "ipv4.udperrors",
                "IPv4 UDP Errors",
                "events/s",
                family: "udp",
                5310,
                options: .detail,
                [
                    .incremental("RcvbufErrors"),
                    .incremental("SndbufErrors", -1),
                    .incremental("InErrors"),
                    .incremental("NoPorts"),
                    .incremental("InCsumErrors"),
                    .incremental("IgnoredMulti"),
                ]
            ),
            fields: [
                "Udp.RcvbufErrors", "Udp.SndbufErrors", "Udp.InErrors", "Udp.NoPorts", "Udp.InCsumErrors",
                "Udp.IgnoredMulti",
            ]
        ),
        .init(
            "ipv4 UDPLite packets",
            ChartTemplate(
                "ipv4.udplite",
                "IPv4 UDPLite Packets",
                "packets/s",
                family: "udplite",
                5400,
                [
                    .incremental("InDatagrams", "received"),
                    .incremental("OutDatagrams", "sent", -1),
                ]
            ),
            fields: ["UdpLite.InDatagrams", "UdpLite.OutDatagrams"]
        ),
        .init(
            "ipv4 UDPLite packets",
            ChartTemplate(
                "ipv4.udplite_errors",
                "IPv4 UDPLite Errors",
                "packets/s",
                family: "udplite",
                5410,
                [
                    .incremental("RcvbufErrors"),
                    .incremental("SndbufErrors", -1),
                    .incremental("InErrors"),
                    .incremental("NoPorts"),
                    .incremental("InCsumErrors"),
                    .incremental("IgnoredMulti"),
                ]
            ),
            fields: [
                "UdpLite.RcvbufErrors", "UdpLite.SndbufErrors", "UdpLite.InErrors", "UdpLite.NoPorts",
                "UdpLite.InCsumErrors", "UdpLite.IgnoredMulti",
            ]
        ),
    ]
}
