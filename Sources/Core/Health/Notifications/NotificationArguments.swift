internal import Basics
public import Store

/// What a handler is told besides the entry: facts of the entry's host, and of its alarm as they are now (health §6.5).
public struct NotificationFacts: Sendable {
    /// Another alarm of the host that is raised.
    public struct RaisedAlarm: Sendable {
        public var name: String
        /// WARNING or CRITICAL; others are not counted.
        public var status: AlarmStatus
        /// Unix seconds.
        public var lastStatusChange: Int

        public init(name: String, status: AlarmStatus, lastStatusChange: Int) {
            self.name = name
            self.status = status
            self.lastStatusChange = lastStatusChange
        }
    }

    /// Of the host that the alarm is about.
    public var registryHostname: String
    /// The node's own, whose files its alarms come from: for the edit command.
    public var nodeRegistryHostname: String
    /// The expression that decided, as it was written: that of `warn` where the entry is WARNING or CLEAR, that of `crit` where it
    /// is CRITICAL. `nil` where the alarm's status has moved on meanwhile.
    public var expression: String?
    /// Its variables: `[ $this = 30 ] [ $status = 3 ] `. `nil` as with ``expression``.
    public var variables: String?
    /// Without the entry's own alarm. Of those that changed in the same second, the first here is named first.
    public var others: [RaisedAlarm] = []
    /// How many are raised besides ``others``: they count, and are not named.
    public var moreWarning = 0
    public var moreCritical = 0
    /// Where `edit-config` stands.
    public var userConfigDirectory: String
    /// Of a mirrored host; empty for the node's own.
    public var machineGUID: String

    public init(
        registryHostname: String,
        nodeRegistryHostname: String,
        expression: String? = nil,
        variables: String? = nil,
        others: [RaisedAlarm] = [],
        userConfigDirectory: String,
        machineGUID: String = ""
    ) {
        self.registryHostname = registryHostname
        self.nodeRegistryHostname = nodeRegistryHostname
        self.expression = expression
        self.variables = variables
        self.others = others
        self.userConfigDirectory = userConfigDirectory
        self.machineGUID = machineGUID
    }
}

/// The 29 arguments of a handler (health §6.5).
public enum NotificationArguments {
    /// Bytes of one argument. With one more, nothing is sent.
    public static let bytesAtMost = 8191
    /// Raised alarms of the host that are named, those of both states together.
    public static let namesAtMost = 15

    /// The places of the value and of the one before.
    private static let values = 12...13

    /// An argument is longer than ``bytesAtMost``; to be said with `Condition.notificationTooLong`.
    public struct TooLong: Error, Equatable {
        /// Its place, from 1 on.
        public let number: Int
        public let bytes: Int
    }

    /// `$1` to `$29`.
    ///
    /// All of them are inert text: no leading dash, so that none is taken for an option, and no control character, so that
    /// no peer can begin a line of its own in a log or reach a terminal. They are handed to the handler as they are; no shell
    /// reads them.
    public static func all(_ entry: AlarmEntry, _ facts: NotificationFacts) throws(TooLong) -> [String] {
        let named = namedOthers(facts.others)
        let arguments = [
            entry.recipient,
            facts.registryHostname,
            "\(entry.uniqueID)",
            "\(entry.alarmID)",
            "\(entry.eventID)",
            "\(entry.when)",
            entry.name,
            entry.chart.isEmpty ? "NOCHART" : entry.chart,
            entry.family.isEmpty ? "NOFAMILY" : entry.family,
            entry.status.name,
            entry.oldStatus.name,
            rounded(entry.value),
            rounded(entry.oldValue),
            entry.source,
            "\(entry.duration)",
            "\(entry.nonClearDuration)",
            entry.units,
            entry.info,
            entry.valueText,
            entry.oldValueText,
            facts.expression ?? "NOSOURCE",
            facts.variables ?? "NOERRMSG",
            "\(facts.others.count { $0.status == .warning } + facts.moreWarning)",
            "\(facts.others.count { $0.status == .critical } + facts.moreCritical)",
            list(named, .warning),
            list(named, .critical),
            entry.classification.isEmpty ? "Unknown" : entry.classification,
            editCommand(entry.source, facts),
            facts.machineGUID,
        ]
        var safe: [String] = []
        safe.reserveCapacity(arguments.count)
        for argument in arguments {
            // The values are numbers of ours: their sign stays, as the original's does.
            let text = Self.values.contains(safe.count + 1) ? argument : inert(argument)
            guard text.utf8.count <= bytesAtMost else {
                throw TooLong(number: safe.count + 1, bytes: text.utf8.count)
            }
            safe.append(text)
        }
        return safe
    }

    /// The command that opens the file of a rule: `sudo /etc/netdata/edit-config health.d/cpu.conf=1=web01`.
    /// - Parameters:
    ///   - source: `LINE@FILE`.
    ///   - registryHostname: the node's own, also for alarms of other hosts.
    public static func editCommand(source: String, userConfigDirectory: String, registryHostname: String) -> String {
        guard let at = source.firstIndex(of: "@") else { return "" }
        let file = source[source.index(after: at)...]
        return "sudo \(userConfigDirectory)/edit-config health.d/\(relative(file))=\(source[..<at])=\(registryHostname)"
    }

    private static func editCommand(_ source: String, _ facts: NotificationFacts) -> String {
        editCommand(
            source: source,
            userConfigDirectory: facts.userConfigDirectory,
            registryHostname: facts.nodeRegistryHostname
        )
    }

    /// Below `health.d`, however deep; the user's and the stock directory have the same names.
    private static func relative(_ file: Substring) -> String {
        let parts = file.split(separator: "/")
        let directory = parts.dropLast().lastIndex(of: "health.d")
        return parts[(directory.map { $0 + 1 } ?? max(parts.count - 1, 0))...].joined(separator: "/")
    }

    /// The newest changes first.
    private static func namedOthers(_ others: [NotificationFacts.RaisedAlarm]) -> [NotificationFacts.RaisedAlarm] {
        let raised = others.enumerated().filter { $0.element.status.isRaised }
        let sorted = raised.sorted { one, other in
            let (first, second) = (one.element.lastStatusChange, other.element.lastStatusChange)
            return first == second ? one.offset < other.offset : first > second
        }
        return sorted.prefix(namesAtMost).map(\.element)
    }

    private static func list(_ named: [NotificationFacts.RaisedAlarm], _ status: AlarmStatus) -> String {
        named.filter { $0.status == status }.map { "\($0.name)=\($0.lastStatusChange)" }.joined(separator: ",")
    }

    /// As C's `%0.0f`.
    private static func rounded(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return wholeText(value)
    }

    private static func inert(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let safe = isControl(scalar) ? " " : scalar
            // Whatever stands before the first other character, so that none is left when they are dropped.
            if safe == "-", result.isEmpty { continue }
            result.append(safe)
        }
        return String(result)
    }

    /// C0, DEL, C1, the line ends of Unicode, and what reorders text on a terminal.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
