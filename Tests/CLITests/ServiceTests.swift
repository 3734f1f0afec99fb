import Glibc
import Status
import System
import Testing

/// A configuration in service: read again, explained, edited and looked at, with real nodes and a child that stays.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServiceTests {
    private let base = "[db]\n    mode = ram\n[web]\n    bind to = 127.0.0.1:0\n"
    private let keys = "[\(LiveNode.key)]\n    enabled = yes\n"
    private let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
    private let otherGUID = "8a6d5c4b-3b2a-4d1c-9f0e-1b2c3d4e5f6a"

    private func count(_ part: String, _ text: String) -> Int { text.ranges(of: part).count }

    /// Reads again and waits until it has.
    private func hangUp(_ node: LiveNode, _ said: String) throws {
        let before = count(said, node.log)
        node.signal(SIGHUP)
        try eventually("'\(said)' once more") { count(said, node.log) > before }
    }

    private func child(_ node: LiveNode) throws -> StatusDocument.Host? {
        try statusDocument(node).hosts.first { $0.hostname == "one" }
    }

    @Test func aChildStaysThroughGoodBrokenAndFixedFiles() throws {
        let node = try LiveNode(netdata: base, stream: keys)
        let port = try node.port()
        let one = try HandChild(port, "one", guid: guid)
        #expect(one.collect())
        func streams(_ place: SourceLocation = #_sourceLocation) throws {
            let before = try child(node)?.lastDataAt ?? 0
            try eventually("samples arrive", place) {
                let now = try child(node)?.lastDataAt ?? 0
                return one.collect() && now > before
            }
            let disconnects = try child(node)?.disconnects
            #expect(disconnects == 0, sourceLocation: place)
        }
        try streams()

        try node.configure(netdata: base + "[logs]\n    level = info\n", stream: keys + "    allow from = localhost\n")
        try hangUp(node, "Configuration was read again: 0 findings.")
        #expect(node.log.contains("it counts for each child from its next connection on: […1d2e] allow from"))
        try streams()

        // Broken: the old one stays, the file and its line are named once, and the status document counts it.
        try node.configure(netdata: base, stream: keys + "    enabled = no\n[stream]\n    api key = KEY\n")
        try hangUp(node, "has errors, so the old one stays")
        #expect(count("stream.conf:5: 'KEY' of 'api key' stands for a key and has not been replaced", node.log) == 1)
        // The error, and the option that is set twice.
        #expect(try statusDocument(node).node.configProblems == 2)
        #expect(try statusDocument(node).events.contains { $0.code == "ND-K90" })
        try streams()
        #expect(try RawClient(port: port).ask(HandChild.request("two", guid: otherGUID)).hasPrefix("Hit me baby"))

        // Fixed, and the key is gone: who is in stays, nobody comes in any more.
        try node.configure(netdata: base, stream: "[\(LiveNode.key)]\n    enabled = no\n")
        try hangUp(node, "Configuration was read again: 0 findings.")
        try node.waitForLog("The key …1d2e is not enabled any more: ")
        #expect(!node.log.contains("The key …1d2e is not enabled any more: 0"))
        #expect(try statusDocument(node).node.configProblems == 0)
        try streams()
        let refused = try RawClient(port: port).ask(HandChild.request("x", guid: otherGUID))
        #expect(refused.contains("not permitted"))
    }

    @Test func logsMoveAndAreMadeAnewWithoutAChildNoticing() throws {
        let node = try LiveNode(netdata: base, stream: keys)
        let port = try node.port()
        let one = try HandChild(port, "one", guid: guid)
        let place = node.directory + "/elsewhere"
        try Files.makeDirectories(place)
        try node.configure(
            netdata: base + "[logs]\n    error = \(place)/e.log\n    access = \(place)/a.log\n    format = json\n",
            stream: keys
        )
        node.signal(SIGHUP)
        try eventually("the new log") { node.text("elsewhere/e.log").contains("Configuration was read again") }
        #expect(!node.log.contains("Configuration was read again: "))
        _ = try RawClient(port: port).ask(HandChild.request("x", guid: otherGUID, key: otherGUID))
        try eventually("a refusal") { node.text("elsewhere/e.log").contains("\"code\":\"ND-F7\"") }
        try eventually("access.log") { node.text("elsewhere/a.log").contains("KEY NOT ENABLED") }
        let disconnects = try child(node)?.disconnects
        #expect(one.collect() && disconnects == 0)

        // tail reads this form as it reads the others.
        let shown = try Program.run("tail", "--no-follow", place + "/e.log")
        #expect(shown.status == 0 && shown.output.contains("ND-F7"), "\(shown.output)")

        // A place that cannot be written to is not taken.
        try node.configure(
            netdata: base + "[logs]\n    error = /nowhere/at/all/e.log\n    format = logfmt\n",
            stream: keys
        )
        node.signal(SIGHUP)
        try eventually("it says so") { node.text("elsewhere/e.log").contains("cannot go to /nowhere/at/all/e.log") }
        try eventually("and goes on") { node.text("elsewhere/e.log").contains("msg=\"Configuration was read again") }
        let again = try Program.run("tail", "--no-follow", "--all", place + "/e.log")
        #expect(again.output.contains("ND-K89") && again.output.contains("ND-I83"), "\(again.output)")
    }

    @Test func whatNeedsARestartIsNamed() throws {
        let node = try LiveNode(netdata: base, stream: keys)
        _ = try node.port()
        let more = "    default port = 20001\n[global]\n    hostname = other\n[host labels]\n    rack = 7\n"
        try node.configure(netdata: base + more, stream: keys)
        try hangUp(node, "Configuration was read again: 0 findings.")
        let line = node.log.split(separator: "\n").filter { $0.contains("only after a restart: ") }
        #expect(line.count == 1)
        for name in ["[global] hostname", "[web] default port", "[host labels] rack"] {
            #expect(line.first?.contains(name) == true, "\(line)")
        }
        try hangUp(node, "Configuration was read again: 0 findings.")
        #expect(count("only after a restart: ", node.log) == 1, "only what has changed since")
    }

    @Test func theOwnStreamFollowsItsOptions() throws {
        let first = try LiveNode(netdata: base, stream: keys)
        let second = try LiveNode(netdata: base, stream: keys)
        func stream(_ port: UInt16?) -> String {
            guard let port else { return "[stream]\n    enabled = no\n" }
            return "[stream]\n enabled = yes\n destination = 127.0.0.1:\(port)\n api key = \(LiveNode.key)\n"
        }
        let quiet = "[db]\n    mode = none\n[web]\n    mode = none\n"
        let agent = try LiveNode("agent", netdata: quiet + "[global]\n    hostname = kid\n", stream: stream(nil))
        try agent.waitForLog("started as agent")
        func state(_ node: LiveNode) throws -> HostState? {
            try statusDocument(node).hosts.first { $0.hostname == "kid" }?.state
        }
        let ports = (try first.port(), try second.port())
        for (port, here, there) in [(ports.0, first, second), (ports.1, second, first)] {
            try agent.configure(netdata: quiet + "[global]\n    hostname = kid\n", stream: stream(port))
            try hangUp(agent, "this node's stream begins anew")
            // The node's own charts stream at once; it arrives.
            try eventually("it arrives") {
                let state = try state(here)
                return state == .live || state == .stale
            }
            try eventually("it leaves") {
                let state = try state(there)
                return state == nil || state == .down
            }
        }
        try agent.configure(netdata: quiet + "[global]\n    hostname = kid\n", stream: stream(nil))
        try hangUp(agent, "this node's stream begins anew")
        try eventually("it leaves for good") { try state(second) == .down }
        #expect(try statusDocument(agent).links.isEmpty)
        agent.signal(SIGTERM)
        #expect(try agent.end(withinSeconds: 10) == 0)
    }

    // MARK: The document's rows, with real processes

    @Test func theFourKindsOfNode() throws {
        let destination = "[stream]\n enabled = yes\n destination = 127.0.0.1:1\n api key = \(LiveNode.key)\n"
        let bind = "\n    bind to = 127.0.0.1:0\n"
        for (role, mode, web, stream, name, position) in [
            ("agent", "none", "none", destination, "headless collector", StatusDocument.Node.Role.agent),
            ("agent", "none", "static-threaded" + bind, destination + keys, "headless proxy", .proxy),
            ("parent", "ram", "static-threaded" + bind, destination + keys, "proxy with db", .proxy),
            ("parent", "ram", "static-threaded" + bind, keys, "central netdata", .parent),
        ] {
            let node = try LiveNode(role, netdata: "[db]\n mode = \(mode)\n[web]\n mode = \(web)", stream: stream)
            try node.waitForLog("This node is a \(name): memory mode \(mode), web mode ")
            try node.waitForLog("started as \(role)")
            let document = try statusDocument(node)
            #expect(document.node.role == position, "\(name)")
            #expect(node.log.contains("health monitoring is disabled") == (mode == "none"), "\(name)")
            #expect(node.log.contains("The API and the registry are off") == web.hasPrefix("none"), "\(name)")
            let files = try Files.names(in: node.directory + "/state/run")
            #expect(files.contains("\(role).port") == !web.hasPrefix("none"))
            if !web.hasPrefix("none") {
                let answer = try RawClient(port: node.port()).get("/api/v1/info")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
            }
            let printed = try Program.run(
                role,
                "--print-config",
                "--config-dir",
                node.directory + "/etc",
                "--state-dir",
                node.directory + "/state"
            )
            #expect(printed.output.contains("# This node is a \(name): "))
        }
    }

    // MARK: Looking at it

    @Test func statusIsTextAndJSON() throws {
        let node = try LiveNode(netdata: base, stream: keys)
        let port = try node.port()
        let one = try HandChild(port, "one", guid: guid)
        #expect(one.collect())
        _ = try RawClient(port: port).ask(HandChild.request("x", guid: otherGUID, key: otherGUID))
        try eventually("a refusal") { try !statusDocument(node).refusals.isEmpty }
        let text = try Program.run("parent", "--status", "--state-dir", node.directory + "/state")
        #expect(text.status == 0 && text.errors.isEmpty)
        for part in ["parent ", "HOSTS 2: 1 live", "HOST", "one", "REFUSED 1", "with key …5f6a", "store: mode ram"] {
            #expect(text.output.contains(part), "\(part) in \(text.output)")
        }
        #expect(!text.output.contains("\u{1b}"))
        let json = try Program.run("parent", "--status", "--json", "--state-dir", node.directory + "/state")
        #expect(try StatusDocument(json: Array(json.output.utf8)).hosts.count == 2)
        let nobody = try Program.run("agent", "--status", "--state-dir", node.directory + "/state")
        #expect(nobody.status == 69 && nobody.errors.contains("no agent runs here"))
    }

    @Test func editingTellsHowToMakeItCount() throws {
        let node = try LiveNode(netdata: base, stream: keys)
        _ = try node.port()
        let result = try Program.run(
            Program.path,
            [
                "parent", "--edit", "stream.conf", "--config-dir", node.directory + "/etc", "--state-dir",
                node.directory + "/state",
            ],
            environment: ["EDITOR=printf '    allow from = 10.*\\n' >>"]
        )
        #expect(result.status == 0)
        #expect(
            result.errors.contains("the parent that runs here reads it with: kill -HUP \(node.id)\n"),
            "\(result.errors)"
        )
    }

    @Test func oneChildsSettingsAreExplained() throws {
        let directory = try TemporaryDirectory()
        try Files.makeDirectories(directory.path + "/etc")
        try directory.write("[\(LiveNode.key)]\nenabled = yes\ndefault history = 60\n", "etc/stream.conf")
        let base = [
            "parent", "--print-config", "--config-dir", directory.path + "/etc", "--state-dir", directory.path + "/s",
        ]
        let text = try Program.run(Program.path, base + ["--host", guid])
        #expect(text.status == 0 && text.output.contains("with key \(LiveNode.key): accepted"))
        #expect(
            text.output.split(separator: "\n").contains {
                $0.contains(" history ") && $0.hasSuffix("[API_KEY] stream.conf:3")
            }
        )
        let json = try Program.run(Program.path, base + ["--host", guid, "--key", LiveNode.key, "--json"])
        #expect(json.status == 0 && json.output.hasPrefix("{\"machine\":\"\(guid)\",\"cases\":[{"))
        let wrong = try Program.run(Program.path, base + ["--host", "web01"])
        #expect(wrong.status == 64 && wrong.errors.contains("--host wants a GUID"))
        #expect(try Program.run("parent", "--host", guid).status == 64)
        #expect(try Program.run("parent", "--json").status == 64)
        #expect(try Program.run("parent", "--check", "--status").status == 64)
    }

    @Test func aSocketPathThatIsTooLongIsNamed() throws {
        let deep = "/tmp/" + String(repeating: "d", count: 100)
        let result = try Program.run("parent", "--state-dir", deep)
        #expect(result.status == 78)
        #expect(result.errors.contains("has 121 bytes; a socket's path may have 107"), "\(result.errors)")
        #expect(!Files.exists(deep))
    }
}
