import Store

/// The charts of IpExt and TcpExt of /proc/net/netstat (collectors §6).
///
/// The first word is the option of `[plugin:proc:/proc/net/netstat]` that shows or hides a chart; the fields stand in the order of
/// the dimensions they fill.
enum NetstatCharts {
    static let section = "plugin:proc:/proc/net/netstat"

    static let all: [FieldChart] = [
        .init(
            "bandwidth",
            ChartTemplate(
                "system.ip",
                "IP Bandwidth",
                "kilobits/s",
                family: "network",
                501,
                type: .area,
                [
                    .incremental("InOctets", "received", 8, 1000),
                    .incremental("OutOctets", "sent", -8, 1000),
                ]
            ),
            fields: ["IpExt.InOctets", "IpExt.OutOctets"]
        ),
        .init(
            "input errors",
            ChartTemplate(
                "ip.inerrors",
                "IP Input Errors",
                "packets/s",
                family: "errors",
                4100,
                options: .detail,
                [
                    .incremental("InNoRoutes", "noroutes"),
                    .incremental("InTruncatedPkts", "truncated"),
                    .incremental("InCsumErrors", "checksum"),
                ]
            ),
            fields: ["IpExt.InNoRoutes", "IpExt.InTruncatedPkts", "IpExt.InCsumErrors"]
        ),
        .init(
            "multicast bandwidth",
            ChartTemplate(
                "ip.mcast",
                "IP Multicast Bandwidth",
                "kilobits/s",
                family: "multicast",
                4600,
                type: .area,
                options: .detail,
                [
                    .incremental("InMcastOctets", "received", 8, 1000),
                    .incremental("OutMcastOctets", "sent", -8, 1000),
                ]
            ),
            fields: ["IpExt.InMcastOctets", "IpExt.OutMcastOctets"]
        ),
        .init(
            "broadcast bandwidth",
            ChartTemplate(
                "ip.bcast",
                "IP Broadcast Bandwidth",
                "kilobits/s",
                family: "broadcast",
                4500,
                type: .area,
                options: .detail,
                [
                    .incremental("InBcastOctets", "received", 8, 1000),
                    .incremental("OutBcastOctets", "sent", -8, 1000),
                ]
            ),
            fields: ["IpExt.InBcastOctets", "IpExt.OutBcastOctets"]
        ),
        .init(
            "multicast packets",
            ChartTemplate(
                "ip.mcastpkts",
                "IP Multicast Packets",
                "packets/s",
                family: "multicast",
                4610,
                options: .detail,
                [
                    .incremental("InMcastPkts", "received"),
                    .incremental("OutMcastPkts", "sent", -1),
                ]
            ),
            fields: ["IpExt.InMcastPkts", "IpExt.OutMcastPkts"]
        ),
        .init(
            "broadcast packets",
            ChartTemplate(
                "ip.bcastpkts",
                "IP Broadcast Packets",
                "packets/s",
                family: "broadcast",
                4510,
                options: .detail,
                [
                    .incremental("InBcastPkts", "received"),
                    .incremental("OutBcastPkts", "sent", -1),
                ]
            ),
            fields: ["IpExt.InBcastPkts", "IpExt.OutBcastPkts"]
        ),
        .init(
            "ECN packets",
            ChartTemplate(
                "ip.ecnpkts",
                "IP ECN Statistics",
                "packets/s",
                family: "ecn",
                4700,
                options: .detail,
                [
                    .incremental("InCEPkts", "CEP"),
                    .incremental("InNoECTPkts", "NoECTP", -1),
                    .incremental("InECT0Pkts", "ECTP0"),
                    .incremental("InECT1Pkts", "ECTP1"),
                ]
            ),
            fields: ["IpExt.InCEPkts", "IpExt.InNoECTPkts", "IpExt.InECT0Pkts", "IpExt.InECT1Pkts"]
        ),
        .init(
            "TCP memory pressures",
            ChartTemplate(
                "ip.tcpmemorypressures",
                "TCP Memory Pressures",
                "events/s",
                family: "tcp",
                4290,
                [
                    .incremental("TCPMemoryPressures", "pressures")
                ]
            ),
            fields: ["TcpExt.TCPMemoryPressures"]
        ),
        .init(
            "TCP connection aborts",
            ChartTemplate(
                "ip.tcpconnaborts",
                "TCP Connection Aborts",
                "connections/s",
                family: "tcp",
                4210,
                [
                    .incremental("TCPAbortOnData", "baddata"),
                    .incremental("TCPAbortOnClose", "userclosed"),
                    .incremental("TCPAbortOnMemory", "nomemory"),
                    .incremental("TCPAbortOnTimeout", "timeout"),
                    .incremental("TCPAbortOnLinger", "linger"),
                    .incremental("TCPAbortFailed", "failed", -1),
                ]
            ),
            fields: [
                "TcpExt.TCPAbortOnData", "TcpExt.TCPAbortOnClose", "TcpExt.TCPAbortOnMemory",
                "TcpExt.TCPAbortOnTimeout", "TcpExt.TCPAbortOnLinger", "TcpExt.TCPAbortFailed",
            ]
        ),
        .init(
            "TCP reorders",
            ChartTemplate(
                "ip.tcpreorders",
                "TCP Reordered Packets by Detection Method",
                "packets/s",
                family: "tcp",
                4220,
                [
                    .incremental("TCPTSReorder", "timestamp"),
                    .incremental("TCPSACKReorder", "sack"),
                    .incremental("TCPFACKReorder", "fack"),
                    .incremental("TCPRenoReorder", "reno"),
                ]
            ),
            fields: ["TcpExt.TCPTSReorder", "TcpExt.TCPSACKReorder", "TcpExt.TCPFACKReorder", "TcpExt.TCPRenoReorder"]
        ),
        .init(
            "TCP out-of-order queue",
            ChartTemplate(
                "ip.tcpofo",
                "TCP Out-Of-Order Queue",
                "packets/s",
                family: "tcp",
                4250,
                [
                    .incremental("TCPOFOQueue", "inqueue"),
                    .incremental("TCPOFODrop", "dropped", -1),
                    .incremental("TCPOFOMerge", "merged"),
                    .incremental("OfoPruned", "pruned", -1),
                ]
            ),
            fields: ["TcpExt.TCPOFOQueue", "TcpExt.TCPOFODrop", "TcpExt.TCPOFOMerge", "TcpExt.OfoPruned"]
        ),
        .init(
            "TCP SYN cookies",
            ChartTemplate(
                "ip.tcpsyncookies",
                "TCP SYN Cookies",
                "packets/s",
                family: "tcp",
                4260,
                [
                    .incremental("SyncookiesRecv", "received"),
                    .incremental("SyncookiesSent", "sent", -1),
                    .incremental("SyncookiesFailed", "failed", -1),
                ]
            ),
            fields: ["TcpExt.SyncookiesRecv", "TcpExt.SyncookiesSent", "TcpExt.SyncookiesFailed"]
        ),
        .init(
            "TCP SYN queue",
            ChartTemplate(
                "ip.tcp_syn_queue",
                "TCP SYN Queue Issues",
                "packets/s",
                family: "tcp",
                4215,
                [
                    .incremental("TCPReqQFullDrop", "drops"),
                    .incremental("TCPReqQFullDoCookies", "cookies"),
                ]
            ),
            fields: ["TcpExt.TCPReqQFullDrop", "TcpExt.TCPReqQFullDoCookies"]
        ),
        .init(
            "TCP accept queue",
            ChartTemplate(
                "ip.tcp_accept_queue",
                "TCP Accept Queue Issues",
                "packets/s",
                family: "tcp",
                4216,
                [
                    .incremental("ListenOverflows", "overflows"),
                    .incremental("ListenDrops", "drops"),
                ]
            ),
            fields: ["TcpExt.ListenOverflows", "TcpExt.ListenDrops"]
        ),
    ]
}
