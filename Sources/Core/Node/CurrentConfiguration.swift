import Config
import Synchronization

/// The configuration in force: replaced as a whole when it is read again.
final class CurrentConfiguration: Sendable {
    private let held: Mutex<Configuration>

    init(_ configuration: Configuration) { held = Mutex(configuration) }

    var value: Configuration {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
