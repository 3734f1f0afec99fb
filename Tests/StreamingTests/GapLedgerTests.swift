import Diagnostics
import Status
import Store
import Testing

@testable import Streaming

/// The ledger of gaps: from when to when nothing is there, and why.
@Suite struct GapLedgerTests {
    /// A ledger, and a clock for it.
    private struct Bench {
        var ledger: GapLedger
        var monotonic: Int64 = 1_000_000_000
        var progress = ReplicationProgress()

        init(_ interruption: Interruption?, replicates: Bool = false, updateEvery: Int = 1) {
            ledger = GapLedger(
                interruption,
                replicates: replicates,
                updateEvery: updateEvery,
                monotonic: monotonic
            )
        }

        /// One second later: what came, and what was found.
        mutating func hear(
            _ samples: Int = 100,
            after seconds: Double = 1,
            holes: Holes? = nil,
            charts: Int = 10,
            first: Int64? = 1
        ) -> [GapLedger.Finding] {
            monotonic += Int64(seconds * 1_000_000)
            return ledger.take(
                GapLedger.News(
                    holes: holes,
                    samples: samples,
                    progress: progress,
                    charts: charts,
                    firstStored: first,
                    monotonic: monotonic
                )
            )
        }

        /// So many ordinary seconds.
        mutating func live(_ seconds: Int, first: Int64? = 1) -> [GapLedger.Finding] {
            (0..<seconds).flatMap { _ in hear(first: first) }
        }
    }

    private func told(_ findings: [GapLedger.Finding]) -> [String] {
        findings.map {
            "\(Int($0.gap.fromAt))-\(Int($0.gap.toAt)) \($0.gap.cause)\($0.gap.filled ? ", filled" : "") "
                + ($0.condition?.code ?? "silent")
        }
    }

    private func holes(_ spans: (Int64, Int64)...) -> Holes {
        var all = Holes(after: spans[0].0, before: spans[0].1)
        for (after, before) in spans.dropFirst() { all.merge(Holes(after: after, before: before)) }
        return all
    }

    // MARK: Since the connection before, without replication

    @Test(arguments: [GapCause.link, .childStopped, .nodeStopped])
    func anOutageIsItsOwnLength(cause: GapCause) {
        var bench = Bench(Interruption(after: 100, cause: cause, code: "ND-X1"))
        #expect(told(bench.hear(0)) == [])
        #expect(told(bench.hear(holes: holes((100, 110)))) == [])
        let findings = bench.hear(holes: holes((100, 109), (98, 112))) + bench.live(2)
        #expect(told(findings) == ["100-109 \(cause.rawValue) ND-G70"])
        #expect(findings.first?.gap.code == "ND-X1")
        // The same hole of charts that come later is known.
        #expect(told(bench.hear(holes: holes((100, 109)))) == [])
        #expect(!bench.ledger.isWaiting)
    }

    @Test func nothingMissingIsNoGap() {
        var bench = Bench(Interruption(after: 100, cause: .link))
        #expect(told(bench.live(11)) == [])
        #expect(!bench.ledger.isWaiting)
    }

    @Test func chartsThatAreRarelyCollectedAreWaitedFor() {
        var bench = Bench(Interruption(after: 60, cause: .link), updateEvery: 60)
        #expect(told(bench.live(100)) == [])
        #expect(told(bench.hear(holes: holes((60, 240))) + bench.live(3)) == ["60-240 link ND-G70"])
    }

    /// A chart with a point every five seconds has one that reaches into the gap.
    @Test func theFinestChartsSayHowLong() {
        var coarse = Holes(after: 100, before: 120, every: 5)
        coarse.merge(Holes(after: 103, before: 124))
        #expect((coarse.after, coarse.before) == (103, 124))
        coarse.merge(Holes(after: 100, before: 115, every: 5))
        #expect((coarse.after, coarse.before, coarse.every) == (103, 124, 1))
        var bench = Bench(Interruption(after: 103, cause: .link))
        #expect(told(bench.hear(holes: Holes(after: 100, before: 120, every: 5))) == [])
        #expect(told(bench.hear(holes: holes((103, 124))) + bench.live(2)) == ["103-124 link ND-G70"])
        // Also within a connection.
        bench = Bench(nil)
        _ = bench.live(20)
        #expect(told(bench.hear(after: 20, holes: Holes(after: 120, before: 135, every: 5))) == [])
        let findings = bench.hear(after: 0.01, holes: holes((123, 138))) + bench.live(4)
        #expect(told(findings) == ["123-138 child stopped ND-G71"])
    }

