internal import Basics
internal import Glibc

/// Brings parents and children of every kind together, over real sockets and with real certificates, and sees what comes
/// of it.
public enum SelfTest {
    /// Combinations that run at a time.
    static let atOnce = 24
    /// Microseconds until one that has come to nothing is given up.
    static let patience: Int64 = 10_000_000

    /// Runs them all; blocks.
    public static func run(_ combinations: [Combination] = Combination.all) throws -> [Observation] {
        let bench = try Bench()
        defer { bench.stop() }
        var observations: [Observation] = []
        var rest = combinations[...]
        while !rest.isEmpty {
            let attempts = try rest.prefix(atOnce).map { try Attempt($0, in: bench) }
            rest = rest.dropFirst(atOnce)
            observations += attempts.map { $0.finish() }
        }
        return observations
    }
}

/// One parent, one child, and the wire between them.
private struct Attempt {
    private let combination: Combination
    private let parent: ParentUnderTest
    private let child: ChildUnderTest
    private let wire: Wiretap
    private let clock: any Clock
    private let deadline: Int64

    /// Begins.
    init(_ combination: Combination, in bench: Bench) throws {
        self.combination = combination
        clock = bench.clock
        deadline = clock.monotonic() + SelfTest.patience
        parent = try ParentUnderTest(combination.port, combination.credential, in: bench)
        wire = try Wiretap(bench.group, to: parent.port)
        child = try ChildUnderTest(combination, port: wire.port, in: bench)
    }

    /// Waits until it is known what comes of it, and ends it.
    func finish() -> Observation {
        _ = wait {
            if child.isConnected { child.collect() }
            return parent.hasMetrics || child.hasFailed && wire.record.isOver
        }
        let record = wire.record
        // A stream has its last word when it ends, which is none of what came of it.
        let (atChild, atParent) = (child.words, parent.words)
        let isStream = parent.hasMetrics
        child.stop()
        wire.stop()
        parent.stop()
        return Observation(
            combination,
            isStream: isStream,
            record,
            child: atChild,
            parent: atParent,
            atStart: parent.wordsAtStart
        )
    }

    private func wait(_ condition: () -> Bool) -> Bool {
        while !condition() {
            guard clock.monotonic() < deadline else { return false }
            usleep(1000)
        }
        return true
    }
}
