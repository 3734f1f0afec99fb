internal import Basics
internal import Diagnostics
internal import Transport

extension Report {
    /// The report as one JSON object and a line end.
    public func json(isStrict: Bool = false) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("target", title)
            json.member("at", moment(at))
            json.member("ok", isGood)
            json.member("exit", status(isStrict: isStrict))
            json.key("ports")
            json.array(ports) { $0.write($1) }
            json.key("problems")
            json.array(problems) { $0.write($1) }
        }
        return json.string + "\n"
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ port: PortReport) {
        object { json in
            json.member("port", port.name)
            json.member("origin", port.origin)
            json.key("offer")
            if let offer = port.offer { json.write(offer) } else { json.null() }
            json.key("facts")
            json.array(port.facts) { json, fact in
                json.object { json in
                    json.member("name", fact.label)
                    json.member("result", fact.mark.rawValue)
                    json.member("text", fact.lines)
                }
            }
            json.key("rows")
            json.array(port.verdicts) { $0.write($1) }
            json.key("yours")
            json.array(port.places) { $0.write($1) }
        }
    }

    private mutating func write(_ verdict: Verdict) {
        object { json in
            json.member("row", verdict.row.number)
            json.member("parent", verdict.row.parent)
            json.member("child", verdict.row.child)
            json.member("skip_verification", verdict.row.childSkips)
            json.member("expected", verdict.row.sentence)
            json.member("observed", verdict.observed)
            json.member("evidence", verdict.evidence)
            json.member("result", verdict.mark.rawValue)
            json.member("code", verdict.code)
        }
    }

    private mutating func write(_ place: Place) {
        object { json in
            json.member("destination", place.destination)
            json.member("row", place.row?.number)
            json.member("connects", place.connects)
            json.member("sentence", place.sentence)
            json.key("sources")
            json.array(place.sources) { json, source in
                json.object { json in
                    json.member("setting", source.setting)
                    json.member("place", source.place)
                }
            }
        }
    }

    fileprivate mutating func write(_ problem: Problem) {
        object { json in
            json.member("code", problem.code)
            json.member("severity", problem.severity.rawValue)
            json.member("title", problem.title)
            json.member("message", problem.message)
            json.member("sentence", problem.sentence)
            json.member("evidence", problem.evidence)
            json.member("fixes", problem.fixes)
            json.member("steps", problem.steps)
            json.member("last_resort", problem.lastResort)
        }
    }

    // MARK: What was offered

    private mutating func write(_ offer: Offer) {
        object { json in
            json.key("addresses")
            json.array(offer.attempts) { json, attempt in
                json.object { json in
                    json.member("address", attempt.address)
                    json.member("failure", attempt.failure)
                }
            }
            if case .connected(let milliseconds) = offer.reach {
                json.member("connect_ms", milliseconds)
            } else {
                json.member("connect_ms", nil as Int?)
            }
            json.member("plaintext", offer.plain?.words)
            json.member("over_tls", offer.encrypted?.words)
            json.member("plaintext_stream", offer.plainStream?.words)
            json.member("encrypted_stream", offer.encryptedStream?.words)
            let facts = offer.handshake?.facts
            json.member("tls_version", facts?.version)
            json.member("tls_cipher", facts?.cipher)
            json.member("tls_ms", offer.handshake?.milliseconds)
            json.member("tls_failure", offer.handshake?.failure?.words)
            json.key("chain")
            json.array(facts?.chain ?? []) { $0.write($1) }
            json.key("verification")
            json.array(facts?.notes ?? []) { json, note in
                json.object { json in
                    json.member("number", note.number)
                    json.member("name", note.name)
                    json.member("text", note.text)
                    json.member("depth", note.depth)
                }
            }
        }
    }

    private mutating func write(_ certificate: Certificate) {
        object { json in
            json.member("subject", certificate.subject)
            json.member("issuer", certificate.issuer)
            json.member("names", certificate.names)
            json.member("not_before", moment(certificate.notBefore))
            json.member("not_after", moment(certificate.notAfter))
            json.member("fingerprint", certificate.fingerprint)
            json.member("key", "\(certificate.keyType) \(certificate.keyBits)")
            json.member("signature", certificate.signature)
        }
    }
}