    @Test func anEndRightAfterTheGapTellsIt() {
        var bench = Bench(Interruption(after: 100, cause: .link))
        #expect(told(bench.hear(holes: holes((100, 110)))) == [])
        #expect(told([bench.ledger.end()].compactMap { $0 }) == ["100-110 link ND-G70"])
        let next = bench.ledger.interruption(newest: 111, cause: .link, code: "ND-A")
        #expect(next?.after == 111)
    }

    /// Nothing from before is left, so the store has no hole to report.
    @Test func theGapOfARestartOfThisNode() {
        var bench = Bench(Interruption(after: 100, cause: .nodeStopped))
        #expect(told(bench.hear(first: 0)) == [])
        #expect(told(bench.hear(first: 115)) == [])
        #expect(told(bench.hear(first: 112)) == [])
        #expect(told(bench.live(5, first: 112)) == ["100-112 node stopped ND-G70"])
    }

    @Test func anEndBeforeItIsKnownLeavesItOpen() {
        let before = Interruption(after: 100, cause: .link, code: "ND-A")
        var bench = Bench(before, replicates: true)
        _ = bench.hear(0)
        #expect(bench.ledger.interruption(newest: 130, cause: .childStopped, code: "ND-B") == before)
        let fresh = Bench(nil).ledger
        #expect(
            fresh.interruption(newest: 130, cause: .childStopped, code: "ND-B")
                == Interruption(after: 130, cause: .childStopped, code: "ND-B")
        )
        #expect(fresh.interruption(newest: 0, cause: .childStopped, code: "ND-B") == nil)
    }

    // MARK: With replication

    private func replicated(_ interruption: Interruption, to: Int64, holes: Holes?, first: Int64 = 1) -> [String] {
        var bench = Bench(interruption, replicates: true)
        bench.progress.chartsLeft = 5
        bench.progress.from = interruption.after
        bench.progress.to = to
        var findings = bench.hear(holes: holes, first: first)
        #expect(told(findings) == [])
        bench.progress.chartsLeft = 0
        findings = bench.hear(first: first) + bench.hear(first: first)
        #expect(told(findings) == [], "charts come one by one")
        return told(bench.live(4, first: first))
    }

    @Test func whatWasFilledIsFilled() {
        let interruption = Interruption(after: 100, cause: .link)
        #expect(replicated(interruption, to: 160, holes: nil) == ["100-161 link, filled silent"])
    }

    /// The child keeps less than the outage lasted; or it has no part in the middle.
    @Test func theRestIsUnfillable() {
        let interruption = Interruption(after: 100, cause: .link)
        #expect(
            replicated(interruption, to: 160, holes: holes((100, 130), (95, 130)))
                == ["100-130 unfillable ND-R14", "130-161 link, filled silent"]
        )
        #expect(
            replicated(interruption, to: 160, holes: holes((120, 130)))
                == ["100-120 link, filled silent", "120-130 unfillable ND-R14", "130-161 link, filled silent"]
        )
        // Also where this node was restarted and the store begins anew.
        #expect(
            replicated(Interruption(after: 100, cause: .nodeStopped), to: 160, holes: nil, first: 130)
                == ["100-130 unfillable ND-R14", "130-161 node stopped, filled silent"]
        )
    }

    /// A child that was restarted has the seconds since then, and nobody has the others.
    @Test func aStoppedChildIsTheReason() {
        #expect(
            replicated(Interruption(after: 100, cause: .childStopped), to: 115, holes: holes((100, 110)))
                == ["100-110 child stopped ND-R14", "110-116 child stopped, filled silent"]
        )
        #expect(
            replicated(Interruption(after: 100, cause: .childStopped), to: 110, holes: holes((100, 110)))
                == ["100-110 child stopped ND-G70"]
        )
    }

    /// A proxy's farewell leaves open who was stopped; what the child has when it is back tells.
    @Test func aProxysFarewellIsJudgedByWhatFollows() {
        let farewell = Interruption(after: 100, cause: .link, code: Condition.receiverEndOfFile.code)
        #expect(replicated(farewell, to: 160, holes: nil) == ["100-161 link, filled silent"])
        #expect(replicated(farewell, to: 110, holes: holes((100, 110))) == ["100-110 child stopped ND-G70"])
        let parts = ["100-110 child stopped ND-R14", "110-409 link, filled silent"]
        #expect(replicated(farewell, to: 408, holes: holes((100, 110))) == parts)
        // One that was there for longer than it keeps.
        #expect(
            replicated(farewell, to: 409, holes: holes((100, 110)))
                == ["100-110 unfillable ND-R14", "110-410 link, filled silent"]
        )
    }

    /// Holes of single charts are told where there is none of all.
    @Test func theLongestOfOneChart() {
        #expect(
            replicated(Interruption(after: 100, cause: .link), to: 160, holes: holes((100, 110), (120, 150)))
                == ["100-120 link, filled silent", "120-150 unfillable ND-R14", "150-161 link, filled silent"]
        )
    }

    @Test func aChildWithoutAPastIsAsWithoutReplication() {
        var bench = Bench(Interruption(after: 100, cause: .link), replicates: true)
        bench.progress.chartsDone = 5
        #expect(told(bench.hear(holes: holes((100, 110)))) == [])
        #expect(told(bench.live(3)) == ["100-110 link ND-G70"])
    }

    // MARK: Within a connection

    @Test func aSilentChild() {
        var bench = Bench(nil)
        _ = bench.live(20)
        #expect(told(bench.hear(100, after: 9, holes: holes((120, 129)))) == [])
        #expect(bench.ledger.isWaiting)
        #expect(told(bench.live(4)) == ["120-129 child stopped ND-G71"])
        // And again: several gaps in one connection.
        #expect(told(bench.hear(100, after: 30, holes: holes((133, 163)))) == [])
        #expect(told(bench.live(4)) == ["133-163 child stopped ND-G71"])
    }

    /// What a link held back comes after its silence, all at once.
    @Test func aStalledLink() {
        var bench = Bench(nil)
        _ = bench.live(20)
        #expect(told(bench.hear(100, after: 5, holes: holes((120, 124)))) == [])
        #expect(told(bench.hear(400, after: 0.001)) == [])
        #expect(told(bench.hear(200, after: 0.001)) == ["120-124 link ND-G70"])
        #expect(told(bench.live(10)) == [])
    }

    @Test func oneLostSecondIsNoGap() {
        var bench = Bench(nil)
        _ = bench.live(20)
        #expect(told(bench.hear(after: 2, holes: holes((120, 122)))) == [])
        #expect(told(bench.live(10)) == [])
    }

    @Test func aPauseThatTheConnectionDoesNotOutlive() {
        var bench = Bench(nil)
        _ = bench.live(20)
        _ = bench.hear(after: 9, holes: holes((120, 129)))
        let findings = [bench.ledger.end()].compactMap { $0 }
        #expect(told(findings) == ["120-129 child stopped ND-G71"])
        #expect([bench.ledger.end()].compactMap { $0 }.isEmpty)
    }

    /// All charts jump ahead, though no time has passed.
    @Test func aClockThatWasSet() {
        var bench = Bench(nil)
        _ = bench.live(20)
        #expect(told(bench.hear(holes: holes((120, 180)))) == [])
        var most = holes((120, 180))
        for _ in 0..<4 { most.merge(holes((120, 180))) }
        #expect(told(bench.hear(after: 0.01, holes: most)) == ["120-180 clock ND-G72"])
        // One chart alone may pause as it likes.
        #expect(told(bench.hear(holes: holes((150, 181)))) == [])
    }

    // MARK: A link that was dead

    @Test func anEndAfterASilenceIsTheLinks() {
        var bench = Bench(nil)
        _ = bench.live(20)
        #expect(!bench.ledger.wasDead(monotonic: bench.monotonic + 1_000_000))
        #expect(!bench.ledger.wasDead(monotonic: bench.monotonic + 9_999_999))
        #expect(bench.ledger.wasDead(monotonic: bench.monotonic + 10_000_000))
        // What was on its way comes with the end.
        _ = bench.hear(1000, after: 60)
        #expect(bench.ledger.wasDead(monotonic: bench.monotonic + 1000))
        _ = bench.live(4)
        #expect(!bench.ledger.wasDead(monotonic: bench.monotonic + 1000))
    }
}
