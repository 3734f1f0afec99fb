import Diagnostics
import Testing

@testable import Config

/// What people forget, and what they take from examples as it is.
@Suite struct ForgottenTests {
    @Test(arguments: [
        "XXXXXXXXXXX", "[API_KEY]", "API_KEY", "KEY", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "your-api-key",
    ])
    func placeholdersOfKeys(_ text: String) {
        let configuration = load(netdata: "", stream: "[stream]\nenabled = no\napi key = \(text)")
        #expect(configuration.problems == ["ND-K81:3"])
        #expect(configuration.checkReport().exitCode == 78)
    }

    @Test(arguments: ["MyAPIKey", "x", "key-1", "111-222-333", "\(key)0"]) func whatIsMeantAsAKeyIsNoPlaceholder(
        _ text: String
    ) {
        #expect(load(netdata: "", stream: "[stream]\nenabled = no\napi key = \(text)").problems == ["ND-K29:3"])
    }

    @Test func placeholdersOfSections() {
        #expect(load(netdata: "", stream: "[API-KEY]\nenabled = yes").problems == ["ND-K44:1"])
        #expect(load(netdata: "", stream: "[XXXXXXXXXXX]\nenabled = yes").problems == ["ND-K44:1"])
        #expect(load(netdata: "", stream: "[API_KEY]\nenabled = no").problems == [], "as the stock file has it")
    }

    @Test func sectionsThatStandTwice() {
        let findings = load(
            netdata: "",
            stream: "[\(key)]\nenabled = yes\n[stream]\nenabled = no\n[\(key.uppercased())]\nallow from = 10.*"
        ).findings.filter { $0.condition == .configSectionTwice }
        #expect(findings.map(\.short) == ["ND-K82:5"])
        #expect(findings.first?.message.contains("first in line 1") == true)
        #expect(
            load(netdata: "[db]\nmode = ram\n[web]\n[db]\nretention = 5").findings.map(\.short).contains("ND-K82:4")
        )
    }

    @Test(arguments: ["localhost", "127.0.0.1:19999", "127.1.2.3", "[::1]", "WEB01", "unix:/run/s"])
    func aStreamToItself(_ destination: String) {
        let configuration = load(
            netdata: "[db]\nmode = ram\n[web]\nbind to = * unix:/run/s",
            stream: "[stream]\nenabled = yes\napi key = \(key)\ndestination = \(destination)"
        )
        #expect(configuration.problems == ["ND-K83:4"])
    }

    @Test func aStreamToSomebodyElseOnThisMachine() {
        func problems(_ destination: String, _ web: String) -> [String] {
            load(
                netdata: "[db]\nmode = ram\n[web]\n" + web,
                stream: "[stream]\nenabled = yes\napi key = \(key)\ndestination = \(destination)"
            ).problems
        }
        #expect(problems("localhost:20000", "bind to = *").isEmpty)
        #expect(problems("localhost", "mode = none").isEmpty)
        #expect(problems("localhost", "bind to = 10.0.0.1").isEmpty, "another one may listen on the loopback address")
        #expect(problems("web01", "bind to = 127.0.0.1").isEmpty)
        #expect(problems("web02", "bind to = *").isEmpty)
        #expect(problems("127.0.0.1", "bind to = localhost") == ["ND-K83:4"])
    }

    @Test func halfAProxy() {
        func problems(_ lines: String, stream: String = "enabled = no", section: String = key) -> [String] {
            load(netdata: "[db]\nmode = ram", stream: "[stream]\n\(stream)\n[\(section)]\nenabled = yes\n\(lines)")
                .problems
        }
        #expect(problems("default proxy enabled = yes") == ["ND-K84:5"])
        #expect(problems("default proxy enabled = yes\ndefault proxy destination = a:1") == ["ND-K84:5"])
        #expect(problems("default proxy enabled = yes\ndefault proxy api key = \(otherKey)") == ["ND-K84:5"])
        #expect(
            problems(
                "default proxy enabled = yes\ndefault proxy destination = a:1\ndefault proxy api key = \(otherKey)"
            ) == []
        )
        #expect(problems("default proxy enabled = no\ndefault proxy destination = a:1") == [])
        #expect(problems("type = machine\nproxy enabled = yes", section: machine) == ["ND-K84:6"])
        let whole = "enabled = yes\ndestination = a:1\napi key = \(otherKey)"
        #expect(problems("default proxy enabled = yes", stream: whole) == [])
    }

    @Test func whatIsMissingOfAProxyIsNamed() {
        let stream = "[\(key)]\nenabled = yes\ndefault proxy enabled = yes\ndefault proxy destination = a:1"
        let finding = load(netdata: "", stream: stream).findings.first { $0.condition == .configProxyIncomplete }
        #expect(finding?.message.hasSuffix("there is no api key") == true)
        #expect(finding?.advice?.hasPrefix("set default proxy api key in [\(key)]") == true)
    }

    /// What the kernel takes for a socket, and one byte more.
    @Test func theAdminSocketsPath() {
        func problems(_ length: Int) -> [String] {
            let name = String(repeating: "d", count: length - "//parent.sock".count)
            return load(netdata: "[db]\nmode = ram\n[directories]\nrun = /\(name)").problems
        }
        #expect(problems(Configuration.socketPathLimit) == [])
        #expect(problems(Configuration.socketPathLimit + 1) == ["ND-K86:4"])
    }
}
