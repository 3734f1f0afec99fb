public import Basics

extension StatusDocument {
    /// The document as UTF-8 JSON. Lists beyond ``StatusLimits`` are cut, and what was cut is counted.
    public func json() -> [UInt8] {
        var json = JSONWriter(reserving: 1024 + hosts.count * 1536)
        write(to: &json)
        return json.bytes
    }

    /// Writes the document as one value.
    public func write(to json: inout JSONWriter) {
        var dropped = Dropped(dropped)
        json.object { json in
            json.member(CodingKeys.schema, schema)
            json.member(CodingKeys.at, at)
            json.member(CodingKeys.node) { node.write(to: &$0) }
            if let totals { json.member(CodingKeys.totals) { totals.write(to: &$0) } }
            json.list(CodingKeys.hosts, hosts, StatusLimits.hosts, &dropped) { $1.write(to: &$0) }
            json.list(CodingKeys.links, links, StatusLimits.links, &dropped) { $1.write(to: &$0) }
            json.list(CodingKeys.refusals, refusals, StatusLimits.refusals, &dropped) { $1.write(to: &$0) }
            json.list(CodingKeys.events, events, StatusLimits.events, &dropped) { $1.write(to: &$0) }
            if let store { json.member(CodingKeys.store) { store.write(to: &$0) } }
            if let alarms { json.member(CodingKeys.alarms) { alarms.write(to: &$0) } }
            if let exporters {
                json.list(CodingKeys.exporters, exporters, StatusLimits.exporters, &dropped) { $1.write(to: &$0) }
            }
            dropped.write(to: &json)
        }
    }
}

extension StatusDocument.Node {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.hostname, hostname)
            json.member(CodingKeys.guid, guid)
            json.member(CodingKeys.version, version)
            json.member(CodingKeys.program, program)
            json.member(CodingKeys.role, role.rawValue)
            json.member(CodingKeys.startedAt, startedAt)
            json.member(CodingKeys.cpuPercent, cpuPercent)
            json.member(CodingKeys.residentBytes, residentBytes)
            json.member(CodingKeys.fileDescriptors, fileDescriptors)
            json.member(CodingKeys.fileDescriptorsMax, fileDescriptorsMax)
            json.member(CodingKeys.threads, threads)
            json.member(CodingKeys.configDirectory, configDirectory)
            json.member(CodingKeys.configProblems, configProblems)
            json.member(CodingKeys.databaseMode, databaseMode)
            json.member(CodingKeys.compression, compression)
            json.member(CodingKeys.tls, tls?.rawValue)
        }
    }
}

extension StatusDocument.Totals {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.inBytesPerSecond, inBytesPerSecond)
            json.member(CodingKeys.inRawBytesPerSecond, inRawBytesPerSecond)
            json.member(CodingKeys.outBytesPerSecond, outBytesPerSecond)
            json.member(CodingKeys.samplesPerSecond, samplesPerSecond)
        }
    }
}

extension StatusDocument.Store {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.mode, mode)
            json.member(CodingKeys.segments, segments)
            json.member(CodingKeys.bytes, bytes)
            json.member(CodingKeys.quotaBytes, quotaBytes)
            json.member(CodingKeys.oldestAt, oldestAt)
            json.member(CodingKeys.journalBytes, journalBytes)
            json.optional(CodingKeys.degraded, degraded) { json, degraded in
                json.object { json in
                    json.member(Degraded.CodingKeys.code, degraded.code)
                    json.member(Degraded.CodingKeys.sinceAt, degraded.sinceAt)
                    json.member(Degraded.CodingKeys.text, degraded.text)
                }
            }
        }
    }
}

extension StatusDocument.Refusal {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.code, code)
            json.member(CodingKeys.text, text)
            json.member(CodingKeys.hostname, hostname)
            json.member(CodingKeys.guid, guid)
            json.member(CodingKeys.key, key)
            json.member(CodingKeys.address, address)
            json.member(CodingKeys.tries, tries)
            json.member(CodingKeys.firstAt, firstAt)
            json.member(CodingKeys.lastAt, lastAt)
            json.member(CodingKeys.decidedBy, decidedBy)
            json.member(CodingKeys.nearestKey, nearestKey)
            json.member(CodingKeys.fix.stringValue, fix)
        }
    }
}

extension StatusDocument.Event {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.at, at)
            json.member(CodingKeys.code, code)
            json.member(CodingKeys.severity, severity)
            json.member(CodingKeys.hostGUID, hostGUID)
            json.member(CodingKeys.text, text)
        }
    }
}

extension StatusDocument.Exporter {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.name, name)
            json.member(CodingKeys.type, type)
            json.member(CodingKeys.destination, destination)
            json.member(CodingKeys.state, state)
            json.member(CodingKeys.sent, sent)
            json.member(CodingKeys.failed, failed)
            json.member(CodingKeys.buffered, buffered)
            json.member(CodingKeys.lastError, lastError)
        }
    }
}
