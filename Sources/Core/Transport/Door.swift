internal import Basics
internal import Config
internal import Diagnostics
import Glibc
internal import NIOCore
internal import NIOPosix
import Synchronization
internal import System

/// Where TCP connections come in: a thread that accepts them, looks at their first words without taking them, and passes them
/// on to event loops. Who asks for a stream and will be refused goes to a loop where nobody stays, and so has its answer at once
/// while a thousand others are being let in.
///
/// It answers nobody and decides nothing but who goes where, and when: a wrong guess only costs time. As long as more come than
/// it can look at, it holds back the streams that will be let in, because the loops that begin them would take the processor
/// from it, and whoever is refused waits in the kernel's queue behind all who came before.
final class Door: Sendable {
    /// Connections of one socket that are accepted before those that have begun to speak are looked at.
    static let acceptedAtOnce = 128
    /// Milliseconds that it waits for the first words: those of a child come with the last packet of its handshake, or soon.
    static let patience: Int64 = 100
    /// Of a request that is longer only an event loop knows what it is.
    static let longestHead = 16_384
    /// Refusals that may wait for their loop. When there are more, they are the storm, and all loops have their share.
    static let mostRefusals = 64
    /// Microseconds between two looks in a storm. Who is woken for each one who comes needs three times the processor, and
    /// whoever has had more than a fair share of it then waits for many milliseconds.
    static let pauseInStorm: UInt32 = 500
    /// Milliseconds until it accepts again after there were no descriptors left.
    static let pauseAfterFailure: Int64 = 1000

    fileprivate let sockets: [(socket: ListeningSocket, gate: Entry.Gate)]
    fileprivate let context: ServerContext
    private let foresight: StreamForesight
    private let loops: [Arrivals]
    private let next = Atomic(0)
    /// Its loop ends with the door: who is there has been refused.
    private let refusing = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let refusals: Arrivals
    fileprivate let closing: Wakeup
    private let closed: EventLoopPromise<Void>

    /// - Parameters:
    ///   - sockets: they listen already; the door closes them.
    ///   - group: the loops of those that stay.
    init(
        _ sockets: [(ListeningSocket, Entry.Gate)],
        _ group: any EventLoopGroup,
        _ context: ServerContext,
        _ foresight: @escaping StreamForesight
    ) throws(SystemError) {
        closing = try Wakeup()
        self.sockets = sockets
        self.context = context
        self.foresight = foresight
        loops = group.makeIterator().map { Arrivals($0, context) }
        refusals = Arrivals(refusing.next(), context)
        closed = refusing.next().makePromise()
        refusing.next().execute { Threads.hurry() }
    }

    func open() {
        Threads.start(name: "DOOR") { [self] in
            Threads.hurry()
            do throws(SystemError) {
                try Doorkeeper(self).run()
            } catch {
                context.acceptFailed(error)
            }
            for (socket, _) in sockets { socket.end() }
            closed.succeed()
        }
    }

    /// Nobody comes in any more; those who are in go to their loops. Waits for that; must not run on an event loop.
    func close() {
        closing.signal()
        try? closed.futureResult.wait()
        try? refusing.syncShutdownGracefully()
    }

    /// Passes a connection on to those who stay.
    fileprivate func pass(_ arrival: Arrivals.Arrival) {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        loops[Int(UInt(bitPattern: number) % UInt(loops.count))].add(arrival)
    }

    /// Lets somebody in once the name of its address is known, by which it may or may not come. Nobody waits for that.
    fileprivate func admitLater(_ descriptor: Int32, _ peer: Peer, _ gate: Entry.Gate) {
        let isAsked = context.names.ask(peer.address) { [self] in
            guard let entry = Entry(peer, at: gate, context) else { return SocketBytes.close(descriptor) }
            pass(Arrivals.Arrival(descriptor: descriptor, entry: entry))
        }
        guard !isAsked else { return }
        context.report(.tooManyNames, peer, ["count": String(ClientNames.waitingLimit)])
        SocketBytes.close(descriptor)
    }

    /// Passes a request for a stream on to those who go, if it will be refused.
    /// - Parameter head: all of it.
    fileprivate func refuse(_ arrival: Arrivals.Arrival, _ head: [UInt8]) -> Bool {
        guard willBeRefused(head, arrival.entry), refusals.count < Self.mostRefusals else { return false }
        refusals.add(arrival)
        return true
    }

    private func willBeRefused(_ head: [UInt8], _ entry: Entry) -> Bool {
        !entry.takesPlainStreams || foresight(head, entry.peer, entry.rights)
    }
}

/// What the door's thread does.
private final class Doorkeeper {
    private typealias Arrival = Arrivals.Arrival

    private let door: Door
    private let watch: Watch
    private let listening: [Int32: Int]
    /// Those who have not said enough yet.
    private var silent: [Int32: (arrival: Arrival, number: Int)] = [:]
    /// The same in the order of their coming, and some that have spoken since. Microseconds of the clock that is never set.
    private var deadlines = CircularBuffer<(descriptor: Int32, number: Int, at: Int64)>()
    private var lastNumber = 0
    private var crowd = Crowd<Arrival>()
    /// Whether there was more to do than is done in one round.
    private var isBehind = false
    /// When it accepts again; `nil` while it does.
    private var acceptsAgain: Int64?
    private var words = [UInt8](repeating: 0, count: Door.longestHead)

    init(_ door: Door) throws(SystemError) {
        self.door = door
        watch = try Watch()
        listening = Dictionary(uniqueKeysWithValues: door.sockets.enumerated().map { ($1.socket.descriptor, $0) })
    }

