import Diagnostics
import Testing

@testable import Config

/// What the files may ask for is served without a word.
@Suite struct FeaturesTests {
    private func said(_ configuration: Configuration) -> [String] {
        configuration.findings.filter { $0.severity > .info }.map(\.short)
    }

    @Test(arguments: ["none", "ram", "alloc", "save", "map", "dbengine"]) func everyModeIsServed(mode: String) {
        let configuration = load(
            netdata: "[db]\nmode = \(mode)",
            stream: "[\(key)]\nenabled = yes\ndefault memory = \(mode)"
        )
        #expect(said(configuration) == [])
    }

    @Test func encryption() {
        let configuration = load(
            netdata:
                "[db]\nmode = ram\n[web]\nssl key = /k\nbind to = *:1 *:2=streaming^SSL=force *:3=dashboard^SSL=optional",
            stream: "[stream]\nenabled = yes\napi key = \(key)\ndestination = a:1 b:2:SSL"
        )
        #expect(said(configuration) == [])
    }

    /// What is encrypted to nobody in particular, and what is not encrypted at all on its way through the internet.
    @Test(arguments: [
        ("a:2:SSL", "ssl skip certificate verification = yes", ["ND-T329"]),
        ("a:2", "ssl skip certificate verification = yes", []), ("a:2:SSL", "", []),
        ("93.184.216.34", "", ["ND-T333"]), ("[2a00::1]:9", "", ["ND-T333"]), ("93.184.216.34:1:SSL", "", []),
        ("10.1.2.3 127.0.0.1:7 [fe80::1%eth0] 172.20.0.1 192.168.0.9 parent", "", []),
    ])
    func secrecyOfStreams(destination: String, option: String, codes: [String]) {
        let configuration = load(
            stream: "[stream]\nenabled = yes\napi key = \(key)\ndestination = \(destination)\n\(option)"
        )
        #expect(configuration.findings.map(\.condition.code).filter { $0.hasPrefix("ND-T") } == codes)
    }

    @Test(arguments: [("", TriState.auto), ("yes", .yes), ("no", .no), ("maybe", .auto)])
    func verifyHostname(text: String, value: TriState) {
        let option = text.isEmpty ? "" : "ssl verify hostname = \(text)"
        #expect(load(stream: "[stream]\n\(option)").stream.verifyHostname == value)
    }

    @Test func whatIsThereIsNothingToSay() {
        let configuration = load(
            netdata: "[db]\nmode = ram\nenable replication = yes\n[health]\nenabled = yes",
            stream: """
                [\(key)]
                enabled = yes
                health enabled by default = auto
                default proxy enabled = yes
                default proxy destination = up
                default proxy api key = \(key)
                enable replication = yes
                """
        )
        #expect(said(configuration) == [])
    }

    @Test func whatIsOffIsNothingToSay() {
        let configuration = load(
            netdata: "[db]\nmode = ram\nenable replication = no\n[health]\nenabled = no",
            stream: "[\(key)]\nenabled = yes\nhealth enabled by default = no\ndefault proxy enabled = no"
        )
        #expect(said(configuration) == [])
    }
}
