public import Diagnostics
public import Store

extension FoldedLoss {
    /// What is told of a lost child: an entry in its host's log, one run of the handler, and a line of error.log.
    public struct Event: Sendable, Equatable {
        /// WARNING or CRITICAL as the worst of the folded alarms is; CLEAR for a child that is back.
        public let status: AlarmStatus
        /// What was told before.
        public let oldStatus: AlarmStatus
        public let departure: Departure
        /// When the child was heard last, when it came back (0: it did not), and when this is told. Unix seconds.
        public let since: Int
        public let backSince: Int
        public let now: Int
        /// Seconds since what was told before; 0 where nothing was.
        public let duration: Int
        /// How many alarms' runs are folded.
        public let folded: Int
        // Those of the first alarm that was folded and tells somebody.
        public let handler: String
        public let recipient: String
        public let source: String

        init(_ loss: Loss, _ status: AlarmStatus, now: Int) {
            self.status = status
            oldStatus = loss.told
            departure = loss.departure
            since = loss.since
            backSince = loss.backSince
            self.now = now
            duration = loss.told.isRaised ? max(0, now - loss.toldAt) : 0
            folded = loss.folded.count
            handler = loss.handler
            recipient = loss.recipient
            source = loss.source
        }

        /// Seconds since the child was heard.
        public var age: Int { max(0, now - since) }

        /// A sentence for people, the handler's ``AlarmEntry/info``.
        public func info(hostname: String) -> String {
            let alarms = folded == 1 ? "1 alarm" : "\(folded) alarms"
            if status != .clear {
                return "\(hostname) \(how) at \(date(since)); \(alarms) that \(folded == 1 ? "watches" : "watch") "
                    + "its collection \(folded == 1 ? "is" : "are") folded into this one"
            }
            let ending =
                backSince > 0 ? "is back since \(date(backSince))" : "has left in order, as an ephemeral child may"
            return "\(hostname) \(ending); it had been lost since \(date(since)), and \(alarms) had been folded"
        }

        private var how: String {
            switch departure {
            case .leftCleanly: "closed its connection"
            case .vanished: "vanished (its connection broke off)"
            case .fellSilent: "fell silent (its connection is open)"
            }
        }

        private func date(_ seconds: Int) -> String { localDate(Int64(seconds) * 1_000_000, .utc) + " UTC" }

        /// Its entry in the host's log, from which the handler's arguments are made as from any other.
        ///
        /// - Parameters:
        ///   - uniqueID: the log's next.
        ///   - alarmID: the log's for the chart ``FoldedLoss/chart`` and the name ``FoldedLoss/name``.
        ///   - eventID: one more than that of the newest such entry.
        public func entry(uniqueID: UInt32, alarmID: UInt32, eventID: UInt32, hostname: String) -> AlarmEntry {
            AlarmEntry(
                uniqueID: uniqueID,
                alarmID: alarmID,
                eventID: eventID,
                name: FoldedLoss.name,
                chart: FoldedLoss.chart,
                context: "",
                family: FoldedLoss.family,
                classification: "",
                component: "",
                type: "",
                handler: handler,
                recipient: recipient,
                source: source,
                units: FoldedLoss.units,
                info: info(hostname: hostname),
                when: now,
                duration: duration,
                nonClearDuration: oldStatus.isRaised ? duration : 0,
                status: status,
                oldStatus: oldStatus,
                value: status == .clear ? 0 : Double(age),
                oldValue: oldStatus.isRaised ? Double(max(0, age - duration)) : 0,
                delay: 0,
                delayUpTo: now
            )
        }

        /// The line of error.log.
        public var condition: Condition { status == .clear ? .childBack : .childLost }

        /// The values of ``condition``.
        public func values(hostname: String) -> [String: String] {
            [
                "host": hostname, "how": how, "since": date(since), "count": "\(folded)",
                "status": status.name,
                "seconds": "\(age)",
            ]
        }
    }
}
