public import Transport

/// What a parent was seen to offer, or what its configuration makes it offer.
public struct Offer: Sendable, Equatable {
    /// An address that was tried.
    public struct Attempt: Sendable, Equatable {
        public var address: String
        /// Why not; `nil` where it was connected.
        public var failure: String?
        /// The errno of it.
        public var number: Int32

        public init(_ address: String, failure: String? = nil, number: Int32 = 0) {
            self.address = address
            self.failure = failure
            self.number = number
        }
    }

    public enum Reach: Sendable, Equatable {
        /// The name has no address; what the resolver says.
        case unknownHost(String)
        /// No address could be connected.
        case unreachable
        /// The last of ``attempts``.
        case connected(milliseconds: Int64)
    }

    public var reach: Reach
    public var attempts: [Attempt] = []
    /// Addresses of the same name that were not needed.
    public var otherAddresses: [String] = []
    /// To a plain web request.
    public var plain: Answer?
    /// To a web request over TLS.
    public var encrypted: Answer?
    /// Without verification: what is wrong stands in the notes.
    public var handshake: Handshake?
    /// With it, where that was tried.
    public var verifiedHandshake: Handshake?
    /// To a plain request to stream, where one was sent.
    public var plainStream: StreamAnswer?
    /// To one over TLS.
    public var encryptedStream: StreamAnswer?
    /// Seconds that each answer was waited for.
    public var timeoutSeconds = 5

    public init(_ reach: Reach) { self.reach = reach }
}

/// An attempt to encrypt.
public struct Handshake: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case established(TLSFacts)
        case failed(TLSFailure)
    }

    public var outcome: Outcome
    /// From the first byte sent to the end.
    public var milliseconds: Int64

    public init(_ outcome: Outcome, milliseconds: Int64 = 0) {
        self.outcome = outcome
        self.milliseconds = milliseconds
    }

    public var facts: TLSFacts? {
        if case .established(let facts) = outcome { return facts }
        return nil
    }

    public var failure: TLSFailure? {
        if case .failed(let failure) = outcome { return failure }
        return nil
    }

    /// Whether the far end speaks TLS at all, even if it does not agree with us.
    public var isTLS: Bool {
        guard let failure else { return true }
        switch failure.kind {
        case .certificate, .alert, .protocolError: return true
        case .notTLS, .closed, .timedOut: return false
        }
    }

    /// How the same would have gone for a child that verifies: with the first of the notes that counts for it.
    public func verified(needingName: Bool) -> Handshake {
        guard let facts, let fatal = facts.notes.first(where: { needingName || !$0.isAboutName }) else { return self }
        var failure = TLSFailure(.certificate(fatal))
        failure.chain = facts.chain
        return Handshake(.failed(failure), milliseconds: milliseconds)
    }
}
