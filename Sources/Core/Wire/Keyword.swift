public import Basics

/// The first word of a line: which command it is (streaming protocol §8).
///
/// The list holds what a session of ours can meet. Later generations' words (BEGIN2, JSON, …) belong to capabilities
/// that are never offered, so a peer that sends them breaks the protocol and they stay unknown.
public enum Keyword: UInt8, Sendable, CaseIterable {
    case chart
    case dimension
    case begin
    case set
    case end
    case variable
    case label
    case overwrite
    case clabel
    case clabelCommit
    case claimedID
    case flush
    case disable
    case timestamp
    /// Accepted from every peer, negotiated or not: 2.x children send it regardless (streaming protocol §5.3).
    case function
    case functionDel
    case functionResultBegin
    case functionResultEnd
    case chartDefinitionEnd
    case rbegin
    case rset
    case rdstate
    case rsstate
    case rend
    case replayChart

    /// The word on the wire.
    public var name: StaticString {
        switch self {
        case .chart: "CHART"
        case .dimension: "DIMENSION"
        case .begin: "BEGIN"
        case .set: "SET"
        case .end: "END"
        case .variable: "VARIABLE"
        case .label: "LABEL"
        case .overwrite: "OVERWRITE"
        case .clabel: "CLABEL"
        case .clabelCommit: "CLABEL_COMMIT"
        case .claimedID: "CLAIMED_ID"
        case .flush: "FLUSH"
        case .disable: "DISABLE"
        case .timestamp: "TIMESTAMP"
        case .function: "FUNCTION"
        case .functionDel: "FUNCTION_DEL"
        case .functionResultBegin: "FUNCTION_RESULT_BEGIN"
        case .functionResultEnd: "FUNCTION_RESULT_END"
        case .chartDefinitionEnd: "CHART_DEFINITION_END"
        case .rbegin: "RBEGIN"
        case .rset: "RSET"
        case .rdstate: "RDSTATE"
        case .rsstate: "RSSTATE"
        case .rend: "REND"
        case .replayChart: "REPLAY_CHART"
        }
    }

    /// Case-sensitive, as the protocol is.
    public init?(_ word: Word) {
        for keyword in Keyword.allCases where word == keyword.name {
            self = keyword
            return
        }
        return nil
    }

    /// Whether a `SLOT:n` word may stand before the parameters (streaming protocol §17.3). It is only a hint for the
    /// receiver's cache, so it is skipped.
    @usableFromInline
    var mayCarrySlot: Bool {
        switch self {
        case .chart, .dimension, .begin, .rbegin, .rset, .rdstate: true
        default: false
        }
    }
}
