import Diagnostics

extension Configuration {
    /// What of streams is not as secret as it could be.
    func checkEncryptedStreams() -> [Finding] {
        guard stream.isActive || peers.contains(where: { $0.proxyDestination != nil }) else { return [] }
        var lists = [(stream.destinations, settings.origin("stream", "destination"))]
        for case let list? in peers.map(\.proxyDestination) {
            lists.append((Destination.list(list.value, defaultPort: stream.defaultPort).destinations, list.origin))
        }
        var findings: [Finding] = []
        for (destinations, origin) in lists {
            if stream.skipsCertificateVerification, let first = destinations.first(where: \.tls) {
                findings.append(
                    Finding(
                        .configSkipsVerification,
                        at: settings.origin("stream", "ssl skip certificate verification"),
                        ["destination": first.description]
                    )
                )
            }
            for destination in destinations where !destination.tls && destination.isPublicAddress {
                findings.append(Finding(.configKeyReadable, at: origin, ["destination": destination.description]))
            }
        }
        return findings
    }
}

extension Destination {
    /// Whether it is an address of the internet; of a name nobody knows that here.
    var isPublicAddress: Bool {
        guard transport == .tcp, let address = Network.canonical(host[...]) else { return false }
        let numbers = Network.numbers(of: address)
        return !numbers.isEmpty
            && !Self.privateNetworks.contains { network in numbers.contains(where: network.contains) }
    }

    /// Of this machine, of one link, of one organisation, of documentation, and shared ones of providers (RFC 6890).
    private static let privateNetworks = [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "::1/128", "fe80::/10", "fc00::/7", "2001:db8::/32",
    ].compactMap { Network($0) }
}
