import Diagnostics
import System
import Transport

extension StatusFailure {
    /// It was asked in plain and takes nothing but TLS.
    init(wantsTLS source: StatusSource) {
        self.init(
            sentence: "\(source.name) answers encrypted questions only",
            status: .unavailable,
            fixes: ["ndstream top https://\(source.name)"]
        )
    }

    /// It could not be encrypted.
    init(_ failure: TLSFailure, _ source: StatusSource) {
        guard case .tcp(_, _, let trust?) = source.endpoint else {
            self.init(sentence: "\(source.name): \(failure.kind)", status: .unavailable)
            return
        }
        let diagnosis = TLSDiagnosis(
            failure,
            dialling: source.endpoint.authority + ":SSL",
            trusting: trust,
            now: SystemClock().now() / 1_000_000
        )
        let own = Self.fixes(failure, source)
        self.init(
            sentence: "\(source.name): \(spelledOut(diagnosis.condition.sentence, diagnosis.values)) "
                + "[\(diagnosis.condition.code)]",
            status: failure.isFinal ? .notPermitted : .unavailable,
            evidence: diagnosis.evidence,
            // Here nothing can be skipped.
            fixes: own.isEmpty ? diagnosis.fixes.filter { !$0.hasPrefix("last resort") } : own
        )
    }

    /// What this program can be told; where that is nothing, the catalogue's way out is the node's.
    private static func fixes(_ failure: TLSFailure, _ source: StatusSource) -> [String] {
        switch failure.kind {
        case .certificate(let found) where found.isAboutName:
            let names = failure.chain.first?.names ?? []
            return names.isEmpty
                ? [] : ["ask it by a name that is in its certificate: \(escapedForLog(names.joined(separator: ", ")))"]
        case .certificate(let found) where found.isAboutTrust:
            return ["ndstream top \(source.name) --ca FILE, with the certificate of who signed it in FILE"]
        case .notTLS:
            return ["ndstream top http://\(source.endpoint.authority), if it may be plain"]
        default: return []
        }
    }
}

extension TLSFailure {
    /// Whether waiting changes nothing.
    fileprivate var isFinal: Bool {
        if case .certificate = kind { true } else { false }
    }
}

extension VerifyFailure {
    /// Nobody whom we believe has signed it: OpenSSL's 2, 18, 19, 20 and 21.
    fileprivate var isAboutTrust: Bool { [2, 18, 19, 20, 21].contains(number) }
}
