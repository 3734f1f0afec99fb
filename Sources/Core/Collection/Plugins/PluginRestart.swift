public import System

/// Whether, and when, a plugin that has ended is started again (collectors §4). Pure: events in, decisions out.
public struct PluginRestart: Sendable {
    /// Runs in a row without a single collection after which a plugin is given up.
    public static let failuresAtMost = 10
    /// After a failure it rests for so many of its update intervals.
    public static let restingIntervals: Int64 = 10

    /// Why it is started later or not at all: what the log says.
    public enum Reason: Sendable, Equatable {
        /// It worked before, or has been told off already: nothing to say.
        case none
        case uselessSuccess
        case uselessSuccessDisabled
        case uselessSuccessTooOften(times: Int)
        case killed(signal: Int32)
        case failedNeverCollected(code: Int32)
        case failedAfterCollecting(code: Int32, collections: Int)
        case failedTooOften(code: Int32, collections: Int, times: Int)
    }

    public enum Decision: Sendable, Equatable {
        case restart(afterSeconds: Int64, Reason)
        case disable(Reason)
    }

    /// Seconds between its collections.
    public let updateEvery: Int64
    /// Runs in a row that collected nothing.
    public private(set) var serialFailures = 0
    /// Finished collections of all runs.
    public private(set) var collections = 0

    public init(updateEvery: Int64) {
        self.updateEvery = updateEvery
    }

    /// A run has ended.
    /// - Parameters:
    ///   - exit: how. SIGTERM counts as success, for it is how a run is ended by us.
    ///   - collected: its finished collections (`END`s).
    ///   - disabled: whether it said `DISABLE`, or broke the protocol so that it isn't to be started again.
    public mutating func ended(_ exit: Process.Exit, collected: Int, disabled: Bool) -> Decision {
        serialFailures = collected == 0 ? serialFailures &+ 1 : 0
        collections &+= collected
        switch exit {
        case .code(0), .signal(15): return endedWell(disabled: disabled)
        case .signal(let signal): return .disable(.killed(signal: signal))
        case .code(let code): return failed(code: code, disabled: disabled)
        }
    }

    private func endedWell(disabled: Bool) -> Decision {
        if collections > 0 { return disabled ? .disable(.none) : .restart(afterSeconds: updateEvery, .none) }
        if disabled { return .disable(.uselessSuccessDisabled) }
        if serialFailures > Self.failuresAtMost { return .disable(.uselessSuccessTooOften(times: serialFailures)) }
        return .restart(afterSeconds: updateEvery * Self.restingIntervals, .uselessSuccess)
    }

    private func failed(code: Int32, disabled: Bool) -> Decision {
        if collections == 0 { return .disable(.failedNeverCollected(code: code)) }
        if disabled { return .disable(.none) }
        if serialFailures > Self.failuresAtMost {
            return .disable(.failedTooOften(code: code, collections: collections, times: serialFailures))
        }
        return .restart(
            afterSeconds: updateEvery * Self.restingIntervals,
            .failedAfterCollecting(code: code, collections: collections)
        )
    }
}
