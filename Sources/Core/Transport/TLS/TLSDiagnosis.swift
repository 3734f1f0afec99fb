public import Diagnostics

/// What a failure of TLS means to an operator: one condition of the catalogue, what fills it in, and what shows it.
public struct TLSDiagnosis: Sendable, Equatable {
    public var condition: Condition
    public var values: [String: String]
    /// Lines that show it: which certificate, which file was consulted, which bytes came.
    public var evidence: [String]
    /// What to do about it, best first, with this case's names and paths in it.
    public var fixes: [String]

    public init(
        _ condition: Condition,
        values: [String: String] = [:],
        evidence: [String] = [],
        fixes: [String] = []
    ) {
        self.condition = condition
        self.values = values
        self.evidence = evidence
        self.fixes = fixes
    }
}

extension TLSDiagnosis {
    /// What a connecting side says.
    /// - Parameters:
    ///   - destination: as it was dialled: `parent.example:19999:SSL`.
    ///   - now: seconds since 1970.
    public init(_ failure: TLSFailure, dialling destination: String, trusting trust: TLSTrust, now: Int64) {
        self.init(.unexpectedTLS)
    }

    /// What an accepting side says.
    /// - Parameter now: seconds since 1970.
    public init(_ failure: TLSFailure, from peer: Peer, now: Int64) {
        self.init(.unexpectedTLS)
    }
}
