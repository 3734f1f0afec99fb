import Config
import Diagnostics
import Testing

@testable import Streaming
@testable import Wire

/// The sender's decisions, without clock, dice or sockets (streaming protocol §4.1, §11).
@Suite struct SenderMachineTests {
    private let second: Int64 = 1_000_000
    private let session = Session(capabilities: .own())

    private func machine(_ destinations: String = "a:1 b:2", delay: Int64 = 5, random: UInt64 = 0) -> SenderMachine {
        SenderMachine(
            destinations: Destination.list(destinations, defaultPort: "19999").destinations,
            reconnectDelaySeconds: delay,
            random: { random }
        )
    }

    @Test func nothingHappensBeforeTheFirstCollection() {
        var machine = machine()
        #expect(machine.state == .idle)
        #expect(machine.wake(now: 0) == .nothing)
        #expect(machine.retryNow(now: 0) == .nothing)
        #expect(machine.begin(now: 0) == .connect(candidate: 0))
        #expect(machine.begin(now: 0) == .nothing)
        #expect(machine.state == .connecting(candidate: 0))
    }

    @Test func destinationsAreTriedInOrder() {
        var machine = machine()
        _ = machine.begin(now: 0)
        #expect(machine.couldNotConnect(code: "X", now: 0) == .connect(candidate: 1))
        #expect(machine.attempts == 2)
        #expect(machine.candidates[0].skippedUntil == 5 * second)
        #expect(machine.candidates[0].code == "X")
        // All are left alone: until the first of them is free.
        #expect(machine.couldNotConnect(code: "X", now: second) == .wait(until: 5 * second))
        #expect(machine.current?.description == "b:2")
        #expect(machine.wake(now: 4 * second) == .wait(until: 5 * second))
        #expect(machine.wake(now: 5 * second) == .connect(candidate: 0))
    }

