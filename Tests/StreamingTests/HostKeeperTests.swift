import Basics
import Config
import Diagnostics
import Status
import Store
import Synchronization
import System
import Testing

@testable import Streaming
@testable import Wire

/// Hosts through time: what is written when, what is known after a restart, who is forgotten and why.
@Suite struct HostKeeperTests {
    private let guid = GUID(machineGUID)!
    private let chart = "CHART \"a.b\"\nDIMENSION d\n"

    private func file(_ directory: String) -> String { "\(directory)/\(machineGUID)/host" }

    @Test func aHostSurvivesARestart() throws {
        let directory = try Place()
        let bench = ParentBench()
        let child = try bench.accepted()
        child.send(chart)
        child.leave()
        bench.keeper(directory.path).saveAll(within: 10)

        let next = ParentBench()
        next.keeper(directory.path).load()
        let host = try next.host()
        #expect(host.status.withLock { $0.state } == .archived)
        #expect(StoredHost(host).chart("a.b") != nil)
        #expect(next.reports.text(.hostsKnown) == "1 hosts are known from before, below '\(directory.path)'.")
        // Its child finds it again.
        next.clock.advance(seconds: 5)
        next.reports.forget()
        _ = try next.accepted()
        #expect(next.reports.count(.hostInitialized) == 0)
        let facts = host.status.withLock { $0 }
        #expect(facts.state == .live && facts.connects == 2 && facts.firstSeen == bench.clock.now())
    }

