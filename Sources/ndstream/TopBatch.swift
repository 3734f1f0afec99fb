import ArgumentParser
import Glibc
import TUI

/// `top` without a screen.
struct TopBatch {
    let source: StatusSource
    let appearance: Appearance
    let json: Bool
    /// `nil` is for ever.
    let count: Int?
    let delay: Double

    /// Prints frames. A node that is away for a while is complained about once and waited for, unless all frames that
    /// were wanted are over.
    func run() throws {
        let client = StatusClient(source)
        var printed = 0
        var last: StatusFailure?
        for number in 0..<(count ?? .max) {
            if number > 0 { usleep(UInt32(delay * 1_000_000)) }
            do throws(StatusFailure) {
                let (document, text) = try client.fetch()
                last = nil
                let frame = json ? line(text) : Array(batchFrame(document, appearance: appearance).utf8)
                let gap: [UInt8] = printed > 0 && !json ? [10] : []
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
    }

    /// JSON Lines: a line end can only be between two tokens, where a blank means the same.
    private func line(_ json: [UInt8]) -> [UInt8] {
        json.map { $0 == 10 || $0 == 13 ? 0x20 : $0 } + [10]
    }
}
