import Basics

extension StatusDocument.Host {
    func write(to json: inout JSONWriter) {
        var dropped = Dropped(dropped)
        json.object { json in
            json.member(CodingKeys.guid, guid)
            json.member(CodingKeys.hostname, hostname)
            json.member(CodingKeys.hostnameBefore, hostnameBefore)
            json.member(CodingKeys.os, os)
            json.member(CodingKeys.program, program)
            json.member(CodingKeys.version, version)
            json.member(CodingKeys.state, state.rawValue)
            json.member(CodingKeys.sinceAt, sinceAt)
            json.member(CodingKeys.lastDataAt, lastDataAt)
            json.member(CodingKeys.firstSeenAt, firstSeenAt)
            json.member(CodingKeys.expiresAt, expiresAt)
            json.member(CodingKeys.address, address)
            json.member(CodingKeys.port, port)
            json.member(CodingKeys.hops, hops)
            json.member(CodingKeys.via, via)
            json.optional(CodingKeys.connection, connection) { $1.write(to: &$0) }
            json.member(CodingKeys.inBytesPerSecond, inBytesPerSecond)
            json.member(CodingKeys.inRawBytesPerSecond, inRawBytesPerSecond)
            json.member(CodingKeys.samplesPerSecond, samplesPerSecond)
            json.member(CodingKeys.lagSeconds, lagSeconds)
            json.member(CodingKeys.clockOffsetSeconds, clockOffsetSeconds)
            json.member(CodingKeys.connects, connects)
            json.member(CodingKeys.disconnects, disconnects)
            json.member(CodingKeys.historyBytesPerSecond) { json in
                json.array(historyBytesPerSecond.suffix(StatusLimits.historySeconds)) { $0.value($1) }
            }
            json.optional(CodingKeys.lastDisconnect, lastDisconnect) { $1.write(to: &$0) }
            json.optional(CodingKeys.replication, replication) { $1.write(to: &$0) }
            json.member(CodingKeys.charts, charts)
            json.member(CodingKeys.dimensions, dimensions)
            json.member(CodingKeys.updateEverySeconds, updateEverySeconds)
            json.member(CodingKeys.databaseMode, databaseMode)
            json.member(CodingKeys.retentionSeconds, retentionSeconds)
            json.member(CodingKeys.storedBytes, storedBytes)
            json.member(CodingKeys.ephemeral, ephemeral)
            json.member(CodingKeys.health, health)
            // Of the gaps the newest matter, of the problems the first, which are the worst.
            dropped.add(CodingKeys.gaps, gaps.count - StatusLimits.gaps)
            json.member(CodingKeys.gaps) { $0.array(gaps.suffix(StatusLimits.gaps)) { $1.write(to: &$0) } }
            json.list(CodingKeys.problems, problems, StatusLimits.problems, &dropped) { $1.write(to: &$0) }
            if let alarms { json.member(CodingKeys.alarms) { alarms.writeCounts(to: &$0) } }
            dropped.write(to: &json)
        }
    }
}

extension StatusDocument.Connection {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.version, version)
            json.member(CodingKeys.capabilities.stringValue, capabilities)
            json.member(CodingKeys.compression, compression)
            json.member(CodingKeys.compressionReason, compressionReason)
            json.member(CodingKeys.ratioNow, ratioNow)
            json.member(CodingKeys.ratioTotal, ratioTotal)
            json.optional(CodingKeys.tls, tls) { $1.write(to: &$0) }
            json.member(CodingKeys.key, key)
            json.member(CodingKeys.decidedBy, decidedBy)
        }
    }
}

extension StatusDocument.TLS {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.version, version)
            json.member(CodingKeys.cipher, cipher)
            json.member(CodingKeys.verified, verified)
            json.member(CodingKeys.subject, subject)
            json.member(CodingKeys.notAfterAt, notAfterAt)
            guard !warnings.isEmpty else { return }
            json.key(CodingKeys.warnings.stringValue)
            json.array(warnings) { json, warning in
                json.object { json in
                    json.member("code", warning.code)
                    json.member("text", warning.text)
                }
            }
        }
    }
}

extension StatusDocument.Disconnect {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("at", at)
            json.member("code", code)
            json.member("text", text)
        }
    }
}

extension StatusDocument.Replication {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.percent, percent)
            json.member(CodingKeys.chartsLeft, chartsLeft)
            json.member(CodingKeys.remainingSeconds, remainingSeconds)
            json.member(CodingKeys.fromAt, fromAt)
            json.member(CodingKeys.toAt, toAt)
        }
    }
}

extension StatusDocument.Gap {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.fromAt, fromAt)
            json.member(CodingKeys.toAt, toAt)
            json.member(CodingKeys.cause, cause)
            json.member(CodingKeys.code, code)
            json.member(CodingKeys.filled, filled)
        }
    }
}

extension StatusDocument.Problem {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("code", code)
            json.member("severity", severity)
            json.member("text", text)
            json.member("fix", fix)
        }
    }
}

extension StatusDocument.Link {
    func write(to json: inout JSONWriter) {
        var dropped = Dropped(dropped)
        json.object { json in
            json.member(CodingKeys.hostGUID, hostGUID)
            json.member(CodingKeys.destination, destination)
            json.member(CodingKeys.state, state.rawValue)
            json.member(CodingKeys.retryAt, retryAt)
            json.member(CodingKeys.attempts, attempts)
            json.optional(CodingKeys.lastError, lastError) { json, error in
                json.object { json in
                    json.member("at", error.at)
                    json.member("code", error.code)
                    json.member("text", error.text)
                    json.member("evidence", error.evidence)
                    if !error.fix.isEmpty { json.member("fix", error.fix) }
                }
            }
            json.member(CodingKeys.compression, compression)
            json.member(CodingKeys.capabilities.stringValue, capabilities)
            json.member(CodingKeys.outBytesPerSecond, outBytesPerSecond)
            json.member(CodingKeys.bufferBytes, bufferBytes)
            json.member(CodingKeys.bufferMaxBytes, bufferMaxBytes)
            json.member(CodingKeys.droppedSamples, droppedSamples)
            json.member(CodingKeys.chartsLeft, chartsLeft)
            json.member(CodingKeys.replayedPoints, replayedPoints)
            json.optional(CodingKeys.tls, tls) { $1.write(to: &$0) }
            json.list(CodingKeys.candidates, candidates, StatusLimits.candidates, &dropped) { $1.write(to: &$0) }
            dropped.write(to: &json)
        }
    }
}

extension StatusDocument.Candidate {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.destination, destination)
            json.member(CodingKeys.state, state)
            json.member(CodingKeys.skippedUntilAt, skippedUntilAt)
            json.member(CodingKeys.code, code)
        }
    }
}
