import Glibc
import Status
import Synchronization
import System
import Testing

/// What a parent does when the disk of its database is full, read-only or somebody else's: real processes on real, small file
/// systems (`Tests/Support/small-disk.sh`).
@Suite(.serialized, .timeLimit(.minutes(5))) struct DiskFaultTests {
    private static let guid = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
    private static let otherGUID = "8a6d5c4b-3b2a-4d1c-9f0e-1b2c3d4e5f6a"

    private func netdata(_ more: String = "") -> String {
        """
        [db]
            mode = dbengine
            future limit = 0
        [web]
            bind to = 127.0.0.1:0
        \(more)
        """
    }

    private let keys = "[\(LiveNode.key)]\n    enabled = yes\n    default memory mode = dbengine\n    type = api\n"

    private func degraded(_ node: LiveNode) throws -> StatusDocument.Store.Degraded? {
        try statusDocument(node).store?.degraded
    }

    /// What a host has of dimension 2 of a chart, half of it: the numbers that its child sent, oldest first.
    private func numbers(_ node: LiveNode, _ host: String = "one", chart: Int = 7) throws -> [Int] {
        let now = SystemClock().now() / 1_000_000
        let answer = try RawClient(port: try node.port()).get(
            "/host/\(host)/api/v1/data?chart=a.c\(chart)&dimensions=d2&after=\(now - 500)&before=\(now)&points=500"
                + "&format=csv&options=seconds,unaligned&group=average"
        )
        return answer.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(separator: ",")
            guard words.count == 2, Int(words[0]) != nil else { return nil }
            return Double(words[1]).map { Int($0) / 2 }
        }.sorted()
    }

    /// Every number from the first on, without a hole, at least up to `last`, which is awaited.
    private func expectAll(
        _ node: LiveNode,
        _ host: String = "one",
        upTo last: Int,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        for chart in [7, 39] {
            try eventually("\(last) of \(host)", location) { try numbers(node, host, chart: chart).last ?? 0 >= last }
            let served = try numbers(node, host, chart: chart)
            let first = CountingChild.first
            #expect(served == Array(first..<(first + served.count)), sourceLocation: location)
        }
    }

    /// The next start says anew where it listens.
    private func kill(_ node: LiveNode) throws {
        node.signal(SIGKILL)
        #expect(try node.end() == -SIGKILL)
        try Files.remove("\(node.directory)/state/run/parent.port")
    }

    private func end(_ node: LiveNode) throws {
        node.signal(SIGTERM)
        #expect(try node.end(withinSeconds: 10) == 0)
    }

    private func hostFile(_ node: LiveNode, _ disk: SmallDisk) throws {
        try eventually("a host's file") {
            let file = "/proc/\(disk.id)/root\(disk.path)/\(Self.guid)/host"
            return (try? Files.read(file, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self).contains("CHART") }
                ?? false
        }
    }

    private func count(_ text: String, in log: String) -> Int { log.ranges(of: text).count }

    private func check(_ node: LiveNode, _ disk: SmallDisk? = nil) throws -> Program.Result {
        let words =
            (disk?.launcher ?? []) + [
                Program.path, "parent", "--check", "--config-dir", node.directory + "/etc", "--state-dir",
                node.directory + "/state",
            ]
        return try Program.run("/usr/bin/env", words)
    }

    // MARK: Full

    /// The disk fills up and has room again: nothing is missing at the end, nor after a restart.
    @Test(.enabled(if: SmallDisk.isPossible)) func aFullDiskCostsNothing() throws {
        let place = try TemporaryDirectory()
        let disk = try SmallDisk(place.path + "/state/cache", size: "8m")
        let node = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        let child = try CountingChild(try node.port(), "one", guid: Self.guid)
        try child.waitFor(more: 4)
        try eventually("a journal") { try statusDocument(node).store?.journalBytes ?? 0 > 2000 }
        #expect(try degraded(node) == nil)

        try disk.fill()
        try node.waitForLog("DBENGINE: cannot write to '\(place.path)/state/cache/dbengine': ")
        let said = try #require(try degraded(node))
        #expect(said.code == "ND-D02")
        #expect(said.text.contains("No space left on device"), "\(said.text)")
        let top = try Program.run("top", "--batch", "--once", node.socket)
        #expect(top.output.contains("ND-D02"), "\(top.output)\(top.errors)")
        // It tries again every five seconds, and says so no more.
        try child.waitFor(more: 12)
        try expectAll(node, upTo: child.last - 2)
        #expect(count("DBENGINE: cannot write to", in: node.log) == 1)

        try disk.empty()
        try node.waitForLog("DBENGINE: '\(place.path)/state/cache/dbengine' can be written again, after ")
        #expect(try degraded(node) == nil)
        try child.waitFor(more: 3)
        try hostFile(node, disk)
        let last = child.last
        try kill(node)
        let next = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        try expectAll(next, upTo: last - 2)
        #expect(next.log.contains(" charts that no file had yet"))
        let checked = try check(next, disk)
        #expect(checked.output.contains("no damage found") && !checked.output.contains("DAMAGED"), "\(checked.output)")
        try end(next)
    }

    /// Killed while nothing could be written, and started on the same full disk: what the journal had is served, kept and,
    /// once there is room, written.
    @Test(.enabled(if: SmallDisk.isPossible)) func whoStartsOnAFullDiskHasItsJournal() throws {
        let place = try TemporaryDirectory()
        let disk = try SmallDisk(place.path + "/state/cache", size: "8m")
        let node = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        let child = try CountingChild(try node.port(), "one", guid: Self.guid)
        try hostFile(node, disk)
        try child.waitFor(more: 2)
        let last = child.last - 3
        try disk.fill()
        try kill(node)

        let second = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        try expectAll(second, upTo: last)
        try second.waitForLog("DBENGINE: cannot write to '")
        #expect(try degraded(second)?.code == "ND-D02")
        // Again: the journal is still there.
        try kill(second)
        let third = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        try expectAll(third, upTo: last)
        try third.waitForLog("DBENGINE: cannot write to '")
        try disk.empty()
        try third.waitForLog("can be written again, after ")
        try end(third)
        try? Files.remove("\(place.path)/state/run/parent.port")
        let fourth = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        try expectAll(fourth, upTo: last)
        #expect(!fourth.text("state/log/error.log").contains("cannot be taken over"))
    }

    // MARK: Read-only

    /// What is on a disk that became read-only is served; it goes on where it can be written again.
    @Test(.enabled(if: SmallDisk.isPossible)) func aReadOnlyDiskIsServed() throws {
        let place = try TemporaryDirectory()
        let disk = try SmallDisk(place.path + "/state/cache", size: "8m")
        let node = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        let child = try CountingChild(try node.port(), "one", guid: Self.guid)
        try hostFile(node, disk)
        let last = child.last - 3
        try kill(node)
        try disk.run("mount -o remount,ro '\(disk.path)'")

        let second = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        try expectAll(second, upTo: last)
        // Somebody new is served from memory meanwhile.
        let other = try CountingChild(try second.port(), "two", guid: Self.otherGUID)
        try second.waitForLog("DBENGINE: cannot write to '")
        #expect(try degraded(second)?.text.contains("Read-only file system") == true)
        try other.waitFor(more: 4)
        try expectAll(second, "two", upTo: other.last - 2)
        try disk.run("mount -o remount,rw '\(disk.path)'")
        try second.waitForLog("can be written again, after ")
        #expect(try degraded(second) == nil)
        try other.waitFor(more: 2)
        let otherLast = other.last
        try kill(second)

        let third = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        try expectAll(third, upTo: last)
        // Its file may not have been written yet: its past comes back with it.
        let again = try CountingChild(try third.port(), "two", guid: Self.otherGUID)
        try again.waitFor(more: 3)
        try eventually("its past") {
            Set(try numbers(third, "two")).isSuperset(of: CountingChild.first...(otherLast - 2))
        }
    }

    /// A directory that cannot even be made: in memory only, said once, in the log and in what the node tells of itself.
    @Test(.enabled(if: SmallDisk.isPossible)) func withoutADirectoryItKeepsAllInMemory() throws {
        let place = try TemporaryDirectory()
        let disk = try SmallDisk(place.path + "/state/cache", size: "1m")
        try disk.run("mount -o remount,ro '\(disk.path)'")
        let node = try LiveNode(netdata: netdata(), stream: keys, launcher: disk.launcher, directory: place.path)
        let child = try CountingChild(try node.port(), "one", guid: Self.guid)
        let other = try CountingChild(try node.port(), "two", guid: Self.otherGUID)
        try child.waitFor(more: 5)
        try expectAll(node, upTo: child.last - 2)
        try expectAll(node, "two", upTo: other.last - 2)
        let sentence = "DBENGINE: cannot use '\(place.path)/state/cache/dbengine': "
        #expect(count(sentence, in: node.log) == 1, "\(node.log)")
        let said = try #require(try degraded(node))
        #expect(said.code == "ND-D01")
        #expect(said.text.contains("Read-only file system"), "\(said.text)")
        let top = try Program.run("top", "--batch", "--once", node.socket)
        #expect(top.output.contains("ND-D01"), "\(top.output)\(top.errors)")
        try end(node)
    }

    // MARK: Somebody else's

    /// Two parents with one cache directory: the second says so and keeps what it has in memory; the first loses nothing.
    @Test func twoParentsDoNotShareADirectory() throws {
        let first = try LiveNode(netdata: netdata(), stream: keys)
        let child = try CountingChild(try first.port(), "one", guid: Self.guid)
        let place = try TemporaryDirectory()
        try Files.makeDirectories(place.path + "/state")
        try #require(symlink(first.directory + "/state/cache", place.path + "/state/cache") == 0)
        let second = try LiveNode(netdata: netdata(), stream: keys, directory: place.path)
        let other = try CountingChild(try second.port(), "two", guid: Self.otherGUID)
        try other.waitFor(more: 5)
        try expectAll(second, "two", upTo: other.last - 2)
        let shared = place.path + "/state/cache/dbengine"
        #expect(count("DBENGINE: cannot use '\(shared)': \(shared) is in use by another process", in: second.log) == 1)
        #expect(try degraded(second)?.code == "ND-D01")
        try end(second)
        #expect(try degraded(first) == nil)
        try child.waitFor(more: 2)
        try expectAll(first, upTo: child.last - 2)
        let last = child.last
        try end(first)
        try? Files.remove("\(first.directory)/state/run/parent.port")
        let again = try LiveNode(netdata: netdata(), stream: keys, directory: first.directory)
        try expectAll(again, upTo: last - 1)
        #expect(try check(again).status == 0)
    }

    /// Files that a later version, somebody else or a broken disk has left: each is said and left alone, the rest is served.
    @Test func whatIsNotItsOwnIsSetAside() throws {
        let node = try LiveNode(netdata: netdata(), stream: keys)
        let child = try CountingChild(try node.port(), "one", guid: Self.guid)
        try child.waitFor(more: 6)
        let last = child.last
        try end(node)
        try? Files.remove("\(node.directory)/state/run/parent.port")

        let store = node.directory + "/state/cache/dbengine/"
        let own = try Files.read(store + "segment-0000000001.nds", limit: 64 << 20)
        // A later version: the header's checksum is good.
        var header = Array(own[..<28])
        header[8] = 9
        let sum = header.withUnsafeBytes { Checksum.of($0) }
        try Files.write(
            header + withUnsafeBytes(of: sum.littleEndian) { Array($0) } + own[32...],
            to: store + "segment-0000000007.nds"
        )
        try Files.write(
            Array("nothing of ours, but long enough to look at it".utf8),
            to: store + "segment-0000000008.nds"
        )
        try Files.write(own, to: store + "segment-0000000009.nds")
        let journal: [UInt8] = [0, 0x4e, 0x44, 0x53, 0x4a, 0x4e, 0x4c, 0x31, 9, 0, 0, 0, 9, 0, 0, 0, 1, 2, 3]
        try Files.write(journal, to: store + "journal-0000000009.ndj")
        // And the store's own newest one ends within a record.
        try Files.write(own + own[40..<60], to: store + "segment-0000000001.nds")

        let next = try LiveNode(netdata: netdata(), stream: keys, directory: node.directory)
        try expectAll(next, upTo: last - 1)
        for number in 7...9 {
            let file = "segment-000000000\(number).nds"
            #expect(
                count("DBENGINE: '\(store)\(file)' is set aside as '\(file).set-aside': ", in: next.log) == 1,
                "\(next.log)"
            )
            #expect(Files.exists(store + file + ".set-aside"))
        }
        #expect(next.log.contains(": its version is 9."))
        #expect(next.log.contains("DBENGINE: the journal '\(store)journal-0000000009.ndj' is none of this version"))
        #expect(try Files.read(store + "journal-0000000009.ndj.set-aside", limit: 1000) == journal)
        #expect(next.log.contains("DBENGINE: the end of '\(store)segment-0000000001.nds' was not complete: 20 bytes"))
        #expect(try degraded(next) == nil)
        try end(next)
        let checked = try check(next)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
    }
}

