import Basics

/// Which alarms are not evaluated, or not notified of, by command of an operator (health §8, web API §11).
public struct Silencers: Sendable, Equatable {
    /// What happens to the alarms that are meant.
    public enum Kind: String, Sendable {
        case none = "None"
        /// They are not evaluated and stay as they are.
        case disable = "DISABLE"
        /// They are evaluated; nobody is told.
        case silence = "SILENCE"
    }

    /// What a pattern is matched with, in the order in which they are listed.
    public enum Field: String, Sendable, CaseIterable {
        case alarm
        case chart
        case context
        case hosts
        case families
    }

    /// Patterns that an alarm must match, all of them.
    public struct Selector: Sendable, Equatable {
        private var patterns: [Field: SimplePattern] = [:]

        public init() {}

        public subscript(field: Field) -> String? {
            get { patterns[field]?.description }
            set { patterns[field] = newValue.map { SimplePattern($0) } }
        }

        /// Without a pattern it means no alarm.
        public var isEmpty: Bool { patterns.isEmpty }

        func matches(_ subject: Subject) -> Bool {
            !isEmpty
                && patterns.allSatisfy { field, pattern in
                    switch field {
                    case .alarm: pattern.matches(subject.name)
                    case .chart: pattern.matches(subject.chart) || pattern.matches(subject.chartName)
                    case .context: pattern.matches(subject.context)
                    case .hosts: pattern.matches(subject.hostname)
                    case .families: pattern.matches(subject.family)
                    }
                }
        }
    }

    /// An alarm, as selectors see it.
    public struct Subject: Sendable {
        public var name: String
        /// The chart's id, and its name.
        public var chart: String
        public var chartName: String
        public var context: String
        public var hostname: String
        public var family: String

        public init(
            name: String,
            chart: String,
            chartName: String,
            context: String,
            hostname: String,
            family: String
        ) {
            self.name = name
            self.chart = chart
            self.chartName = chartName
            self.context = context
            self.hostname = hostname
            self.family = family
        }
    }

    public struct Verdict: Sendable, Equatable {
        public var isDisabled = false
        public var isSilenced = false

        public init(isDisabled: Bool = false, isSilenced: Bool = false) {
            self.isDisabled = isDisabled
            self.isSilenced = isSilenced
        }
    }

    public internal(set) var kind = Kind.none
    /// All alarms of all hosts are meant, whatever the selectors say.
    public internal(set) var coversAll = false
    /// Newest first.
    public private(set) var selectors: [Selector] = []

    /// Selectors there may be.
    static let selectorLimit = 200
    /// Bytes of one pattern.
    static let patternLimit = 500

    public init() {}

    /// What becomes of an alarm.
    public func verdict(for subject: Subject) -> Verdict {
        guard kind != .none, coversAll || selectors.contains(where: { $0.matches(subject) }) else { return Verdict() }
        return Verdict(isDisabled: kind == .disable, isSilenced: kind == .silence)
    }

    /// Puts a selector in front of the others; one that is there already stays where it is.
    ///
    /// - Returns: `false` where there are too many.
    mutating func add(_ selector: Selector) -> Bool {
        if selectors.contains(selector) { return true }
        guard selectors.count < Self.selectorLimit else { return false }
        selectors.insert(selector, at: 0)
        return true
    }

    mutating func reset() { self = Silencers() }
}
