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
    let name: String

    /// What was asked for: `unix:PATH`, an absolute path, `HOST`, `HOST:PORT`, `http://HOST:PORT`.
    init(_ text: String) throws {
        var text = text
        if text.lowercased().hasPrefix("https://") || text.lowercased().hasSuffix(":ssl") {
            throw ValidationError("'\(text)' wants TLS, which is not part of this version.")
        }
        if text.lowercased().hasPrefix("http://") { text = String(text.dropFirst(7).prefix { $0 != "/" }) }
        if text.hasPrefix("/") { text = "unix:" + text }
        let destination: Destination
        do {
            destination = try Destination(text, defaultPort: "19999")
        } catch {
            throw ValidationError("'\(text)' is no place to ask: give HOST, HOST:PORT or unix:/PATH.")
        }
        self.init(destination)
    }

    /// The parent of this machine, else its agent, else whatever listens on the usual port.
    init(local paths: NodePaths) {
        for role in [Role.parent, .agent] where Files.exists(paths.adminSocket(role)) {
            self.init(Destination(transport: .unix, host: paths.adminSocket(role), port: ""))
            return
        }
        self.init(Destination(host: "localhost", port: "19999"))
    }

    private init(_ destination: Destination) {
        switch destination.transport {
        case .unix: endpoint = .unix(path: destination.host)
        case .tcp: endpoint = .tcp(host: destination.host, port: destination.port)
        }
        name = endpoint.description
    }
}

/// Why there is no document, in a sentence, with the exit code that says the same.
struct StatusFailure: Error, Sendable {
    let sentence: String
    let status: ExitStatus
}

/// Asks a node for its status document. One thread uses it.
final class StatusClient {
    private let source: StatusSource
    private let client: HTTPClient

    init(_ source: StatusSource) {
        self.source = source
        client = HTTPClient(source.endpoint)
    }

    /// The document, and the text it was read from.
    func fetch() throws(StatusFailure) -> (document: StatusDocument, json: [UInt8]) {
        let response: HTTPClient.Response
        do throws(HTTPClient.Failure) {
            response = try get()
        } catch {
            throw StatusFailure(error, source)
        }
        switch response.status {
        case 200: break
        case 401, 403:
            throw StatusFailure(
                sentence: "\(source.name) does not permit it: see [web] allow dashboard from in its netdata.conf",
                status: .notPermitted
            )
        default:
            let server = response.fields["Server"].map { " (\($0))" } ?? ""
            throw StatusFailure(
                sentence: "\(source.name) answers \(response.status)\(server): it is not an ndstream",
                status: .unavailable
            )
        }
        do throws(StatusReadError) {
            return (try StatusDocument(json: response.body), response.body)
        } catch {
            throw StatusFailure(error, source)
        }
    }

    /// The admin socket gives the document for `/`; a web server on a unix socket where the API has it.
    private func get() throws(HTTPClient.Failure) -> HTTPClient.Response {
        let path = "/api/v1/streaming"
        guard case .unix = source.endpoint else { return try client.get(path) }
        let response = try client.get("/")
        return response.status == 404 ? try client.get(path) : response
    }
}

extension StatusFailure {
    fileprivate init(_ failure: HTTPClient.Failure, _ source: StatusSource) {
        switch failure {
        case .unresolved(let reason): self.init(sentence: reason.description, status: .hostUnknown)
        case .unreachable(let error) where error.number == EACCES:
            self.init(sentence: "no permission for \(source.name)", status: .notPermitted)
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
