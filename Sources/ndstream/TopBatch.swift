import ArgumentParser
import Glibc
import Status
import TUI

/// `top` without a screen.
struct TopBatch {
    let source: StatusSource
    let appearance: Appearance
    let format: Format
    /// States of hosts, `refused`, or of alarms, that make the last frame end with code 1.
    let failing: Set<String>
    /// `nil` is for ever.
    let count: Int?
    let delay: Double

    enum Format {
        case text
        /// The status document, one line for each.
        case json
        /// A line of names, then one for each host of each frame.
        case csv
    }

    /// Prints frames. A node that is away for a while is complained about once and waited for, unless all frames that
    /// were wanted are over.
    func run() throws {
        let client = StatusClient(source)
        var printed = 0
        var last: StatusFailure?
        var isFailing = false
        for number in 0..<(count ?? .max) {
            if number > 0 { usleep(UInt32(delay * 1_000_000)) }
            do throws(StatusFailure) {
                let (document, text) = try client.fetch()
                last = nil
                isFailing = !failing.isDisjoint(with: states(document))
                let frame = frame(document, text, isFirst: printed == 0)
                let gap: [UInt8] = printed > 0 && format == .text ? [10] : []
                // Whoever read this has what they wanted.
                guard writeAll(gap + frame, to: STDOUT_FILENO) else { return }
                printed += 1
            } catch {
                if last?.sentence != error.sentence { complain("top", error.explanation) }
                last = error
                // What no waiting changes.
                if error.status != .unavailable { break }
            }
        }
        if let last { throw ExitCode(last.status.rawValue) }
        if isFailing { throw ExitCode(ExitStatus.finding.rawValue) }
    }

    private func frame(_ document: StatusDocument, _ json: [UInt8], isFirst: Bool) -> [UInt8] {
        switch format {
        case .text: Array(batchFrame(document, appearance: appearance).utf8)
        case .json: line(json)
        case .csv: Array(csvFrame(document, withNames: isFirst).utf8)
        }
    }

    private func states(_ document: StatusDocument) -> Set<String> {
        var found = Set(document.hosts.map(\.state.rawValue))
        if !document.refusals.isEmpty { found.insert("refused") }
        if let alarms = document.alarms {
            if alarms.critical > 0 { found.formUnion(["critical", "alarm"]) }
            if alarms.warning > 0 { found.formUnion(["warning", "alarm"]) }
        }
        return found
    }

    /// JSON Lines: a line end can only be between two tokens, where a blank means the same.
    private func line(_ json: [UInt8]) -> [UInt8] {
        json.map { $0 == 10 || $0 == 13 ? 0x20 : $0 } + [10]
    }
}
