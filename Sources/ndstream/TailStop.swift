import Glibc
import Synchronization
import System

/// ^C and what else asks for the end.
final class TailStop: Sendable {
    private let asked = Atomic(false)
    private let wakeup: Wakeup

    /// - Parameter status: the exit code of a session that can't end by itself, because it waits for whoever reads.
    init(status: Int32) throws(SystemError) {
        wakeup = try Wakeup()
        Signals.wait { [self] signal in
            guard signal == .interrupt || signal == .terminate || signal == .hangUp else { return }
            asked.store(true, ordering: .sequentiallyConsistent)
            wakeup.signal()
            usleep(1_500_000)
            _exit(status)
        }
    }

    var isAsked: Bool { asked.load(ordering: .sequentiallyConsistent) }

    /// Becomes readable when it is asked for.
    var descriptor: Int32 { wakeup.descriptor }
}
