internal import Diagnostics

/// What came of a combination.
public struct Observation: Sendable {
    public var combination: Combination
    /// `nil`: nothing within the time.
    public var behaviour: Behaviour?
    /// What both sides have logged that is no part of a normal day.
    public var child: [Word]
    public var parent: [Word]
    /// What the parent has to say of its key and certificate before anybody comes.
    public var atStart: [Word]
    /// The first bytes that went over the wire.
    public var fromChild: [UInt8] = []
    public var fromParent: [UInt8] = []

    /// Something that a side has said.
    public struct Word: Sendable, Equatable {
        /// Its code in the catalogue.
        public var code: String
        /// The line in its log, without date and place.
        public var line: String
        /// The way out, the best first, with this case's names and paths.
        public var fix: [String]

        public init(code: String, line: String, fix: [String]) {
            self.code = code
            self.line = line
            self.fix = fix
        }
    }
}

extension Observation.Word {
    init(_ event: Event) {
        self.init(
            code: event.condition.code,
            line: event.text,
            fix: event.condition.fix.map { spelledOut($0, event.values) }
        )
    }
}

extension Observation {
    /// - Parameter isStream: whether metrics have arrived.
    init(
        _ combination: Combination,
        isStream: Bool,
        _ wire: Wiretap.Record,
        child: [Word],
        parent: [Word],
        atStart: [Word] = []
    ) {
        self.combination = combination
        self.atStart = atStart
        behaviour = isStream ? wire.isEncrypted ? .encrypted : .unencrypted : Self.behaviour(wire)
        self.child = child
        self.parent = parent
        fromChild = wire.fromChild
        fromParent = wire.fromParent
    }

    /// Who did not want it.
    private static func behaviour(_ wire: Wiretap.Record) -> Behaviour? {
        guard let first = wire.firstToLeave else { return nil }
        if wire.isEncrypted, wire.fromParent.first == 0x16 {
            // The child's alert is its last word, after which the parent may be the quicker to close.
            return first == .child || wire.lastToSpeak == .child ? .childRefuses : .parentRejects
        }
        // An answer without a stream is the parent's no, and so is a connection that it closes without one.
        return wire.fromParent.isEmpty && first == .child ? .childRefuses : .parentRejects
    }
}
