import Basics
import Testing

@testable import Config

/// What a second reading of the files changes, and when it counts.
@Suite struct ChangesTests {
    private func changes(
        _ one: (netdata: String, stream: String),
        _ other: (netdata: String, stream: String)
    ) -> ConfigurationChanges {
        ConfigurationChanges(
            from: load(netdata: one.netdata, stream: one.stream),
            to: load(netdata: other.netdata, stream: other.stream)
        )
    }

    @Test func nothing() {
        let same = changes(("[db]\nmode = ram", "[stream]\nenabled=no"), ("# x\n[db]\n\nmode =  ram", ""))
        #expect(same.afterRestart.isEmpty && same.fromNextConnection.isEmpty && same.atOnce.isEmpty)
        #expect(!same.concernsStream && same.disabledKeys.isEmpty)
        #expect(
            changes(("[db]\nretention = 1h", ""), ("[global]\nhistory = 3600", "")) == same,
            "the same in other words"
        )
    }

    @Test func whatTheNodeIsBuiltFromWaitsForARestart() {
        let changes = changes(
            ("[web]\nbind to = *:1", ""),
            (
                "[web]\nbind to = *:2\nmode = none\n[db]\nmode = ram\n[global]\nhostname = x\n[plugins]\napps = no\n"
                    + "[host labels]\nrack = 7",
                ""
            )
        )
        #expect(
            changes.afterRestart == [
                "[global] hostname", "[db] mode", "[web] mode", "[web] bind to", "[registry] registry hostname",
                "[plugins] apps", "[host labels] rack",
            ]
        )
        #expect(changes.fromNextConnection.isEmpty && changes.atOnce.isEmpty)
    }

    @Test func logsAndListsCountAtOnce() {
        let changes = changes(
            ("", ""),
            (
                "[logs]\nlevel = error\nerror = /x\n[web]\nallow dashboard from = 10.*\ntimeout for first request = 5\n"
                    + "[db]\ncleanup orphan hosts after secs = 10\n[registry]\nallow from = 10.*",
                ""
            )
        )
        #expect(
            changes.atOnce == [
                "[db] cleanup orphan hosts after secs", "[logs] error", "[logs] level",
                "[web] timeout for first request", "[web] allow dashboard from", "[registry] allow from",
            ]
        )
        #expect(changes.afterRestart.isEmpty)
    }

    @Test func theOwnStreamBeginsAnew() {
        let changes = changes(
            ("", "[stream]\nenabled = no"),
            ("", "[stream]\nenabled = yes\ndestination = a:1\napi key = \(key)")
        )
        #expect(
            changes.concernsStream
                && changes.atOnce == ["[stream] enabled", "[stream] destination", "[stream] api key"]
        )
        #expect(changes.afterRestart.isEmpty)
    }

    @Test func childrensTermsCountFromTheirNextConnection() {
        let before = "[\(key)]\nenabled = yes\nallow from = *\n[\(otherKey)]\nenabled = yes\n"
        let after = "[\(key)]\nenabled = no\nallow from = *\ndefault history = 100\n[\(machine)]\ntype = machine\n"
        let changes = changes(("", before), ("[db]\nenable replication = no", after))
        #expect(
            changes.fromNextConnection == [
                "[db] enable replication", "[…1d2e] default history", "[…1d2e] enabled", "[…4e5f] (new)",
                "[…5b6a] (removed)",
            ]
        )
        #expect(changes.disabledKeys == [GUID(key)!, GUID(otherKey)!])
        #expect(!changes.concernsStream)
    }

    @Test func aLineIsNeverLong() {
        let names = (1...20).map { "[plugins] p\($0)" }
        #expect(ConfigurationChanges.line(Array(names.prefix(2))) == "[plugins] p1, [plugins] p2")
        let most = ConfigurationChanges.namesPerLine
        #expect(!ConfigurationChanges.line(Array(names.prefix(most))).contains("more"))
        #expect(ConfigurationChanges.line(Array(names.prefix(most + 1))).hasSuffix("[plugins] p12 and 1 more"))
    }
}
