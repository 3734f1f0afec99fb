import Config
import Diagnostics
import Synchronization

/// The configuration in force: replaced as a whole when it is read again.
final class CurrentConfiguration: Sendable {
    private struct State {
        var configuration: Configuration
        var problems: Int
    }

    private let held: Mutex<State>

    init(_ configuration: Configuration) {
        held = Mutex(State(configuration: configuration, problems: configuration.problemCount))
    }

    var value: Configuration {
        get { held.withLock { $0.configuration } }
        set { held.withLock { $0 = State(configuration: newValue, problems: newValue.problemCount) } }
    }

    /// Warnings and errors of what was read last, whether it is in force or was refused.
    var problems: Int { held.withLock { $0.problems } }

    /// Another one was read and is not good enough: the old one stays, and how many problems the new one has is known.
    func refuse(_ configuration: Configuration) {
        held.withLock { $0.problems = configuration.problemCount }
    }
}

extension Configuration {
    /// Warnings and errors, without notes.
    var problemCount: Int { findings.count { $0.severity > .info } }
}