    /// The host's file is written rarely, so when the node is killed another one says how long it had data.
    @Test func theGapOfANodeThatWasKilledBeginsThere() throws {
        let directory = try Place()
        let bench = ParentBench()
        let child = try bench.accepted()
        child.send(chart + "BEGIN a.b 0\nSET d = 1\nEND\n")
        let keeper = bench.keeper(directory.path)
        keeper.sweep()
        bench.clock.advance(seconds: 600)
        child.send("BEGIN a.b 0\nSET d = 1\nEND\n")
        keeper.sweep()

        let killedAt = bench.clock.now() / 1_000_000
        let next = ParentBench()
        next.clock.advance(seconds: 700)
        next.keeper(directory.path).load()
        let host = try next.host()
        #expect(
            host.status.withLock { $0.interruption } == Interruption(after: killedAt, cause: .nodeStopped)
        )
        // It comes back without a past, as without replication.
        let back = try next.accepted()
        let first = next.clock.now() / 1_000_000 + 2
        for _ in 0..<6 {
            next.wait(seconds: 1)
            back.send("BEGIN a.b 0\nSET d = 1\nEND\n")
        }
        let gaps = host.status.withLock { $0.gaps }
        #expect(gaps.map(\.cause) == ["node stopped"])
        #expect(gaps.map(\.fromAt) == [Double(killedAt)])
        #expect(gaps.map(\.toAt) == [Double(first)])
        #expect(next.reports.count(.gapOfOutage) == 1)
    }

    @Test func whatHasNotChangedIsNotWritten() throws {
        let directory = try Place()
        let bench = ParentBench()
        let keeper = bench.keeper(directory.path)
        let child = try bench.accepted()
        func writes(_ change: () throws -> Void) throws -> Bool {
            try? Files.remove(file(directory.path))
            try change()
            keeper.sweep()
            return Files.exists(file(directory.path))
        }
        #expect(try writes {})
        #expect(try !writes { bench.wait(seconds: 200) })
        // The first charts are written soon, later ones once in a minute.
        #expect(try writes { child.send(chart) })
        #expect(try !writes { child.send("DIMENSION e\n") })
        #expect(try !writes { bench.wait(seconds: 59) })
        #expect(try writes { bench.wait(seconds: 1) })
        // The end of a connection is not waited for that long.
        #expect(try !writes { child.leave() })
        #expect(try writes { bench.wait(seconds: 10) })
        #expect(try !writes { bench.wait(seconds: 100_000) })
    }

    @Test func oneSweepWritesSoManyFiles() throws {
        let directory = try Place()
        let bench = ParentBench()
        for number in 10..<30 { _ = try bench.accepted(request(guid: "aaaaaaaa-0137-11ee-8000-0000000000\(number)")) }
        let keeper = bench.keeper(directory.path)
        for count in [8, 16, 20] {
            keeper.sweep(limit: 8)
            #expect(try Files.names(in: directory.path).filter { GUID($0) != nil }.count == count)
        }
        #expect(HostFiles(directory: directory.path).known().count == 20)
    }

    @Test func nothingIsKeptInModeNone() throws {
        let directory = try Place()
        let stream = { (mode: String) in "[\(goodKey)]\n enabled = yes\n default memory mode = \(mode)\n" }
        let bench = ParentBench(configuration(stream: stream("ram")))
        let keeper = bench.keeper(directory.path)
        try bench.accepted().leave()
        keeper.sweep()
        #expect(Files.exists(file(directory.path)))
        bench.parent.update(configuration(stream: stream("none")))
        _ = try bench.accepted()
        keeper.sweep()
        #expect(!Files.exists(directory.path + "/" + machineGUID))
    }

    @Test(arguments: [
        ("garbage", "ND-H8", "it does not begin as one"), ("ndstream-host 7\n", "ND-H9", "version 7"),
        ("ndstream-host 1\n", "ND-H8", "its end is missing"), ("", "ND-H8", "it does not begin as one"),
    ])
    func aFileThatCannotBeReadIsSetAside(content: String, code: String, reason: String) throws {
        let directory = try Place()
        try Files.makeDirectories("\(directory.path)/\(machineGUID)")
        try Files.write(Array(content.utf8), to: file(directory.path))
        let bench = ParentBench()
        let keeper = bench.keeper(directory.path)
        keeper.load()
        #expect(bench.hosts.count == 1)
        #expect(bench.reports.codes == [code])
        #expect(bench.reports.texts[0].contains(reason), "\(bench.reports.texts)")
        let aside = "\(file(directory.path)).set-aside.\(bench.clock.now() / 1_000_000)"
        #expect(try Files.read(aside, limit: 100) == Array(content.utf8))
        // The child writes it anew, and nothing of the old one is removed with it.
        try bench.accepted().leave()
        keeper.sweep()
        #expect(Files.exists(file(directory.path)))
        bench.wait(seconds: 3600)
        #expect(keeper.cleanUp())
        #expect(!Files.exists(file(directory.path)))
        #expect(Files.exists(aside))
    }

    @Test func whatIsNoHostIsLeftAlone() throws {
        let directory = try Place()
        for name in ["dbengine", "not-a-guid", other] { try Files.makeDirectories("\(directory.path)/\(name)") }
        try Files.makeDirectories("\(directory.path)/\(machineGUID)/host")
        let bench = ParentBench()
        bench.keeper(directory.path).load()
        #expect(bench.hosts.count == 1)
        #expect(bench.reports.codes == ["ND-H8"])
    }

    @Test func aDirectoryThatCannotBeWrittenIsSaidOnce() throws {
        let bench = ParentBench()
        let keeper = bench.keeper("/proc/nowhere")
        let child = try bench.accepted()
        child.send(chart)
        for _ in 0..<5 {
            keeper.sweep()
            child.send("DIMENSION x\(bench.clock.now())\n")
            bench.wait(seconds: 61)
        }
        #expect(bench.reports.count(.hostFileNotWritten) == 1)
        keeper.saveAll(within: 1)
    }

    // MARK: Ends

    @Test func anOrphanGoesAfterItsTime() throws {
        let directory = try Place()
        let bench = ParentBench()
        let keeper = bench.keeper(directory.path, "cleanup orphan hosts after secs = 2000\n")
        try bench.accepted().leave()
        keeper.sweep()
        bench.reports.forget()
        // Who sets the clock sends nobody away.
        bench.clock.set(seconds: 2_000_000_000)
        #expect(!keeper.cleanUp())
        var facts = try bench.host().status.withLock { $0 }
        #expect(facts.state == .down)
        let end: Int64 = 2_000_002_000_000_000
        #expect(facts.expires.map { abs($0 - end) <= 1_000_000 } == true, "\(facts.expires ?? 0)")
        bench.wait(seconds: 1400)
        #expect(!keeper.cleanUp())
        facts = try bench.host().status.withLock { $0 }
        #expect(facts.state == .expiring)
        bench.wait(seconds: 599)
        #expect(!keeper.cleanUp())
        bench.wait(seconds: 1)
        #expect(keeper.cleanUp())
        #expect(bench.hosts.host(guid: guid) == nil)
        #expect(
            bench.reports.texts == [
                "Host 'web01' with machine guid '\(machineGUID)' is obsolete - cleaning up.",
                "Host 'web01' with machine guid '\(machineGUID)' is forgotten: its child has not been connected for 2000 "
                    + "seconds ([db] cleanup orphan hosts after secs, netdata.conf:4).",
            ]
        )
        #expect(!Files.exists(directory.path + "/" + machineGUID))
    }

    @Test func anEphemeralOneHasATimeOfItsOwn() throws {
        let label = "LABEL \"_is_ephemeral\" = 1 \"true\"\nOVERWRITE labels\n"
        let option = "\n[\(machineGUID)]\n is ephemeral node = yes\n"
        for (section, sent) in [("", label), (option, "\n")] {
            let bench = ParentBench(configuration(stream: openStream + section))
            let keeper = bench.keeper("/nonexistent", "cleanup ephemeral hosts after secs = 100\n")
            let child = try bench.accepted()
            child.send(sent)
            bench.wait(seconds: 5000)
            #expect(!keeper.cleanUp())
            let left = bench.clock.now()
            child.leave()
            // Whenever that is looked at, it goes since it left.
            bench.wait(seconds: 40)
            #expect(!keeper.cleanUp())
            let facts = try bench.host().status.withLock { $0 }
            #expect(facts.state == .expiring && facts.stateSince == left)
            #expect(facts.ephemeral == true)
            #expect(facts.expires == left + 100_000_000)
            // It comes back in time.
            bench.wait(seconds: 59)
            let again = try bench.accepted()
            #expect(try bench.host().status.withLock { $0.state == .live && $0.expires == nil })
            bench.wait(seconds: 1)
            #expect(!keeper.cleanUp())
            again.leave()
            bench.wait(seconds: 100)
            #expect(keeper.cleanUp())
            let reason = "it is ephemeral, and its child has not been connected for 100 seconds"
            #expect(bench.reports.text(.hostForgottenBecause)?.contains(reason) == true)
        }
    }

    /// The time in which a child may come back begins with the node.
    @Test func whoIsKnownFromBeforeHasItsWholeTime() throws {
        let directory = try Place()
        let bench = ParentBench()
        try bench.accepted().leave()
        bench.keeper(directory.path).saveAll(within: 1)
        let next = ParentBench()
        next.clock.advance(seconds: 100_000)
        let keeper = next.keeper(directory.path)
        keeper.load()
        #expect(!keeper.cleanUp())
        next.wait(seconds: 3600)
        #expect(keeper.cleanUp())
    }

    /// Such a host is who it was when its child comes back, without a restart in between.
    @Test func filesMayOutliveTheirHosts() throws {
        let directory = try Place()
        let bench = ParentBench()
        let keeper = bench.keeper(directory.path, "delete orphan hosts files = no\n")
        bench.archive.keeper.withLock { $0 = keeper }
        let firstSeen = bench.clock.now()
        let child = try bench.accepted()
        child.send(chart)
        keeper.sweep()
        // What came after the file was written is not lost either.
        child.send("CHART \"a.c\"\nDIMENSION d\n")
        child.leave()
        bench.wait(seconds: 3600)
        #expect(keeper.cleanUp())
        #expect(bench.hosts.host(guid: guid) == nil)
        #expect(Files.exists(file(directory.path)))
        bench.reports.forget()
        try bench.accepted().leave()
        let facts = try bench.host().status.withLock { $0 }
        #expect(facts.firstSeen == firstSeen)
        #expect(facts.connects == 2 && facts.disconnects == 2)
        #expect(StoredHost(try bench.host()).charts.map(\.definition.id) == ["a.b", "a.c"])
        #expect(
            bench.reports.text(.hostRecalled)
                == "Host 'web01' with machine guid '\(machineGUID)' had been forgotten and is known again from "
                + "'\(file(directory.path))'."
        )
        #expect(bench.reports.count(.hostInitialized) == 0)
        // Once more, and now somebody has removed the file: it is a new one.
        bench.wait(seconds: 3600)
        #expect(keeper.cleanUp())
        try Files.remove(file(directory.path))
        bench.reports.forget()
        _ = try bench.accepted()
        #expect(bench.reports.count(.hostInitialized) == 1)
        #expect(bench.reports.count(.hostRecalled) == 0)
        #expect(bench.reports.count(.hostFileDamaged) == 0)
    }

    /// A damaged file is set aside as at the start, and the child is let in.
    @Test func aDamagedFileOfAForgottenHost() throws {
        let directory = try Place()
        let bench = ParentBench()
        let keeper = bench.keeper(directory.path, "delete orphan hosts files = no\n")
        bench.archive.keeper.withLock { $0 = keeper }
        try bench.accepted().leave()
        bench.wait(seconds: 3600)
        #expect(keeper.cleanUp())
        try Files.write(Array("ndstream-host 1\n".utf8), to: file(directory.path))
        _ = try bench.accepted()
        #expect(bench.reports.count(.hostFileDamaged) == 1)
        #expect(bench.reports.count(.hostInitialized) == 2)
    }

    @Test func forgetting() throws {
        let directory = try Place()
        let bench = ParentBench()
        let keeper = bench.keeper(directory.path)
        let child = try bench.accepted()
        keeper.sweep()
        #expect(keeper.forget(GUID(other)!, by: "me") == .unknown)
        #expect(keeper.forget(guid, by: "me") == .connected)
        #expect(keeper.forget(bench.hosts.local.guid, by: "me") == .connected)
        child.leave()
        #expect(keeper.forget(guid, by: "[localhost]:7") == .forgotten(hostname: "web01"))
        #expect(keeper.forget(guid, by: "me") == .unknown)
        #expect(!Files.exists(directory.path + "/" + machineGUID))
        #expect(bench.reports.text(.hostForgottenBecause)?.hasSuffix("asked for by [localhost]:7.") == true)
        // It may come again, as a new one.
        _ = try bench.accepted()
        #expect(bench.reports.count(.hostInitialized) == 2)
        keeper.sweep()
        #expect(Files.exists(file(directory.path)))
    }

    /// Two machines of one name are two hosts; a name leads to the one that is there.
    @Test func oneNameTwice() throws {
        let bench = ParentBench()
        let second = "aaaaaaaa-0137-11ee-8000-000000000002"
        let first = try bench.accepted()
        #expect(bench.hosts.host(named: "web01") === (try bench.host()))
        let later = try bench.accepted(request(guid: second))
        #expect(bench.hosts.count == 3)
        later.send(chart + "BEGIN a.b 0\nSET d = 1\nEND\n")
        #expect(bench.hosts.host(named: "web01") === (try bench.host(second)))
        later.leave()
        #expect(bench.hosts.host(named: "web01") === (try bench.host()))
        first.leave()
        #expect(bench.hosts.host(named: "web01") === (try bench.host(second)))
        #expect(bench.hosts.host(named: machineGUID) === (try bench.host()))
    }
}

/// A directory that is removed with the value.
private final class Place {
    let path: String

    init() throws {
        path = "/tmp/ndstream-hosts-\(SystemRandom.number())"
        try Files.makeDirectories(path)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        guard Files.isDirectory(path) else {
            _ = try? Files.remove(path)
            return
        }
        for name in (try? Files.names(in: path)) ?? [] { remove(path + "/" + name) }
        Files.removeEmptyDirectory(path)
    }
}
