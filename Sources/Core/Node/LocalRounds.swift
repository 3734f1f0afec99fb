import Basics
import Status
import Store
import Streaming
import Synchronization

/// What follows each round of collection: the parent gets it, and the own host's figures go on.
final class LocalRounds {
    private let host: Host
    private let sender: LocalSender
    private let clock: any Clock
    private var samples = 0

    init(host: Host, sender: LocalSender, clock: any Clock) {
        self.host = host
        self.sender = sender
        self.clock = clock
    }

    func finished() {
        let total = host.withDatabase { $0.counters.samples }
        guard total != samples else { return }
        let new = total - samples
        samples = total
        sender.flush()
        let updateEvery = host.settings.updateEvery
        let now = clock.now()
        let monotonic = clock.monotonic()
        host.status.withLock {
            $0.received(
                wireBytes: 0,
                rawBytes: 0,
                samples: new,
                updateEvery: updateEvery,
                at: now,
                monotonic: monotonic
            )
        }
    }
}
