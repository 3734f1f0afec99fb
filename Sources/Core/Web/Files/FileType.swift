import Transport

/// `Content-Type` of a file, by the end of its name (web API §2, "Static files").
enum FileType {
    static func of(_ name: String) -> String {
        let last = name.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = last.lastIndex(of: ".") else { return unknown }
        return byExtension[String(last[last.index(after: dot)...])] ?? unknown
    }

    static let unknown = "application/octet-stream"

    private static let byExtension = [
        "html": HTTPResponse.html, "js": ContentType.javaScript, "css": "text/css; charset=utf-8",
        "xml": "text/xml; charset=utf-8", "xsl": "text/xsl; charset=utf-8", "txt": HTTPResponse.plainText,
        "svg": "image/svg+xml", "ttf": "application/x-font-truetype", "otf": "application/x-font-opentype",
        "woff": "application/font-woff", "woff2": "application/font-woff2", "eot": "application/vnd.ms-fontobject",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "bmp": "image/bmp",
        "ico": "image/x-icon", "icns": "image/icns",
    ]
}
