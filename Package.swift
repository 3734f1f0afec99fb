// swift-tools-version: 6.2
import PackageDescription

// One target per room of ARCHITECTURE.md, so that the compiler keeps the arrows: a room can only import what is
// listed here.
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

let embedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")

/// The tests of one room, in a folder of their own; `room` where they test a part of one that has another name.
func tests(
    _ name: String,
    of room: String? = nil,
    _ others: [String] = [],
    _ products: [Target.Dependency] = []
) -> Target {
    let rooms: [Target.Dependency] = ([room ?? name] + others).map { .byName(name: $0) }
    return .testTarget(name: name + "Tests", dependencies: rooms + products)
}

let package = Package(
    name: "ndstream",
    products: [.executable(name: "ndstream", targets: ["ndstream"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        // What Swift can't import, and nothing more.
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
        .target(name: "CLinux"),

        // Imported by every room; import nothing of ours.
        .target(name: "Basics", path: "Sources/Core/Basics"),
        .target(name: "Diagnostics", path: "Sources/Core/Diagnostics"),
        .target(name: "System", dependencies: ["CLinux"], path: "Sources/Core/System"),

        .target(name: "Wire", dependencies: ["Basics", "Diagnostics", "System", "CLZ4"], path: "Sources/Core/Wire"),
        .target(name: "Config", dependencies: ["Basics", "Diagnostics", "System"], path: "Sources/Core/Config"),
        .target(name: "Status", dependencies: ["Basics", "Diagnostics"], path: "Sources/Core/Status"),
        .target(
            name: "Store",
            dependencies: ["Basics", "Diagnostics", "System", "Status", "Wire", "Config"],
            path: "Sources/Core/Store"
        ),
        .target(
            name: "Transport",
            dependencies: ["Basics", "Diagnostics", "System", "Config", "COpenSSL", "CZlib"] + nio,
            path: "Sources/Core/Transport"
        ),
        .target(
            name: "Streaming",
            dependencies: ["Basics", "Diagnostics", "System", "Wire", "Config", "Status", "Store", "Transport"] + nio,
            path: "Sources/Core/Streaming"
        ),
        .target(
            name: "Collection",
            dependencies: ["Basics", "Diagnostics", "System", "Wire", "Config", "Store", "CLinux"],
            path: "Sources/Core/Collection"
        ),
        .target(
            name: "TLSCheck",
            dependencies: ["Basics", "Diagnostics", "System", "Wire", "Config", "Transport"] + nio,
            path: "Sources/Core/TLSCheck"
        ),
        .target(
            name: "Web",
            dependencies: ["Basics", "Diagnostics", "System", "Config", "Status", "Store", "Transport"],
            path: "Sources/Core/Web",
            // The dashboard's sources are in the binary: one file is all there is to install.
            resources: [
                "dashboard.html", "dashboard.css", "base.js", "node.js", "attention.js", "views.js", "axis.js",
                "plot.js",
                "chart.js", "host.js", "main.js",
            ].map { .embedInCode("Dashboard/\($0)") }
        ),
        .target(
            name: "Health",
            dependencies: ["Basics", "Diagnostics", "System", "Config", "Status", "Store", "Transport"],
            path: "Sources/Core/Health"
        ),
        .target(
            name: "Exporting",
            dependencies: ["Basics", "Diagnostics", "System", "Config", "Status", "Store", "Transport"],
            path: "Sources/Core/Exporting"
        ),
        .target(
            name: "Node",
            dependencies: [
                "Basics", "Diagnostics", "System", "Wire", "Config", "Status", "Store", "Transport", "Streaming",
                "Collection", "Web", "Exporting", "Health",
            ] + nio,
            path: "Sources/Core/Node"
        ),
        .target(
            name: "SelfTest",
            dependencies: [
                "Basics", "Diagnostics", "System", "Config", "Status", "Store", "Transport", "Streaming", "Node",
                "TLSCheck", "COpenSSL",
            ] + nio,
            path: "Sources/Core/SelfTest"
        ),
        .target(name: "TUI", dependencies: ["Basics", "Diagnostics", "Status", "CNcurses"]),
        .executableTarget(
            name: "ndstream",
            dependencies: [
                "Basics", "Diagnostics", "System", "Config", "Status", "Store", "Transport", "TLSCheck", "SelfTest",
                "Node", "Health", "TUI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            linkerSettings: [
                // Clean pages count towards a small agent's memory: see Benchmarks/README.md, "Footprint".
                .unsafeFlags(
                    [
                        "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
                        "-Xlinker", "--gc-sections", "-Xlinker", "--strip-all",
                        "-L\(Context.packageDirectory)/.build/static", "-Xclang-linker", "-static-libgcc",
                    ],
                    .when(configuration: .release)
                )
            ]
        ),

        tests("Basics"),
        tests("Diagnostics"),
        tests("System"),
        tests("Wire", ["Basics", "Diagnostics"]),
        tests("Config", ["Basics", "Diagnostics"]),
        tests("Status", ["Basics"]),
        tests("Store", ["Basics", "Diagnostics", "Status", "Wire"]),
        tests("Query", of: "Store", ["Basics", "Diagnostics", "Status"]),
        tests("Segment", of: "Store", ["Basics", "Config", "Diagnostics", "FaultyFiles", "Status", "System"]),
        tests(
            "Transport",
            ["Basics", "Config", "CZlib", "Diagnostics", "System", "TestCertificates"],
            nio + [embedded]
        ),
        tests(
            "Streaming",
            [
                "Basics", "Config", "Diagnostics", "Status", "Store", "System", "TestCertificates", "Transport", "Wire",
            ],
            nio + [embedded]
        ),
        tests("Collection", ["Basics", "Config", "Diagnostics", "Store", "System"]),
        tests("Plugin", of: "Collection", ["Basics", "Config", "Diagnostics", "Status", "Store", "System"]),
        tests("TLSCheck", ["Basics", "Config", "Diagnostics", "System", "Transport"]),
        tests(
            "Web",
            ["Basics", "Config", "Diagnostics", "FaultyFiles", "Status", "Store", "System", "Transport", "Wire"]
        ),
        tests(
            "Health",
            [
                "AllocationCounter", "Basics", "Config", "Diagnostics", "FaultyFiles", "Status", "Store", "System",
                "Transport",
            ]
        ),
        tests(
            "Exporting",
            [
                "Basics", "Config", "Diagnostics", "FaultyFiles", "Status", "Store", "System", "TestCertificates",
                "Transport",
            ],
            nio
        ),
        tests(
            "Node",
            [
                "Basics", "Collection", "Config", "Diagnostics", "Health", "Status", "Store", "Streaming", "System",
                "TestCertificates", "Transport", "Web",
            ],
            nio
        ),
        tests("SelfTest", ["TLSCheck", "TLSMatrix", "System"], nio),
        tests("TUI", ["Diagnostics", "Status", "System"]),
        // The built binary: what people read and scripts parse.
        .testTarget(
            name: "CLITests",
            dependencies: [
                "ndstream", "System", "Status", "Basics", "Diagnostics", "Store", "Transport", "TestCertificates",
            ] + nio.prefix(1)
        ),
        // Real Netdata daemons on both ends.
        .testTarget(
            name: "InteropTests",
            dependencies: [
                "ndstream", "System", "Basics", "Status", "Diagnostics", "SelfTest", "TLSMatrix", "TestCertificates",
            ]
        ),
        // Real certificates of every kind, for whoever tests TLS.
        .target(name: "TestCertificates", path: "Tests/Support/Certificates"),
        // How often a thread asks for memory, for tests of code that may not.
        .target(name: "AllocationCounter", path: "Tests/Support/AllocationCounter"),
        // Files in memory that fail on demand, for whoever writes to disks.
        .target(name: "FaultyFiles", dependencies: ["System"], path: "Tests/Support/FaultyFiles"),
        // What both of the last two say of the TLS matrix, for people.
        .target(name: "TLSMatrix", dependencies: ["SelfTest", "System"], path: "Tests/Support/TLSMatrix"),
        // Writes man/ for packaging/generate-docs.sh; no part of what is installed.
        .executableTarget(
            name: "manual-pages",
            dependencies: ["Diagnostics", "System"],
            path: "packaging/ManualPages"
        ),
        .executableTarget(
            name: "MicroBenchmarks",
            dependencies: [
                "Basics", "Config", "Diagnostics", "Wire", "Store", "Status", "System", "Transport", "Web", "Health",
            ],
            path: "Benchmarks/Micro"
        ),
    ]
)

for target in package.targets
where target.type != .system && !["AllocationCounter", "CLinux", "CNcurses"].contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .treatAllWarnings(as: .error),
        ]
}
