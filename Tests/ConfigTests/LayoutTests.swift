import Diagnostics
import Testing

@testable import Config

private func layout(
    _ role: Role = .agent,
    userID: UInt32 = 0,
    environment: [String: String] = [:],
    exists: Set<String> = [],
    config: String? = nil,
    state: String? = nil,
    in workingDirectory: String = "/"
) -> Layout {
    var overrides = Overrides()
    overrides.configDirectory = config
    overrides.stateDirectory = state
    return Layout(
        Layout.Circumstances(
            role: role,
            userID: userID,
            environment: environment,
            overrides: overrides,
            workingDirectory: workingDirectory,
            directoryExists: { exists.contains($0) }
        )
    )
}

@Suite struct LayoutTests {
    @Test func rootHasItsOwnConfigurationElseNetdatas() {
        #expect(layout(exists: ["/etc/ndstream"]).config.value == "/etc/ndstream")
        #expect(layout().config.value == "/etc/netdata")
        #expect(layout().stockConfig == "/usr/lib/netdata/conf.d")
    }

    @Test func rootsAgentAndParentKeepApart() {
        let agent = layout(.agent)
        let parent = layout(.parent)
        #expect(agent.lib.value == "/var/lib/ndstream/agent")
        #expect(parent.lib.value == "/var/lib/ndstream/parent")
        #expect(agent.cache.value == "/var/cache/ndstream/agent")
        #expect(agent.log.value == "/var/log/ndstream/agent")
        #expect(agent.run.value == "/run/ndstream")
        #expect(agent.run == parent.run)
    }

    @Test func aUserHasTheXDGDirectories() {
        let plain = layout(.parent, userID: 1000, environment: ["HOME": "/home/jo"])
        #expect(plain.config.value == "/home/jo/.config/ndstream")
        #expect(plain.lib.value == "/home/jo/.local/state/ndstream/parent/lib")
        #expect(plain.log.value == "/home/jo/.local/state/ndstream/parent/log")
        #expect(plain.cache.value == "/home/jo/.cache/ndstream/parent")
        #expect(plain.run.value == "/home/jo/.local/state/ndstream/run")
        let environment = [
            "HOME": "/home/jo", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "relative",
            "XDG_RUNTIME_DIR": "/run/user/1000",
        ]
        let set = layout(.agent, userID: 1000, environment: environment, exists: ["/etc/ndstream"])
        #expect(set.config.value == "/c/ndstream", "a plain user never reads root's")
        #expect(set.lib.value == "/s/ndstream/agent/lib")
        #expect(set.cache.value == "/home/jo/.cache/ndstream/agent")
        #expect(set.run.value == "/run/user/1000/ndstream")
    }

    @Test func withoutAHomeAStateDirectoryIsNeeded() {
        #expect(layout(userID: 1000).findings.map(\.short) == ["ND-K54"])
        #expect(layout(userID: 1000, state: "/s").findings.isEmpty)
    }

    @Test func aStateDirectoryHoldsEverything() {
        for layout in [layout(.agent, state: "/s/"), layout(.parent, userID: 5, state: "/s")] {
            #expect(layout.lib == Sourced("/s/lib", .option("--state-dir")))
            #expect(layout.cache.value == "/s/cache")
            #expect(layout.log.value == "/s/log")
            #expect(layout.run.value == "/s/run")
        }
    }

    /// They are made absolute once: plugins start in another directory, and a log's name without a leading / is one within
    /// the log directory.
    @Test func relativeDirectoriesBeginWhereTheCommandWasGiven() {
        let relative = layout(config: "t/c/", state: "./t/p", in: "/home/jo")
        #expect(relative.config == Sourced("/home/jo/t/c", .option("--config-dir")))
        #expect(relative.log.value == "/home/jo/t/p/log")
        #expect(relative.run.value == "/home/jo/t/p/run")
        #expect(layout(state: ".", in: "/srv").lib.value == "/srv/lib")
        #expect(layout(state: "s", in: "/").lib.value == "/s/lib")
        #expect(layout(environment: ["NDSTREAM_STATE_DIR": "../s"], in: "/srv/x").lib.value == "/srv/x/../s/lib")
    }

    @Test func relativeDirectoriesOfAFileDoToo() {
        let configuration = load(
            netdata: "[directories]\nlog = logs\nlib = state/lib\n[logs]\naccess = a.log",
            environment: ["NDSTREAM_DIRECTORIES_CACHE": "c"]
        )
        #expect(configuration.directories.log == "/logs")
        #expect(configuration.logs.error == .file("/logs/error.log"))
        #expect(configuration.logs.access == .file("/logs/a.log"))
        #expect(configuration.directories.registry == "/state/lib/registry")
        #expect(configuration.directories.cache == "/c")
    }

    @Test func theEnvironmentCanNameThemTheOptionsWin() {
        let environment = ["NDSTREAM_CONFIG_DIR": "/e/c", "NDSTREAM_STATE_DIR": "/e/s"]
        #expect(layout(environment: environment).config == Sourced("/e/c", .environment("NDSTREAM_CONFIG_DIR")))
        #expect(layout(environment: environment).lib.value == "/e/s/lib")
        #expect(layout(environment: environment, config: "/o").config.value == "/o")
    }

    @Test func aStateDirectoryWinsOverFilesAndTheEnvironment() {
        var overrides = Overrides()
        overrides.stateDirectory = "/s"
        overrides.configDirectory = "/c"
        let configuration = load(
            netdata: "[directories]\nlib = /elsewhere\nlog = /elsewhere\nconfig = /elsewhere",
            stream: "[stream]\ntimeout seconds = 9",
            environment: ["NDSTREAM_DIRECTORIES_CACHE": "/elsewhere"],
            overrides: overrides
        )
        #expect(configuration.directories.lib == "/s/lib")
        #expect(configuration.directories.log == "/s/log")
        #expect(configuration.directories.cache == "/s/cache")
        #expect(configuration.directories.config == "/c")
        #expect(configuration.stream.timeoutSeconds == 9)
    }

    /// Sharing its directories would be sharing its machine GUID.
    @Test func netdatasOwnDirectoriesAreLeftToNetdata() {
        let configuration = load(files: [
            "/etc/netdata/netdata.conf": """
            [directories]
                lib = /var/lib/netdata
                cache = /var/cache/netdata
                log = /var/log/netdata
                web = /usr/share/netdata/web
            [logs]
                error = /var/log/netdata/error.log
            [registry]
                netdata unique id file = /var/lib/netdata/other/netdata.public.unique.id
            """
        ])
        #expect(configuration.directories.lib == "/var/lib/ndstream/parent")
        #expect(configuration.directories.cache == "/var/cache/ndstream/parent")
        #expect(configuration.logs.error == .file("/var/log/ndstream/parent/error.log"))
        #expect(
            configuration.directories.machineGUIDFile
                == "/var/lib/ndstream/parent/registry/netdata.public.unique.id"
        )
        #expect(configuration.adoptableGUIDFile == "/var/lib/netdata/other/netdata.public.unique.id")
        #expect(configuration.findings.filter { $0.condition.code == "ND-K53" }.map(\.line) == [2, 3, 4, 7, 9])
        #expect(configuration.problems.isEmpty)
    }
}