/// A child that counts: each second all its dimensions are one more than before, times their number. There are so many of them
/// that a few seconds do not fit into what is left of a page.
private final class CountingChild: Sendable {
    private static let charts = 40
    private static let dimensions = 20
    /// The first number that becomes a point: none comes of the first collection.
    static let first = 1001

    private let state = Mutex(State())

    private struct State {
        var last = first - 2
        var isOver = false
    }

    init(_ port: UInt16, _ hostname: String, guid: String) throws {
        let client = try RawClient(port: port)
        client.send(HandChild.request(hostname, guid: guid))
        let reply = client.receive()
        try #require(reply.hasPrefix("Hit me baby"), "\(reply)")
        var text = ""
        for chart in 0..<Self.charts {
            text += "CHART a.c\(chart) '' 'title' 'units' 'family' 'context' line 1 1 '' 'plugin' 'module'\n"
            for dimension in 1...Self.dimensions { text += "DIMENSION d\(dimension) '' absolute 1 1 ''\n" }
        }
        client.send(text)
        let box = Box(client)
        Threads.start(name: "CHILD") { [weak self] in
            // In the middle of each second, however long it took.
            while let self, !self.state.withLock({ $0.isOver }) {
                self.collect(box.client)
                usleep(UInt32(1_000_000 - (SystemClock().now() + 700_000) % 1_000_000))
            }
        }
    }

