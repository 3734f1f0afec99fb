import Basics
import Diagnostics
import Testing

@testable import Config

@Suite struct LayersTests {
    @Test func defaultsAreThoseOf137() {
        let configuration = load()
        #expect(configuration.database.mode == .dbengine)
        #expect(configuration.database.retention == 3600)
        #expect(configuration.database.updateEvery == 1)
        #expect(configuration.database.gapWhenLostIterationsAbove == 1)
        #expect(configuration.database.futureLimitSeconds == 3600)
        #expect(configuration.web.isEnabled)
        #expect(configuration.web.bindTo == [BindAddress(port: "19999", description: "*")])
        #expect(configuration.web.backlog == 4096)
        #expect(configuration.web.firstRequestTimeoutSeconds == 60)
        #expect(configuration.health.isEnabled)
        #expect(!configuration.stream.isEnabled)
        #expect(configuration.stream.timeoutSeconds == 60)
        #expect(configuration.stream.bufferSizeBytes == 10_485_760)
        #expect(configuration.stream.reconnectDelaySeconds == 5)
        #expect(configuration.stream.initialClockResyncIterations == 60)
        #expect(configuration.stream.enableCompression)
        #expect(configuration.global.hostname == "web01")
        #expect(configuration.global.registryHostname == "web01")
        #expect(configuration.logs.floodProtectionPeriod == 1200)
        #expect(configuration.logs.floodProtectionLines == 200)
        #expect(configuration.plugins.checkEverySeconds == 60)
        #expect(configuration.settings.origin("db", "mode") == .builtIn)
    }

    @Test func anAgentWithoutNetdataConfKeepsAndShowsNothing() {
        let configuration = load(stream: "[stream]\nenabled = no", role: .agent)
        #expect(configuration.database.mode == .none)
        #expect(!configuration.web.isEnabled)
        #expect(!configuration.health.isEnabled)
        #expect(configuration.settings.origin("db", "mode").description == "preset agent")
        #expect(configuration.problems == ["ND-K65:2"], "it streams nowhere either")
        #expect(load(stream: "[stream]\nenabled = no", role: .parent).problems.isEmpty)
    }

    @Test func anAgentWithNetdataConfIsWhatTheFileSays() {
        let configuration = load(netdata: "", role: .agent)
        #expect(configuration.database.mode == .dbengine)
        #expect(configuration.web.isEnabled)
    }

    @Test func eachLayerWinsOverTheOnesBeneath() {
        func mode(
            netdata: String? = nil,
            environment: [String: String] = [:],
            option: String? = nil
        ) -> String {
            var overrides = Overrides()
            overrides.memoryMode = option
            let configuration = load(netdata: netdata, role: .agent, environment: environment, overrides: overrides)
            return "\(configuration.database.mode) \(configuration.settings.origin("db", "mode"))"
        }
        let file = "[db]\nmode = ram"
        let environment = ["NDSTREAM_DB_MODE": "alloc"]
        #expect(mode() == "none preset agent")
        #expect(mode(netdata: file) == "ram netdata.conf:2")
        #expect(mode(netdata: file, environment: environment) == "alloc environment NDSTREAM_DB_MODE")
        #expect(mode(netdata: file, environment: environment, option: "map") == "map option --memory-mode")
    }

