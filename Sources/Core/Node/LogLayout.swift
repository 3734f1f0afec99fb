import Basics
import Config
import Diagnostics
import System

/// The forms of error.log besides the original's (`[logs] format`): one object, or one list of `name=value`, a line.
///
///     {"time":"2026-11-22T09:26:23.000000Z","comm":"ndstream","level":"error","code":"ND-F1","thread":"…","msg":"…"}
///     time=2026-11-22T09:26:23.000000Z comm=ndstream level=error code=ND-F1 thread="…" msg="…"
enum LogLayout {
    /// - Returns: `nil` for the original's form, which the log knows by itself.
    static func of(_ format: LogSettings.Format) -> ErrorLog.Layout? {
        switch format {
        case .netdata: nil
        case .json: { json($0) }
        case .logfmt: { logfmt($0) }
        }
    }

    private static func json(_ line: ErrorLog.Line) -> String {
        var json = JSONWriter(reserving: 256)
        json.object { json in
            for (name, value) in fields(line) { json.member(name, value) }
        }
        return json.string
    }

    private static func logfmt(_ line: ErrorLog.Line) -> String {
        fields(line).map { "\($0)=\(quotedIfNeeded($1))" }.joined(separator: " ")
    }

    /// What there is to say, in its order; what a line lacks is left out.
    private static func fields(_ line: ErrorLog.Line) -> [(String, String)] {
        let fields = [
            ("time", universalDate(line.at)), ("comm", "ndstream"), ("level", line.level?.lowercased() ?? "warning"),
            ("code", line.code), ("thread", line.thread), ("host", line.host ?? ""), ("msg", line.message),
        ]
        return fields.filter { !$0.1.isEmpty }
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
        }
        if isPlain { return text }
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        appendJSONText(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }
}
