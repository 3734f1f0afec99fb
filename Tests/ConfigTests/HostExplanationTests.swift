import Basics
import Testing

@testable import Config

/// `--print-config --host`: what counts for one child, and which line decided it.
@Suite struct HostExplanationTests {
    private let netdata = "[db]\nmode = ram\nretention = 7200\n[web]\nallow streaming from = 10.* localhost\n"
    private let stream = """
        [stream]
        enabled = yes
        destination = upstream:19999
        api key = \(otherKey)
        enable compression = no
        [\(key)]
        type = api
        enabled = yes
        allow from = 10.*
        default history = 1200
        default memory mode = alloc
        health enabled by default = auto
        enable compression = yes
        default proxy send charts matching = system.*
        [\(machine)]
        type = machine
        memory mode = none
        enable compression = yes
        update every = 5
        seconds to replicate = 1h
        """

    private func explained(_ stream: String? = nil, key asked: String? = nil) -> HostExplanation {
        load(netdata: netdata, stream: stream ?? self.stream)
            .explanation(machine: GUID(machine)!, key: asked.flatMap { GUID($0) })
    }

    @Test func everySettingWithItsLine() throws {
        try expectGolden(explained().text, "host.txt")
        try expectGolden(explained().json, "host.json")
    }

    @Test func withoutSectionsOfItsOwn() throws {
        try expectGolden(explained("[\(key)]\nenabled = yes\n").text, "host-default.txt")
    }

    @Test func whoeverWouldBeRefusedIsToldWhy() {
        func refusal(_ stream: String, key asked: String? = key) -> String? {
            explained(stream, key: asked).cases[0].refusal
        }
        #expect(refusal("") == "there is no section of this key")
        #expect(refusal("[\(key)]\nenabled = no") == "the key is not enabled")
        #expect(refusal("[\(key)]\ntype = machine\nenabled = yes") == "this section is no key's: type = machine")
        #expect(refusal("[\(key)]\nenabled = yes\n[\(machine)]\nenabled = no") == "the machine is disabled")
        #expect(refusal("[\(key)]\nenabled = yes") == nil)
        #expect(explained("").cases.isEmpty)
        #expect(explained("").text.hasSuffix("no API key is enabled here: nobody can stream to this node\n"))
    }

    @Test func withoutAKeyEachEnabledOneIsShown() {
        let two = "[\(key)]\nenabled = yes\n[\(otherKey)]\nenabled = yes\n[\(machine)]\ntype = machine\n"
        #expect(explained(two).cases.map(\.key) == [GUID(key)!, GUID(otherKey)!])
        #expect(explained(two, key: otherKey).cases.map(\.key) == [GUID(otherKey)!])
    }

    /// Both must say yes, and the one that says no is named.
    @Test(arguments: [
        ("yes", "yes", "yes", "[MACHINE_GUID] stream.conf:7", true),
        ("yes", "yes", "no", "[MACHINE_GUID] stream.conf:7", false),
        ("yes", "no", "yes", "[MACHINE_GUID] stream.conf:7", true),
        ("no", "yes", "yes", "[stream] stream.conf:2", false),
        ("no", "no", "no", "[MACHINE_GUID] stream.conf:7", false),
    ])
    func compressionIsAnAnd(_ stream: String, _ key: String, _ machine: String, _ decision: String, _ isOn: Bool) {
        let explanation = explained(
            "[stream]\nenable compression = \(stream)\n[\(ConfigTests.key)]\nenabled = yes\n"
                + "enable compression = \(key)\n[\(ConfigTests.machine)]\nenable compression = \(machine)\ntype = machine\n"
        )
        let setting = explanation.cases[0].settings.last
        #expect(setting?.name == "compression" && setting?.value == (isOn ? "yes" : "no"))
        #expect(setting?.decision == decision)
        #expect(setting?.note?.contains("[MACHINE_GUID] says \(machine)") == true)
        #expect(setting?.note?.contains("AND [stream] says \(stream)") == true)
    }

    /// The explanation looks things up by the table, the receiver by its own way: they never differ.
    @Test func itSaysWhatTheReceiverDoes() {
        let machines = [
            "", "[\(machine)]\ntype = machine\nhistory = 60\n",
            "[\(machine)]\nmemory mode = save\nhealth enabled = On\n",
            "[\(machine)]\ntype = machine\nproxy enabled = yes\nproxy destination = x:1 y:2\nproxy api key = \(machine)\n",
            "[\(machine)]\ntype = machine\nenable replication = no\nseconds per replication step = 30\n"
                + "is ephemeral node = yes\npostpone alarms on connect seconds = 5\nhost tags = a b\n",
        ]
        let keys = [
            "", "default history = 5\ndefault memory mode = none\nhealth enabled by default = yes\n",
            "enable compression = no\nenable replication = no\nseconds to replicate = 2h\n",
            "default proxy enabled = no\ndefault proxy send charts matching = !a *\n",
        ]
        for own in machines {
            for more in keys {
                let configuration = load(
                    netdata: netdata,
                    stream: "[stream]\nenabled = yes\ndestination = u:1\napi key = \(otherKey)\n[\(key)]\ntype = api\n"
                        + "enabled = yes\n" + more + own
                )
                let truth = configuration.effective(key: GUID(key)!, machine: GUID(machine)!)
                let explanation = configuration.explanation(machine: GUID(machine)!)
                let said = Dictionary(
                    uniqueKeysWithValues: explanation.cases[0].settings.map { ($0.name, $0.value) }
                )
                func yesNo(_ flag: Bool) -> String { flag ? "yes" : "no" }
                #expect(said["history"] == String(truth.history))
                #expect(said["memory mode"] == truth.mode.rawValue)
                #expect(said["health enabled"] == truth.health.rawValue, "\(own)\(more)")
                #expect(said["postpone alarms on connect seconds"] == String(truth.postponeAlarmsSeconds))
                #expect(said["compression"] == yesNo(truth.enableCompression))
                #expect(said["enable replication"] == yesNo(truth.enableReplication))
                #expect(said["seconds to replicate"] == String(truth.secondsToReplicate))
                #expect(said["seconds per replication step"] == String(truth.secondsPerReplicationStep))
                #expect(said["is ephemeral node"] == yesNo(truth.isEphemeral))
                #expect(said["proxy enabled"] == yesNo(truth.proxy.isEnabled))
                #expect(said["proxy destination"] == truth.proxy.destinationText)
                #expect(said["proxy send charts matching"] == truth.proxy.sendChartsMatching.description)
                #expect(said["proxy api key"].flatMap { GUID($0) } == truth.proxy.apiKey)
                #expect(said["update every"] == truth.updateEvery.map { String($0) } ?? "as the child says")
                #expect(said["host tags"] == truth.hostTags ?? "as the child says")
            }
        }
    }
}
