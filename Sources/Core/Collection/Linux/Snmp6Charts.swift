import Store

/// The charts of IPv6 and its protocols, from /proc/net/snmp6 (collectors §6).
///
/// The first word is the option of `[plugin:proc:/proc/net/snmp6]` that shows or hides a chart; the fields stand in the order of
/// the dimensions they fill.
enum Snmp6Charts {
    static let section = "plugin:proc:/proc/net/snmp6"

    static let all: [FieldChart] = [
        .init(
            "bandwidth",
            ChartTemplate(
                "system.ipv6",
                "IPv6 Bandwidth",
                "kilobits/s",
                family: "network",
                502,
                type: .area,
                [
                    .incremental("InOctets", "received", 8, 1000),
                    .incremental("OutOctets", "sent", -8, 1000),
                ]
            ),
            fields: ["Ip6InOctets", "Ip6OutOctets"]
        ),
        .init(
            "ipv6 packets",
            ChartTemplate(
                "ipv6.packets",
                "IPv6 Packets",
                "packets/s",
                family: "packets",
                6200,
                [
                    .incremental("InReceives", "received"),
                    .incremental("OutRequests", "sent", -1),
                    .incremental("OutForwDatagrams", "forwarded", -1),
                    .incremental("InDelivers", "delivers"),
                ]
            ),
            fields: ["Ip6InReceives", "Ip6OutRequests", "Ip6OutForwDatagrams", "Ip6InDelivers"]
        ),
        .init(
            "ipv6 fragments sent",
            ChartTemplate(
                "ipv6.fragsout",
                "IPv6 Fragments Sent",
                "packets/s",
                family: "fragments6",
                6401,
                options: .detail,
                [
                    .incremental("FragOKs", "ok"),
                    .incremental("FragFails", "failed", -1),
                    .incremental("FragCreates", "all"),
                ]
            ),
            fields: ["Ip6FragOKs", "Ip6FragFails", "Ip6FragCreates"]
        ),
        .init(
            "ipv6 fragments assembly",
            ChartTemplate(
                "ipv6.fragsin",
                "IPv6 Fragments Reassembly",
                "packets/s",
                family: "fragments6",
                6402,
                options: .detail,
                [
                    .incremental("ReasmOKs", "ok"),
                    .incremental("ReasmFails", "failed", -1),
                    .incremental("ReasmTimeout", "timeout", -1),
                    .incremental("ReasmReqds", "all"),
                ]
            ),
            fields: ["Ip6ReasmOKs", "Ip6ReasmFails", "Ip6ReasmTimeout", "Ip6ReasmReqds"]
        ),
        .init(
            "ipv6 errors",
            ChartTemplate(
                "ipv6.errors",
                "IPv6 Errors",
                "packets/s",
                family: "errors",
                6300,
                options: .detail,
                [
                    .incremental("InDiscards"),
                    .incremental("OutDiscards", -1),
                    .incremental("InHdrErrors"),
                    .incremental("InAddrErrors"),
                    .incremental("InUnknownProtos"),
                    .incremental("InTooBigErrors"),
                    .incremental("InTruncatedPkts"),
                    .incremental("InNoRoutes"),
                    .incremental("OutNoRoutes", -1),
                ]
            ),
            fields: [
                "Ip6InDiscards", "Ip6OutDiscards", "Ip6InHdrErrors", "Ip6InAddrErrors", "Ip6InUnknownProtos",
                "Ip6InTooBigErrors", "Ip6InTruncatedPkts", "Ip6InNoRoutes", "Ip6OutNoRoutes",
            ]
        ),
        .init(
            "ipv6 UDP packets",
            ChartTemplate(
                "ipv6.udppackets",
                "IPv6 UDP Packets",
                "packets/s",
                family: "udp6",
                6601,
                [
                    .incremental("InDatagrams", "received"),
                    .incremental("OutDatagrams", "sent", -1),
                ]
            ),
            fields: ["Udp6InDatagrams", "Udp6OutDatagrams"]
        ),
        .init(
            "ipv6 UDP errors",
            ChartTemplate(
                "ipv6.udperrors",
                "IPv6 UDP Errors",
                "events/s",
                family: "udp6",
                6610,
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
                "Udp6RcvbufErrors", "Udp6SndbufErrors", "Udp6InErrors", "Udp6NoPorts", "Udp6InCsumErrors",
                "Udp6IgnoredMulti",
            ]
        ),
        .init(
            "ipv6 UDPlite packets",
            ChartTemplate(
                "ipv6.udplitepackets",
                "IPv6 UDPlite Packets",
                "packets/s",
                family: "udplite6",
                6701,
                [
                    .incremental("InDatagrams", "received"),
                    .incremental("OutDatagrams", "sent", -1),
                ]
            ),
            fields: ["UdpLite6InDatagrams", "UdpLite6OutDatagrams"]
        ),
        .init(
            "ipv6 UDPlite errors",
            ChartTemplate(
                "ipv6.udpliteerrors",
                "IPv6 UDP Lite Errors",
                "events/s",
                family: "udplite6",
                6710,
                options: .detail,
                [
                    .incremental("RcvbufErrors"),
                    .incremental("SndbufErrors", -1),
                    .incremental("InErrors"),
                    .incremental("NoPorts"),
                    .incremental("InCsumErrors"),
                ]
            ),
            fields: [
                "UdpLite6RcvbufErrors", "UdpLite6SndbufErrors", "UdpLite6InErrors", "UdpLite6NoPorts",
                "UdpLite6InCsumErrors",
            ]
        ),
        .init(
            "multicast bandwidth",
            ChartTemplate(
                "ipv6.mcast",
                "IPv6 Multicast Bandwidth",
                "kilobits/s",
                family: "multicast6",
                6850,
                type: .area,
                options: .detail,
                [
                    .incremental("InMcastOctets", "received", 8, 1000),
                    .incremental("OutMcastOctets", "sent", -8, 1000),
                ]
            ),
            fields: ["Ip6InMcastOctets", "Ip6OutMcastOctets"]
        ),
        .init(
            "broadcast bandwidth",
            ChartTemplate(
                "ipv6.bcast",
                "IPv6 Broadcast Bandwidth",
                "kilobits/s",
                family: "broadcast6",
                6840,
                type: .area,
                options: .detail,
                [
                    .incremental("InBcastOctets", "received", 8, 1000),
                    .incremental("OutBcastOctets", "sent", -8, 1000),
                ]
            ),
            fields: ["Ip6InBcastOctets", "Ip6OutBcastOctets"]
        ),
        .init(
            "multicast packets",
            ChartTemplate(
                "ipv6.mcastpkts",
                "IPv6 Multicast Packets",
                "packets/s",
                family: "multicast6",
                6851,
                options: .detail,
                [
                    .incremental("InMcastPkts", "received"),
                    .incremental("OutMcastPkts", "sent", -1),
                ]
            ),
            fields: ["Ip6InMcastPkts", "Ip6OutMcastPkts"]
        ),
        .init(
            "icmp",
            ChartTemplate(
                "ipv6.icmp",
                "IPv6 ICMP Messages",
                "messages/s",
                family: "icmp6",
                6900,
                [
                    .incremental("InMsgs", "received"),
                    .incremental("OutMsgs", "sent", -1),
                ]
            ),
            fields: ["Icmp6InMsgs", "Icmp6OutMsgs"]
        ),
        .init(
            "icmp redirects",
            ChartTemplate(
                "ipv6.icmpredir",
                "IPv6 ICMP Redirects",
                "redirects/s",
                family: "icmp6",
                6910,
                [
                    .incremental("InRedirects", "received"),
                    .incremental("OutRedirects", "sent", -1),
                ]
            ),
            fields: ["Icmp6InRedirects", "Icmp6OutRedirects"]
        ),
        .init(
            "icmp errors",
            ChartTemplate(
                "ipv6.icmperrors",
                "IPv6 ICMP Errors",
                "errors/s",
                family: "icmp6",
                6920,
                [
                    .incremental("InErrors"),
                    .incremental("OutErrors", -1),
                    .incremental("InCsumErrors"),
                    .incremental("InDestUnreachs"),
                    .incremental("InPktTooBigs"),
                    .incremental("InTimeExcds"),
                    .incremental("InParmProblems"),
                    .incremental("OutDestUnreachs", -1),
                    .incremental("OutPktTooBigs", -1),
                    .incremental("OutTimeExcds", -1),
                    .incremental("OutParmProblems", -1),
                ]
            ),
            fields: [
                "Icmp6InErrors", "Icmp6OutErrors", "Icmp6InCsumErrors", "Icmp6InDestUnreachs", "Icmp6InPktTooBigs",
                "Icmp6InTimeExcds", "Icmp6InParmProblems", "Icmp6OutDestUnreachs", "Icmp6OutPktTooBigs",
                "Icmp6OutTimeExcds", "Icmp6OutParmProblems",
            ]
        ),
        .init(
            "icmp echos",
            ChartTemplate(
                "ipv6.icmpechos",
                "IPv6 ICMP Echo",
                "messages/s",
                family: "icmp6",
                6930,
                [
                    .incremental("InEchos"),
                    .incremental("OutEchos", -1),
                    .incremental("InEchoReplies"),
                    .incremental("OutEchoReplies", -1),
                ]
            ),
            fields: ["Icmp6InEchos", "Icmp6OutEchos", "Icmp6InEchoReplies", "Icmp6OutEchoReplies"]
        ),
        .init(
            "icmp group membership",
            ChartTemplate(
                "ipv6.groupmemb",
                "IPv6 ICMP Group Membership",
                "messages/s",
                family: "icmp6",
                6940,
                [
                    .incremental("InQueries"),
                    .incremental("OutQueries", -1),
                    .incremental("InResponses"),
                    .incremental("OutResponses", -1),
                    .incremental("InReductions"),
                    .incremental("OutReductions", -1),
                ]
            ),
            fields: [
                "Icmp6InGroupMembQueries", "Icmp6OutGroupMembQueries", "Icmp6InGroupMembResponses",
                "Icmp6OutGroupMembResponses", "Icmp6InGroupMembReductions", "Icmp6OutGroupMembReductions",
            ]
        ),
        .init(
            "icmp router",
            ChartTemplate(
                "ipv6.icmprouter",
                "IPv6 Router Messages",
                "messages/s",
                family: "icmp6",
                6950,
                [
                    .incremental("InSolicits"),
                    .incremental("OutSolicits", -1),
                    .incremental("InAdvertisements"),
                    .incremental("OutAdvertisements", -1),
                ]
            ),
            fields: [
                "Icmp6InRouterSolicits", "Icmp6OutRouterSolicits", "Icmp6InRouterAdvertisements",
                "Icmp6OutRouterAdvertisements",
            ]
        ),
        .init(
            "icmp neighbor",
            ChartTemplate(
                "ipv6.icmpneighbor",
                "IPv6 Neighbor Messages",
                "messages/s",
                family: "icmp6",
                6960,
                [
                    .incremental("InSolicits"),
                    .incremental("OutSolicits", -1),
                    .incremental("InAdvertisements"),
                    .incremental("OutAdvertisements", -1),
                ]
            ),
            fields: [
                "Icmp6InNeighborSolicits", "Icmp6OutNeighborSolicits", "Icmp6InNeighborAdvertisements",
                "Icmp6OutNeighborAdvertisements",
            ]
        ),
        .init(
            "icmp mldv2",
            ChartTemplate(
                "ipv6.icmpmldv2",
                "IPv6 ICMP MLDv2 Reports",
                "reports/s",
                family: "icmp6",
                6970,
                [
                    .incremental("InMLDv2Reports", "received"),
                    .incremental("OutMLDv2Reports", "sent", -1),
                ]
            ),
            fields: ["Icmp6InMLDv2Reports", "Icmp6OutMLDv2Reports"]
        ),
        .init(
            "icmp types",
            ChartTemplate(
                "ipv6.icmptypes",
                "IPv6 ICMP Types",
                "messages/s",
                family: "icmp6",
                6980,
                [
                    .incremental("InType1"),
                    .incremental("InType128"),
                    .incremental("InType129"),
                    .incremental("InType136"),
                    .incremental("OutType1", -1),
                    .incremental("OutType128", -1),
                    .incremental("OutType129", -1),
                    .incremental("OutType133", -1),
                    .incremental("OutType135", -1),
                    .incremental("OutType143", -1),
                ]
            ),
            fields: [
                "Icmp6InType1", "Icmp6InType128", "Icmp6InType129", "Icmp6InType136", "Icmp6OutType1",
                "Icmp6OutType128", "Icmp6OutType129", "Icmp6OutType133", "Icmp6OutType135", "Icmp6OutType143",
            ]
        ),
        .init(
            "ect",
            ChartTemplate(
                "ipv6.ect",
                "IPv6 ECT Packets",
                "packets/s",
                family: "packets",
                6210,
                [
                    .incremental("InNoECTPkts"),
                    .incremental("InECT1Pkts"),
                    .incremental("InECT0Pkts"),
                    .incremental("InCEPkts"),
                ]
            ),
            fields: ["Ip6InNoECTPkts", "Ip6InECT1Pkts", "Ip6InECT0Pkts", "Ip6InCEPkts"]
        ),
    ]
}
