import Basics
import Collection
import Config
import Store
import Testing

@testable import Node

@Suite struct LocalHostTests {
    private func information() -> HostInformation {
        var information = HostInformation()
        information.timezone = "Europe/Athens"
        information.abbreviatedTimezone = "EET"
        information.utcOffset = 7200
        information.host.name = "Debian"
        return information
    }

    @Test func isWhoTheMachineIs() throws {
        let scratch = try Scratch()
        let configuration = try scratch.configuration(
            netdata: "[global]\n hostname = web01\n[host labels]\n room = 7\n"
        )
        let identity = HostIdentity(information(), configuration, version: "1.2.3")
        #expect(identity.hostname == "web01" && identity.registryHostname == "web01" && identity.os == "linux")
        #expect(identity.timezone == "Europe/Athens" && identity.abbreviatedTimezone == "EET")
        #expect(identity.utcOffset == 7200 && identity.hops == 0)
        #expect(identity.programName == "ndstream" && identity.programVersion == "1.2.3")
        #expect(identity.systemInformation.contains { $0 == ("NETDATA_HOST_OS_NAME", "Debian") })
        func label(_ key: String) -> Label? { identity.labels.first { $0.key == key } }
        #expect(label("room")?.value == "7" && label("room")?.source == 2)
        #expect(label("_os_name")?.value == "Debian" && label("_is_parent")?.value == "true")
        #expect(label("_streams_to") == nil)
    }

    @Test func isCalledAsTheFilesSay() throws {
        let scratch = try Scratch()
        let configuration = try scratch.configuration(
            netdata: "[global]\n hostname = a\n timezone = UTC\n[registry]\n registry hostname = b\n",
            stream: "[stream]\n enabled = yes\n destination = p:19999\n api key = \(key)\n",
            role: .agent
        )
        let identity = HostIdentity(information(), configuration, version: "1")
        #expect(identity.hostname == "a" && identity.registryHostname == "b" && identity.timezone == "UTC")
        #expect(identity.labels.first { $0.key == "_streams_to" }?.value == "p:19999")
        #expect(identity.labels.first { $0.key == "_is_parent" }?.value == "false")
    }

    @Test(arguments: [
        ("ram", MemoryMode.ram, 1024), ("none", .none, 5), ("alloc", .alloc, 100), ("save", .save, 924),
        ("map", .map, 924),
        ("dbengine", .dbengine, 0),
    ])
    func keepsWhatIsAsked(word: String, mode: MemoryMode, history: Int) throws {
        let scratch = try Scratch()
        let text = "[db]\n mode = \(word)\n retention = 100\n update every = 2\n future limit = 5\n"
        let settings = HostSettings(try scratch.configuration(netdata: text).database, isStreamed: true)
        #expect(settings.mode == mode)
        #expect(settings.updateEvery == 2 && settings.futureLimitSeconds == 5)
        #expect(settings.history == history)
    }
}
