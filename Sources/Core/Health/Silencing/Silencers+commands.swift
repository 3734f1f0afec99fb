import Basics
public import Transport

/// The language of `manage/health` (web API §11).
extension Silencers {
    /// What a request did.
    public struct Reply: Sendable, Equatable {
        public var status = 200
        public var text = ""
        /// Whether ``text`` is the list, in JSON.
        public var isList = false

        /// The reply as it is sent.
        public var response: HTTPResponse {
            HTTPResponse(
                status: status,
                contentType: isList ? HTTPResponse.json : HTTPResponse.plainText,
                body: Array(text.utf8)
            )
        }
    }

    /// Does what the parameters of a request say, in their order, or nothing at all.
    ///
    /// - Parameter parameters: `cmd`, and the fields of a selector; others mean nothing.
    public mutating func apply(_ parameters: [(name: String, value: String)]) -> Reply {
        var changed = self
        var reply = Reply()
        var selector = Selector()
        for (name, value) in parameters {
            if name == "cmd" {
                changed.obey(value, &reply)
            } else if let field = Field(rawValue: name) {
                guard value.utf8.count <= Self.patternLimit else {
                    return Reply(
                        status: 400,
                        text: "The pattern of \(name)= is longer than \(Self.patternLimit) bytes.\n"
                    )
                }
                selector[field] = value
            }
        }
        if !selector.isEmpty {
            guard changed.add(selector) else {
                return Reply(
                    status: 400,
                    text: "There are \(Self.selectorLimit) alarm selectors already: cmd=RESET removes them.\n"
                )
            }
            reply.say("Alarm selector added\n")
            if changed.kind == .none {
                reply.say(
                    "WARNING: Added alarm selector to silence/disable alarms without a SILENCE or DISABLE command.\n"
                )
            }
        } else if changed.kind != .none, !changed.coversAll, changed.selectors.isEmpty {
            reply.say(
                "WARNING: SILENCE or DISABLE command is ineffective without defining any alarm selectors.\n"
            )
        }
        self = changed
        return reply
    }

    /// An unknown command does nothing and says nothing, as in the original.
    private mutating func obey(_ command: String, _ reply: inout Reply) {
        switch command {
        case "SILENCE ALL":
            coversAll = true
            kind = .silence
            reply.say("All alarm notifications are silenced\n")
        case "DISABLE ALL":
            coversAll = true
            kind = .disable
            reply.say("All health checks are disabled\n")
        case "SILENCE":
            kind = .silence
            reply.say("Alarm notifications silenced for alarms matching the selectors\n")
        case "DISABLE":
            kind = .disable
            reply.say("Health checks disabled for alarms matching the selectors\n")
        case "RESET":
            reset()
            reply.say("All health checks and notifications are enabled\n")
        case "LIST":
            reply.text = String(decoding: json(), as: UTF8.self)
            reply.isList = true
        default: break
        }
    }
}

extension Silencers.Reply {
    /// Behind a list nothing may follow: it would be no JSON any more.
    fileprivate mutating func say(_ line: String) {
        if !isList { text += line }
    }
}
