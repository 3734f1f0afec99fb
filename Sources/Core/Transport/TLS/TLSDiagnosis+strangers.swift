internal import Diagnostics

/// Who answers in plain where TLS was wanted: judged by the first bytes.
extension TLSDiagnosis {
    static func stranger(_ failure: TLSFailure, dialling destination: String) -> TLSDiagnosis {
        let bytes = failure.firstBytes
        let values = ["destination": destination, "evidence": shown(bytes)]
        let evidence = [heard(bytes)]
        func with(_ name: String, _ value: String) -> [String: String] { values.merging([name: value]) { $1 } }
        if bytes.starts(with: "HTTP/".utf8) {
            let server = serverName(bytes)
            let isNode = server.map { $0.contains("Netdata") || $0.contains("ndstream") } == true
            if isNode { return TLSDiagnosis(.parentWithoutTLS, values: values, evidence: evidence) }
            return TLSDiagnosis(.httpInsteadOfTLS, values: with("server", server ?? "none"), evidence: evidence)
        }
        // What parents of all generations say to a stream.
        if bytes.starts(with: "Hit me baby".utf8) || bytes.starts(with: "You are not permitted".utf8) {
            return TLSDiagnosis(.parentWithoutTLS, values: values, evidence: evidence)
        }
        return TLSDiagnosis(.otherInsteadOfTLS, values: with("program", program(bytes)), evidence: evidence)
    }

    private static func program(_ bytes: [UInt8]) -> String {
        let greetings = [
            ("SSH-", "an SSH server"), ("220 ", "a mail or FTP server"), ("220-", "a mail or FTP server"),
            ("* OK", "an IMAP server"), ("+OK", "a POP3 server"), ("-ERR", "a Redis or POP3 server"),
        ]
        return greetings.first { bytes.starts(with: $0.0.utf8) }?.1 ?? "something that is no Netdata"
    }

    /// What follows `Server:` in the head of an answer, as far as it came.
    private static func serverName(_ bytes: [UInt8]) -> String? {
        let lines = String(decoding: bytes, as: UTF8.self).split { $0.isNewline }
        guard let line = lines.dropFirst().first(where: { $0.lowercased().hasPrefix("server:") }) else { return nil }
        return String(line.dropFirst(7).drop { $0 == " " })
    }
}
