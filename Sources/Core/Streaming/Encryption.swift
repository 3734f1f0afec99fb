public import Basics
public import Diagnostics
import Synchronization
public import Transport

/// What the senders of a node encrypt with: one context for each trust, made when a destination with `:SSL` is first dialled
/// and shared by all of them, with the sessions in it. A proxy has hundreds of senders and one context.
public final class Encryption: Sendable {
    /// Things that are said once; beyond so many they are said again.
    static let toldMax = 1024

    private struct State {
        var contexts: [TLSTrust: TLSContext] = [:]
        var told: Set<String> = []
    }

    private let state = Mutex(State())
    private let clock: any Clock
    private let reporter: any Reporter
    private let givenSystem: SystemTrust?

    /// - Parameter system: where the system's certificates are; `nil`: where OpenSSL says, each time anew.
    public init(clock: any Clock, reporter: any Reporter, system: SystemTrust? = nil) {
        givenSystem = system
        self.clock = clock
        self.reporter = reporter
    }

    /// - Throws: when `CAfile` or `CApath` is there and cannot be used.
    func context(_ trust: TLSTrust) throws(TLSMaterialError) -> TLSContext {
        if let known = state.withLock({ $0.contexts[trust] }) { return known }
        let new = try TLSContext.client(trust, system: system)
        let (context, isFirst) = state.withLock { state in
            if let known = state.contexts[trust] { return (known, false) }
            state.contexts[trust] = new
            return (new, true)
        }
        if isFirst { tell(trust) }
        return context
    }

    var system: SystemTrust { givenSystem ?? .current() }

    /// Files may have changed (SIGHUP): the next connection reads them anew, those that live go on.
    public func forget() {
        state.withLock { $0 = State() }
    }

    /// Whether this is the first time that somebody wants to say it since the files were read.
    func isNews(_ text: String) -> Bool {
        state.withLock { state in
            if state.told.count >= Self.toldMax { state.told.removeAll() }
            return state.told.insert(text).inserted
        }
    }

    /// The original's lines about what it believes (streaming protocol §14).
    private func tell(_ trust: TLSTrust) {
        if trust.verification == .none {
            report(.acceptsAnyCertificate)
        } else if trust.usesSystemStore, let file = trust.missingFile {
            report(.trustFileMissing, ["file": file])
        }
    }

    private func report(_ condition: Condition, _ values: [String: String] = [:]) {
        reporter.report(Event(condition, at: clock.now(), thread: "MAIN", values: values))
    }
}