    func run() throws(SystemError) {
        try watch.add(door.closing.descriptor)
        goOnAccepting()
        while true {
            if crowd.isStorm, !isBehind { usleep(Door.pauseInStorm) }
            let ready = watch.wait(milliseconds: patience())
            isBehind = ready.count == Watch.atOnce
            for descriptor in ready {
                if descriptor == door.closing.descriptor { return letEverybodyGo() }
                if let index = listening[descriptor] { accept(door.sockets[index]) } else { spoke(descriptor) }
            }
            let now = door.context.clock.monotonic()
            if let again = acceptsAgain, again <= now { goOnAccepting() }
            while let arrival = crowd.next(now) { door.pass(arrival) }
            while let first = deadlines.first, first.at <= now { hasWaited(deadlines.removeFirst()) }
        }
    }

    /// Milliseconds until something is due.
    private func patience() -> Int64? {
        // Those that have spoken need no time.
        while let first = deadlines.first, silent[first.descriptor]?.number != first.number { deadlines.removeFirst() }
        guard let due = [deadlines.first?.at, crowd.due, acceptsAgain].compactMap({ $0 }).min() else { return nil }
        return (due - door.context.clock.monotonic() + 999) / 1000
    }

    // MARK: Accepting

    private func accept(_ place: (socket: ListeningSocket, gate: Entry.Gate)) {
        for _ in 0..<Door.acceptedAtOnce {
            switch place.socket.accept() {
            case .nobody: return
            case .failed(let error): return pause(error)
            case .connection(let descriptor, let address):
                let peer = address.map { Peer(address: $0.host, port: Int($0.port)) } ?? .unknown
                if door.context.mustAskName(of: peer) {
                    door.admitLater(descriptor, peer, place.gate)
                    continue
                }
                guard let entry = Entry(peer, at: place.gate, door.context) else {
                    _ = Glibc.close(descriptor)
                    continue
                }
                crowd.appears(door.context.clock.monotonic())
                look(Arrival(descriptor: descriptor, entry: entry))
            }
        }
        isBehind = true
    }

    /// The table of descriptors is full, most often.
    private func pause(_ error: SystemError) {
        guard acceptsAgain == nil else { return }
        for descriptor in listening.keys { watch.remove(descriptor) }
        acceptsAgain = door.context.clock.monotonic() + Door.pauseAfterFailure * 1000
        door.context.acceptFailed(error)
    }

    private func goOnAccepting() {
        acceptsAgain = nil
        do throws(SystemError) {
            for descriptor in listening.keys { try watch.add(descriptor) }
        } catch {
            pause(error)
        }
    }

    // MARK: Looking

    private enum Finding {
        /// More must come before anything is known.
        case little
        case head([UInt8])
        /// A whole request of HTTP, and nothing after it.
        case request([UInt8])
        /// Anything else: no stream, none that is short, or nobody any more.
        case other
    }

    private func look(_ arrival: Arrival) {
        switch peek(arrival.descriptor) {
        case .little:
            guard (try? watch.add(arrival.descriptor, once: true)) != nil else { return door.pass(arrival) }
            lastNumber += 1
            silent[arrival.descriptor] = (arrival, lastNumber)
            let at = door.context.clock.monotonic() + Door.patience * 1000
            deadlines.append((arrival.descriptor, lastNumber, at))
        case .head(let head): pass(arrival, head)
        case .request(let request): pass(arrival, request: request)
        case .other: door.pass(arrival)
        }
    }

    private func spoke(_ descriptor: Int32) {
        guard let (arrival, _) = silent[descriptor] else { return }
        switch peek(descriptor) {
        case .little: break
        case .head(let head): leave(arrival, head)
        case .request(let request):
            forget(arrival)
            pass(arrival, request: request)
        case .other: leave(arrival, nil)
        }
    }

    private func hasWaited(_ entry: (descriptor: Int32, number: Int, at: Int64)) {
        guard let (arrival, number) = silent[entry.descriptor], number == entry.number else { return }
        leave(arrival, nil)
    }

    private func leave(_ arrival: Arrival, _ head: [UInt8]?) {
        forget(arrival)
        pass(arrival, head)
    }

    private func forget(_ arrival: Arrival) {
        silent[arrival.descriptor] = nil
        watch.remove(arrival.descriptor)
    }

    private func pass(_ arrival: Arrival, request: [UInt8]) {
        var arrival = arrival
        arrival.request = request
        door.pass(arrival)
    }

    private func pass(_ arrival: Arrival, _ head: [UInt8]?) {
        guard let head else { return door.pass(arrival) }
        if door.refuse(arrival, head) { return }
        if let arrival = crowd.come(arrival, door.context.clock.monotonic()) { door.pass(arrival) }
    }

    private func letEverybodyGo() {
        for (arrival, _) in silent.values { leave(arrival, nil) }
        while let arrival = crowd.popFirst() { door.pass(arrival) }
    }

    /// What it has said so far; all of it is still there for who reads it.
    private func peek(_ descriptor: Int32) -> Finding {
        words.withUnsafeMutableBytes { words in
            let count = recv(descriptor, words.baseAddress, words.count, Int32(MSG_PEEK))
            if count < 0 { return errno == EAGAIN || errno == EINTR ? .little : .other }
            let said = UnsafeRawBufferPointer(rebasing: words[..<count])
            switch Sniffer.find(said) {
            case .undecided: return count == 0 ? .other : .little
            case .stream:
                if let end = HeadBuffer.end(of: said, from: 0) { return .head(Array(said[..<end])) }
                return count < words.count ? .little : .other
            case .http: return HeadBuffer.end(of: said, from: 0) == count ? .request(Array(said)) : .other
            case .tls: return .other
            }
        }
    }
}
