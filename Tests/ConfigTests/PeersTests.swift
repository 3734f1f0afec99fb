import Basics
import Testing

@testable import Config

private let keyGUID = GUID(key)!
private let machineGUID = GUID(machine)!

@Suite struct PeersTests {
    @Test func withoutASectionNobodyMayUseAKey() {
        let access = load().access(key: keyGUID)
        #expect(!access.isEnabled)
        #expect(access.type == "api")
        #expect(!access.isKnown)
        #expect(access.enabledBy.description == "default")
    }

    @Test func withoutASectionEveryMachineMayCome() {
        let access = load().access(machine: machineGUID)
        #expect(access.isEnabled)
        #expect(access.type == "machine")
        #expect(access.allowFrom.allows("10.0.0.1"))
    }

    @Test func whatDecidesIsALine() {
        let access = load(stream: "[\(key)]\ntype = api\nenabled = yes\nallow from = 10.*").access(key: keyGUID)
        #expect(access.isEnabled)
        #expect(!access.allowFrom.allows("192.168.0.1"))
        #expect(access.typeBy.description == "stream.conf:2")
        #expect(access.enabledBy.description == "stream.conf:3")
        #expect(access.allowFromBy.description == "stream.conf:4")
    }

    @Test func guidsAreFoundInAnyCase() {
        let configuration = load(stream: "[\(key.uppercased())]\ntype = api\nenabled = yes")
        #expect(configuration.access(key: keyGUID).isEnabled)
    }

    @Test func aMachinesSectionIsNeverAKey() {
        let configuration = load(stream: "[\(machine)]\ntype = machine\nenabled = yes")
        #expect(configuration.access(key: machineGUID).type == "machine")
        #expect(configuration.access(machine: machineGUID).type == "machine")
    }

    @Test func aKeyIsNoMachine() {
        let configuration = load(stream: "[\(key)]\ntype = api\nenabled = yes")
        #expect(configuration.access(machine: keyGUID).type == "api")
    }

    @Test(arguments: [
        ("default history = 5", PeerSection.Kind.key), ("health enabled by default = auto", .key),
        ("default memory = ram", .key), ("history = 5", .machine), ("memory mode = ram", .machine),
        ("health enabled = yes", .machine), ("proxy enabled = no", .machine), ("update every = 2", .machine),
        ("allow from = *", .undecided), ("retention = 5", .undecided), ("history = 5\ntype = api", .key),
        ("default history = 5\ntype = machine", .machine), ("type = x", .other("x")),
        ("default history = 5\nhealth enabled = no\ndb = ram", .key),
    ])
    func kinds(_ lines: String, _ kind: PeerSection.Kind) {
        #expect(load(stream: "[\(key)]\nenabled = yes\n\(lines)").peers.map(\.kind) == [kind])
    }

    @Test func anUndecidedSectionIsAKeyUnlessItsMachineIsKnown() {
        let configuration = load(stream: "[\(key)]\nenabled = yes")
        #expect(configuration.access(key: keyGUID).type == "api")
        #expect(configuration.access(key: keyGUID, known: true).type == "machine")
        #expect(configuration.access(machine: keyGUID).type == "machine")
    }

    @Test func aMachinesSectionWinsOverItsKeysOverTheDefaults() {
        let configuration = load(
            netdata: "[db]\nmode = alloc\nretention = 1000",
            stream: """
                [\(key)]
                    type = api
                    enabled = yes
                    default history = 2000
                    default memory mode = ram
                    health enabled by default = auto
                    default postpone alarms on connect seconds = 10
                [\(machine)]
                    type = machine
                    history = 3000
                    health enabled = no
                    update every = 5
                    host tags = a b
                """
        )
        let plain = configuration.effective(key: keyGUID, machine: GUID(otherKey)!)
        #expect(plain.history == 2000)
        #expect(plain.mode == .ram)
        #expect(plain.health == .auto)
        #expect(plain.postponeAlarmsSeconds == 10)
        #expect(plain.updateEvery == nil)
        #expect(plain.decidedBy == "stream.conf:1")
        let own = configuration.effective(key: keyGUID, machine: machineGUID)
        #expect(own.history == 3000)
        #expect(own.mode == .ram)
        #expect(own.health == .no)
        #expect(own.updateEvery == 5)
        #expect(own.hostTags == "a b")
        #expect(own.decidedBy == "stream.conf:8")
        let nobody = configuration.effective(key: GUID(otherKey)!, machine: GUID(otherKey)!)
        #expect(nobody.history == 1000)
        #expect(nobody.mode == .alloc)
        #expect(nobody.health == .yes)
        #expect(nobody.postponeAlarmsSeconds == 60)
    }

    @Test func healthIsOffWhereNothingIsKept() {
        let configuration = load(
            stream: "[\(key)]\nenabled = yes\ndefault memory mode = none\nhealth enabled by default = yes"
        )
        #expect(configuration.effective(key: keyGUID, machine: machineGUID).health == .no)
    }

