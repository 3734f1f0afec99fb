import Basics
import FaultyFiles
import System
import Testing
import Transport

@testable import Web

/// What a registry has learned, and disks that fail (web API §10).
struct RegistryFilesTests {
    private static let database = RegistryBench.path + "/registry.db"
    private static let log = RegistryBench.path + "/registry-log.db"
    private static let own = RegistryBench.own

    private func text(_ files: FaultyFiles, _ path: String) -> String {
        String(decoding: files[path] ?? [], as: UTF8.self)
    }

    private func registry(_ bench: RegistryBench) -> Registry { bench.keeper.look { $0 } }

    @Test func whatIsLearnedIsThereAfterAKill() {
        let bench = RegistryBench()
        let person = bench.newcomer()
        bench.visit(person, RegistryBench.other, "http://b/", name: "bé \"x\"")
        bench.visit(person, Self.own, "http://gone/")
        _ = bench.ask(
            "action=delete&machine=\(Self.own)&url=http://a/&delete_url=http://gone/",
            cookie: "netdata_registry_id=\(person)"
        )
        let again = bench.restarted()
        #expect(registry(again).persons == registry(bench).persons)
        #expect(registry(again).machines == registry(bench).machines)
        #expect(again.events.codes.isEmpty)
        #expect(RegistryBench.urls(again.visit(person, Self.own, "http://a/")) == ["http://a/", "http://b/"])
    }

    @Test func theEndOfANodeLeavesAWholeAndAnEmptyLog() {
        let bench = RegistryBench()
        let persons = (0..<5).map { bench.newcomer(Self.own, "http://a/\($0)") }
        bench.keeper.close()
        #expect(bench.files[Self.log]?.isEmpty == true)
        #expect(bench.files[Self.database]?.isEmpty == false)
        let again = bench.restarted()
        #expect(registry(again).persons == registry(bench).persons)
        #expect(registry(again).machines == registry(bench).machines)
        #expect(persons.allSatisfy { registry(again).persons[$0] != nil })
    }

    /// The process dies at each change of a file: whoever was answered is known, and is not counted twice.
    @Test func deathAtEveryChange() {
        let count = 12
        func run(_ bench: RegistryBench) -> Int {
            let person = bench.newcomer()
            for index in 1..<count {
                if bench.files.isDead { return index }
                bench.web.clock.advance(seconds: 1)
                bench.visit(person, Self.own, "http://a/\(index % 3)")
            }
            return count
        }
        let options = ["registry save db every new entries": "5"]
        let whole = RegistryBench(options: options)
        whole.files.set([])
        _ = run(whole)
        let changes = whole.files.counts.changes
        print("\(changes) changes")
        #expect(changes > 15)
        for change in 0..<changes {
            let bench = RegistryBench(options: options)
            bench.files.set([.crash(at: change)])
            let answered = run(bench)
            #expect(bench.files.isDead)
            let again = bench.restarted()
            let visits = registry(again).persons.values.map(\.visits.count)
            // The one that was being answered may be there or not.
            let expected = registry(bench).persons.values.map(\.visits.count)
            #expect(visits == expected || visits == expected.map { $0 - 1 }.filter { $0 > 0 }, "died at \(change)")
            #expect(answered - (visits.first ?? 0) <= 1, "died at \(change)")
            #expect(again.events.codes.isEmpty, "died at \(change)")
        }
    }

    /// A machine that loses power has what was written as a whole.
    @Test func powerFailureLeavesTheWhole() {
        let bench = RegistryBench(options: ["registry save db every new entries": "4"])
        let person = bench.newcomer()
        for index in 1..<4 { bench.visit(person, Self.own, "http://a/\(index)") }
        bench.visit(person, Self.own, "http://late/")
        let again = bench.restarted(bench.files.afterPowerFailure())
        #expect(registry(again).persons[person]?.links.prefix(4).map(\.url).count == 4)
    }

