import Basics
import Config
import Diagnostics
import Store
import System
public import Transport

/// Finds what a request asks for and answers it: paths, hosts, rights (web API §1, §2).
public struct WebService: Sendable {
    private let context: WebContext
    private let endpoints: [String: Endpoint]

    /// - Parameter endpoints: where two have one command, the later counts: so the node replaces what it knows better.
    public init(_ context: WebContext, endpoints: [Endpoint] = WebEndpoints.table) {
        self.context = context
        var table = Dictionary(endpoints.map { ($0.command, $0) }) { $1 }
        let commands = (table.keys + [OpenAPI.command]).sorted()
        // Made when somebody asks: most nodes never are.
        let description = Lazily { OpenAPI.page(commands, version: context.facts().version).response }
        table[OpenAPI.command] = Endpoint(OpenAPI.command) { _ in description.value }
        self.endpoints = table
    }

    /// The commands there are, sorted.
    public var commands: [String] { endpoints.keys.sorted() }

    /// Where a request goes: cheap enough for the event loop.
    public func route(_ request: HTTPRequest) -> Route {
        if request.method == .options { return Route { _ in .text(200, "OK") } }
        return route(request, path: request.path[...], host: nil)
    }

    public func answer(_ request: HTTPRequest) -> HTTPResponse { route(request).service(request) }

    /// - Parameter host: the one that `/host/NAME` chose; then a second such part is refused.
    private func route(_ request: HTTPRequest, path: Substring, host: Host?) -> Route {
        let tokens = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
        let asked = host ?? context.hosts.local
        switch tokens.first {
        case nil:
            if let files { return serve(files, request, path, asked) }
            return run(Endpoint("", answer: Dashboard.answer), request, asked)
        case "api": return api(request, path, tokens, asked)
        case "host" where host != nil: return refuse(request, .text(400, "Nesting of hosts is not allowed."))
        case "host": return self.host(request, path, tokens)
        case "netdata.conf" where tokens.count == 1:
            return run(Endpoint("", rights: .netdataConf, answer: ConfigurationPage.answer), request, asked)
        default:
            if let files { return serve(files, request, path, asked) }
            return refuse(request, WebFiles.nothing(path))
        }
    }

    /// Those of the configuration in force; `nil` where the built-in page counts.
    private var files: WebFiles? {
        let directory = context.facts().webDirectory
        return directory.isEmpty ? nil : WebFiles(root: DocumentRoot(directory))
    }

    private func serve(_ files: WebFiles, _ request: HTTPRequest, _ path: Substring, _ host: Host) -> Route {
        let path = String(path)
        return run(Endpoint("", isHeavy: true) { _ in files.answer(path[...]) }, request, host)
    }

    private func run(_ endpoint: Endpoint, _ request: HTTPRequest, _ host: Host) -> Route {
        guard request.method == endpoint.method || request.method == .head && endpoint.isSafe else {
            return refuse(request, .text(400, "This is asked for with \(endpoint.method.rawValue).\r\n"))
        }
        guard !endpoint.rights.isDisjoint(with: request.rights) else { return Route { _ in .forbidden } }
        return switch endpoint.begin(EndpointRequest(http: request, context: context, host: host)) {
        case .light(let answer): Route { _ in answer() }
        case .heavy(let answer): Route(isHeavy: true) { _ in answer() }
        }
    }
}

/// `/api/…`
extension WebService {
    private func api(_ request: HTTPRequest, _ path: Substring, _ tokens: [Substring], _ host: Host) -> Route {
        if tokens.count == 1, path.last == "/" {
            let commands = commands
            return run(Endpoint("") { FrontPage.answer($0, commands: commands) }, request, host)
        }
        guard tokens.count > 1 else { return refuse(request, .text(400, "Which API version?")) }
        let version = tokens[1]
        // The whole rest is the command: a slash at its end makes it another one.
        let command = Substring(path.utf8[tokens[1].endIndex...].dropFirst())
        let endpoint = endpoints[String(Substring(path.utf8[version.startIndex...]))]
        if let endpoint { return run(endpoint, request, host) }
        guard version == "v1" else {
            return refuse(
                request,
                .text(404, "Unsupported API version: \(htmlEscaped(version))", contentType: ContentType.html)
            )
        }
        guard !command.isEmpty else { return refuse(request, .text(400, "Which API v1 command?")) }
        return refuse(request, .text(404, "Unsupported v1 API command: \(htmlEscaped(command))"))
    }

    /// A refusal tells nothing to whom nothing is allowed, or streams alone.
    private func refuse(_ request: HTTPRequest, _ response: HTTPResponse) -> Route {
        request.rights.isSubset(of: .streaming) ? Route { _ in .forbidden } : Route { _ in response }
    }
}

/// `/host/NAME/…`
extension WebService {
    private func host(_ request: HTTPRequest, _ path: Substring, _ tokens: [Substring]) -> Route {
        let name = tokens.count > 1 ? tokens[1] : ""
        let rest = tokens.count > 1 ? path[name.endIndex...] : "/"
        if rest.isEmpty { return refuse(request, Self.redirect(to: name)) }
        guard let host = context.hosts.host(named: String(name)) else {
            let text = Condition.unknownHostInURL.render(["host": htmlEscaped(name)])
            return refuse(request, .text(404, text, contentType: ContentType.html))
        }
        return route(request, path: rest, host: host)
    }

    /// Relative: what a request says about its own host may be anybody's invention.
    private static func redirect(to name: Substring) -> HTTPResponse {
        var response = HTTPResponse.text(308, "Permanent redirect")
        response.fields.append(("Location", "/host/\(encoded(name))/"))
        return response
    }

    private static func encoded(_ text: Substring) -> String {
        PercentEncoding.encode(String(text)).split(separator: "+", omittingEmptySubsequences: false)
            .joined(separator: "%20")
    }
}
