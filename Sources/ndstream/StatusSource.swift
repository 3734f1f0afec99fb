import ArgumentParser
import Config
import Glibc
import Status
import System
import Transport

/// Where `top` gets its documents.
struct StatusSource: Sendable {
    let endpoint: HTTPClient.Endpoint
    /// What the user sees of it.
    var name: String { endpoint.description }

    /// What was asked for: `unix:PATH`, an absolute path, `HOST`, `HOST:PORT`, `HOST:PORT:SSL`, `http://HOST:PORT`,
    /// `https://HOST:PORT`.
    /// - Parameters:
    ///   - encrypted: whether it was asked for TLS beside that.
    ///   - authority: a file with the certificates that are trusted instead of the system's.
    init(_ text: String, encrypted: Bool = false, authority: String? = nil) throws {
        var wantsTLS = encrypted || authority != nil
        var place = text
        if text.lowercased().hasPrefix("https://") {
            wantsTLS = true
            place = String(text.dropFirst(8).prefix { $0 != "/" })
        } else if text.lowercased().hasPrefix("http://") {
            guard !wantsTLS else {
                throw ValidationError("'\(text)' is not encrypted: write https://, or leave out --tls.")
            }
            place = String(text.dropFirst(7).prefix { $0 != "/" })
        } else if text.hasPrefix("/") {
            place = "unix:" + text
        }
        guard let destination = try? Destination(place, defaultPort: "19999") else {
            throw ValidationError(
                "'\(text)' is no place to ask: give HOST, HOST:PORT, https://HOST:PORT or unix:/PATH."
            )
        }
        switch destination.transport {
        case .unix:
            guard !wantsTLS else {
                throw ValidationError("A unix socket is never encrypted: leave out --tls and --ca.")
            }
            endpoint = .unix(path: destination.host)
        case .tcp:
            let trust = wantsTLS || destination.tls ? TLSTrust(file: authority) : nil
            endpoint = .tcp(host: destination.host, port: destination.port, tls: trust)
        }
    }

    /// The parent of this machine, else its agent, else whatever listens on the usual port.
    init(local paths: NodePaths) {
        for role in [Role.parent, .agent] where Files.exists(paths.adminSocket(role)) {
            endpoint = .unix(path: paths.adminSocket(role))
            return
        }
        endpoint = .tcp(host: "localhost", port: "19999")
    }
}

/// Why there is no document, in a sentence, with the exit code that says the same.
struct StatusFailure: Error, Sendable {
    let sentence: String
    let status: ExitStatus
    /// What shows it.
    var evidence: [String] = []
    /// What to do about it, best first.
    var fixes: [String] = []

    /// All of it, in lines.
    var explanation: String {
        ([sentence] + evidence.map { "  " + $0 } + fixes.map { "  fix: " + $0 }).joined(separator: "\n")
    }
}

/// Asks a node for its status document, and for what its API has of charts. One thread uses it.
final class StatusClient {
    private let source: StatusSource
    private let client: HTTPClient
    /// Made when it turned out that the node is a Netdata.
    private var netdata: NetdataStatus?

    init(_ source: StatusSource) {
        self.source = source
        client = HTTPClient(source.endpoint)
    }

    /// The document, and the text it was read from.
    func fetch() throws(StatusFailure) -> (document: StatusDocument, json: [UInt8]) {
        if let netdata { return try document(of: netdata) }
        let response = try answer(get)
        switch response.status {
        case 200: break
        case 401, 403:
            throw StatusFailure(
                sentence: "\(source.name) does not permit it: see [web] allow dashboard from in its netdata.conf",
                status: .notPermitted
            )
        case 301, 302, 307,
            308 where response.fields["Location"]?.lowercased().hasPrefix("https://") == true:
            throw StatusFailure(wantsTLS: source)
        default: return try netdataDocument(insteadOf: response)
        }
        do throws(StatusReadError) {
            return (try StatusDocument(json: response.body), response.body)
        } catch {
            throw StatusFailure(error, source)
        }
    }

