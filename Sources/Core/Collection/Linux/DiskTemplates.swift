import Store

/// What the charts of one disk are called.
final class DiskTemplates {
    let name: String
    let kind: String
    private let family: String
    private let mountPoint: String

    init(name: String, kind: String, mountPoint: String?) {
        self.name = name
        self.kind = kind
        self.mountPoint = mountPoint ?? "[none]"
        family = mountPoint ?? name
    }

    private func template(
        _ type: String,
        _ title: String,
        _ units: String,
        context: String,
        _ priority: Int,
        _ shape: ChartType,
        detail: Bool = true,
        _ dimensions: [DimensionDefinition]
    ) -> ChartTemplate {
        .init(
            "\(type).\(name)",
            title,
            units,
            family: family,
            context: context,
            priority,
            type: shape,
            options: detail ? .detail : [],
            dimensions,
            labels: [
                .automatic("device", name), .automatic("mount_point", mountPoint), .automatic("device_type", kind),
            ]
        )
    }

    var bandwidth: ChartTemplate {
        template(
            "disk",
            "Disk I/O Bandwidth",
            "KiB/s",
            context: "disk.io",
            2000,
            .area,
            detail: false,
            [.incremental("reads", 512, 1024), .incremental("writes", -512, 1024)]
        )
    }

    var discarded: ChartTemplate {
        template(
            "disk_ext",
            "Amount of Discarded Data",
            "KiB/s",
            context: "disk_ext.io",
            2001,
            .area,
            detail: false,
            [.incremental("discards", 512, 1024)]
        )
    }

    var operations: ChartTemplate {
        template(
            "disk_ops",
            "Disk Completed I/O Operations",
            "operations/s",
            context: "disk.ops",
            2010,
            .line,
            [.incremental("reads"), .incremental("writes", -1)]
        )
    }

    var extendedOperations: ChartTemplate {
        template(
            "disk_ext_ops",
            "Disk Completed Extended I/O Operations",
            "operations/s",
            context: "disk_ext.ops",
            2011,
            .line,
            [.incremental("discards"), .incremental("flushes")]
        )
    }

    var queued: ChartTemplate {
        template(
            "disk_qops",
            "Disk Current I/O Operations",
            "operations",
            context: "disk.qops",
            2015,
            .line,
            [.absolute("operations")]
        )
    }

    var backlog: ChartTemplate {
        template(
            "disk_backlog",
            "Disk Backlog",
            "milliseconds",
            context: "disk.backlog",
            2020,
            .area,
            [.incremental("backlog")]
        )
    }

    var busy: ChartTemplate {
        template(
            "disk_busy",
            "Disk Busy Time",
            "milliseconds",
            context: "disk.busy",
            2030,
            .area,
            [.incremental("busy")]
        )
    }

    var utilization: ChartTemplate {
        template(
            "disk_util",
            "Disk Utilization Time",
            "% of time working",
            context: "disk.util",
            2040,
            .area,
            [.absolute("utilization")]
        )
    }

    var await: ChartTemplate {
        template(
            "disk_await",
            "Average Completed I/O Operation Time",
            "milliseconds/operation",
            context: "disk.await",
            2050,
            .line,
            [.absolute("reads"), .absolute("writes", -1)]
        )
    }

    var extendedAwait: ChartTemplate {
        template(
            "disk_ext_await",
            "Average Completed Extended I/O Operation Time",
            "milliseconds/operation",
            context: "disk_ext.await",
            2051,
            .line,
            [.absolute("discards"), .absolute("flushes")]
        )
    }

    var size: ChartTemplate {
        template(
            "disk_avgsz",
            "Average Completed I/O Operation Bandwidth",
            "KiB/operation",
            context: "disk.avgsz",
            2060,
            .area,
            [.absolute("reads", 512, 1024), .absolute("writes", -512, 1024)]
        )
    }

    var discardSize: ChartTemplate {
        template(
            "disk_ext_avgsz",
            "Average Amount of Discarded Data",
            "KiB/operation",
            context: "disk_ext.avgsz",
            2060,
            .area,
            [.absolute("discards", 512, 1024)]
        )
    }

    var service: ChartTemplate {
        template(
            "disk_svctm",
            "Average Service Time",
            "milliseconds/operation",
            context: "disk.svctm",
            2070,
            .line,
            [.absolute("svctm")]
        )
    }

    var merged: ChartTemplate {
        template(
            "disk_mops",
            "Disk Merged Operations",
            "merged operations/s",
            context: "disk.mops",
            2080,
            .line,
            [.incremental("reads"), .incremental("writes", -1)]
        )
    }

    var mergedDiscards: ChartTemplate {
        template(
            "disk_ext_mops",
            "Disk Merged Discard Operations",
            "merged operations/s",
            context: "disk_ext.mops",
            2081,
            .line,
            [.incremental("discards")]
        )
    }

    var time: ChartTemplate {
        template(
            "disk_iotime",
            "Disk Total I/O Time",
            "milliseconds/s",
            context: "disk.iotime",
            2090,
            .line,
            [.incremental("reads"), .incremental("writes", -1)]
        )
    }

    var extendedTime: ChartTemplate {
        template(
            "disk_ext_iotime",
            "Disk Total I/O Time for Extended Operations",
            "milliseconds/s",
            context: "disk_ext.iotime",
            2091,
            .line,
            [.incremental("discards"), .incremental("flushes")]
        )
    }
}
