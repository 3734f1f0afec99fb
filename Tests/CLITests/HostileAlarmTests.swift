import Glibc
import System
import Testing

/// What comes from strangers reaches the handler as plain text, whatever it looks like.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileAlarmTests {
    private static let rule = """
        template: level
              on: test.gauge
            calc: $v
           every: 1s
            warn: $this > 10
              to: ops $(id) ;reboot `x`
            info: value of $label:disk is high in $family
        """

    /// A child's texts: the hostname as it stands in the request, everything else between quotes in its stream. Of a label's value
    /// only harmless signs are kept (streaming protocol §8.2).
    private struct Hostile {
        let hostname: String
        let chart: String
        let family: String
        let label: String
        /// Arguments 2, 8, 9 and 18.
        let arguments: [String]
    }

    private static func hostile(_ canary: String) -> [Hostile] {
        func same(
            _ hostname: String,
            _ shown: String,
            _ chart: String,
            _ family: String,
            _ label: String,
            kept: String
        ) -> Hostile {
            let info = "value of \(kept) is high in \(family)"
            return Hostile(
                hostname: hostname,
                chart: chart,
                family: family,
                label: label,
                arguments: [shown, chart, family, info]
            )
        }
        return [
            same("%3Breboot", ";reboot", "test.;reboot", ";touch${IFS}\(canary);", ";reboot", kept: ":reboot"),
            same("%24(id)", "$(id)", "test.$(id)", "$(touch \(canary))", "$(id)", kept: "_(id)"),
            same("%60x%60", "`x`", "test.`x`", "`touch \(canary)`", "`x`", kept: "_x_"),
            same("it%27s%22", "it's\"", "test.it's", "' && touch \(canary) && '", "'|x|'", kept: "__x__"),
            Hostile(
                hostname: "--help",
                chart: "--help.x",
                family: "--option=\(canary)",
                label: "-rf",
                arguments: ["help", "help.x", "option=\(canary)", "value of -rf is high in --option=\(canary)"]
            ),
            // Where the wire carries line ends: in the request.
            Hostile(
                hostname: "a%0Ab%0D",
                chart: "test.\u{1B}[2J",
                family: "\u{1B}]0;title\u{7}red",
                label: "\u{1B}[31mred",
                arguments: ["a b ", "test. [2J", " ]0;title red", "value of __31mred is high in  ]0;title red"]
            ),
            Hostile(
                hostname: "x%1B%5B31m%7F",
                chart: "test.\u{7F}\r",
                family: "\u{202E}evil\u{2028}x",
                label: "*",
                arguments: ["x [31m ", "test.  ", " evil x", "value of [none] is high in  evil x"]
            ),
        ]
    }

    @Test func aStreamsTextsAreInert() throws {
        let node = try AlarmNode(["level.conf": Self.rule])
        let canary = node.directory + "/canary"
        var children: [AlarmChild] = []
        let all = Self.hostile(canary)
        for (number, one) in all.enumerated() {
            children.append(
                try AlarmChild(
                    node,
                    asked: one.hostname,
                    guid: "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e0\(number)",
                    chart: one.chart,
                    family: one.family,
                    chartLabels: [("disk", one.label)],
                    value: 20
                )
            )
        }
        try eventually("a call for each child") {
            for child in children { child.breathe() }
            return node.calls.count >= all.count
        }
        let calls = node.calls.sorted { $0[28] < $1[28] }
        try #require(calls.count == all.count)
        for (call, one) in zip(calls, all) {
            #expect([1, 7, 8, 17].map { call[$0] } == one.arguments)
            #expect(call[0] == "ops $(id) ;reboot `x`" && call[27].hasPrefix("sudo \(node.directory)/etc/edit-config "))
            #expect(call.count == 29, "\(call)")
            for argument in call {
                #expect(!argument.hasPrefix("-"), "\(call)")
                #expect(
                    !argument.unicodeScalars.contains { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) },
                    "\(call)"
                )
            }
        }
        #expect(!Files.exists(canary))
    }
}
