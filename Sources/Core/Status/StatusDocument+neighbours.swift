extension StatusDocument {
    /// Says through which proxy a host comes that is more than one hop away. The wire does not name it; but a proxy streams
    /// itself, too, from the same address. Where several nodes share an address nothing is said.
    public mutating func nameNeighbours() {
        var neighbours: [String: String?] = [:]
        for host in hosts where host.hops == 1 && host.state.isConnected {
            guard let address = host.address else { continue }
            // A second one at the same address makes both unknowable.
            neighbours[address] = neighbours.keys.contains(address) ? .some(nil) : host.guid
        }
        for index in hosts.indices where (hosts[index].hops ?? 0) > 1 && hosts[index].via == nil {
            guard let address = hosts[index].address, let neighbour = neighbours[address] else { continue }
            hosts[index].via = neighbour
        }
    }
}
