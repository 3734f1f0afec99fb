import Basics
import Diagnostics
import Glibc
import Status
import Store
import Synchronization
import System
import Testing

@testable import Collection
@testable import Config

/// Debian's own plugins, unchanged, on the collection loop and into a database.
@Suite(.enabled(if: DebianPlugins.areThere))
struct DebianPluginsTests {
    @Test(arguments: [
        ("apps", ["apps.cpu", "apps.mem", "users.cpu", "groups.threads", "system.processes_state"]),
        ("charts.d", ["example.random", "example.random2"]),
        ("python.d", ["example_Four_Lines.random", "netdata.runtime_example_Four_Lines"]),
    ])
    func itRunsUnchanged(_ name: String, _ charts: [String]) throws {
        let plugins = try DebianPlugins(name)
        plugins.run { charts.allSatisfy { plugins.collections(of: $0) >= 2 } }
        for chart in charts { #expect(plugins.collections(of: chart) >= 2, "\(chart)") }
        #expect(plugins.journal.texts(atLeast: .warning).filter { !$0.contains("disconnected after") } == [])
    }
}

/// A loop with plugins of Debian's packages.
private final class DebianPlugins {
    static let root: String = {
        let package = Fixtures.directory.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return getenv("NETDATA_ROOT").map { String(cString: $0) } ?? package.joined(separator: "/") + "/.build/netdata"
    }()

    /// Without them the test does not run: loudly, and in continuous integration it runs and fails.
    static let areThere: Bool = {
        if Files.exists(root + "/usr/lib/netdata/plugins.d/apps.plugin") { return true }
        print("\n*** netdata's plugins are not in \(root): run Tests/Support/fetch-netdata.sh (make test does). ***\n")
        return getenv("CI").map { String(cString: $0) } == "true"
    }()

    let journal = Journal()
    private let host = Host(
        guid: GUID("11111111-2222-3333-4444-555555555555")!,
        identity: HostIdentity(hostname: "own"),
        settings: HostSettings(mode: .ram),
        state: .local,
        at: 0
    )
    private let plugins: Plugins
    private let state: String

    init(_ name: String) throws {
        var template = Array("/tmp/ndstream-plugins-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        state = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let libraries = ["usr/lib", "lib"].map { "\(Self.root)/\($0)/x86_64-linux-gnu" }.joined(separator: ":")
        let settings = Settings([
            "directories": [
                "config": Fixtures.directory + "/Debian", "stock config": Self.root + "/usr/lib/netdata/conf.d",
                "plugins": "\"\(Self.root)/usr/lib/netdata/plugins.d\"", "lib": state, "cache": state, "lock": state,
                "log": state, "home": state, "web": state,
            ],
            "plugins": ["enable running new plugins": "no", name: "yes"],
            "environment variables": [
                "LD_LIBRARY_PATH": libraries, "PYTHONPATH": Self.root + "/usr/lib/python3/dist-packages",
            ],
        ])
        plugins = Plugins(
            configuration: Configuration(role: .parent, settings: settings),
            information: HostInformation.read(),
            version: "v1.37.1",
            host: host,
            clock: SystemTime(),
            reporter: journal
        )
    }

    func run(until done: @escaping () -> Bool) {
        let stopSwitch = try! CollectionLoop.Switch()
        let watcher = Watcher(stopSwitch: stopSwitch, withinSeconds: 40, done: done)
        CollectionLoop(stoppedBy: stopSwitch, clock: SystemTime(), plugins: plugins, ticking: [watcher]).run()
        #expect(watcher.reached, "not within 40 s; seen: \(journal.lines)")
        for file in (try? Files.names(in: state)) ?? [] { unlink(state + "/" + file) }
        rmdir(state)
    }

    func collections(of chart: String) -> Int {
        host.withDatabase { database in
            chart.withWord { database.find(chart: $0) }.flatMap { database.snapshot(of: $0) }?.collections ?? 0
        }
    }
}