    @Test func aFullDiskIsSaidOnceAndNothingIsLostWhenItHasRoomAgain() {
        let bench = RegistryBench()
        let person = bench.newcomer()
        bench.files.set([.noSpace(afterBytes: 30)])
        for index in 0..<5 { #expect(bench.visit(person, Self.own, "http://full/\(index)").status == 200) }
        #expect(bench.events.codes == ["ND-W37"])
        // Half an entry is not left behind.
        #expect(text(bench.files, Self.log).hasSuffix("\n"))
        bench.files.set([])
        bench.visit(person, Self.own, "http://after/")
        #expect(bench.events.codes == ["ND-W37", "ND-W38"])
        #expect(registry(bench.restarted()).persons == registry(bench).persons)
    }

    @Test func whatCannotBeReadIsNotWrittenOver() {
        let files = FaultyFiles()
        files[Self.database] = Array("precious\n".utf8)
        files.set([.failing(at: 0, times: 1)])
        let bench = RegistryBench(files: files)
        #expect(bench.events.codes == ["ND-W35"])
        _ = bench.newcomer()
        bench.keeper.close()
        #expect(files.paths == [Self.database])
        #expect(text(files, Self.database) == "precious\n")
    }

    @Test func aFileBeyondTheLimitIsNotRead() {
        var limits = RegistryLimits()
        let line = Array("x\n".utf8)
        for (size, codes) in [(line.count, ["ND-W36"]), (line.count - 1, ["ND-W35"])] {
            limits.fileBytes = size
            let files = FaultyFiles()
            files[Self.log] = line
            #expect(RegistryBench(limits: limits, files: files).events.codes == codes)
        }
    }

    @Test func damagedLinesAreLeftOutAndSaid() {
        let bench = RegistryBench()
        let person = bench.newcomer()
        bench.visit(person, Self.own, "http://b/")
        let files = bench.files.afterCrash()
        files[Self.log] = Array("nonsense\n".utf8) + files[Self.log]! + Array("A\tzz\n\nmore\n".utf8)
        let again = bench.restarted(files)
        #expect(registry(again).persons == registry(bench).persons)
        #expect(again.events.codes == ["ND-W36"])
        #expect(again.events.texts[0].contains("3 lines of \(Self.log)"))
    }

    /// A line that was being written when everything ended is none, and the next one begins a new one.
    @Test func halfALineIsForgotten() {
        let bench = RegistryBench()
        let person = bench.newcomer()
        let whole = bench.files[Self.log]!
        for cut in 1..<whole.count {
            let files = bench.files.afterCrash()
            files[Self.log] = whole + whole.prefix(cut)
            let again = bench.restarted(files)
            #expect(again.events.codes.isEmpty)
            #expect(registry(again).persons[person]?.visits.count == 1)
            again.visit(person, Self.own, "http://next/")
            #expect(again.files[Self.log]!.starts(with: whole))
            #expect(registry(again.restarted()).persons[person]?.links.map(\.url) == ["http://a/", "http://next/"])
        }
    }

    @Test(arguments: [(4, false), (5, true)])
    func aLongLogIsGathered(_ entries: Int, _ isGathered: Bool) {
        let bench = RegistryBench(options: ["registry save db every new entries": "5"])
        for index in 0..<entries { bench.visit(nil, Self.own, "http://a/\(index)") }
        #expect((bench.files[Self.database] != nil) == isGathered)
        #expect(bench.files[Self.log]!.isEmpty == isGathered)
    }

    @Test func soIsOneOfManyBytes() {
        for (surplus, isGathered) in [(1, false), (0, true)] {
            let size = {
                let bench = RegistryBench()
                bench.visit(nil, Self.own, "http://a/")
                return bench.files[Self.log]!.count
            }()
            var limits = RegistryLimits()
            limits.logBytes = size + surplus
            let bench = RegistryBench(limits: limits)
            bench.visit(nil, Self.own, "http://a/")
            #expect((bench.files[Self.database] != nil) == isGathered)
        }
    }
}
