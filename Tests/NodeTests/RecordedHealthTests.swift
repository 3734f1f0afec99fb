import Basics
import Config
import Health
import Status
import Store
import System
import Testing
import Transport
import Web

@testable import Node

/// The captured conversation with the management API, and the captured answers that the web gets from Health by whatever path.
@Suite struct RecordedHealthTests {
    static let management = [
        "mgmt-noauth", "mgmt-list0", "mgmt-disable", "mgmt-list1", "mgmt-silence", "mgmt-silenceall", "mgmt-disableall",
        "mgmt-list2", "mgmt-reset", "mgmt-bad", "mgmt-none",
    ]
    static let paths = [
        "host-guid", "host-localhost", "host-self", "api-doubleslash", "origin", "keepalive-close", "http10",
        "alarm_count", "alarm_count-ctx", "alarm_count-raised",
    ]

    private let bench: HealthBench

    init() throws {
        bench = try HealthBench(
            hostname: "nd-a",
            others: [
                ("22222222-bbbb-11ed-8000-0000000000bb", "nd-b"), ("33333333-cccc-11ed-8000-0000000000cc", "inj-db"),
            ]
        )
    }

    private struct Answer: Equatable {
        var status: Int
        var contentType: String
        var isCacheable: Bool
        var text: String
    }

    private func recorded(
        _ name: String,
        in folder: String = "live"
    ) throws -> (request: HTTPRequest, answer: Answer) {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let bytes = try Files.read("/\(tests)/Fixtures/Web/\(folder)/\(name).txt", limit: 1 << 20)
        let text = String(decoding: bytes, as: UTF8.self)
        // Where the key was taken out, lines end otherwise.
        let end = text.contains("\r\n") ? "\r\n" : "\n"
        let first = try #require(text.firstRange(of: end + end))
        let head = text[..<first.lowerBound].split(separator: end)
        let rest = text[first.upperBound...]
        let second = try #require(rest.firstRange(of: end + end))
        let lines = rest[..<second.lowerBound].split(separator: end)
        let fields = head.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = String(parts[1].dropFirst()).replacing("KEY-REDACTED", with: bench.key)
            return (name: String(parts[0]), value: value)
        }
        let request = try #require(
            HTTPRequest(.get, String(head[0].split(separator: " ")[1]), fields: HTTPFields(fields))
        )
        return (
            request,
            Answer(
                status: try #require(Int(lines[0].split(separator: " ")[1])),
                contentType: lines.first { $0.hasPrefix("Content-Type: ") }.map { String($0.dropFirst(14)) } ?? "",
                isCacheable: lines.contains("Cache-Control: public"),
                text: String(rest[second.upperBound...])
            )
        )
    }

    private func answer(_ request: HTTPRequest) -> Answer {
        let response = bench.service.route(request).service(request)
        return Answer(
            status: response.status,
            contentType: response.contentType,
            isCacheable: response.isCacheable,
            text: String(decoding: response.body, as: UTF8.self)
        )
    }

    @Test func silencersAreManagedAsWithTheOriginal() throws {
        for name in Self.management {
            let (request, expected) = try recorded(name)
            #expect(answer(request) == expected, "\(name)")
        }
    }

    /// How many alarms there are is that machine's affair.
    @Test(arguments: paths)
    func everyPathLeadsThere(_ name: String) throws {
        var (request, expected) = try recorded(name)
        expected.text = expected.text.replacing(/[0-9]+/, with: "0")
        #expect(answer(request) == expected)
        #expect(expected.text == "[0]\n")
    }

    /// Every variable of the data set's host, in its order; the values are of the moment.
    @Test func alarmsMayNameWhatTheyMayInTheOriginal() throws {
        let host = try #require(bench.hosts.host(named: "inj-db"))
        let charts: [(id: String, family: String, dimensions: [(id: String, name: String)])] = [
            ("g.lin", "lin", [("a", "alpha"), ("b", "beta"), ("c", ""), ("z", "zero")]),
            ("g.u5", "five", [("x", ""), ("y", "")]), ("g.num", "num", [("v", "")]),
            ("g.inc", "algo", [("i", ""), ("k", "")]), ("g.abs", "algo", [("p", ""), ("q", "")]),
            ("g.prow", "algo", [("r1", ""), ("r2", ""), ("r3", "")]),
            ("g.pinc", "algo", [("s1", ""), ("s2", ""), ("s3", "")]),
        ]
        host.withDatabase { database in
            for chart in charts {
                let ref = database.define(ChartDefinition(id: chart.id, family: chart.family), now: 1)!
                for one in chart.dimensions {
                    database.define(DimensionDefinition(id: one.id, name: one.name), in: ref)
                }
            }
            _ = database.setHostVariable("g_hostvar", 42.5)
        }
        let (request, expected) = try recorded("287-ep-alarmvars", in: "data")
        func masked(_ text: String) -> [String] {
            text.split(separator: "\n").map { String($0).replacing(/: ([-0-9.]+|null)/, with: ": V") }
        }
        let own = answer(request)
        #expect(masked(own.text) == masked(expected.text))
        #expect(own.status == 200 && own.contentType == expected.contentType && own.isCacheable)
    }
}
