import Basics

extension HostExplanation {
    /// Aligned lines for people.
    public var text: String {
        var text = """
            # What counts for machine \(machine), and what decided it.
            # The machine's own section comes first, then its key's, then this node's own settings.

            """
        if cases.isEmpty { text += "\nno API key is enabled here: nobody can stream to this node\n" }
        for one in cases { text += "\n" + Self.lines(one) }
        return text
    }

    private static func lines(_ one: Case) -> String {
        var text = "with key \(one.key): " + (one.refusal.map { "refused, \($0)" } ?? "accepted") + "\n"
        let width = one.settings.map(\.name.count).max() ?? 0
        for setting in one.settings {
            let value = setting.value.isEmpty ? "-" : setting.value
            text += "    \(padded(setting.name, width))  \(padded(value, 24))  \(setting.decision)\n"
            if let note = setting.note { text += "    \(padded("", width))    \(note)\n" }
        }
        return text
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// The same for scripts: one object.
    public var json: String {
        var json = JSONWriter()
        json.object { json in
            json.member("machine", machine.description)
            json.key("cases")
            json.array(cases) { json, one in
                json.object { json in
                    json.member("key", one.key.description)
                    json.member("accepted", one.refusal == nil)
                    json.member("refusal", one.refusal)
                    json.key("settings")
                    json.array(one.settings) { $1.write(to: &$0) }
                }
            }
        }
        return json.string + "\n"
    }
}

extension HostExplanation.Setting {
    /// `[API_KEY] stream.conf:12`, or `default`.
    var decision: String { section.map { "\($0) \(origin)" } ?? origin.description }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("value", value)
            json.member("decided_by", origin.description)
            json.member("section", section)
            if case .file(let path, let line) = origin {
                json.member("file", path)
                json.member("line", line)
            } else {
                json.member("file", nil as String?)
                json.member("line", nil as Int?)
            }
            json.member("note", note)
        }
    }
}
