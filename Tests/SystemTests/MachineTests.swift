import Glibc
import Synchronization
import Testing

@testable import System

@Suite struct MachineTests {
    @Test func clocksGoOn() {
        let clock = SystemClock()
        let before = clock.monotonic()
        #expect(clock.now() > 1_700_000_000_000_000)
        #expect(clock.monotonic() >= before)
    }

    @Test func randomBytesDiffer() {
        #expect(SystemRandom.bytes(16) != SystemRandom.bytes(16))
        #expect(SystemRandom.bytes(0).isEmpty)
    }

    @Test func ownProcessIsSeen() {
        let facts = OwnProcess.now()
        #expect(facts.resident > 1 << 20)
        #expect(facts.peak >= facts.resident)
        #expect(facts.threads >= 1)
        #expect(facts.openFiles >= 3)
        #expect(facts.openFilesLimit >= facts.openFiles)
        #expect(facts.userTime + facts.systemTime > 0)
    }

    @Test func droppingCleanPagesChangesNothingButTheNumber() {
        let before = OwnProcess.now()
        let dropped = Memory.dropClean()
        #expect(dropped > 0)
        // Everything that ran before runs on.
        #expect(OwnProcess.now().threads >= 1)
        #expect(before.resident > 0)
        Memory.trim()
    }

    @Test func threadsHaveNames() throws {
        let name = Mutex("")
        withThreads(1) { _ in
            name.withLock {
                $0 = (try? String(decoding: Files.read("/proc/thread-self/comm", limit: 64), as: UTF8.self)) ?? ""
            }
        }
        #expect(name.withLock { $0 } == "A-NAME-THAT-IS-\n")
    }

    /// In a process of its own, because the mask stays. To this thread only: the test runner's others are not masked.
    @Test func signalsWaitForWhoeverAsks() async {
        await #expect(processExitsWith: .exitCode(7)) {
            Signals.block()
            pthread_kill(pthread_self(), SIGPIPE)
            for signal in Signal.allCases {
                pthread_kill(pthread_self(), signal.rawValue)
                if Signals.next() != signal { exit(1) }
            }
            exit(7)
        }
    }
}

/// Runs a body on several threads at once, and returns when all are done.
func withThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let done = Countdown(count)
    for number in 0..<count {
        Threads.start(name: "A-NAME-THAT-IS-TOO-LONG") {
            body(number)
            done.finish()
        }
    }
    done.wait()
}

private final class Countdown: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    func finish() { left.wrappingSubtract(1, ordering: .acquiringAndReleasing) }

    func wait() {
        while left.load(ordering: .acquiring) > 0 { sched_yield() }
    }
}
