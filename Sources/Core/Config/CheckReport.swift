public import Basics
import Diagnostics

/// What `--check` prints: each finding where editors and people look for it, what to do, and a line that sums it up.
///
///     /etc/netdata/stream.conf:41: warning: [stream] has no option 'api-key': it has no effect [ND-K14]
///         did you mean 'api key'?
public struct CheckReport: Sendable {
    public let text: String
    /// 0 where nothing or only notes were found, 1 with warnings, 78 with errors.
    public let exitCode: Int32
    private let findings: [Finding]
    private let files: [String]

    /// - Parameter files: what was read, in order.
    public init(_ findings: [Finding], files: [String]) {
        var text = ""
        for finding in findings { text += Self.lines(of: finding) }
        self.findings = findings
        self.files = files
        self.text = text + Self.summary(findings, files: files) + "\n"
        switch findings.map(\.severity).max() {
        case .error?: exitCode = 78
        case .warning?: exitCode = 1
        case .info?, nil: exitCode = 0
        }
    }

    /// The same for scripts: one object and a line end.
    /// - Parameter more: writes further members of it.
    public func json(adding more: (inout JSONWriter) -> Void = { _ in }) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("files", files)
            json.key("findings")
            json.array(findings) { json, finding in
                json.object { json in
                    json.member("code", finding.condition.code)
                    json.member("severity", finding.severity.rawValue)
                    json.member("place", finding.place)
                    json.member("line", finding.line)
                    json.member("message", finding.message)
                    json.member("advice", finding.advice)
                }
            }
            more(&json)
        }
        return json.string + "\n"
    }

    private static func lines(of finding: Finding) -> String {
        let place = finding.place + (finding.line.map { ":\($0)" } ?? "")
        var lines = "\(place): \(finding.severity.word): \(finding.message) [\(finding.condition.code)]\n"
        if let advice = finding.advice { lines += "    \(advice)\n" }
        return lines
    }

    private static func summary(_ findings: [Finding], files: [String]) -> String {
        let read = files.isEmpty ? "no file" : files.joined(separator: ", ")
        let counts = [(Severity.error, "error"), (.warning, "warning"), (.info, "note")].compactMap { severity, word in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) \(word)\(count == 1 ? "" : "s")"
        }
        return "checked \(read): " + (counts.isEmpty ? "nothing to correct" : counts.joined(separator: ", "))
    }
}

extension Configuration {
    /// What `--check` prints of this configuration.
    ///
    /// - Parameter more: findings of what lies outside of it, the machine GUID's file for example.
    public func checkReport(adding more: [Finding] = []) -> CheckReport {
        CheckReport(findings + more, files: files)
    }
}

extension Finding {
    /// Where to look, without the line.
    fileprivate var place: String {
        switch origin {
        case .file(let path, _): path
        case .environment, .option, .preset, .builtIn: origin.description
        }
    }
}

extension Severity {
    fileprivate var word: String { self == .info ? "note" : rawValue }
}
