import Basics
import NIOCore

/// A proxy without database and its child: somebody must ask the child, or it stays silent for ever.
extension Sender {
    /// How long a child may wait for a parent that is away.
    static let patienceSeconds: Int64 = 5

    func watchSilentChild() {
        awaySince = clock.monotonic()
        silenceWatch = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [self] _ in
            lookAfterSilentChild()
        }
    }

    private func lookAfterSilentChild() {
        if case .live = machine.state {
            awaySince = nil
            return
        }
        let now = clock.monotonic()
        let since = awaySince ?? now
        awaySince = since
        if now &- since >= Sender.patienceSeconds &* microsecondsPerSecond { outbox.letWaitingGoOn() }
    }
}
