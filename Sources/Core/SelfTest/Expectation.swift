/// What comes of a parent and a child who meet.
public enum Behaviour: String, Sendable, CaseIterable {
    /// The stream goes over the wire as it is.
    case unencrypted = "unencrypted stream"
    case encrypted = "encrypted stream"
    /// The parent ends it.
    case parentRejects = "parent rejects"
    /// The child ends it before it has shown its key.
    case childRefuses = "child refuses"
}

/// The documentation's table "Expected behaviors", word for word: written from it, not from what the code does.
///
///     | Parent TLS enabled | Parent port SSL   | Child TLS | Child SSL Ver. | Behavior
///     | No                 | -                 | No        | no             | Legacy behavior. The parent-child stream is unencrypted.
///     | Yes                | force             | No        | no             | The parent rejects the child connection.
///     | Yes                | -/optional        | No        | no             | The parent-child stream is unencrypted.
///     | Yes                | -/force/optional  | Yes       | no             | The parent-child stream is encrypted, provided that the
///                                                                             parent has a valid TLS/SSL certificate. Otherwise, the
///                                                                             child refuses to connect.
///     | Yes                | -/force/optional  | Yes       | yes            | The parent-child stream is encrypted.
extension Combination {
    /// The table's row, from 1; `nil` for what it does not have: somebody demands encryption, and the parent cannot.
    public var row: Int? {
        switch (hasTLS, port, child) {
        case (false, .force, _): nil
        case (false, _, .plain): 1
        case (true, .force, .plain): 2
        case (true, _, .plain): 3
        case (true, _, .verify): 4
        case (true, _, .skip): 5
        case (false, _, _): nil
        }
    }

    /// Whether the parent can encrypt. Without a key that belongs to the certificate it cannot.
    var hasTLS: Bool { port != .noTLS && credential != .keyMismatch }

    public var expected: Behaviour {
        switch row {
        case 1, 3: .unencrypted
        case 2: .parentRejects
        case 4: isValid ? .encrypted : .childRefuses
        case 5: .encrypted
        default: .parentRejects
        }
    }

    /// "provided that the parent has a valid TLS/SSL certificate".
    private var isValid: Bool {
        switch credential {
        case .valid, .address: true
        case .wrongName, .noAddress: !checksName
        case .selfSigned, .expired, .notYetValid, .missingIntermediate, .wrongAuthority, .keyMismatch: false
        }
    }

    /// `ssl verify hostname`: `auto` checks the name where the system's authorities are believed, because any of them signs
    /// for anybody who owns some name, and only notes it where the operator has named whom to believe.
    private var checksName: Bool {
        switch nameCheck {
        case .auto: trust == .system
        case .yes: true
        case .no: false
        }
    }
}

extension Combination {
    /// What explains it, as each side's last word, by its code; `nil` where there is nothing to explain.
    public var expectedCodes: (child: String?, parent: String?) {
        switch (row, expected) {
        // A web server's 400, and why.
        case (_, .parentRejects) where child == .plain: ("ND-H92", "ND-T314")
        case (4, .childRefuses): (refusal, alert)
        case (4, _): (notesName ? "ND-T334" : nil, nil)
        // It says of every parent that it verifies nothing, then what it would have seen.
        case (5, _): (notesName ? "ND-T334" : unseen ?? "ND-T323", nil)
        case (nil, _): ("ND-T340", "ND-T1")
        default: (nil, nil)
        }
    }

    /// What the parent finds out about its own certificate when it starts.
    public var expectedAtStart: [String] {
        guard port != .noTLS else { return [] }
        return switch credential {
        case .expired: ["ND-T356"]
        case .notYetValid: ["ND-T308"]
        case .keyMismatch: ["ND-T304", "ND-T313"]
        case .valid, .selfSigned, .wrongName, .address, .noAddress, .missingIntermediate, .wrongAuthority: []
        }
    }

    /// What a child has against the certificate: `ND-T` and the number of OpenSSL's `X509_V_ERR_`.
    private var refusal: String? {
        switch credential {
        case .valid, .address, .keyMismatch: nil
        case .selfSigned: "ND-T18"
        case .expired: "ND-T10"
        case .notYetValid: "ND-T9"
        case .wrongName: "ND-T62"
        case .noAddress: "ND-T64"
        case .missingIntermediate, .wrongAuthority: "ND-T20"
        }
    }

    /// What the parent hears of it: `ND-T1` and the alert's number (RFC 8446 §6.2).
    private var alert: String? {
        switch credential {
        case .valid, .address, .keyMismatch: nil
        // unknown_ca
        case .selfSigned, .missingIntermediate, .wrongAuthority: "ND-T148"
        // certificate_expired
        case .expired: "ND-T145"
        // bad_certificate
        case .notYetValid, .wrongName, .noAddress: "ND-T142"
        }
    }

    /// What a child that verifies nothing lets pass.
    private var unseen: String? {
        switch credential {
        case .valid, .address, .wrongName, .noAddress, .keyMismatch: nil
        case .expired: "ND-T356"
        case .selfSigned, .notYetValid, .missingIntermediate, .wrongAuthority: "ND-T326"
        }
    }

    /// With `ssl verify hostname = no` nobody wants to hear of it.
    private var notesName: Bool {
        nameCheck != .no && (credential == .wrongName || credential == .noAddress)
    }
}

extension Observation {
    /// Whether it is what the document says, and both sides say why.
    public var isAsExpected: Bool {
        let codes = combination.expectedCodes
        return behaviour == combination.expected && child.last?.code == codes.child
            && parent.last?.code == codes.parent && atStart.map(\.code) == combination.expectedAtStart
            && (child + parent + atStart).allSatisfy { !$0.fix.isEmpty }
    }
}
