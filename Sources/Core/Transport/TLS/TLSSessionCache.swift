internal import COpenSSL
import Synchronization

/// Sessions with far ends that may be taken up again without another exchange of certificates, one for each destination.
final class TLSSessionCache: Sendable {
    /// Destinations that are remembered.
    static let limit = 64

    struct Entry: @unchecked Sendable {
        /// An `SSL_SESSION *` that the cache owns.
        var session: OpaquePointer
        /// What was noted of the certificate then; it is not sent again.
        var notes: [VerifyFailure]
    }

    private let entries = Mutex<[String: Entry]>([:])

    func put(_ destination: String, _ entry: Entry) {
        let old = entries.withLock { entries -> [Entry] in
            var old = entries.count >= Self.limit && entries[destination] == nil ? Array(entries.values) : []
            if !old.isEmpty { entries.removeAll() }
            if let replaced = entries.updateValue(entry, forKey: destination) { old.append(replaced) }
            return old
        }
        for entry in old { SSL_SESSION_free(entry.session) }
    }

    /// Calls `body` while the session cannot go away.
    func use(_ destination: String, _ body: (Entry) -> Void) {
        entries.withLock { entries in
            if let entry = entries[destination] { body(entry) }
        }
    }

    func removeAll() {
        let all = entries.withLock { entries in
            defer { entries = [:] }
            return Array(entries.values)
        }
        for entry in all { SSL_SESSION_free(entry.session) }
    }
}
