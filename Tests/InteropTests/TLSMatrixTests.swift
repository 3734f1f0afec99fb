import Synchronization
import System
import TLSMatrix
import Testing

@testable import SelfTest

/// The documentation's table of expected behaviours with the real 1.37.1 on one side. What it does otherwise than the
/// document says stands, with the reason, in `Tests/Fixtures/TLS/matrix-netdata.txt`.
///
/// To write that again after a change that is meant: `NDSTREAM_RECORD=1 swift test --filter TLSMatrixTests`.
@Suite(.serialized, .enabled(if: RealNetdata.isThere))
struct TLSMatrixTests {
    @Test func everyCombinationWithARealPeer() throws {
        let bench = try Bench()
        defer { bench.stop() }
        let parents = try withRealParents(bench)
        let children = try withRealChildren(bench)
        let text = """
            # A real parent, our child

            \(MatrixText(parents, showsFixes: false, deviation: Self.deviationOfParent).text)
            # Our parent, a real child

            \(MatrixText(children, showsFixes: false, deviation: Self.deviationOfChild).text)
            """
        if let differences = try differences(steady(text), fromGolden: "matrix-netdata.txt") {
            Issue.record("\(differences)")
        }
    }

    // MARK: Our child

    private func withRealParents(_ bench: Bench) throws -> [Observation] {
        let kinds: [Combination.Credential?] = [nil] + Combination.Credential.allCases
        return try together(kinds) { credential in
            let parent = try RealParent(credential, bench.credentials)
            defer { parent.stop() }
            let ports: [Combination.Port] = credential == nil ? [.noTLS] : [.standard, .optional, .force]
            var combinations: [Combination] = []
            for port in ports {
                for child in Combination.Child.allCases {
                    let checks: [Combination.NameCheck] = child == .verify ? [.auto, .yes] : [.auto]
                    combinations += checks.map { Combination(port, child, credential ?? .valid, nameCheck: $0) }
                }
            }
            return try combinations.enumerated().map { try parent.meet($1, "child\($0)", in: bench) }
        }
    }

    /// How 1.37.1 as a parent differs from the document.
    private static func deviationOfParent(_ observation: Observation) -> String? {
        let combination = observation.combination
        if combination.row == 3, observation.behaviour == .parentRejects, observation.fromParent.isEmpty {
            return "1.37.1 closes with zero bytes: a defect"
        }
        return deviationOfChild(observation)
    }

    // MARK: Our parent

    private func withRealChildren(_ bench: Bench) throws -> [Observation] {
        // It never compares names.
        let all = Combination.all.filter { combination in
            combination.trust == .file && combination.nameCheck == (combination.child == .plain ? .auto : .no)
                && (combination.port != .noTLS || combination.credential == .valid)
        }
        // A stream takes a second or two, a refusal nothing.
        let walks = [
            all.filter { $0.child == .plain }, all.filter { $0.child == .verify },
            all.filter { $0.child == .skip && $0.port == .standard },
            all.filter { $0.child == .skip && $0.port != .standard },
        ]
        return try together(walks) { combinations in
            var child = try RealChild(combinations, in: bench)
            return child.walk(withinSeconds: 80)
        }
    }

    /// How 1.37.1 as a child differs from the document.
    private static func deviationOfChild(_ observation: Observation) -> String? {
        let expected = observation.combination.expected
        return observation.behaviour == expected ? nil : "expected: \(expected.rawValue)"
    }

    // MARK: Support

    /// Runs one thread for each, and gives what comes of all in their order.
    private func together<Item: Sendable>(
        _ items: [Item],
        _ body: @escaping @Sendable (Item) throws -> [Observation]
    ) throws -> [Observation] {
        let shared = Results()
        for (index, item) in items.enumerated() {
            Threads.start(name: "matrix") {
                let result = Result { try body(item) }
                shared.all.withLock { $0[index] = result }
            }
        }
        _ = eventually(withinSeconds: 120) { shared.all.withLock { $0.count } == items.count }
        let all = shared.all.withLock { $0 }
        try #require(all.count == items.count, "not all came to an end")
        return try all.sorted { $0.key < $1.key }.flatMap { try $0.value.get() }
    }

    private final class Results: Sendable {
        let all = Mutex([Int: Result<[Observation], any Error>]())
    }
}
