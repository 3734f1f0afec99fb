import Config
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import System
import Testing

@testable import Transport

/// Those who will be refused pass all others, and nobody is lost on the way from the door to a loop.
@Suite(.serialized) struct DoorTests {
    /// Refuses keys that begin with `bad`, and lets others in, slowly where it is told to.
    private final class Parent: Sendable {
        let isOver = Atomic(false)
        let isBusy = Atomic(false)
        let refused = Atomic(0)

        /// Keeps the loop that calls until ``isOver``.
        func occupy() {
            isBusy.store(true, ordering: .releasing)
            while !isOver.load(ordering: .acquiring) { usleep(1000) }
        }

        func server(limits: ServerLimits = ServerLimits(), policy: ServerPolicy = ServerPolicy()) -> LiveServer {
            LiveServer(
                limits: limits,
                policy: policy,
                acceptor: { [self] offer, connection, server in
                    let head = String(decoding: offer.head.prefix(30), as: UTF8.self)
                    if head.contains("slow") { occupy() }
                    if head.contains("bad") {
                        refused.add(1, ordering: .relaxed)
                        return .refused(status: 401, text: "no")
                    }
                    connection.onBytes = { bytes in server.streamed.withLock { $0 += bytes } }
                    connection.write("Hit me baby, push them over...")
                    return .accepted
                },
                foresight: { head, _, _ in String(decoding: head.prefix(30), as: UTF8.self).contains("bad") }
            )
        }

        /// The one loop of a server does nothing else from now on.
        func occupyLoop(of server: LiveServer) {
            server.group.next().execute { self.occupy() }
            #expect(eventually { isBusy.load(ordering: .acquiring) })
        }

        func letGo() { isOver.store(true, ordering: .releasing) }
    }

    private func request(_ key: String, length: Int? = nil) -> String {
        let rest = " HTTP/1.1\r\n\r\n"
        let start = "STREAM key=\(key)"
        return start + String(repeating: "x", count: length.map { $0 - start.utf8.count - rest.utf8.count } ?? 0) + rest
    }

    /// Whether something comes within so many milliseconds.
    private func hears(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, milliseconds) == 1
    }

    @Test func aRefusalDoesNotWaitForABusyLoop() throws {
        let parent = Parent()
        let server = parent.server()
        defer { server.stop() }
        defer { parent.letGo() }
        parent.occupyLoop(of: server)
        let good = try server.connect()
        try good.send(request("good") + "CHART a.b\n")
        for _ in 0..<20 {
            let caller = try server.connect()
            try caller.send(request("bad"))
            #expect(try caller.all() == "no")
        }
        // In pieces too.
        let slow = try server.connect()
        for piece in ["ST", "REAM ke", "y=bad HTTP/1.1\r\n\r", "\n"] { try slow.send(piece) }
        #expect(try slow.all() == "no")
        #expect(server.ends.withLock { $0.isEmpty } && server.streamed.withLock { $0.isEmpty })
        // Whoever waited is let in with all it has said.
        parent.letGo()
        #expect(try good.read(until: "over...").hasPrefix("Hit me"))
        #expect(eventually { server.streamed.withLock { String(decoding: $0, as: UTF8.self) } == "CHART a.b\n" })
    }

    /// A head of the greatest length is understood at the door; one that is longer waits for a loop and is answered there.
    @Test func headsHaveALimit() throws {
        let parent = Parent()
        let server = parent.server()
        defer { server.stop() }
        defer { parent.letGo() }
        parent.occupyLoop(of: server)
        let longer = try server.connect()
        try longer.send(request("bad", length: Door.longestHead + 1))
        let longest = try server.connect()
        try longest.send(request("bad", length: Door.longestHead))
        #expect(try longest.all() == "no")
        #expect(parent.refused.load(ordering: .relaxed) == 1)
        parent.letGo()
        #expect(try longer.all() == "no")
    }

    /// When refusals are the storm, all loops have their share of it.
    @Test func moreRefusalsThanMayWaitGoToAllLoops() throws {
        let parent = Parent()
        let server = parent.server()
        defer { server.stop() }
        defer { parent.letGo() }
        let first = try server.connect()
        try first.send(request("slow-bad"))
        #expect(eventually { parent.isBusy.load(ordering: .acquiring) })
        func another() throws -> Caller {
            let caller = try server.connect()
            try caller.send(request("bad"))
            return caller
        }
        var callers = try (0..<Door.mostRefusals).map { _ in Kept(try another()) }
        // All of them wait behind the first.
        let web = try server.connect()
        try web.send("GET /x HTTP/1.1\r\n\r\n")
        _ = try web.all()
        #expect(parent.refused.load(ordering: .relaxed) == 0)
        callers.append(Kept(try another()))
        #expect(eventually { parent.refused.load(ordering: .relaxed) == 1 })
        parent.letGo()
        for kept in callers { #expect(try kept.caller?.all() == "no") }
        #expect(try first.all() == "no")
        #expect(parent.refused.load(ordering: .relaxed) == Door.mostRefusals + 2)
    }

    /// A caller that can stand in an array.
    private final class Kept {
        let caller: Caller?

        init(_ caller: consuming Caller) { self.caller = consume caller }
    }

    /// Whoever is silent for longer than the door waits is served all the same, and has its time.
    @Test func theSilentGoToTheirLoops() throws {
        var policy = ServerPolicy()
        policy.firstRequestTimeout = 2
        let server = Parent().server(policy: policy)
        defer { server.stop() }
        let silent = try server.connect()
        let slow = try server.connect()
        try? slow.send("STREAM key=b")
        #expect(eventually { server.server.connections == 2 })
        server.server.update(ServerPolicy())
        let late = try server.connect()
        usleep(useconds_t(Door.patience * 1000 * 2))
        try late.send(request("bad"))
        #expect(try late.all() == "no")
        #expect(try silent.all() == "")
        // Where its beginning came too late, its end is a reset.
        #expect(((try? slow.all()) ?? "") == "")
        #expect(eventually { server.reports.codes.count { $0 == "ND-W14" } == 2 })
        #expect(eventually { server.server.connections == 0 })
    }

    /// Who leaves before it has said anything, or with a reset, leaves nothing behind.
    @Test func thoseWhoLeaveAreForgotten() throws {
        let server = Parent().server()
        defer { server.stop() }
        for number in 0..<60 {
            let caller = try server.connect()
            if number % 3 == 1 { try caller.send("STR") }
            if number % 3 == 2 { try caller.send(request("bad")) }
        }
        #expect(eventually { server.server.connections == 0 })
        let caller = try server.connect()
        try caller.send(request("good"))
        #expect(try caller.read(until: "over...").hasPrefix("Hit me"))
    }

    /// Who is in when the door closes goes on; nobody else comes in.
    @Test func closingLosesNobody() throws {
        let server = Parent().server()
        let good = try server.connect()
        try good.send(request("good"))
        #expect(try good.read(until: "over...").hasPrefix("Hit me"))
        let silent = try server.connect()
        #expect(eventually { server.server.connections == 2 })
        server.server.stop()
        #expect(throws: (any Error).self) { _ = try server.connect() }
        try silent.send("GET /x HTTP/1.1\r\n\r\n")
        #expect(try silent.all().hasPrefix("HTTP/1.1 200"))
        try good.send("CHART a.b\n")
        #expect(eventually { server.streamed.withLock { String(decoding: $0, as: UTF8.self) } == "CHART a.b\n" })
        server.stop()
    }
}