    @Test func oldNamesMoveAndTheNewOnesWin() {
        let configuration = load(netdata: "[db]\nmode = ram\n[global]\nmemory mode = save\nhistory = 100")
        #expect(configuration.database.mode == .ram)
        #expect(configuration.database.retention == 100)
        #expect(configuration.settings.origin("db", "retention").description == "netdata.conf:5")
        #expect(configuration.problems == ["ND-K18:4"])
        #expect(
            configuration.findings.first { $0.short == "ND-K13:5" }?.message
                == "CONFIG: option '[global].history' has been renamed '[db].retention'."
        )
    }

    @Test func namesOfLaterReleasesAreAccepted() {
        let stream = load(
            stream: "[stream]\nbuffer size = 10MiB\nreconnect delay = 1m\ntimeout = 5m\nparent using h2o = no"
        )
        #expect(stream.stream.bufferSizeBytes == 10 << 20)
        #expect(stream.stream.reconnectDelaySeconds == 60)
        #expect(stream.stream.timeoutSeconds == 300)
        #expect(stream.problems.isEmpty)
    }

    @Test func theSameUnderTwoNamesIsNothingToSay() {
        #expect(load(stream: "[stream]\nbuffer size bytes = 10485760\nbuffer size = 10MiB").problems.isEmpty)
        #expect(load(stream: "[stream]\nbuffer size bytes = 10485760\nbuffer size = 11MiB").problems == ["ND-K18:3"])
    }

    @Test func aLaterDuplicateWins() {
        let configuration = load(netdata: "[db]\nmode = ram\n[web]\n[db]\nmode = map")
        #expect(configuration.database.mode == .map)
        #expect(configuration.problems == ["ND-K17:5"])
    }

    @Test func unknownNamesAskWhetherSomethingElseWasMeant() {
        let findings = load(netdata: "[db]\nretenton = 5\n[web]\nhistory = 3\nupdate every = 2\nxyzzy = 1").findings
        let advice = findings.filter { $0.condition.code == "ND-K14" }.map(\.advice)
        #expect(
            advice == [
                "did you mean 'retention'?", "see what there is: ndstream agent --print-config",
                "did you mean [db] update every?", "see what there is: ndstream agent --print-config",
            ]
        )
    }

    @Test func sectionsOfOthersAreReadPast() {
        let configuration = load(
            netdata: """
                [plugin:proc:/proc/stat]
                per cpu core utilization = no
                [statsd]
                enabled = no
                [ml]
                x = y
                [system.cpu]
                history = 5
                [host labels]
                rack = 7
                [cloud]
                [sqlite]
                """
        )
        #expect(configuration.problems.isEmpty)
        #expect(!configuration.settings.boolean("plugin:proc:/proc/stat", "per cpu core utilization", default: true))
        #expect(configuration.hostLabels.map(\.name) == ["rack"])
    }

    @Test func aSectionInTheWrongFileHasNoEffect() {
        let configuration = load(
            netdata: "[stream]\nenabled = yes\n[\(key)]\nenabled = yes",
            stream: "[db]\nmode = ram\n[plugin:proc]\n"
        )
        #expect(configuration.problems == ["ND-K16:1", "ND-K16:3", "ND-K16:1", "ND-K16:3"])
        #expect(!configuration.stream.isEnabled)
        #expect(!configuration.access(key: GUID(key)!).isEnabled)
        #expect(configuration.database.mode == .dbengine)
    }

    @Test func theEnvironmentSetsOptionsByTheirNames() {
        let configuration = load(
            netdata: "",
            environment: [
                "NDSTREAM_STREAM_API_KEY": key, "NDSTREAM_STREAM_DESTINATION": " parent ",
                "NDSTREAM_STREAM_ENABLED": "yes",
                "NDSTREAM_GLOBAL_HISTORY": "77", "NDSTREAM_DB_MODES": "ram", "NDSTREAM_WEB_TLS_CIPHERS": "a\nb",
                "HOME": "/root", "NDSTREAM_CONFIG_DIR": "/ignored/because/of/the/option",
            ]
        )
        #expect(configuration.stream.isActive)
        #expect(configuration.stream.destinations.map(\.host) == ["parent"])
        #expect(configuration.database.retention == 77)
        #expect(configuration.problems.sorted() == ["ND-K19", "ND-K20"])
        #expect(configuration.findings.first { $0.short == "ND-K19" }?.advice == "did you mean NDSTREAM_DB_MODE?")
    }

    @Test func anOwnNameWinsOverAnAliasInTheEnvironmentToo() {
        let configuration = load(environment: ["NDSTREAM_DB_MODE": "ram", "NDSTREAM_GLOBAL_MEMORY_MODE": "map"])
        #expect(configuration.database.mode == .ram)
    }

    @Test func anAgentsOptions() {
        var overrides = Overrides()
        overrides.destination = "parent:20000:SSL"
        overrides.apiKeys = [key]
        overrides.hostname = "other"
        overrides.updateEvery = "5"
        let configuration = load(
            stream: "[stream]\nenabled = no\ndestination = x\napi key = \(otherKey)",
            role: .agent,
            overrides: overrides
        )
        #expect(configuration.stream.isActive)
        #expect(configuration.stream.destinations.map(\.host) == ["parent"])
        #expect(configuration.stream.apiKey == GUID(key))
        #expect(configuration.global.hostname == "other")
        #expect(configuration.database.updateEvery == 5)
        #expect(configuration.settings.origin("stream", "enabled").description == "option --destination")
        #expect(configuration.problems == [])
    }

    @Test func aParentsOptions() {
        var overrides = Overrides()
        overrides.bind = "127.0.0.1:0"
        overrides.apiKeys = [key, "nonsense"]
        let configuration = load(netdata: "[web]\nmode = none", overrides: overrides)
        #expect(configuration.web.isEnabled)
        #expect(configuration.web.bindTo.map(\.port) == ["0"])
        let access = configuration.access(key: GUID(key)!)
        #expect(access.isEnabled)
        #expect(access.enabledBy.description == "option --api-key")
        #expect(configuration.effective(key: GUID(key)!, machine: GUID(machine)!).decidedBy == "option --api-key")
        #expect(configuration.problems == ["ND-K29"])
    }

    @Test func defaultsFollowTheDirectoriesThatCount() {
        let configuration = load(netdata: "[directories]\nlib = /srv/lib\nlog = /srv/log\n[registry]\n")
        #expect(configuration.directories.registry == "/srv/lib/registry")
        #expect(configuration.directories.machineGUIDFile == "/srv/lib/registry/netdata.public.unique.id")
        #expect(configuration.logs.error == .file("/srv/log/error.log"))
    }

    @Test func someValuesAreNeverEmpty() {
        let configuration = load(netdata: "[global]\nhostname =\n[directories]\nlib =\n[web]\nbind to =\nssl key =")
        #expect(configuration.global.hostname == "web01")
        #expect(configuration.directories.lib == "/var/lib/ndstream/parent")
        #expect(configuration.web.bindTo.count == 1)
        #expect(configuration.web.tlsKey.isEmpty)
    }

    @Test func logsCanGoElsewhere() {
        let logs = load(netdata: "[logs]\nerror = syslog\naccess = none\ndebug = /dev/null\nhealth = h.log").logs
        #expect(logs.error == .syslog)
        #expect(logs.access == .off)
        #expect(logs.debug == .off)
        #expect(logs.health == .file("/var/log/ndstream/parent/h.log"))
    }

    @Test func pluginsHaveSectionsOfTheirOwn() {
        let configuration = load(
            netdata: """
                [db]
                update every = 2
                [plugins]
                apps = no
                [plugin:charts.d]
                update every = 5
                command options = debug
                [directories]
                plugins = "/usr/lib/x y" '/opt/z', /a
                """
        )
        #expect(!configuration.plugins.isEnabled("apps"))
        #expect(configuration.plugins.isEnabled("python.d"))
        #expect(!configuration.plugins.isEnabled("slabinfo"))
        #expect(configuration.plugins.updateEvery("charts.d") == 5)
        #expect(configuration.plugins.updateEvery("apps") == 2)
        #expect(configuration.plugins.commandOptions("charts.d") == "debug")
        #expect(configuration.directories.plugins == ["/usr/lib/x y", "/opt/z", "/a"])
    }

    @Test func twentyDirectoriesOfPluginsAreEnough() {
        let paths = (1...21).map { "/p\($0)" }
        let configuration = load(netdata: "[directories]\nplugins = " + paths.joined(separator: " "))
        #expect(configuration.directories.plugins == Array(paths[..<20]))
    }

    @Test func numbersBeyondTheirRangeAreBroughtBack() {
        let configuration = load(
            netdata: "[db]\nretention = 4\nupdate every = 601\ncleanup obsolete charts after secs = 9"
        )
        #expect(configuration.database.retention == 5)
        #expect(configuration.database.updateEvery == 600)
        #expect(configuration.database.cleanupObsoleteChartsAfterSeconds == 10)
        #expect(configuration.problems == ["ND-K26:2", "ND-K26:3", "ND-K26:4"])
        #expect(load(netdata: "[db]\nretention = 5\nupdate every = 600").problems.isEmpty)
    }

    @Test func whatIsNoNumberLeavesTheDefault() {
        #expect(load(netdata: "[db]\nretention = many").database.retention == 3600)
        #expect(load(netdata: "[db]\nretention =").problems == ["ND-K23:2"])
    }

    @Test func aFileThatCannotBeReadIsAnError() {
        let circumstances = Layout.Circumstances(
            role: .parent,
            userID: 0,
            environment: [:],
            directoryExists: { _ in true }
        )
        let configuration = Configuration.load(circumstances, hostname: "h") { path in
            path == "/etc/ndstream/stream.conf" ? .unreadable(reason: "Is a directory") : .missing
        }
        #expect(configuration.problems == ["ND-K10"])
        #expect(configuration.checkReport().exitCode == 78)
    }

    @Test func theStockFileIsNextWhereTheUsersIsMissing() {
        let configuration = load(
            files: ["/usr/lib/netdata/conf.d/stream.conf": "[stream]\ntimeout seconds = 7"])
        #expect(configuration.stream.timeoutSeconds == 7)
        #expect(configuration.files == ["/usr/lib/netdata/conf.d/stream.conf"])
        #expect(
            configuration.findings.contains {
                $0.message == "CONFIG: cannot load user config '/etc/netdata/stream.conf'. Will try stock config."
            }
        )
    }

    @Test func streamConfIsWhereNetdataConfSays() {
        let configuration = load(files: [
            "/etc/netdata/netdata.conf": "[directories]\nconfig = /srv/etc",
            "/srv/etc/stream.conf": "[stream]\ntimeout seconds = 8",
        ])
        #expect(configuration.stream.timeoutSeconds == 8)
    }

    @Test func anEmptyDirectoryThatWasAskedForIsToldOf() {
        var overrides = Overrides()
        overrides.configDirectory = "/etc/ndstrem/"
        let configuration = load(files: [:], overrides: overrides)
        #expect(configuration.problems == ["ND-K59"])
        #expect(configuration.directories.config == "/etc/ndstrem")
    }
}
