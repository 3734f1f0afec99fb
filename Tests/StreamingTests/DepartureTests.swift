import Basics
import Config
import Diagnostics
import Glibc
import Status
import Store
import Testing

@testable import Streaming
@testable import Transport

/// How children leave, over real sockets: what the host's facts say of it, and what the gap is put down to.
@Suite struct DepartureTests {
    private let data = "CHART \"a.b\"\nDIMENSION d\nBEGIN a.b 0\nSET d = 1\nEND\n"

    private func streams(_ parent: LiveParent) throws -> LiveChild {
        let child = try parent.accepted()
        child.send(data)
        #expect(try soon { try parent.host().withDatabase { !$0.refs.isEmpty } })
        return child
    }

    private func expect(
        _ parent: LiveParent,
        _ departure: HostFacts.Departure,
        _ condition: Condition,
        _ cause: GapCause,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try soon { try parent.facts().departure != nil }, sourceLocation: location)
        let facts = try parent.facts()
        #expect(facts.departure == departure, sourceLocation: location)
        #expect(facts.lastDisconnect?.code == condition.code, sourceLocation: location)
        #expect(facts.interruption?.cause == cause, sourceLocation: location)
        #expect(soon { parent.parent.receiverCount == 0 }, sourceLocation: location)
    }

    @Test func aGoodbye() throws {
        let parent = try LiveParent()
        defer { parent.stop() }
        try streams(parent).leave()
        try expect(parent, .left, .receiverEndOfFile, .childStopped)
    }

    @Test func aCrash() throws {
        let parent = try LiveParent()
        defer { parent.stop() }
        try streams(parent).crash()
        try expect(parent, .vanished, .receiverFailed, .link)
        #expect(try parent.facts().lastDisconnect?.text.contains("Connection reset by peer") == true)
    }

    /// Found by keepalive, which takes two seconds here and a minute elsewhere.
    @Test func aMachineThatIsGone() throws {
        let parent = try LiveParent(keepalive: Keepalive(idle: 1, interval: 1, probes: 1))
        defer { parent.stop() }
        let child = try streams(parent)
        try #require(child.vanish(), "a packet filter cannot be attached")
        try expect(parent, .vanished, .receiverVanished, .link)
    }

    @Test func theParentEnds() throws {
        let parent = try LiveParent()
        defer { parent.stop() }
        let child = try streams(parent)
        parent.parent.stop()
        try expect(parent, .closed, .receiverDisconnected, .nodeStopped)
        #expect(child.receive() == "")
    }

    /// The child's machine has started again, and this end does not know: half a minute without data later the new connection
    /// is taken, and the old one is closed without a word about the host.
    @Test func halfAConnectionIsReplaced() throws {
        let parent = try LiveParent()
        defer { parent.stop() }
        let old = try streams(parent)
        try #require(old.vanish(), "a packet filter cannot be attached")
        parent.clock.advance(seconds: 30)
        let early = try LiveChild(parent.port)
        early.send(request())
        #expect(early.receive() == "This GUID is already streaming to this server")
        #expect(early.receive() == "")
        parent.clock.advance(seconds: 1)
        let new = try parent.accepted()
        #expect(parent.reports.count(.replacedDeadConnection) == 1)
        #expect(soon { parent.accessLog.contains { $0.contains("'DISCONNECTED' host 'web01'") } })
        let facts = try parent.facts()
        #expect(facts.state == .live && facts.connects == 2 && facts.disconnects == 0)
        #expect(facts.departure == nil)
        #expect(parent.parent.receiverCount == 1)
        new.send(data)
        new.leave()
        try expect(parent, .left, .receiverEndOfFile, .childStopped)
    }
}
