import Synchronization

/// How many connections there are, in all and from each address.
final class ConnectionTable: Sendable {
    enum Refusal: Equatable {
        case total(Int)
        case address(Int)
    }

    fileprivate struct Counts {
        var total = 0
        /// Only those that have not become streams.
        var byAddress: [String: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let total: Int
    private let perAddress: Int

    init(total: Int, perAddress: Int) {
        self.total = total
        self.perAddress = perAddress
    }

    /// Takes a place; `nil` is success, and every success is followed by one ``leave(_:wasStream:)``.
    func enter(_ peer: Peer) -> Refusal? {
        guard !peer.isUnix else { return nil }
        return counts.withLock { counts in
            guard counts.total < total else { return .total(counts.total) }
            let here = counts.byAddress[peer.address, default: 0]
            guard here < perAddress else { return .address(here) }
            counts.total += 1
            counts.byAddress[peer.address] = here + 1
            return nil
        }
    }

    /// A connection has become a stream: it no longer counts for its address.
    func becameStream(_ peer: Peer) {
        guard !peer.isUnix else { return }
        counts.withLock { $0.drop(peer.address) }
    }

    func leave(_ peer: Peer, wasStream: Bool) {
        guard !peer.isUnix else { return }
        counts.withLock { counts in
            counts.total -= 1
            if !wasStream { counts.drop(peer.address) }
        }
    }

    /// Connections over TCP now.
    var count: Int { counts.withLock { $0.total } }
}

extension ConnectionTable.Counts {
    fileprivate mutating func drop(_ address: String) {
        guard let here = byAddress[address] else { return }
        byAddress[address] = here > 1 ? here - 1 : nil
    }
}
