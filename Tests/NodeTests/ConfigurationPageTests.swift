import Basics
import Config
import Status
import Store
import System
import Testing
import Transport
import Web

@testable import Node

/// `/netdata.conf` of a node that has read files (web API §8.3).
@Suite struct ConfigurationPageTests {
    private func page(_ netdata: String) throws -> String {
        let settings = try Scratch().configuration(netdata: netdata).settings
        let host = Host(
            guid: GUID(machineGUID)!,
            identity: HostIdentity(hostname: "own"),
            settings: HostSettings(),
            state: .local,
            at: 0
        )
        let context = WebContext(
            hosts: Hosts(local: host),
            clock: ManualClock(seconds: 1_795_734_000),
            facts: { NodeFacts(version: "1.2.3", settings: settings) }
        )
        let request = HTTPRequest(.get, "/netdata.conf")!
        return String(decoding: WebService(context).answer(request).body, as: UTF8.self)
    }

    /// The names and values of the original's page that this node has too, each under the section where it stands there.
    @Test func optionsStandWhereTheOriginalHasThem() throws {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let bytes = try Files.read("/\(tests)/Fixtures/Web/live/netdata.conf.txt", limit: 1 << 20)
        func places(_ page: String) -> [String: String] {
            var section = ""
            var places: [String: String] = [:]
            for line in page.split(separator: "\n") {
                if line.hasPrefix("[") { section = String(line) }
                guard line.hasPrefix("\t"), let end = line.firstRange(of: " = ") else { continue }
                let name = line[..<end.lowerBound].dropFirst().drop { $0 == "#" || $0 == " " }
                places["\(section) \(name)"] = line.hasPrefix("\t#") ? "default" : "set"
            }
            return places
        }
        let golden = places(String(decoding: bytes, as: UTF8.self))
        let own = places(try page("[registry]\nenabled = yes\n"))
        let common = Set(golden.keys).intersection(own.keys)
        #expect(common.count > 70, "\(common.sorted())")
        #expect(own["[registry] enabled"] == "set" && golden["[registry] enabled"] == "set")
        #expect(own["[web] default port"] == "default")
        let missing = Set(golden.keys.filter { $0.hasPrefix("[registry]") }).subtracting(own.keys)
        #expect(missing.isSubset(of: ["[registry] allow by dns"]))
    }

    @Test func whatNobodyReadsIsSaidSo() throws {
        let page = try page(
            """
            [global]
                process nice level = 5
                nonsense = 1
            [plugin:proc]
                /proc/stat = no
            [statsd]
                enabled = no
            [somewhere]
                else = 2
            [API_KEY]
                secret = 1
            [0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e]
                enabled = yes
            [web]
                default port = 20300
            """
        )
        for (section, lines) in [
            ("global", "\n\t# option 'nonsense' is not used.\n\tnonsense = 1\n"),
            ("global", "\n\t# option 'process nice level' is not used.\n\tprocess nice level = 5\n"),
            ("plugin:proc", "\t/proc/stat = no\n"), ("statsd", "\tenabled = no\n"), ("somewhere", "\telse = 2\n"),
            ("web", "\tdefault port = 20300\n"),
        ] {
            let part = page.firstRange(of: "\n[\(section)]\n").map { page[$0.upperBound...] } ?? ""
            let end = part.firstRange(of: "\n[")?.lowerBound ?? part.endIndex
            #expect(part[..<end].contains(lines), "\(section): \(lines)")
        }
        for section in ["statsd", "somewhere"] {
            #expect(page.contains("\n\n# section '\(section)' is not used.\n[\(section)]\n"))
        }
        #expect(!page.contains("secret") && !page.contains("0d4b2a3c"))
        #expect(!page.contains("'/proc/stat' is not used"))
    }
}
