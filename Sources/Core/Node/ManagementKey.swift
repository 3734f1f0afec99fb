import Basics
import Config
import Glibc
import System

/// The key that whoever manages this node over its port must know (web API §11): a GUID in `LIBDIR/netdata.api.key`, made at
/// the first start.
struct ManagementKey: Sendable {
    private let key: [UInt8]?

    /// Reads the key, or makes one. Where neither can be done nobody manages the node over its port.
    init(_ configuration: Configuration) {
        let path = configuration.directories.lib + "/netdata.api.key"
        do throws(SystemError) {
            let content = try Files.read(path, limit: 4096)
            let text = String(decoding: content, as: UTF8.self).filter { !$0.isWhitespace }
            key = GUID(text) == nil ? nil : Array(text.utf8)
        } catch {
            guard error.number == ENOENT else {
                key = nil
                return
            }
            let made = Array(GUID(random: SystemRandom.bytes(16)).description.utf8)
            key = (try? Files.write(made, to: path, mode: 0o600)) == nil ? nil : made
        }
    }

    /// Whether a token is the key. How long it takes says nothing about how much of it is right.
    func opens(_ token: String?) -> Bool {
        guard let key, let token, token.utf8.count == key.count else { return false }
        return zip(token.utf8, key).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
