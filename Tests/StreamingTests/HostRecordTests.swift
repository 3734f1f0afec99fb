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

/// A host's file: everything comes back, and nothing that is wrong with it does harm.
@Suite struct HostRecordTests {
    private let guid = GUID(machineGUID)!

    private func stream(_ bench: ParentBench) throws -> Host {
        let child = try bench.accepted(
            request(
                hostname: "w%c3%a9b 01",
                more: "&NETDATA_SYSTEM_OS_NAME=Debian%20GNU/Linux&NETDATA_SYSTEM_ARCHITECTURE=x86_64"
            )
        )
        child.send(
            """
            LABEL "role" = 2 "db server"
            LABEL "_is_ephemeral" = 1 "false"
            OVERWRITE labels
            CLAIMED_ID \(machineGUID) \(goodKey)
            VARIABLE HOST cores = 8.5
            CHART "a.b" "named" "A title" "things/s" "fam" "ctx.b" stacked 77 3 "obsolete detail store_first hidden" "plug" "mod"
            CLABEL "device" "sda 1" 1
            CLABEL_COMMIT
            DIMENSION "d" "dim one" incremental 8 1000 "hidden noreset"
            DIMENSION "e" "" absolute 1 1 "obsolete"
            VARIABLE CHART high = 3
            CHART "c.d" "" "" "x" "" "" line 1 1 "" "" ""
            DIMENSION z
            BEGIN c.d 0
            SET z = 1
            END

            """
        )
        child.leave()
        return try bench.host()
    }

    private func decode(_ bytes: [UInt8], _ bench: ParentBench) throws(HostRecord.Fault) -> Host {
        try HostRecord.decode(
            bytes,
            guid: guid,
            database: configuration().database,
            now: bench.clock.now(),
            monotonic: bench.clock.monotonic()
        )
    }

    @Test func everythingComesBack() throws {
        let bench = ParentBench()
        let host = try stream(bench)
        host.status.withLock {
            $0.hostnameBefore = "old name"
            $0.add(StatusDocument.Gap(fromAt: 5, toAt: 9.5, cause: "child stopped", code: "ND-C2", filled: true))
            $0.add(StatusDocument.Gap(fromAt: 15, toAt: 19, cause: "link"))
        }
        let bytes = HostRecord.encode(host, savedAt: bench.clock.now())
        bench.wait(seconds: 100)
        let read = try decode(bytes, bench)
        let (before, after) = (StoredHost(host), StoredHost(read))
        #expect(after.identity == before.identity)
        #expect(after.variables == ["cores": 8.5])
        #expect(after.charts.map(\.definition) == before.charts.map(\.definition))
        #expect(after.charts.map(\.dimensions) == before.charts.map(\.dimensions))
        #expect(after.charts.map(\.variables) == before.charts.map(\.variables))
        #expect(read.settings == host.settings)
        let (then, now) = (host.status.withLock { $0 }, read.status.withLock { $0 })
        #expect(now.kept == then.kept)
        #expect(now.gaps == then.gaps)
        #expect(now.state == .archived)
        #expect(now.stateSince == bench.clock.now())
        #expect(now.goneMonotonic == bench.clock.monotonic())
        #expect(now.hostnameBefore == "old name")
        #expect(now.address == "10.0.0.4" && now.port == 51234 && now.hops == 1)
        #expect(now.departure == .left)
        // What was read is written as it was, but for when.
        #expect(HostRecord.encode(read, savedAt: bench.clock.now() - 100_000_000) == bytes)
    }

    /// The node was killed while the child streamed.
    @Test func aConnectionThatNobodySawTheEndOf() throws {
        let bench = ParentBench()
        let child = try bench.accepted()
        let bytes = HostRecord.encode(try bench.host(), savedAt: bench.clock.now())
        child.leave()
        let facts = try decode(bytes, bench).status.withLock { $0 }
        #expect(facts.disconnects == 1)
        #expect(facts.lastDisconnect?.code == "ND-H11")
        #expect(facts.lastDisconnect?.at == Double(bench.clock.now()) / 1_000_000)
    }

    @Test func aNewerFileIsNotTouched() throws {
        let bench = ParentBench()
        let bytes = HostRecord.encode(try stream(bench), savedAt: 0)
        let newer = Array("ndstream-host 2\n".utf8) + bytes.dropFirst("ndstream-host 1\n".utf8.count)
        #expect(throws: HostRecord.Fault.newer("version 2")) { try decode(newer, bench) }
    }

    @Test func aNameThatIsNotKnownIsNoFault() throws {
        let bench = ParentBench()
        let host = try stream(bench)
        let text = String(decoding: HostRecord.encode(host, savedAt: 0), as: UTF8.self)
        let body = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(2)
        var lines = body.map(String.init)
        lines.insert("invented_later yes", at: 2)
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        let sum = String(HostRecord.checksum(bytes[...]), radix: 16)
        #expect(try decode(bytes + "end \(sum)\n".utf8, bench).hostname == host.hostname)
    }

    /// Cut anywhere, or a byte changed anywhere, it is damaged: never another host, never a crash.
    @Test func damageIsFound() throws {
        let bench = ParentBench()
        let bytes = HostRecord.encode(try stream(bench), savedAt: 0)
        for count in 0..<bytes.count {
            #expect(throws: HostRecord.Fault.self, "\(count)") { try decode(Array(bytes.prefix(count)), bench) }
        }
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            var wrong = bytes
            let place = Int.random(in: 0..<wrong.count, using: &random)
            wrong[place] ^= UInt8.random(in: 1...255, using: &random)
            // The checksum's own digits may be written large.
            guard
                String(decoding: wrong, as: UTF8.self).lowercased()
                    != String(decoding: bytes, as: UTF8.self).lowercased()
            else { continue }
            #expect(throws: HostRecord.Fault.self, "seed \(seed), byte \(place)") { try decode(wrong, bench) }
        }
    }

    /// A file that somebody has written with a right checksum is still only a file.
    @Test(arguments: [
        "SET d = 1\n", "BEGIN a.b 1\n", "NONSENSE\n", "DIMENSION d\n", "CHART a\n",
        "CHART a.b\nDIMENSION d\nBEGIN a.b 1\nSET d = 1\nEND\n",
    ])
    func aStreamIsNoMoreThanDefinitions(stream: String) throws {
        let head = "ndstream-host 1\nguid \(machineGUID)\nhostname x\nmode ram\nhistory 5\nupdate_every 1\nstream\n"
        let bytes = Array((head + stream).utf8)
        let file = bytes + "end \(String(HostRecord.checksum(bytes[...]), radix: 16))\n".utf8
        #expect(throws: HostRecord.Fault.self) { try decode(file, ParentBench()) }
    }

    @Test func anotherHostsFileIsNone() throws {
        let bench = ParentBench()
        let bytes = HostRecord.encode(try stream(bench), savedAt: 0)
        #expect(throws: HostRecord.Fault.damaged("it is another host's")) {
            try HostRecord.decode(bytes, guid: GUID(other)!, database: configuration().database, now: 0, monotonic: 0)
        }
    }
}
