import NIOCore
import NIOEmbedded
import Testing

@testable import Config
@testable import Streaming
@testable import Transport

/// Who is dialled by the senders of a bench's received hosts. Only ever used on the bench's own thread.
final class Upstreams: @unchecked Sendable {
    private(set) var dialled: [Destination] = []
    private var completions: [(Result<StreamConnection, DialFailure>) -> Void] = []

    func dial(_ destination: Destination, _ completion: @escaping (Result<StreamConnection, DialFailure>) -> Void) {
        dialled.append(destination)
        completions.append(completion)
    }

    /// The parent that was dialled first, of those that wait, takes the connection.
    func connect(_ loop: EmbeddedEventLoop) throws -> TestParent {
        try #require(!completions.isEmpty, "nobody was dialled")
        let parent = try TestParent(loop)
        completions.removeFirst()(.success(parent.connection))
        return parent
    }

    /// Nobody listens there.
    func refuse() throws {
        try #require(!completions.isEmpty, "nobody was dialled")
        completions.removeFirst()(
            .failure(DialFailure(IOError(errnoCode: 111, reason: "connect"), host: "10.0.0.1", port: "19999"))
        )
    }
}
