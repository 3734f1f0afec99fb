import Transport

/// The formats of `/api/v1/data` (web API §7.6).
enum DataFormat: Sendable {
    case json, jsonp, csv, tsv, markdown, csvJSONArray, ssv, ssvComma, array, html, dataTable, dataSource

    /// Unknown names mean JSON.
    init(named name: String) {
        switch name {
        case "jsonp": self = .jsonp
        case "csv": self = .csv
        case "tsv", "tsv-excel": self = .tsv
        case "markdown": self = .markdown
        case "csvjsonarray": self = .csvJSONArray
        case "ssv": self = .ssv
        case "ssvcomma": self = .ssvComma
        case "array": self = .array
        case "html": self = .html
        case "datatable": self = .dataTable
        case "datasource": self = .dataSource
        default: self = .json
        }
    }

    /// The name in a wrapped answer; two have none, there as in the original.
    var name: String {
        switch self {
        case .json: "json"
        case .jsonp: "jsonp"
        case .csv: "csv"
        case .tsv: "tsv"
        case .markdown, .csvJSONArray: "unknown"
        case .ssv: "ssv"
        case .ssvComma: "ssvcomma"
        case .array: "array"
        case .html: "html"
        case .dataTable: "datatable"
        case .dataSource: "datasource"
        }
    }

    func contentType(isWrapped: Bool) -> String {
        switch self {
        case .jsonp, .dataSource: ContentType.javaScript
        case .json, .array, .csvJSONArray, .dataTable: ContentType.json
        case _ where isWrapped: ContentType.json
        case .html: ContentType.html
        case .csv, .tsv, .markdown, .ssv, .ssvComma: ContentType.text
        }
    }

    /// One number for each row instead of one for each dimension.
    var isOneValueARow: Bool { self == .ssv || self == .ssvComma || self == .array }

    /// Whether a wrapped answer carries it inside a string.
    var isText: Bool {
        switch self {
        case .csv, .tsv, .markdown, .ssv, .ssvComma, .html: true
        case .json, .jsonp, .csvJSONArray, .array, .dataTable, .dataSource: false
        }
    }
}

/// The values of `Content-Type` that are not everybody's (web API §2).
enum ContentType {
    static let json = HTTPResponse.json
    static let text = HTTPResponse.plainText
    static let html = HTTPResponse.html
    static let javaScript = "application/x-javascript; charset=utf-8"
    static let prometheus = "text/plain; version=0.0.4"
}
