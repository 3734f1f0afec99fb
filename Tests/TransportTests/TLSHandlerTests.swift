import NIOCore
import NIOEmbedded
import TestCertificates
import Testing

@testable import Transport

/// What the handler does with channels that end, and with those who wait for their bytes.
@Suite struct TLSHandlerTests {
    /// A client's channel and a server's, and what each has been told.
    private final class Pair {
        let client = EmbeddedChannel()
        let server = EmbeddedChannel()
        var results: [Result<TLSFacts, TLSFailure>] = []
        var onEstablished: () -> Void = {}

        init(certificate: String = "valid") throws {
            let material = try TLSContext.server(
                certificate: Certificates.path(certificate + ".pem"),
                key: Certificates.path(certificate + ".key")
            )
            let trust = try TLSContext.client(TLSTrust(file: Certificates.path("ca.pem")))
            for channel in [client, server] {
                channel.connect(to: try SocketAddress(unixDomainSocketPath: "/x"), promise: nil)
            }
            try server.pipeline.syncOperations.addHandler(
                TLSHandler(TLSSession(server: material), timeout: .seconds(5)) { _ in }
            )
            let session = TLSSession(client: trust, name: "parent.example")
            try client.pipeline.syncOperations.addHandler(
                TLSHandler(session, timeout: .seconds(5)) { result in
                    self.results.append(result)
                    self.onEstablished()
                }
            )
        }

        /// Carries bytes to and fro until nobody has any.
        func run() throws {
            var isMoving = true
            while isMoving {
                isMoving = false
                for (from, to) in [(client, server), (server, client)] {
                    while let bytes = try from.readOutbound(as: ByteBuffer.self) {
                        if bytes.readableBytes > 0 { isMoving = true }
                        if to.isActive { _ = try? to.writeInbound(bytes) }
                    }
                }
            }
        }

        deinit {
            for channel in [client, server] { _ = try? channel.finish(acceptAlreadyClosed: true) }
        }
    }

    private static func outcome(_ future: EventLoopFuture<Void>) -> () -> String {
        final class Box { var text = "open" }
        let box = Box()
        future.assumeIsolated().whenComplete { result in
            switch result {
            case .success: box.text = "sent"
            case .failure: box.text = "failed"
            }
        }
        return { box.text }
    }

    @Test func whatIsWrittenEarlyIsSentWhenItCanBe() throws {
        let pair = try Pair()
        let promise = pair.client.eventLoop.makePromise(of: Void.self)
        let outcome = Self.outcome(promise.futureResult)
        pair.client.writeAndFlush(ByteBuffer(string: "STREAM"), promise: promise)
        #expect(outcome() == "open")
        try pair.run()
        #expect(outcome() == "sent")
        #expect(try pair.server.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "STREAM"))
        #expect(pair.results.count == 1)
    }

    @Test func nobodyWaitsForBytesThatAreNotSentAnyMore() throws {
        let pair = try Pair()
        let early = pair.client.eventLoop.makePromise(of: Void.self)
        let outcome = Self.outcome(early.futureResult)
        pair.client.writeAndFlush(ByteBuffer(string: "STREAM"), promise: early)
        _ = try pair.client.finish(acceptAlreadyClosed: true)
        #expect(outcome() == "failed")
        guard case .failure(let failure) = pair.results.first, pair.results.count == 1 else {
            Issue.record("\(pair.results)")
            return
        }
        #expect(failure.kind == .closed)

        let other = try Pair()
        try other.run()
        let unflushed = other.client.eventLoop.makePromise(of: Void.self)
        let late = Self.outcome(unflushed.futureResult)
        other.client.write(ByteBuffer(string: "x"), promise: unflushed)
        try other.client.pipeline.syncOperations.removeHandler(
            other.client.pipeline.syncOperations.handler(type: TLSHandler.self),
            promise: nil
        )
        #expect(late() == "failed")
    }

    @Test func anEmptyWriteIsDoneWhenItIsFlushed() throws {
        let pair = try Pair()
        try pair.run()
        let promise = pair.client.eventLoop.makePromise(of: Void.self)
        let outcome = Self.outcome(promise.futureResult)
        pair.client.writeAndFlush(ByteBuffer(), promise: promise)
        #expect(outcome() == "sent")
    }

    @Test func aChannelThatIsGoneAlreadyIsToldAtOnce() throws {
        let channel = EmbeddedChannel()
        let trust = try TLSContext.client(TLSTrust(file: Certificates.path("ca.pem")))
        var results: [Result<TLSFacts, TLSFailure>] = []
        try channel.pipeline.syncOperations.addHandler(
            TLSHandler(TLSSession(client: trust, name: "a"), timeout: .seconds(5)) { results.append($0) }
        )
        guard case .failure(let failure) = results.first, results.count == 1 else {
            Issue.record("\(results)")
            return
        }
        #expect(failure.kind == .closed)
    }

    @Test func whoeverClosesOnHearingTheNewsIsDone() throws {
        let pair = try Pair()
        pair.onEstablished = { pair.client.close(promise: nil) }
        try pair.run()
        pair.onEstablished = {}
        #expect(pair.results.count == 1)
        #expect(!pair.client.isActive)
        #expect(throws: Never.self) { try pair.client.throwIfErrorCaught() }
    }

    @Test func aHandshakeIsGivenUpAtItsLimit() throws {
        let pair = try Pair()
        pair.client.embeddedEventLoop.advanceTime(by: .milliseconds(4999))
        #expect(pair.results.isEmpty)
        pair.client.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        guard case .failure(let failure) = pair.results.first else {
            Issue.record("\(pair.results)")
            return
        }
        #expect(failure.kind == .timedOut)
    }

    @Test func theOtherSideHearsWhyItIsNotBelieved() throws {
        let pair = try Pair(certificate: "expired")
        try pair.run()
        guard case .failure(let failure) = pair.results.first else {
            Issue.record("\(pair.results)")
            return
        }
        #expect(failure.sent == TLSAlert(45))
    }
}