    deinit { state.withLock { $0.isOver = true } }

    /// What was sent last.
    var last: Int { state.withLock { $0.last } }

    func waitFor(more seconds: Int) throws {
        let wanted = last + seconds
        try eventually("\(seconds) seconds") { last >= wanted }
    }

    private func collect(_ client: RawClient) {
        let number = last + 1
        var text = ""
        for chart in 0..<Self.charts {
            text += "BEGIN a.c\(chart) \(number < Self.first ? 0 : 1_000_000)\n"
            for dimension in 1...Self.dimensions { text += "SET d\(dimension) = \(number * dimension)\n" }
            text += "END\n"
        }
        if client.send(text) { state.withLock { $0.last = number } }
    }

    /// Used by the one thread only.
    private final class Box: @unchecked Sendable {
        let client: RawClient
        init(_ client: RawClient) { self.client = client }
    }
}

/// A file system that a test may fill; it goes with the value.
private final class SmallDisk {
    let path: String
    private(set) var id: pid_t = 0
    private let place: TemporaryDirectory

    private static let script = root + "/Tests/Support/small-disk.sh"

    /// Loudly, where not: as ``Tools/has(_:)``.
    static let isPossible: Bool = {
        let namespace = "if [ $(id -u) = 0 ]; then how=-m; else how=-rm; fi; unshare $how true"
        guard system("(\(namespace)) 2> /dev/null") != 0 else { return Tools.has("/usr/bin/nsenter") }
        print("\n*** There can be no mount namespace here: full and read-only disks are not tried. ***\n")
        return getenv("CI").map { String(cString: $0) } == "true"
    }()

    init(_ path: String, size: String) throws {
        self.path = path
        place = try TemporaryDirectory()
        try place.write("", "in")
        try Files.makeDirectories(path)
        id = try Program.start([path, size], of: Self.script, directory: place.path)
        try eventually("a small disk") { Files.exists(path + ".ready") }
    }

    deinit {
        Glibc.kill(id, SIGKILL)
        _ = Program.wait(id)
    }

    /// What comes before the words of a program that is to see it.
    var launcher: [String] {
        let user = geteuid() == 0 ? [] : ["--user", "--preserve-credentials"]
        return ["/usr/bin/nsenter", "--target", String(id), "--mount"] + user + ["--"]
    }

    func run(_ command: String) throws {
        let result = try Program.run("/usr/bin/env", launcher + ["/bin/sh", "-c", command])
        try #require(result.status == 0, "\(command): \(result.errors)")
    }

    /// Until nothing more fits, not a byte.
    func fill() throws { try run("cat /dev/zero > '\(path)/filling' 2> /dev/null; test -s '\(path)/filling'") }
    func empty() throws { try run("rm '\(path)/filling'") }
}
