import Basics

extension StatusDocument.Host {
    /// Takes over what is known of the host's connection. Set ``updateEverySeconds`` before: it decides what is stale.
    ///
    /// - Parameters:
    ///   - at, monotonic: now, microseconds.
    ///   - newestStored: Unix seconds of the newest point of the host, for its lag.
    public mutating func take(_ facts: HostFacts, at: Int64, monotonic: Int64, newestStored: Int64? = nil) {
        state = facts.shownState(updateEvery: updateEverySeconds ?? 1, monotonic: monotonic)
        sinceAt = seconds(facts.shownSince(state))
        firstSeenAt = seconds(facts.firstSeen)
        lastDataAt = facts.lastData.map(seconds)
        expiresAt = facts.expires.map(seconds)
        hostnameBefore = facts.hostnameBefore
        address = facts.address
        port = facts.port
        hops = facts.hops
        via = facts.via?.description
        clockOffsetSeconds = facts.clockOffsetSeconds
        connects = facts.connects
        disconnects = facts.disconnects
        lastDisconnect = facts.lastDisconnect
        replication = facts.replication
        health = facts.health
        ephemeral = facts.ephemeral
        gaps = facts.gaps
        problems = facts.problems
        if facts.gapsDropped > 0 { dropped = ["gaps": facts.gapsDropped] }
        lagSeconds = newestStored.map { max(0, seconds(at) - Double($0)) }

        let rates = facts.throughput.rates(monotonic: monotonic)
        inBytesPerSecond = rates.wire
        inRawBytesPerSecond = rates.raw
        samplesPerSecond = rates.samples
        historyBytesPerSecond = facts.throughput.history(monotonic: monotonic)
        connection = facts.connection
        guard facts.state.isConnected else { return }
        connection?.ratioNow = rates.ratio
        let wire = facts.throughput.wireBytes
        connection?.ratioTotal = wire > 0 ? Double(facts.throughput.rawBytes) / Double(wire) : nil
    }

    private func seconds(_ microseconds: Int64) -> Double {
        Double(microseconds) / Double(microsecondsPerSecond)
    }
}
