/// What both sides of an encrypted connection have agreed on.
public struct TLSFacts: Sendable, Equatable {
    /// `TLSv1.3`.
    public var version: String
    /// `TLS_AES_256_GCM_SHA384`.
    public var cipher: String
    /// Whether the other side's chain holds; `nil` where it was not asked for one.
    public var isVerified: Bool?
    /// The other side's own.
    public var certificate: Certificate?
    /// What it sent, its own first; empty where an earlier session was taken up again.
    public var chain: [Certificate]
    /// What is wrong with it and was let pass.
    public var notes: [VerifyFailure]
    public var isResumed: Bool
}
