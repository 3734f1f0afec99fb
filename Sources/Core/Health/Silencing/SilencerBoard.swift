import Diagnostics
import Synchronization
public import System

/// The silencers in force: changed by who manages the node, looked at by who evaluates alarms.
public final class SilencerBoard: Sendable {
    private struct State {
        var silencers: Silencers
        var generation: UInt64 = 0
    }

    private let state: Mutex<State>
    /// One command at a time, so that the file holds what the last one left.
    private let order = Mutex<Void>(())
    private let save: @Sendable (Silencers) throws(SystemError) -> Void

    /// - Parameters:
    ///   - silencers: of an earlier run.
    ///   - save: keeps them for the next one; called for every change, never two at a time.
    public init(
        _ silencers: Silencers = Silencers(),
        save: @escaping @Sendable (Silencers) throws(SystemError) -> Void = { (_) throws(SystemError) in }
    ) {
        state = Mutex(State(silencers: silencers))
        self.save = save
    }

    public var current: Silencers { state.withLock { $0.silencers } }

    /// Grows with every change: who knows the number it had need not look at ``current`` again.
    public var generation: UInt64 { state.withLock { $0.generation } }

    /// Does what a request to `manage/health` says (web API §11). May wait for a disk.
    ///
    /// A change that can't be kept counts all the same; the reply says that it will be forgotten.
    public func apply(_ parameters: [(name: String, value: String)]) -> Silencers.Reply {
        order.withLock { _ in
            var changed = current
            var reply = changed.apply(parameters)
            let silencers = changed
            let isChange = state.withLock { state in
                guard silencers != state.silencers else { return false }
                state.silencers = silencers
                state.generation += 1
                return true
            }
            guard isChange else { return reply }
            do throws(SystemError) {
                try save(silencers)
            } catch  where !reply.isList {
                reply.text += Condition.silencersNotSaved.render(["reason": error.reason]) + "\n"
            } catch {}
            return reply
        }
    }
}
