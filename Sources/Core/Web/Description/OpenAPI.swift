import Basics
import Transport

/// `/api/v1/openapi.json`: the API as OpenAPI 3.0 describes it, for programs that generate clients or test servers.
enum OpenAPI {
    /// Below `/api/`.
    static let command = "v1/openapi.json"

    /// - Parameters:
    ///   - commands: those that there are; what the table does not know is described by its name alone.
    ///   - version: of ndstream.
    static func page(_ commands: [String], version: String) -> StaticPage {
        let known = Dictionary(uniqueKeysWithValues: APIOperation.table.map { ($0.command, $0) })
        let operations = commands.map { known[$0] ?? APIOperation($0, "Not described.") }
        var json = JSONWriter(reserving: 64 << 10)
        json.object { json in
            json.member("openapi", "3.0.3")
            json.key("info")
            json.object { json in
                json.member("title", "ndstream")
                json.member("description", "The API of Netdata \(NodeFacts.apiVersion), and what ndstream adds to it.")
                json.member("version", version)
            }
            json.key("servers")
            // Wherever this was asked for, behind a proxy or of one host.
            json.array { json in json.object { $0.member("url", "../..") } }
            json.key("paths")
            json.object { json in
                for operation in operations {
                    write("/api/\(operation.command)", operation, ofHost: false, &json)
                    write("/host/{host}/api/\(operation.command)", operation, ofHost: true, &json)
                }
                write(text: "/netdata.conf", "The configuration in force.", "text/plain", &json)
                write(text: "/", "The dashboard.", "text/html", &json)
            }
            json.key("components")
            json.object { json in
                json.key("securitySchemes")
                json.object { json in
                    json.key("key")
                    json.object { json in
                        json.member("type", "apiKey")
                        json.member("in", "header")
                        json.member("name", "X-Auth-Token")
                    }
                }
            }
        }
        return StaticPage(contentType: HTTPResponse.json, body: json.bytes)
    }

    private static func write(_ path: String, _ operation: APIOperation, ofHost: Bool, _ json: inout JSONWriter) {
        json.key(path)
        json.object { json in
            json.key(operation.method.rawValue.lowercased())
            json.object { json in
                json.member("summary", operation.sentence)
                let name = operation.command.split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
                json.member("operationId", ofHost ? "host_" + name : name)
                json.key("parameters")
                json.array { json in
                    if ofHost { writeHost(&json) }
                    for parameter in operation.parameters { write(parameter, &json) }
                }
                if operation.needsKey {
                    json.key("security")
                    json.array { json in json.object { $0.member("key", [String]()) } }
                }
                json.key("responses")
                json.object { json in writeAnswers(operation, ofHost: ofHost, &json) }
            }
        }
    }

    private static func writeHost(_ json: inout JSONWriter) {
        json.object { json in
            json.member("name", "host")
            json.member("in", "path")
            json.member("required", true)
            json.member("description", "The hostname or the machine GUID of a mirrored host.")
            json.key("schema")
            json.object { $0.member("type", "string") }
        }
    }

    private static func write(_ parameter: APIOperation.Parameter, _ json: inout JSONWriter) {
        json.object { json in
            json.member("name", parameter.name)
            json.member("in", "query")
            json.member("description", parameter.sentence)
            if parameter.isRequired { json.member("required", true) }
            if case .mark = parameter.kind { json.member("allowEmptyValue", true) }
            json.key("schema")
            json.object { json in
                switch parameter.kind {
                case .text: json.member("type", "string")
                case .integer:
                    json.member("type", "integer")
                    json.member("format", "int64")
                case .words(let words):
                    json.member("type", "string")
                    json.member("enum", words)
                    json.member("default", words.first)
                case .mark:
                    json.member("type", "string")
                    json.member("enum", [""])
                }
            }
        }
    }

    private static func writeAnswers(_ operation: APIOperation, ofHost: Bool, _ json: inout JSONWriter) {
        write(200, "What was asked for.", operation.types, &json)
        var refusals = operation.refusals + [(403, "The client may not ask this here.")]
        // Every parameter of a URL may hide a NUL.
        if !refusals.contains(where: { $0.status == 400 }) { refusals.append((400, "The URL is not understood.")) }
        if ofHost, let index = refusals.firstIndex(where: { $0.status == 404 }) {
            refusals[index].reason += " Or there is no such host."
        } else if ofHost {
            refusals.append((404, "There is no such host."))
        }
        for (status, reason) in refusals.sorted(by: { $0.status < $1.status }) {
            write(status, reason, ["text/plain", "text/html", "application/json"], &json)
        }
    }

    private static func write(_ status: Int, _ sentence: String, _ types: [String], _ json: inout JSONWriter) {
        json.key(String(status))
        json.object { json in
            json.member("description", sentence)
            json.key("content")
            json.object { json in
                for type in types {
                    json.key(type)
                    json.object { json in
                        json.key("schema")
                        json.object { if type != "application/json" { $0.member("type", "string") } }
                    }
                }
            }
        }
    }

    private static func write(text path: String, _ sentence: String, _ type: String, _ json: inout JSONWriter) {
        json.key(path)
        json.object { json in
            json.key("get")
            json.object { json in
                json.member("summary", sentence)
                json.key("responses")
                json.object { json in
                    write(200, "What was asked for.", [type], &json)
                    write(403, "The client may not ask this here.", ["text/plain"], &json)
                }
            }
        }
    }
}
