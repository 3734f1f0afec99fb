import Basics
import Diagnostics
import Transport

/// `/api/v1/conditions?code=ND-F12`: what codes mean, from the catalogue; `code` may be several between `,` or `|`, and
/// without it all are told.
///
/// One object: code → `{severity, sentence, causes[], fix[]}`; a code that is none is left out.
enum ConditionsEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let asked = request.http["code"].map { text in
            Set(text.split { $0 == "," || $0 == "|" }.map { $0.uppercased() })
        }
        var json = JSONWriter()
        json.object { json in
            for condition in Catalogue.all where asked?.contains(condition.code) ?? true {
                json.key(condition.code)
                json.object { json in
                    json.member("severity", condition.severity.rawValue)
                    json.member("sentence", spelledOut(condition.sentence))
                    json.member("causes", condition.causes.map { spelledOut($0) })
                    json.member("fix", condition.fix.map { spelledOut($0) })
                }
            }
        }
        return HTTPResponse(contentType: ContentType.json, body: json.bytes, isCacheable: true)
    }
}
