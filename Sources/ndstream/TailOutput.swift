import Glibc
import System

/// Where lines are printed. A pipe or a file takes each of them, however long that takes; a terminal takes what it can.
final class TailOutput {
    private let terminal: SlowWriter?
    private var waiting: [UInt8] = []
    /// The errno of a write that failed.
    private(set) var failure: Int32?
    /// While the past is printed everybody can wait: it is there once and not too much.
    var isLive = false

    init(isTerminal: Bool) throws(SystemError) { terminal = isTerminal ? try SlowWriter(STDOUT_FILENO) : nil }

    /// Readable when the terminal has taken something.
    var progress: Wakeup? { terminal?.progress }

    /// - Parameter lines: how many lines of the log it stands for.
    func print(_ bytes: [UInt8], lines: Int = 1) {
        guard let terminal else {
            waiting += bytes
            if waiting.count > 65_536 { flush() }
            return
        }
        if isLive { terminal.offer(bytes, lines: lines) } else { terminal.add(bytes) }
    }

    /// How many lines a slow terminal did not get, once it can be told.
    func takeDropped() -> Int? { terminal?.takeDropped() }

    /// What must not be left out.
    func insist(_ bytes: [UInt8]) {
        if let terminal { terminal.add(bytes) } else { waiting += bytes }
    }

    /// Whether more of the past may be read.
    var hasRoom: Bool { terminal?.hasRoom ?? true }

    /// Whether everything was written.
    var isIdle: Bool { terminal?.isIdle ?? waiting.isEmpty }

    /// False when nobody reads any more, or nothing can be written.
    @discardableResult
    func flush() -> Bool {
        if let terminal {
            failure = failure ?? terminal.failure
        } else if !waiting.isEmpty {
            let number = failure ?? writeEverything(waiting, to: STDOUT_FILENO)
            if number != 0 { failure = number }
            waiting.removeAll(keepingCapacity: true)
        }
        return failure == nil
    }
}
