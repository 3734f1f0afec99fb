public import Basics

/// The API key that somebody probably meant who came with another one.
public struct NearestKey: Sendable, Equatable {
    public var guid: GUID
    /// How many characters differ.
    public var distance: Int
    public var origin: Origin

    /// For a log, which must not show the key: `stream.conf:41 (1 character differs)`.
    public var hint: String { "\(origin) (\(distance) \(distance == 1 ? "character differs" : "characters differ"))" }
}

extension Configuration {
    /// How far a key may be from one that is meant: a slip of the finger, a digit that got lost.
    static let nearestKeyDistance = 4

    /// The key that is nearest to a refused one, if any is near. It is for this node's own log only, never for an answer.
    ///
    /// - Parameter text: what came as key; anything much longer or shorter than a GUID is near none.
    public func nearestKey(to text: String) -> NearestKey? {
        let refused = Array(text.utf8.prefix(64)).map { $0 | ((65...90).contains($0) ? 0x20 : 0) }
        var best: NearestKey?
        for peer in peers where peer.kind == .key || peer.kind == .undecided {
            let limit = min(Self.nearestKeyDistance, (best?.distance ?? .max) - 1)
            guard limit > 0,
                let distance = editDistance(refused, peer.guid.description.utf8, limit: limit), distance > 0
            else { continue }
            best = NearestKey(guid: peer.guid, distance: distance, origin: peer.origin)
        }
        return best
    }
}
