import Basics
import Config
import Diagnostics
import NIOEmbedded
import Status
import Store
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// A node that streams on what its children stream to it (streaming protocol §13).
@Suite struct ProxyTests {
    private static let upstreamKey = "44444444-2222-3333-4444-555555555555"

    private func proxy(_ more: String = "", mode: String = "none") -> ParentBench {
        let stream = """
            [stream]
                enabled = yes
                destination = far:19999
                api key = \(Self.upstreamKey)
                enable compression = no
            [11111111-2222-3333-4444-555555555555]
                enabled = yes
            \(more)
            """
        return ParentBench(configuration(stream: stream, netdata: "[db]\n mode = \(mode)\n"))
    }

    private let definition = """
        CHART "a.b" "named" "Title" "units" "fam" "ctx" "area" 700 1 "  store_first " "p.plugin" "mod"
        CLABEL "key" "value" 2
        CLABEL_COMMIT
        DIMENSION "one" "Eins" "incremental" 8 1000 "  noreset"
        DIMENSION "two" "two" "absolute" 1 1 " hidden "
        VARIABLE CHART limit = 9.0000000

        """
    private let introduction = """
        CLAIMED_ID \(machineGUID) NULL
        LABEL "_os_name" = 1 "Debian"
        LABEL "_is_parent" = 1 "false"
        OVERWRITE labels

        """

    @Test func theUpstreamRequestIsTheChilds() throws {
        let bench = proxy()
        let child = try bench.accepted(
            request(more: "&hops=2&NETDATA_HOST_OS_NAME=Debian", program: "netdata/v1.33.1")
        )
        child.send(introduction + definition)
        #expect(bench.upstreams.dialled.isEmpty, "the connection is opened with the first collection")
        child.send("BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        #expect(bench.upstreams.dialled.map(\.description) == ["far:19999"])
        let upstream = try bench.upstreams.connect(bench.loop)
        let head = upstream.take()
        for part in [
            "key=\(Self.upstreamKey)", "hostname=web01", "machine_guid=\(machineGUID)", "hops=3", "os=linux",
            "User-Agent: netdata/v1.33.1",
        ] {
            #expect(head.contains(part), "\(part) is missing in \(head)")
        }
    }

    @Test(arguments: ["none", "ram"])
    func whatComesInGoesOn(mode: String) throws {
        let bench = proxy(mode: mode)
        let child = try bench.accepted(request(version: "4"))
        child.send(introduction + "VARIABLE HOST cores = 2.0000000\n" + definition)
        child.send("BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        let upstream = try bench.upstreams.connect(bench.loop)
        _ = upstream.take()
        upstream.send(acceptance(4))
        bench.wait(seconds: 1)
        child.send("BEGIN \"a.b\" 1000100\nSET \"one\" = 9\nSET \"two\" = -3\nEND\n")
        bench.loop.run()
        let sent = upstream.take()
        let expected =
            "VARIABLE HOST cores = 2.0000000\n" + introduction
            + definition.replacing("CLABEL_COMMIT", with: Self.automaticLabels) + """
                BEGIN "a.b" 0
                SET "one" = 9
                SET "two" = -3
                END

                """
        #expect(sent == expected)
        // A cloud's name for the host is passed on at once.
        child.send("CLAIMED_ID \(machineGUID) \(goodKey)\n")
        bench.loop.run()
        bench.wait(seconds: 1)
        child.send("BEGIN \"a.b\" 1000000\nSET \"one\" = 10\nEND\n")
        bench.loop.run()
        #expect(upstream.take().hasPrefix("CLAIMED_ID \(machineGUID) \(goodKey)\n"))
    }

    private static let automaticLabels = """
        CLABEL "_collect_plugin" "p.plugin" 536870913
        CLABEL "_collect_module" "mod" 536870913
        CLABEL_COMMIT
        """

    @Test func theUpstreamFollowsTheChild() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: "4"))
        child.send(definition + "BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        let upstream = try bench.upstreams.connect(bench.loop)
        upstream.send(acceptance(4))
        #expect(bench.parent.proxies.links.map(\.state) == [.live])
        child.leave()
        bench.loop.run()
        #expect(!upstream.isOpen)
        #expect(bench.parent.proxies.count == 0)
        #expect(bench.reports.count(.senderStopping) == 1 && bench.reports.count(.senderStopped) == 1)
        // And back again, with everything defined anew.
        let again = try bench.accepted(request(version: "4"))
        again.send(definition + "BEGIN \"a.b\" 0\nSET \"one\" = 9\nEND\n")
        bench.loop.run()
        let next = try bench.upstreams.connect(bench.loop)
        next.send(acceptance(4))
        bench.wait(seconds: 1)
        again.send("BEGIN \"a.b\" 1000000\nSET \"one\" = 11\nEND\n")
        bench.loop.run()
        #expect(next.take().contains("CHART \"a.b\""))
    }