    @Test func anUnknownModeIsSave() {
        let configuration = load(stream: "[\(key)]\nenabled = yes\ndefault memory mode = rma")
        #expect(configuration.effective(key: keyGUID, machine: machineGUID).mode == .save)
        #expect(configuration.findings.contains { $0.message == "Invalid memory mode 'rma' given. Using 'save'" })
    }

    /// Streaming protocol §6.1: the most specific of the two, AND what [stream] says.
    @Test(arguments: [
        ("", "", "", true), ("no", "", "", false), ("no", "yes", "yes", false), ("", "no", "", false),
        ("", "no", "yes", true), ("", "yes", "no", false), ("yes", "", "no", false), ("yes", "no", "no", false),
    ])
    func compressionNeedsBothToSayYes(_ stream: String, _ key: String, _ machine: String, _ enabled: Bool) {
        func line(_ value: String) -> String { value.isEmpty ? "" : "enable compression = \(value)" }
        let configuration = load(
            stream: """
                [stream]
                \(line(stream))
                [\(ConfigTests.key)]
                type = api
                enabled = yes
                \(line(key))
                [\(ConfigTests.machine)]
                type = machine
                \(line(machine))
                """
        )
        #expect(configuration.effective(key: keyGUID, machine: machineGUID).enableCompression == enabled)
    }

    @Test func aStreamingNodeProxiesUnlessToldOtherwise() {
        let stream = "[stream]\nenabled = yes\ndestination = up\napi key = \(otherKey)\nsend charts matching = a*\n"
        let proxy = load(stream: stream).effective(key: keyGUID, machine: machineGUID).proxy
        #expect(proxy.isActive)
        #expect(proxy.destinations.map(\.host) == ["up"])
        #expect(proxy.sendChartsMatching.description == "a*")
        let own = load(
            stream: stream
                + "[\(key)]\nenabled = yes\ndefault proxy destination = b\n[\(machine)]\nproxy enabled = no\n"
        ).effective(key: keyGUID, machine: machineGUID).proxy
        #expect(!own.isActive)
        #expect(own.destinations.map(\.host) == ["b"])
    }

    @Test func theNearestKeyIsFound() {
        let configuration = load(
            stream: "# one\n[\(key)]\nenabled = yes\ndefault history = 5\n[\(otherKey)]\ntype=api\nenabled=no"
        )
        func hint(_ text: String) -> String? { configuration.nearestKey(to: text)?.hint }
        #expect(hint(String(key.dropLast())) == "stream.conf:2 (1 character differs)")
        #expect(hint(key.uppercased() + "x") == "stream.conf:2 (1 character differs)")
        #expect(hint(key.replacing("5f0e", with: "5fe0")) == "stream.conf:2 (1 character differs)")
        #expect(hint(String(otherKey.dropFirst(3))) == "stream.conf:5 (3 characters differ)")
        #expect(hint(key) == nil, "what is no other key is no near one")
        #expect(hint(machine) == nil)
        #expect(hint("") == nil)
        #expect(hint(String(repeating: "a", count: 100_000)) == nil)
    }

    @Test func whatIsWrongWithSections() {
        func problems(_ text: String) -> [String] { load(stream: text).problems }
        #expect(problems("[API_KEY]\nenabled = no\n[MACHINE_GUID]\nenabled = no\n") == [])
        #expect(problems("[API_KEY]\nenabled = yes") == ["ND-K44:1"])
        #expect(problems("[MyKey]\nenabled = yes") == ["ND-K43:1"])
        #expect(problems("[\(key)]\ntype = api") == ["ND-K48:1"])
        #expect(problems("[\(key)]\ntype = api\nenabled = no") == [])
        #expect(problems("[\(key)]\ntype = key\nenabled = yes") == ["ND-K46:1"])
        #expect(problems("[\(key)]\ntype = api\nenabled = yes\nhistory = 5") == ["ND-K47:4"])
        #expect(problems("[\(key)]\ntype = machine\ndefault history = 5") == ["ND-K47:3"])
        #expect(problems("[\(key)]\ntype = api\nenabled = yes\n[\(key)]\ntype = machine") == ["ND-K50:1", "ND-K17:5"])
        #expect(
            problems("[stream]\nenabled = yes\ndestination = a\napi key = \(key)\n[\(key)]\ntype = machine")
                == ["ND-K50:4"]
        )
    }

    @Test func keysNeedAPort() {
        let stream = "[\(key)]\ntype = api\nenabled = yes"
        #expect(load(netdata: "[web]\nmode = none", stream: stream).problems == ["ND-K51:1"])
        #expect(load(netdata: "[web]\nmode = static-threaded", stream: stream).problems == [])
    }

    @Test func aNodesOwnGUIDIsNoKey() {
        let configuration = load(
            stream:
                "[stream]\nenabled = yes\ndestination = a\napi key = \(machine)\n[\(machine)]\ntype = api\nenabled = yes"
        )
        #expect(configuration.findings(machine: machineGUID).map(\.short) == ["ND-K50:4", "ND-K50:5"])
        #expect(configuration.findings(machine: keyGUID).isEmpty)
    }
}