    /// An answer of the API.
    /// - Throws: ``StatusFailure``, also for any status but 200.
    func get(_ path: String) throws(StatusFailure) -> [UInt8] {
        let response = try answer { () throws(HTTPClient.Failure) in try client.get(path) }
        guard response.status == 200 else {
            throw StatusFailure(sentence: "\(source.name) answers \(response.status)", status: .unavailable)
        }
        return response.body
    }

    /// Has a host forgotten.
    /// - Returns: the node's sentence.
    func forget(_ guid: String) throws(StatusFailure) -> String {
        let response = try answer { () throws(HTTPClient.Failure) in
            try client.post("/api/v1/manage/host?forget=\(guid)")
        }
        let text = String(decoding: response.body.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
        switch response.status {
        case 200: return text
        case 401, 403:
            throw StatusFailure(
                sentence: "\(source.name) forgets hosts for its own machine only: run ndstream top there",
                status: .notPermitted
            )
        default: throw StatusFailure(sentence: text.isEmpty ? "answer \(response.status)" : text, status: .unavailable)
        }
    }

    /// The admin socket gives the document for `/`; a web server on a unix socket where the API has it.
    private func get() throws(HTTPClient.Failure) -> HTTPClient.Response {
        let path = "/api/v1/streaming"
        guard case .unix = source.endpoint else { return try client.get(path) }
        let response = try client.get("/")
        return response.status == 404 ? try client.get(path) : response
    }

    /// A Netdata has no status document: one is made of what it has.
    private func netdataDocument(
        insteadOf response: HTTPClient.Response
    ) throws(StatusFailure) -> (document: StatusDocument, json: [UInt8]) {
        let server = response.fields["Server"] ?? ""
        let other = NetdataStatus(client)
        guard response.status == 404, server.lowercased().hasPrefix("netdata"), let made = try? document(of: other)
        else {
            throw StatusFailure(
                sentence: "\(source.name) answers \(response.status)\(server.isEmpty ? "" : " (\(server))"): "
                    + "it is not an ndstream",
                status: .unavailable
            )
        }
        netdata = other
        return made
    }

    private func document(of netdata: NetdataStatus) throws(StatusFailure) -> (document: StatusDocument, json: [UInt8])
    {
        let document = try netdata.document(SystemClock())
        return (document, document.json())
    }

    private func answer(
        _ ask: () throws(HTTPClient.Failure) -> HTTPClient.Response
    ) throws(StatusFailure) -> HTTPClient.Response {
        do throws(HTTPClient.Failure) {
            return try ask()
        } catch {
            throw StatusFailure(error, source)
        }
    }
}

extension StatusFailure {
    fileprivate init(_ failure: HTTPClient.Failure, _ source: StatusSource) {
        switch failure {
        case .unresolved(let reason): self.init(sentence: reason.description, status: .hostUnknown)
        case .unreachable(let error) where error.number == EACCES:
            self.init(sentence: "no permission for \(source.name)", status: .notPermitted)
        case .encryption(let failure): self.init(failure, source)
        case .wantsTLS: self.init(wantsTLS: source)
        case .trust(let error): self.init(sentence: error.description, status: .noInput)
        case .unreachable(let error):
            self.init(sentence: "nobody answers at \(source.name): \(error.reason)", status: .unavailable)
        case .timedOut, .tooBig, .malformed:
            self.init(sentence: "\(source.name): \(failure)", status: .unavailable)
        }
    }
}

extension StatusFailure {
    fileprivate init(_ error: StatusReadError, _ source: StatusSource) {
        switch error {
        case .schema(let schema):
            self.init(
                sentence: "\(source.name) is of another version: its status document has schema \(schema), this "
                    + "program reads \(StatusDocument.currentSchema)",
                status: .unavailable
            )
        case .malformed(let reason):
            self.init(sentence: "what \(source.name) answers is no status document: \(reason)", status: .unavailable)
        }
    }
}
