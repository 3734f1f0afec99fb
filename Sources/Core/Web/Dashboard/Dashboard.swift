import Basics
import Config
import Transport

/// `/`: ndstream's own dashboard, one page that asks for nothing but the API of the node it came from.
///
/// Its sources are the files beside this one. They are joined once, when somebody asks for the page; it stays in memory
/// from then on.
enum Dashboard {
    /// The page as it is sent: UTF-8. Its compressed form is kept, too.
    static let page = StaticPage(contentType: ContentType.html, body: text)

    static let text = text(markup: PackageResources.dashboard_html, style: style, script: script)

    static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let frames = request.context.facts().settings.text("web", "x-frame-options response header")
        var response = page.response
        // Whoever has it asks whether it is still that of this node, and is told in a line.
        response.expires = request.context.now
        response.fields = [
            ("Content-Security-Policy", policy(frameOptions: frames)), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ]
        return response
    }

    // MARK: What it is made of

    /// In the order in which they need each other.
    static let script = Compaction.script(
        [
            PackageResources.base_js, PackageResources.node_js, PackageResources.attention_js,
            PackageResources.views_js, PackageResources.axis_js, PackageResources.plot_js, PackageResources.chart_js,
            PackageResources.host_js, PackageResources.main_js,
        ].flatMap { $0 }
    )

    static let style = Compaction.style(PackageResources.dashboard_css)

    /// The page with style and script in the places of the comments that name them.
    private static func text(markup: [UInt8], style: [UInt8], script: [UInt8]) -> [UInt8] {
        var page: [UInt8] = []
        page.reserveCapacity(markup.count + style.count + script.count)
        for line in markup.split(separator: UInt8(ascii: "\n")) {
            let line = line.drop { $0 == UInt8(ascii: " ") }
            switch String(decoding: line, as: UTF8.self) {
            case "<style>/* dashboard.css */</style>": page += "<style>".utf8 + style + "</style>".utf8
            case "<script>/* dashboard.js */</script>": page += "<script>".utf8 + script + "</script>".utf8
            default: page += line
            }
            page.append(UInt8(ascii: "\n"))
        }
        return page
    }

    // MARK: What it may do

    private static let scriptHash = sha256Base64(script)
    private static let styleHash = sha256Base64(style)

    /// Only this very script and style, and requests to the node: a peer's text that was markup after all would do nothing.
    /// - Parameter frameOptions: the value of `X-Frame-Options` that the node sends; without one every page may frame this.
    static func policy(frameOptions: String) -> String {
        var rules = [
            "default-src 'none'", "script-src 'sha256-\(scriptHash)'", "style-src 'sha256-\(styleHash)'",
            "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'",
        ]
        let words = frameOptions.split(separator: " ").map(String.init)
        switch words.first?.uppercased() {
        case "DENY": rules.append("frame-ancestors 'none'")
        case "SAMEORIGIN": rules.append("frame-ancestors 'self'")
        case "ALLOW-FROM" where words.count == 2 && !words[1].contains(";"):
            rules.append("frame-ancestors \(words[1])")
        default: break
        }
        return rules.joined(separator: "; ")
    }
}
