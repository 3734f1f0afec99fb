import Store
import Transport

/// Answers of `/api/v1/data` (web API §7).
enum DataEndpoint {
    static func response(
        _ request: DataRequest,
        _ result: QueryResult,
        hostname: String,
        storageTiers: Int,
        calendar: LocalCalendar
    ) -> HTTPResponse {
        var printer = DataPrinter(
            request,
            result,
            hostname: hostname,
            storageTiers: storageTiers,
            calendar: calendar
        )
        var response = HTTPResponse(
            contentType: request.format.contentType(isWrapped: request.query.options.contains(.jsonwrap)),
            body: printer.print(),
            isCacheable: !request.query.isRelative
        )
        if !request.fileName.isEmpty {
            response.fields.append(("Content-Disposition", "attachment; filename=\"\(request.fileName)\""))
        }
        return response
    }

    static func response(_ refusal: QueryRefusal) -> HTTPResponse {
        switch refusal {
        case .nothingAsked: .text(400, "No chart or context is given.")
        case .nothingMatched: .text(404, "No metrics where matched to query.")
        case .tooLarge(let what):
            .text(400, "The query asks for too much: \(what). Ask for fewer points, dimensions or charts.")
        }
    }
}