    /// Random between five seconds and the table's value, both included.
    @Test(arguments: ConnectFailure.allCases)
    func refusalsAreLeftAloneForAWhile(failure: ConnectFailure) {
        let longest = Int64(failure.longestDelay)
        for (random, seconds) in [(0, 5), (UInt64((longest - 5) * second), longest)] as [(UInt64, Int64)] {
            var machine = machine("a:1", random: random)
            _ = machine.begin(now: 0)
            machine.connected()
            #expect(machine.refused(failure, now: 7) == .wait(until: seconds * second + 7))
            #expect(machine.candidates[0].code == failure.condition.code)
        }
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            var machine = machine("a:1", random: random.next())
            _ = machine.begin(now: 0)
            machine.connected()
            _ = machine.refused(failure, now: 0)
            #expect((5 * second...longest * second).contains(machine.candidates[0].skippedUntil), "seed \(seed)")
        }
    }

    @Test func aLostConnectionIsOpenedAgainAtOnce() {
        var machine = machine("a:1")
        _ = machine.begin(now: 0)
        machine.connected()
        machine.accepted(session, now: 0)
        #expect(machine.attempts == 0)
        #expect(machine.lost(code: "X", now: 5 * second) == .connect(candidate: 0))
        #expect(machine.candidates[0].code == "X")
    }

    /// A parent that lets us in and throws us out is not asked in a circle.
    @Test func aConnectionThatHardlyLivedWaits() {
        var machine = machine("a:1")
        _ = machine.begin(now: 0)
        machine.connected()
        machine.accepted(session, now: 0)
        #expect(machine.lost(code: "X", now: 5 * second - 1) == .wait(until: 10 * second - 1))
    }

    @Test func theOperatorEndsAllWaiting() {
        var machine = machine("a:1")
        _ = machine.begin(now: 0)
        machine.connected()
        _ = machine.refused(.localhost, now: 0)
        #expect(machine.retryNow(now: 1) == .connect(candidate: 0))
        // Whoever is connected stays so.
        machine.connected()
        machine.accepted(session, now: 1)
        #expect(machine.retryNow(now: 2) == .nothing)
        #expect(machine.state == .live(candidate: 0, session, since: 1))
    }

    /// What is under way goes on; when it fails, the list is tried from its beginning.
    @Test(arguments: [false, true])
    func theOperatorDoesNotDisturbAnAttempt(isHandshake: Bool) {
        var machine = machine("a:1 b:2 c:3")
        _ = machine.begin(now: 0)
        machine.connected()
        _ = machine.refused(.localhost, now: 0)
        if isHandshake { machine.connected() }
        #expect(machine.retryNow(now: 1) == .nothing)
        #expect(machine.candidate == 1)
        #expect(machine.candidates.allSatisfy { $0.skippedUntil == 0 })
        let next = isHandshake ? machine.refused(.busy, now: 2) : machine.couldNotConnect(code: "X", now: 2)
        #expect(next == .connect(candidate: 0))
    }

    /// Nobody is struck off: whoever was denied is asked again, for as long as the node runs.
    @Test func nobodyIsGivenUp() {
        var machine = machine("a:1")
        var now: Int64 = 0
        #expect(machine.begin(now: now) == .connect(candidate: 0))
        for round in 1...1000 {
            machine.connected()
            guard case .wait(let until) = machine.refused(.denied, now: now) else { return #expect(Bool(false)) }
            now = until
            #expect(machine.attempts == round)
            #expect(machine.wake(now: now) == .connect(candidate: 0))
        }
    }

    /// A better destination that comes back is not moved to; it is the first to be tried when the link is lost.
    @Test func aLinkStaysWhereItIs() {
        var machine = machine("a:1 b:2")
        _ = machine.begin(now: 0)
        _ = machine.couldNotConnect(code: "X", now: 0)
        machine.connected()
        machine.accepted(session, now: 0)
        #expect(machine.candidates[0].skippedUntil == 5 * second)
        #expect(machine.wake(now: 60 * second) == .nothing)
        #expect(machine.candidate == 1)
        #expect(machine.lost(code: "Y", now: 60 * second) == .connect(candidate: 0))
        #expect(machine.candidates.map(\.code) == ["X", "Y"])
    }

    /// A list of any length, failing at random: the machine never stands still and never hammers.
    @Test(arguments: 0..<50)
    func aLongLifeWithRandomFailures(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = machine("a:1 b:2 c:3", random: random.next())
        var now: Int64 = 0
        var action = machine.begin(now: now)
        var asked: [[Int64]] = [[], [], []]
        for _ in 0..<500 {
            switch action {
            case .nothing:
                Issue.record("it stands still in \(machine.state), seed \(seed)")
                return
            case .wait(let until):
                #expect(until > now, "seed \(seed)")
                now = until
                action = machine.wake(now: now)
            case .connect(let candidate):
                asked[candidate].append(now)
                now += Int64(random.next() % 100_000)
                switch random.next() % 4 {
                case 0: action = machine.couldNotConnect(code: "X", now: now)
                case 1:
                    machine.connected()
                    let failures = ConnectFailure.allCases
                    action = machine.refused(failures[Int(random.next() % UInt64(failures.count))], now: now)
                default:
                    machine.connected()
                    machine.accepted(session, now: now)
                    now += Int64(random.next() % 20_000_000)
                    action = machine.lost(code: "Y", now: now)
                }
            }
        }
        for times in asked {
            for (one, next) in zip(times, times.dropFirst()) {
                #expect(next - one >= 5 * second, "hammered, seed \(seed)")
            }
        }
    }

    /// Without compression the same parent is dialled, not the first of the list.
    @Test func aRestartStaysWithItsParent() {
        var machine = machine()
        _ = machine.begin(now: 0)
        _ = machine.couldNotConnect(code: "X", now: 0)
        machine.connected()
        machine.accepted(session, now: 0)
        #expect(machine.candidate == 1)
        #expect(machine.restart() == .connect(candidate: 1))
    }

    @Test func stoppedIsForGood() {
        var machine = machine()
        _ = machine.begin(now: 0)
        machine.stop()
        #expect(machine.couldNotConnect(code: "X", now: 0) == .nothing)
        #expect(machine.refused(.denied, now: 0) == .nothing)
        #expect(machine.lost(code: "X", now: 0) == .nothing)
        #expect(machine.wake(now: 0) == .nothing)
        #expect(machine.retryNow(now: 0) == .nothing)
        #expect(machine.restart() == .nothing)
        #expect(machine.begin(now: 0) == .nothing)
    }

    /// Delays from a configuration cannot run over.
    @Test func hugeDelaysAreBounded() {
        var machine = machine("a:1", delay: .max)
        _ = machine.begin(now: 0)
        #expect(machine.couldNotConnect(code: "X", now: 0) == .wait(until: 86_400 * second))
    }

    /// A parent that is on its way out takes a connection and ends it without a word, perhaps before the request is written, or
    /// still has the one before.
    @Test(arguments: [ConnectFailure.noReply, .requestNotSent, .already])
    func aParentOnItsWayOutIsAskedAgainSoon(failure: ConnectFailure) {
        var machine = SenderMachine(
            destinations: Destination.list("a:1", defaultPort: "19999").destinations,
            reconnectDelaySeconds: 5,
            random: { .max / 2 }
        )
        let session = Session(capabilities: Capabilities(number: 5))
        _ = machine.begin(now: 0)
        machine.connected()
        machine.accepted(session, now: 0)
        #expect(machine.lost(code: "ND-C1", now: 100_000_000) == .connect(candidate: 0))
        machine.connected()
        #expect(machine.refused(failure, now: 100_100_000) == .wait(until: 105_100_000))
        _ = machine.wake(now: 105_100_000)
        machine.connected()
        // A minute later it is a refusal like any other.
        guard case .wait(let until) = machine.refused(failure, now: 161_000_000) else {
            Issue.record("it does not wait")
            return
        }
        #expect(until > 161_000_000 + 6_000_000)
    }
}
