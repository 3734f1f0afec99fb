import Basics
import Diagnostics

/// What somebody forgot, or took from an example as it was.
extension Configuration {
    func checkForgotten() -> [Finding] { checkSelf() + checkProxies() + checkSocket() }

    // MARK: A stream in a circle

    /// Only what is certain: a loopback address or this node's own name, at a port that it listens on.
    private func checkSelf() -> [Finding] {
        guard stream.isEnabled, web.isEnabled else { return [] }
        return stream.destinations.filter(isSelf).map { destination in
            Finding(
                .configDestinationIsSelf,
                at: settings.origin("stream", "destination"),
                ["value": quoted(destination.description)]
            )
        }
    }

    private func isSelf(_ destination: Destination) -> Bool {
        if destination.transport == .unix { return web.bindTo.contains { $0.unixPath == destination.host } }
        let host = destination.host.lowercased()
        let isLoopback = Self.isLoopback(host)
        guard isLoopback || host == global.hostname.lowercased() else { return false }
        return web.bindTo.contains { address in
            guard address.unixPath == nil, address.port == destination.port else { return false }
            return address.host.map { isLoopback && Self.isLoopback($0) } ?? true
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasPrefix("127.") || host == "::1"
    }

    // MARK: Half a proxy

    private func checkProxies() -> [Finding] {
        peers.compactMap { peer in
            guard let enabled = peer.proxyEnabled, enabled.value else { return nil }
            let isMachine = peer.kind == .machine
            // A machine's key may say the rest, and which that will be is not known here.
            if isMachine, peers.contains(where: { !$0.isMachine && ($0.proxyDestination != nil || $0.proxyKey != nil) })
            {
                return nil
            }
            let proxy = ReceiverSettings(
                machine: isMachine ? peer : nil,
                key: isMachine ? nil : peer,
                configuration: self
            ).proxy
            guard !proxy.isActive else { return nil }
            let prefix = isMachine ? "proxy" : "default proxy"
            let missing = [
                proxy.destinations.isEmpty ? "destination" : nil, proxy.apiKey == nil ? "api key" : nil,
            ].compactMap { $0 }
            let values = [
                "section": peer.guid.description, "missing": missing.joined(separator: " and no "),
                "options": missing.map { "\(prefix) \($0)" }.joined(separator: " and "),
            ]
            return Finding(.configProxyIncomplete, at: enabled.origin, values)
        }
    }

    // MARK: The admin socket

    /// What the kernel takes for a unix socket, without the zero at its end.
    static let socketPathLimit = 107

    private func checkSocket() -> [Finding] {
        let path = "\(directories.run)/\(role.rawValue).sock"
        guard path.utf8.count > Self.socketPathLimit else { return [] }
        let values = ["path": path, "length": String(path.utf8.count), "limit": String(Self.socketPathLimit)]
        return [Finding(.configSocketPathTooLong, at: settings.origin("directories", "run"), values)]
    }
}

/// Whether a value is what examples have where a key belongs: `XXXXXXXXXXX`, `[API_KEY]`, `KEY`.
func isPlaceholder(_ text: String) -> Bool {
    let word = text.lowercased().filter { $0.isLetter || $0.isNumber }
    if ["apikey", "key", "machineguid", "guid", "uuid", "yourapikey", "yourkey"].contains(word) { return true }
    return word.count > 2 && word.allSatisfy { $0 == "x" }
}
