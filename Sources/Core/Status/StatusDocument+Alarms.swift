internal import Basics

extension StatusDocument {
    /// How many alarms are in which state, of a host or of all; of all, the raised ones, too.
    public struct Alarms: Sendable, Equatable, Decodable {
        public var warning: Int
        public var critical: Int
        public var total: Int
        /// The worst first, of these whose status changed last. A host's own are here only, with those of all others.
        public var raised: [RaisedAlarm] = []
        /// How many of `raised` were left out to keep it bounded.
        public var dropped: [String: Int]?

        public init(warning: Int, critical: Int, total: Int) {
            self.warning = warning
            self.critical = critical
            self.total = total
        }

        enum CodingKeys: String, CodingKey {
            case warning, critical, total, raised, dropped
        }
    }

    /// An alarm that is warning or critical.
    public struct RaisedAlarm: Sendable, Equatable, Decodable {
        public var hostGUID: String
        public var hostname: String
        /// The chart's id.
        public var chart: String
        public var name: String
        /// `WARNING` or `CRITICAL`.
        public var status: String
        /// Unix seconds of the last change of the status.
        public var sinceAt: Double?
        /// The value with its units.
        public var valueText: String?
        public var info: String?
        public var classification: String?
        /// Whom notifications go to.
        public var recipient: String?
        /// `LINE@FILE` of its definition.
        public var source: String?
        /// It is evaluated and nobody is told.
        public var silenced: Bool
        /// It is not evaluated.
        public var disabled: Bool?

        public init(hostGUID: String, hostname: String, chart: String, name: String, status: String) {
            self.hostGUID = hostGUID
            self.hostname = hostname
            self.chart = chart
            self.name = name
            self.status = status
            silenced = false
            disabled = false
        }

        enum CodingKeys: String, CodingKey {
            case hostname, chart, name, status, info, recipient, source, silenced, disabled
            case hostGUID = "host_guid"
            case sinceAt = "since_at"
            case valueText = "value_text"
            case classification = "class"
        }

        public var isCritical: Bool { status == "CRITICAL" }

        /// The order of the document: critical first, then whose status changed last, then by host, chart and name.
        public static func isWorse(_ one: RaisedAlarm, than other: RaisedAlarm) -> Bool {
            if one.isCritical != other.isCritical { return one.isCritical }
            let (since, before) = (one.sinceAt ?? 0, other.sinceAt ?? 0)
            if since != before { return since > before }
            return (one.hostname, one.hostGUID, one.chart, one.name)
                < (other.hostname, other.hostGUID, other.chart, other.name)
        }
    }
}

extension StatusDocument.Alarms {
    /// The counts alone, as a host has them.
    func writeCounts(to json: inout JSONWriter) {
        json.object { writeMembers(to: &$0) }
    }

    /// With the raised ones.
    func write(to json: inout JSONWriter) {
        var dropped = Dropped(dropped)
        json.object { json in
            writeMembers(to: &json)
            json.list(CodingKeys.raised, raised, StatusLimits.raisedAlarms, &dropped) { $1.write(to: &$0) }
            dropped.write(to: &json)
        }
    }

    private func writeMembers(to json: inout JSONWriter) {
        json.member(CodingKeys.warning, warning)
        json.member(CodingKeys.critical, critical)
        json.member(CodingKeys.total, total)
    }
}

extension StatusDocument.RaisedAlarm {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member(CodingKeys.hostGUID, hostGUID)
            json.member(CodingKeys.hostname, hostname)
            json.member(CodingKeys.chart, chart)
            json.member(CodingKeys.name, name)
            json.member(CodingKeys.status, status)
            json.member(CodingKeys.sinceAt, sinceAt)
            json.member(CodingKeys.valueText, valueText)
            json.member(CodingKeys.info, info)
            json.member(CodingKeys.classification, classification)
            json.member(CodingKeys.recipient, recipient)
            json.member(CodingKeys.source, source)
            json.member(CodingKeys.silenced, silenced)
            json.member(CodingKeys.disabled, disabled)
        }
    }
}
