import Basics
import Store
import Transport

/// `/api/`: what can be asked, for a person with a browser.
enum FrontPage {
    static func answer(_ request: EndpointRequest, commands: [String]) -> HTTPResponse {
        let local = htmlEscaped(request.context.hosts.local.hostname)
        // Relative, because a proxy may serve this node below a prefix of its own.
        let root = request.http.path.hasPrefix("/host/") ? "../../../" : "../"
        let links = commands.map { command in
            let path = htmlPath("\(command)\(examples[command] ?? "")")
            return "<li><a href=\"\(path)\">/api/\(path)</a></li>"
        }
        let hosts = request.context.hosts.all().prefix(listedHosts).map { host in
            "<li><a href=\"\(root)host/\(host.guid)/\">\(htmlEscaped(host.hostname))</a></li>"
        }
        let page = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>ndstream \(local)</title></head>
            <body>
            <h1>ndstream \(htmlEscaped(request.context.facts().version)) on \(local)</h1>
            <p>Metrics of \(htmlEscaped(request.host.hostname)), collected every second, in the API of Netdata \
            \(NodeFacts.apiVersion).</p>
            <ul>
            \(links.joined(separator: "\n"))
            <li><a href="\(root)netdata.conf">/netdata.conf</a></li>
            </ul>
            <h2>Hosts</h2>
            <ul>
            \(hosts.joined(separator: "\n"))
            </ul>
            </body></html>

            """
        return HTTPResponse(contentType: ContentType.html, body: Array(page.utf8))
    }

    /// Hosts that the page lists.
    static let listedHosts = 1000

    private static let examples = [
        "v1/chart": "?chart=system.cpu", "v1/data": "?chart=system.cpu&after=-60&format=csv",
        "v1/allmetrics": "?format=prometheus", "v1/registry": "?action=hello",
    ]

    private static func htmlPath(_ text: String) -> String {
        htmlEscaped(text).split(separator: "&#x2F;", omittingEmptySubsequences: false).joined(separator: "/")
    }
}
