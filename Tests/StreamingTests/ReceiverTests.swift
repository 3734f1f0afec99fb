import Basics
import Config
import Diagnostics
import NIOCore
import NIOEmbedded
import Status
import Store
import Synchronization
import Testing

@testable import Streaming
@testable import Transport
@testable import Wire

/// A child's connection from its acceptance to its end (streaming protocol §3, §12, §16).
@Suite struct ReceiverTests {
    private let thread = "STREAM_RECEIVER[web01,[10.0.0.4]:51234]"
    private let from = "STREAM web01 [receive from [10.0.0.4]:51234]: "

    @Test func theLinesOfASession() throws {
        let bench = ParentBench()
        let child = try bench.connect()
        child.send(request(more: "&NETDATA_NO_SUCH=7"))
        #expect(child.answerPieces() == [acceptance(5)])
        child.send("CHART \"a.b\"\nDIMENSION d\nBEGIN a.b 0\nSET d = 1\nEND\n")
        child.leave()
        let host =
            "Host 'web01' (at registry as 'web01') with guid '\(machineGUID)' initialized, os 'linux', timezone 'Etc/UTC', "
            + "tags '', program_name 'netdata', program_version 'v1.33.1', update every 1, memory mode ram, history entries "
            + "4096, streaming disabled (to '' with api key ''), health enabled, "
        let lines = bench.reports.lines
        #expect(lines[0] == "INFO : WEB_SERVER[static1] : clients wants to STREAM metrics.")
        #expect(
            lines[1] == "INFO : WEB_SERVER[static1] : STREAM [receive from [10.0.0.4]:51234]: request has parameter "
                + "'NETDATA_NO_SUCH' = '7', which is not used."
        )
        #expect(lines[2] == "INFO : \(thread) : STREAM web01 [10.0.0.4]:51234: receive thread created (task id 1)")
        #expect(lines[3].hasPrefix("INFO : \(thread) : \(host)cache_dir '/"))
        #expect(
            lines[4] == "INFO : \(thread) : \(from)client willing to stream metrics for host 'web01' with machine_guid "
                + "'\(machineGUID)': update every = 1, history = 4096, memory mode = ram, health enabled, tags ''"
        )
        #expect(
            lines.dropFirst(5) == [
                "INFO : \(thread) : Postponing health checks for 60 seconds, on host 'web01', because it was just connected.",
                "INFO : \(thread) : \(from)initializing communication...",
                "INFO : \(thread) : \(from)Netdata is using the stream version 5.",
                "INFO : \(thread) : \(from)receiving metrics...",
                "ERROR : \(thread) : \(from)read failed: end of file",
                "ERROR : \(thread) : \(from)disconnected (completed 1 updates).",
                "INFO : \(thread) : \(from)receive thread ended (task id 1)",
            ]
        )
        let who = "host 'web01' api key '\(goodKey)' machine guid '\(machineGUID)'"
        #expect(
            bench.journal.lines == [
                "STREAM: 1 '[10.0.0.4]:51234' 'CONNECTED' \(who)", "STREAM: 1 '[10.0.0.4]:51234' 'DISCONNECTED' \(who)",
            ]
        )
        // No errno hangs on any of them (streaming protocol §16.1).
        #expect(lines.allSatisfy { !$0.contains("errno") })
    }

    @Test(arguments: [
        (
            "16376",
            "established link with negotiated capabilities: VCAPS HLABELS CLAIM CLABELS COMPRESSION REPLICATION BINARY "
        ),
        ("0", "Netdata is using first stream protocol."), ("4", "Netdata is using the stream version 4."),
    ])
    func whatWasNegotiatedIsLogged(version: String, text: String) throws {
        let bench = ParentBench()
        _ = try bench.accepted(request(version: version))
        #expect(bench.reports.texts.contains(from + text))
    }

    /// What comes with the request is the beginning of the stream.
    @Test func aStreamMayFollowAtOnce() throws {
        let bench = ParentBench()
        let child = try bench.connect()
        child.send(request() + "CHART a.b\nDIMEN")
        child.send("SION d\n")
        #expect(child.answers() == acceptance(5))
        #expect(StoredHost(try bench.host()).chart("a.b")?.dimensions.map(\.id) == ["d"])
        // Behind a refusal it is nothing.
        let refused = try bench.connect()
        refused.send(request() + "CHART c.d\n")
        #expect(refused.answers() == "This GUID is already streaming to this server")
        #expect(StoredHost(try bench.host()).charts.count == 1)
    }

    /// A host that is known comes back: its data stay, what changed is said.
    @Test func aKnownHostReturns() throws {
        let bench = ParentBench()
        let first = try bench.accepted()
        first.send(
            "CHART \"a.b\"\nDIMENSION d\nLABEL \"x\" = 1 \"y\"\nOVERWRITE labels\nCLAIMED_ID \(machineGUID) \(goodKey)\n"
        )
        first.leave()
        #expect(try bench.host().status.withLock { $0.state } == .down)
        #expect(try bench.host().status.withLock { $0.lastDisconnect?.code } == "ND-C2")
        bench.reports.forget()
        _ = try bench.accepted(request(hostname: "db01", program: "netdata/v1.37.1"))
        let host = try bench.host()
        let stored = StoredHost(host)
        #expect(stored.charts.count == 1)
        #expect(stored.identity.hostname == "db01")
        #expect(stored.identity.formerHostname == "web01")
        #expect(stored.identity.programVersion == "v1.37.1")
        #expect(stored.identity.labels.map(\.value) == ["y"])
        #expect(stored.identity.claimID == goodKey)
        #expect(bench.reports.count(.hostInitialized) == 0)
        #expect(
            bench.reports.text(.hostRenamed)
                == "Host 'web01' has been renamed to 'db01'. If this is not intentional it may mean multiple hosts are using "
                + "the same machine_guid."
        )
        #expect(
            bench.reports.text(.programChanged) == "Host 'db01' switched program version from 'v1.33.1' to 'v1.37.1'"
        )
        let facts = host.status.withLock { $0 }
        #expect(facts.state == .live)
        #expect(facts.connects == 2)
        #expect(facts.hostnameBefore == "web01")
    }

    @Test func anotherProgramIsSaid() throws {
        let bench = ParentBench()
        try bench.accepted().leave()
        _ = try bench.accepted(request(program: "ndstream/v1.33.1"))
        let text = "Host 'web01' switched program name from 'netdata' to 'ndstream'"
        #expect(bench.reports.texts.contains(text))
        #expect(bench.reports.count(.programChanged) == 0)
    }

    /// A changed configuration counts from the next connection on, and says so (design, "Signals").
    @Test func settingsThatWereChanged() throws {
        let bench = ParentBench()
        try bench.accepted().leave()
        bench.parent.update(
            configuration(
                stream: openStream
                    + "\n[\(machineGUID)]\n history = 9000\n memory mode = alloc\n update every = 2\n"
            )
        )
        #expect(try bench.host().settings.history == 4096)
        bench.reports.forget()
        _ = try bench.accepted()
        let texts = bench.reports.events.filter { $0.condition == .hostReconfigured }.map(\.text)
        #expect(
            texts == [
                "Host 'web01' has update every 2 from this connection on, it was 1.",
                "Host 'web01' has history 9000 from this connection on, it was 4096.",
                "Host 'web01' has memory mode alloc from this connection on, it was ram.",
            ]
        )
        #expect(try bench.host().settings.updateEvery == 2)
        #expect(try bench.host().settings.history == 9000)
        #expect(bench.reports.texts.allSatisfy { !$0.contains("Restart netdata here") })
        // Nothing to say where nothing changed.
        let same = ParentBench()
        try same.accepted().leave()
        same.reports.forget()
        _ = try same.accepted()
        #expect(same.reports.count(.hostReconfigured) == 0)
    }

    /// The settings of the machine's section, else of the key's, else the defaults (streaming protocol §15.3).
    @Test func theHostsSettings() throws {
        let key = "[\(goodKey)]\n enabled = yes\n default history = 100\n default memory mode = none\n"
        let bench = ParentBench(configuration(stream: key + "[\(machineGUID)]\n history = 70\n update every = 3\n"))
        let child = try bench.accepted()
        let settings = try bench.host().settings
        #expect(settings.requestedHistory == 70)
        #expect(settings.mode == .none)
        #expect(settings.updateEvery == 3)
        child.send("CHART \"a.b\"\n")
        #expect(StoredHost(try bench.host()).chart("a.b")?.definition.updateEvery == 3)
        #expect(StoredHost(try bench.host()).chart("a.b")?.definition.plugin == "10.0.0.4:51234")
    }

    /// Nothing for ten minutes: it is gone (streaming protocol §12). Any byte counts.
    @Test func silenceEnds() throws {
        let bench = ParentBench()
        let child = try bench.accepted()
        bench.wait(seconds: 599)
        child.send("\n")
        for _ in 0..<20 { bench.wait(seconds: 30) }
        #expect(!child.isOpen)
        #expect(
            bench.reports.text(.receiverTimeout)
                == from + "read failed: timeout while waiting for data on socket, nothing came for 600 seconds"
        )
        #expect(try bench.host().status.withLock { $0.lastDisconnect?.code } == "ND-C4")
        #expect(bench.parent.receiverCount == 0)
    }

    @Test func aTalkingChildStays() throws {
        let bench = ParentBench()
        let child = try bench.accepted()
        for _ in 0..<100 {
            bench.wait(seconds: 30)
            child.send("\n")
        }
        #expect(child.isOpen)
    }

    @Test func aBrokenConnectionIsNamed() throws {
        let bench = ParentBench()
        let child = try bench.accepted()
        child.channel.pipeline.fireErrorCaught(IOErrorMaker.reset)
        #expect(bench.reports.text(.receiverFailed)?.hasPrefix(from + "read failed: read") == true)
        #expect(bench.parent.receiverCount == 0)
    }

    @Test func stoppingClosesAll() throws {
        let bench = ParentBench()
        let child = try bench.accepted()
        bench.parent.stop()
        bench.loop.run()
        #expect(!child.isOpen)
        // It was closed from here, which is no failure of the child's.
        #expect(bench.reports.count(.receiverEndOfFile) == 0)
        #expect(bench.reports.count(.receiverDisconnected) == 1)
    }

    /// A reconnect in the same instant in which the host would have been forgotten.
    @Test func aHostThatComesBackIsNotForgotten() throws {
        let bench = ParentBench()
        try bench.accepted().leave()
        bench.wait(seconds: 4000)
        let host = try bench.host()
        bench.hosts.remove(host.guid)
        // Its child had found it just before.
        _ = bench.hosts.add(host)
        _ = try bench.accepted()
        #expect(!bench.keeper().cleanUp())
        #expect(try bench.host() === host)
    }

    @Test func theStatusFollowsTheStream() throws {
        let bench = ParentBench()
        let child = try bench.accepted()
        let text = "CHART \"a.b\"\nDIMENSION d\nBEGIN a.b 0\nSET d = 1\nEND\n"
        child.send(text)
        let facts = try bench.host().status.withLock { $0 }
        #expect(facts.state == .live)
        #expect(facts.address == "10.0.0.4")
        #expect(facts.port == 51234)
        #expect(facts.hops == 1)
        #expect(facts.lastData == bench.clock.now())
        #expect(facts.throughput.rates(monotonic: bench.clock.monotonic() + 1_000_000).samples > 0)
        bench.wait(seconds: 4)
        #expect(facts.shownState(updateEvery: 1, monotonic: bench.clock.monotonic()) == .stale)
    }
}
