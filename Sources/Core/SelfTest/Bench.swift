internal import Basics
internal import Diagnostics
internal import NIOCore
internal import NIOPosix
internal import Node
import Synchronization
internal import System

/// What all parents and children of a run share.
final class Bench: Sendable {
    /// The API key of all.
    static let key = "5e1f7e57-0000-4000-8000-000000000001"

    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let pool = NIOThreadPool(numberOfThreads: 2)
    let clock: any Clock = SystemClock()
    let credentials: Credentials
    /// Many parents are the same, and reading a configuration takes longer than a stream.
    private let setups = Mutex<[ParentSetup.Kind: ParentSetup]>([:])

    init() throws {
        credentials = try Credentials()
        pool.start()
    }

    /// What a parent with this port and certificate is made from.
    func setup(_ port: Combination.Port, _ credential: Combination.Credential) -> ParentSetup {
        let kind = ParentSetup.Kind(port: port, credential: credential)
        return setups.withLock { setups in
            if let setup = setups[kind] { return setup }
            let setup = ParentSetup(kind, credentials, at: clock.now())
            setups[kind] = setup
            return setup
        }
    }

    func stop() {
        // What the pool is about to answer an event loop must still be there for.
        try? pool.syncShutdownGracefully()
        try? group.syncShutdownGracefully()
    }
}

/// What one side has logged.
final class EventList: Reporter {
    private let list = Mutex<[Event]>([])

    func report(_ event: Event) { list.withLock { $0.append(event) } }

    var words: [Observation.Word] {
        list.withLock { $0 }.filter { $0.condition.severity > .info }.map(Observation.Word.init)
    }
}
