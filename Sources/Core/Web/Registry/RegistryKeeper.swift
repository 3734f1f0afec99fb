public import Basics
public import Config
public import Diagnostics
import Synchronization
public import System

/// The registry of a node: what it knows, and its files. One for the life of a node; asked from any thread but an event loop, as it
/// may wait for a disk.
public final class RegistryKeeper: Sendable {
    let settings: RegistrySettings
    private let clock: any Clock
    private let reporter: any Reporter
    private let state: Mutex<State>

    private struct State: Sendable {
        var registry: Registry
        var files: RegistryFiles
        /// False where a file could not be read: what nobody has read nobody may write over.
        var isWritable = false
        /// The last attempt to write failed.
        var isFailing = false
        /// Unix seconds when somebody was looked for last who has been away too long.
        var expired: Int64 = 0
        var forgotten = 0
    }

    public convenience init(
        _ settings: RegistrySettings,
        files: any StorageFiles = SystemFiles(),
        clock: any Clock,
        reporter: any Reporter
    ) {
        self.init(settings, limits: RegistryLimits(), files: files, clock: clock, reporter: reporter)
    }

    init(
        _ settings: RegistrySettings,
        limits: RegistryLimits,
        files: any StorageFiles,
        clock: any Clock,
        reporter: any Reporter
    ) {
        self.settings = settings
        self.clock = clock
        self.reporter = reporter
        state = Mutex(State(registry: Registry(limits: limits), files: RegistryFiles(settings, files: files)))
    }

    /// Reads the files: before anybody asks.
    public func open() {
        state.withLock { state in
            do throws(SystemError) {
                for damage in try state.files.load(&state.registry) {
                    report(
                        .registryDamaged,
                        ["file": damage.path, "count": String(damage.lines), "line": String(damage.first)]
                    )
                }
                state.isWritable = true
            } catch {
                report(.registryNotRead, ["file": error.subject, "reason": error.reason])
            }
            expire(&state)
        }
    }

    /// Writes everything as a whole: at the end of a node.
    public func close() {
        state.withLock { state in
            guard state.isWritable, state.files.logEntries > 0 || state.isFailing else { return }
            save(&state)
        }
    }

    /// Looks something up.
    func look<Result: Sendable>(_ body: (Registry) -> Result) -> Result { state.withLock { body($0.registry) } }

    /// Does what a request says; the entries that come with its answer are kept.
    func change<Result: Sendable>(_ body: (inout Registry) -> (Result, [RegistryEntry])) -> Result {
        state.withLock { state in
            expire(&state)
            let (result, entries) = body(&state.registry)
            if !entries.isEmpty { keep(entries, &state) }
            tellForgotten(&state)
            return result
        }
    }

    // MARK: Keeping

    private func keep(_ entries: [RegistryEntry], _ state: inout State) {
        guard state.isWritable else { return }
        if state.isFailing { return save(&state) }
        do throws(SystemError) {
            try state.files.append(entries)
        } catch {
            return fail(error, &state)
        }
        let isLong = state.files.logBytes >= state.registry.limits.logBytes
        if isLong || state.files.logEntries >= settings.saveEveryEntries { save(&state) }
    }

    /// What the log could not take is in the whole.
    private func save(_ state: inout State) {
        do throws(SystemError) {
            try state.files.save(state.registry)
        } catch {
            return fail(error, &state)
        }
        if state.isFailing { report(.registryWrittenAgain, ["file": settings.databaseFile]) }
        state.isFailing = false
    }

    private func fail(_ error: SystemError, _ state: inout State) {
        if !state.isFailing { report(.registryNotWritten, ["file": error.subject, "reason": error.reason]) }
        state.isFailing = true
    }

    /// Once a day.
    private func expire(_ state: inout State) {
        let now = clock.now() / microsecondsPerSecond
        guard now - state.expired >= 86_400 || now < state.expired else { return }
        state.expired = now
        state.registry.expire(before: now - settings.idleSeconds)
    }

    private func tellForgotten(_ state: inout State) {
        let count = state.registry.forgotten - state.forgotten
        guard count > 0 else { return }
        state.forgotten = state.registry.forgotten
        report(.registryFull, ["count": String(count), "limit": String(state.registry.limits.persons)])
    }

    private func report(_ condition: Condition, _ values: [String: String]) {
        reporter.report(Event(condition, at: clock.now(), thread: "REGISTRY", values: values))
    }
}
