import Store

/// The parameters of `/api/v1/data`: a query and the shape of its answer (web API §7.1).
struct DataRequest: Sendable {
    var query: QueryParameters
    var format = DataFormat.json
    var fileName = ""
    var google = GoogleRequest()

    init(_ parameters: [(name: String, value: String)]) {
        query = QueryParameters(parameters)
        for (name, value) in parameters where !value.isEmpty {
            switch name {
            case "format": format = DataFormat(named: value)
            // As Google's handler: the last of them counts.
            case "callback": google.responseHandler = Self.cleaned(value)
            case "filename": fileName = Self.cleaned(value)
            case "tqx": readGoogle(value)
            default: break
            }
        }
    }

    /// `version:..;reqId:..;sig:..;out:..;responseHandler:..;outFileName:..`
    private mutating func readGoogle(_ text: String) {
        for pair in text.split(separator: ";") {
            let parts = pair.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = String(parts[1])
            switch parts[0] {
            case "version": google.version = Self.cleaned(value)
            case "reqId": google.requestID = Self.cleaned(value)
            case "sig": google.signature = Int64(value) ?? 0
            case "responseHandler": google.responseHandler = Self.cleaned(value)
            case "outFileName": fileName = Self.cleaned(value)
            case "out":
                switch value {
                case "json": format = .dataSource
                case "html": format = .html
                case "csv": format = .csv
                case "tsv-excel": format = .tsv
                default: format = .json
                }
            default: break
            }
        }
    }

    /// What is safe in a header and as the name of a function: anything else becomes `_`.
    static func cleaned(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    byte
                default: UInt8(ascii: "_")
                }
            },
            as: UTF8.self
        )
    }
}

/// The Google Visualization part of a request.
struct GoogleRequest: Sendable {
    var version = "0.6"
    var requestID = "0"
    /// The newest time the client already has.
    var signature: Int64 = 0
    /// The function that jsonp and datasource call.
    var responseHandler: String?
}