    /// A child whose connection is dead and who comes again has one upstream connection, not two.
    @Test func aReplacedChildTakesItsSenderAlong() throws {
        let bench = proxy()
        let dead = try bench.accepted(request(version: "4"))
        dead.send(definition + "BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        let upstream = try bench.upstreams.connect(bench.loop)
        upstream.send(acceptance(4))
        bench.wait(seconds: 31)
        let child = try bench.accepted(request(version: "4"))
        bench.loop.run()
        child.send(definition + "BEGIN \"a.b\" 0\nSET \"one\" = 9\nEND\n")
        bench.loop.run()
        #expect(!upstream.isOpen && !dead.isOpen)
        #expect(bench.upstreams.dialled.count == 2)
        #expect(bench.parent.proxies.links.count == 1)
    }

    @Test(arguments: [
        ("default proxy enabled = no", "", [String]()),
        ("", "proxy enabled = no", []),
        ("default proxy enabled = no", "proxy enabled = yes", ["far:19999"]),
        ("default proxy destination = key:1", "", ["key:1"]),
        ("default proxy destination = key:1", "proxy destination = machine:2", ["machine:2"]),
    ])
    func keysAndMachinesDecide(key: String, machine: String, dialled: [String]) throws {
        let section = machine.isEmpty ? "" : "[\(machineGUID)]\n type = machine\n \(machine)\n"
        let bench = proxy("    \(key)\n\(section)")
        let child = try bench.accepted(request(version: "4"))
        child.send(definition + "BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        #expect(bench.upstreams.dialled.map(\.description) == dialled)
        let text = try #require(bench.reports.text(.hostInitialized))
        #expect(text.contains("streaming \(dialled.isEmpty ? "disabled" : "enabled") (to '"))
    }

    @Test func keyAndChartsOfTheProxy() throws {
        let other = "55555555-2222-3333-4444-555555555555"
        let bench = proxy("    default proxy api key = \(other)\n    default proxy send charts matching = !a.* *\n")
        let child = try bench.accepted(request(version: "4"))
        let second = definition.replacing("a.b", with: "c.d").replacing("named", with: "other")
        child.send(definition + second + "BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        let upstream = try bench.upstreams.connect(bench.loop)
        #expect(upstream.take().contains("key=\(other)&"))
        upstream.send(acceptance(4))
        for chart in ["a.b", "c.d"] { child.send("BEGIN \"\(chart)\" 1000000\nSET \"one\" = 9\nEND\n") }
        bench.loop.run()
        let sent = upstream.take()
        #expect(!sent.contains("a.b") && sent.contains("CHART \"c.d\"") && sent.contains("BEGIN \"c.d\""))
    }

    /// The child is none the wiser while the far end is away; nothing waits for it.
    @Test func aDeadUpstreamCostsTheChildNothing() throws {
        let bench = proxy()
        let child = try bench.accepted(request(version: "4"))
        child.send(definition + "BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        try bench.upstreams.refuse()
        for value in 8..<100 {
            bench.wait(seconds: 1)
            child.send("BEGIN \"a.b\" 1000000\nSET \"one\" = \(value)\nEND\n")
            bench.loop.run()
        }
        let link = try #require(bench.parent.proxies.links.first)
        #expect(child.isOpen && (link.droppedSamples ?? 0) > 90 && link.bufferBytes == 0)
        #expect(bench.reports.count(.notReady) == 1)
    }

    /// Lines go on as they came where both sides have agreed on the same; what looks different in the least is written anew.
    @Test(arguments: [
        ("4", 4 as UInt32, [#"BEGIN "a.b" 1000000\nSET "two" = 5\nSET "one" = 4\nEND\n"#], true),
        ("9208", 9152, [#"BEGIN "a.b" 1000000\nSET "two" = 5\nSET "one" = 4\nEND\n"#], true),
        ("4", 3, [#"BEGIN "a.b" 1000000\nSET "two" = 5\nSET "one" = 4\nEND\n"#], false),
        ("4", 9152, [#"BEGIN "a.b" 1000000\nSET "two" = 5\nSET "one" = 4\nEND\n"#], false),
        ("4", 4, [#"BEGIN "a.b" 1000000\nSET "two" = 5\n"#, #"SET "one" = 4\nEND\n"#], false),
        ("4", 4, [#"BEGIN "a.b" 1000000\nSET "two" = 5\nSET one 4\nEND\n"#], false),
        ("4", 4, [#"BEGIN 'a.b' 1000000\nSET "two" = 5\nSET "one" = 4\nEND\n"#], false),
        ("4", 4, [#"BEGIN "a.b" 1000000\nSET "two" = 5\nSET "one" = 4\n\nEND\n"#], false),
        ("4", 4, [#"BEGIN "a.b" 0\nSET "two" = 5\nSET "one" = 4\nEND\n"#], false),
        ("4", 4, [#"BEGIN "a.b" 1\nSET "two" = 5\nBEGIN "a.b" 1000000\nSET "one" = 4\nEND\n"#], false),
    ])
    func linesGoOnAsTheyCame(child version: String, upstream: UInt32, pieces: [String], asTheyCame: Bool) throws {
        let bench = proxy()
        let stream = """
            [stream]
                enabled = yes
                destination = far:19999
                api key = \(Self.upstreamKey)
                enable compression = no
                initial clock resync iterations = 0
            [11111111-2222-3333-4444-555555555555]
                enabled = yes
            """
        bench.parent.update(configuration(stream: stream, netdata: "[db]\n mode = none\n"))
        let child = try bench.accepted(request(version: version))
        child.send(definition + "BEGIN \"a.b\" 0\nSET \"one\" = 7\nEND\n")
        bench.loop.run()
        let parent = try bench.upstreams.connect(bench.loop)
        parent.send(acceptance(upstream))
        // The first collection after a definition, and the one after it, count by the proxy's clock.
        for value in 8...9 {
            bench.wait(seconds: 1)
            child.send("BEGIN \"a.b\" 1000000\nSET \"one\" = \(value)\nEND\n")
            bench.loop.run()
        }
        _ = parent.take()
        bench.wait(seconds: 1)
        for piece in pieces { child.send(piece.replacing("\\n", with: "\n")) }
        bench.loop.run()
        let anew = "BEGIN \"a.b\" 1000000\nSET \"one\" = 4\nSET \"two\" = 5\nEND\n"
        #expect(parent.take() == (asTheyCame ? pieces[0].replacing("\\n", with: "\n") : anew))
    }
}
