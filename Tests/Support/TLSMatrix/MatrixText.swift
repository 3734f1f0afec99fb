public import SelfTest

/// What was observed of many combinations, for people: those of which the same came share a line.
public struct MatrixText {
    /// Combinations that are told apart by nothing that matters.
    private struct Line: Equatable {
        var ports: [Combination.Port]
        var child: Combination.Child
        var credentials: [Combination.Credential]
        var nameChecks: [Combination.NameCheck]
        var trusts: [Combination.Trust]
        var outcome: Outcome
    }

    /// What is to be the same.
    private struct Outcome: Equatable {
        var row: Int?
        var behaviour: Behaviour?
        var child: [String]
        var parent: [String]
        /// How it differs from what it should have been.
        var deviation: String?
    }

    private var lines: [Line]
    private let observations: [Observation]
    private let showsFixes: Bool

    /// - Parameters:
    ///   - showsFixes: whether what is to be done stands below what is said.
    ///   - deviation: how an observation differs from what it should be.
    public init(
        _ observations: [Observation],
        showsFixes: Bool = true,
        deviation: (Observation) -> String? = Self.deviation
    ) {
        self.showsFixes = showsFixes
        self.observations = observations
        lines = observations.map { observation in
            let combination = observation.combination
            return Line(
                ports: [combination.port],
                child: combination.child,
                credentials: [combination.credential],
                nameChecks: [combination.nameCheck],
                trusts: [combination.trust],
                outcome: Outcome(
                    row: combination.row,
                    behaviour: observation.behaviour,
                    child: observation.child.map(\.code),
                    parent: observation.parent.map(\.code),
                    deviation: deviation(observation)
                )
            )
        }
        merge(\.trusts, Combination.Trust.allCases)
        merge(\.nameChecks, Combination.NameCheck.allCases)
        merge(\.ports, Combination.Port.allCases)
        merge(\.credentials, Combination.Credential.allCases)
    }

    /// Makes one line of those that differ in one thing only.
    private mutating func merge<Value: Hashable>(_ path: WritableKeyPath<Line, [Value]>, _ order: [Value]) {
        var merged: [Line] = []
        for line in lines {
            let like = merged.firstIndex { other in
                var other = other
                other[keyPath: path] = line[keyPath: path]
                return other == line
            }
            guard let like else {
                merged.append(line)
                continue
            }
            let values = Set(merged[like][keyPath: path] + line[keyPath: path])
            merged[like][keyPath: path] = order.filter(values.contains)
        }
        lines = merged
    }

    /// What the document says instead.
    public static func deviation(_ observation: Observation) -> String? {
        let (expected, codes) = (observation.combination.expected, observation.combination.expectedCodes)
        return observation.isAsExpected
            ? nil : "expected: \(expected.rawValue), child \(codes.child ?? "-"), parent \(codes.parent ?? "-")"
    }

    // MARK: Text

    /// The whole table, in which every combination is in exactly one line; then what is said, each once.
    public var text: String {
        let heads = lines.map { Head(row: $0.outcome.row, ports: $0.ports, child: $0.child) }
        var seen: [Head] = []
        for head in heads where !seen.contains(head) { seen.append(head) }
        seen.sort { ($0.row ?? 9, $0.child.order, $0.ports.count) < ($1.row ?? 9, $1.child.order, $1.ports.count) }
        var blocks = seen.map { head in
            let own = zip(heads, lines).filter { $0.0 == head }.map(\.1)
            return head.text + "\n" + Self.table(own.map(cells)) + "\n"
        }
        if !start.isEmpty { blocks.append("what the parent says at its start\n" + start) }
        return (blocks + words).joined(separator: "\n")
    }

    /// One line for each certificate that the parent finds fault with.
    private var start: String {
        var said: [String] = []
        for credential in Combination.Credential.allCases {
            let all = observations.filter { $0.combination.credential == credential }.map { $0.atStart.map(\.code) }
            for codes in Set(all) where !codes.isEmpty {
                said.append("  \(credential.rawValue): " + codes.sorted().joined(separator: " ") + "\n")
            }
        }
        return said.joined()
    }

    /// The first time that each condition was met: its line and what to do.
    private var words: [String] {
        let sides = [("child", \Observation.child), ("parent", \Observation.parent), ("parent", \Observation.atStart)]
        var seen: Set<String> = []
        return sides.flatMap { side, path in
            observations.flatMap { $0[keyPath: path] }.filter { seen.insert($0.code).inserted }
                .sorted { ($0.code.count, $0.code) < ($1.code.count, $1.code) }
                .map { word in
                    let fixes = showsFixes ? word.fix.map { "  fix: \($0)\n" } : []
                    return "\(word.code), \(side): \(word.line)\n" + fixes.joined()
                }
        }
    }

    private struct Head: Equatable {
        var row: Int?
        var ports: [Combination.Port]
        var child: Combination.Child

        var text: String {
            (row.map { "row \($0)" } ?? "no row") + ": parent port " + ports.map(\.rawValue).joined(separator: " / ")
                + ", child " + child.rawValue
        }
    }

    private func cells(_ line: Line) -> [String] {
        let outcome = line.outcome
        return [
            "  " + certificates(line),
            line.child == .plain ? "" : settings(line),
            (outcome.behaviour?.rawValue ?? "nothing") + (outcome.deviation.map { " (\($0))" } ?? ""),
            outcome.child.isEmpty ? "" : "child " + outcome.child.joined(separator: " "),
            outcome.parent.isEmpty ? "" : "parent " + outcome.parent.joined(separator: " "),
        ]
    }

    private func settings(_ line: Line) -> String {
        let names = line.nameChecks.map(\.rawValue)
        let name = "name check " + (names.count == 3 ? "any" : names.joined(separator: "/"))
        return line.child == .verify && line.trusts.count == 1 ? "\(name), \(line.trusts[0].rawValue)" : name
    }

    private func certificates(_ line: Line) -> String {
        if line.ports == [.noTLS] { return "no certificate" }
        let usable = line.credentials.filter { $0 != .keyMismatch }
        guard usable.count == Combination.Credential.allCases.count - 1 else {
            return line.credentials.map(\.rawValue).joined(separator: ", ")
        }
        return usable == line.credentials ? "any certificate" : "any certificate, or one without its key"
    }

    private static func table(_ rows: [[String]]) -> String {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) where width > 0 {
                line += cell + String(repeating: " ", count: width - cell.count + 3)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

extension Combination.Child {
    fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
