internal import Basics
internal import NIOCore
internal import NIOPosix
internal import System

/// Answers those who bring one whole request and want the connection closed after it, on the socket itself: for them the handlers,
/// timers and registrations of a channel cost more than most answers.
///
/// What does not fit into the socket's buffer a channel sends, because that takes as long as its client likes.
final class BriefVisits: Sendable {
    private let eventLoop: any EventLoop
    private let context: ServerContext
    private let lingering: LingeringSockets

    init(_ eventLoop: any EventLoop, _ context: ServerContext) {
        self.eventLoop = eventLoop
        self.context = context
        lingering = LingeringSockets(eventLoop, context)
    }

    /// What is known of somebody who is answered here.
    private struct Visit: Sendable {
        let arrival: Arrivals.Arrival
        let log: ClientLog
        /// When it came.
        let connected: AccessLog.Line
        let turn: HTTPTurn
    }

    /// Closes those who have gone meanwhile; once in a round, before it brings new ones.
    func tidy() { lingering.closeFirst() }

    /// Must run on the event loop.
    /// - Parameter head: a whole request, after which its client has sent nothing yet. It is still to be read.
    /// - Returns: whether it is answered here.
    func serve(_ arrival: Arrivals.Arrival, _ head: [UInt8]) -> Bool {
        // Whoever is not understood may go on talking, and is heard out by a channel.
        guard let parsed = HTTPHead(head[...]), !parsed.wantsKeepAlive else { return false }
        guard SocketBytes.discard(arrival.descriptor, head.count) == head.count else { return false }
        let client = arrival.entry.client(context)
        let connected = client.log.line(ClientLog.connected)
        let (turn, work) = HTTPTurn.find(parsed, of: client)
        let visit = Visit(arrival: arrival, log: client.log, connected: connected, turn: turn)
        switch work {
        case .ready(let response): answer(visit, turn.delivery(of: response))
        case .light(let service):
            let response = service(turn.request!)
            if turn.isWork(response) {
                answerElsewhere(visit) { turn.delivery(of: response) }
            } else {
                answer(visit, turn.delivery(of: response))
            }
        case .heavy(let service): answerElsewhere(visit) { turn.delivery(of: service(turn.request!)) }
        }
        return true
    }

    private func answerElsewhere(_ visit: Visit, _ make: @escaping @Sendable () -> HTTPDelivery) {
        context.pool.submit { state in
            if state == .active { self.answer(visit, make()) } else { self.leave(visit) }
        }
    }

    /// On whatever thread has made the answer.
    private func answer(_ visit: Visit, _ delivery: HTTPDelivery) {
        let clock = context.clock
        let head = HTTPAnswer(
            policy: visit.arrival.entry.policy,
            now: clock.now() / microsecondsPerSecond,
            request: visit.turn.request,
            keepAlive: false
        ).head(delivery)
        let prepared = clock.monotonic()
        let descriptor = visit.arrival.descriptor
        if delivery.pieces != nil {
            visit.log.write([visit.connected])
            return sendRest(visit, delivery, head, 0, prepared)
        }
        // The end of the connection goes out in the same packet as the end of the answer.
        let sent = SocketBytes.sendBeforeEnd(descriptor, head, delivery.body)
        if sent >= 0, sent < head.count + delivery.body.count {
            visit.log.write([visit.connected])
            return sendRest(visit, delivery, head, sent, prepared)
        }
        SocketBytes.end(descriptor)
        let answered = visit.turn.answered(delivery, prepared: prepared, sent: clock.monotonic())
        visit.log.write(lingering.takeLines() + [visit.connected, visit.log.line(answered)])
        // Whoever has gone already hears nothing any more.
        if sent < 0 { leave(visit) } else { lingering.add(descriptor, visit.log) }
    }

    private func leave(_ visit: Visit) {
        SocketBytes.close(visit.arrival.descriptor)
        context.connections.leave(visit.arrival.entry.peer, wasStream: false)
        visit.log.write(ClientLog.disconnected)
    }

    private func sendRest(_ visit: Visit, _ delivery: HTTPDelivery, _ head: [UInt8], _ sent: Int, _ prepared: Int64) {
        let rest = AnswerBytes(head: head, body: delivery.body, sent: sent)
        let unsent = HTTPHandler.Unsent(bytes: rest, delivery: delivery, turn: visit.turn, prepared: prepared)
        let context = context
        visit.arrival.begin(on: eventLoop) { channel in
            let client = visit.arrival.entry.client(context, visit.log)
            channel.closeFuture.assumeIsolated().whenComplete { _ in client.ended() }
            try channel.pipeline.syncOperations.addHandler(HTTPHandler(client, unsent))
        }
    }
}

extension Arrivals.Arrival {
    /// Makes it a channel.
    /// - Parameter start: what happens first on the event loop, before anything is read.
    func begin(on eventLoop: any EventLoop, _ start: @escaping @Sendable (any Channel) throws -> Void) {
        ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
                    try start(channel)
                }
            }
            .withConnectedSocket(descriptor)
            // A connection that breaks already is closed, which its client hears.
            .whenFailure { _ in }
    }
}
