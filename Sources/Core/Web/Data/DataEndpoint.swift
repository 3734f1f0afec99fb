import Basics
import Diagnostics
import Store
import Transport

/// `/api/v1/data` (web API §7).
enum DataEndpoint {
    /// Light are what somebody has just asked, and queries that are (``HostQuery/isLight``).
    @Sendable static func begin(_ request: EndpointRequest) -> Endpoint.Work {
        let data = DataRequest(request.http.parameters)
        let heavy = Endpoint.Work.heavy { answer(data, request) }
        guard let (question, dimensions) = question(data.query, request) else { return heavy }
        if let known = request.context.recentAnswers.answer(to: question) { return .light { known } }
        guard HostQuery.isPlannedQuickly(data.query, request.host, dimensions: dimensions),
            !request.isLate(data.query)
        else { return heavy }
        do throws(QueryRefusal) {
            let query = try HostQuery(data.query, request)
            return query.isLight ? .light { kept(answer(data, query, request), to: question, request) } : heavy
        } catch {
            return .light { response(error) }
        }
    }

    /// Some time later, on the pool: what was found out before may have changed.
    private static func answer(_ data: DataRequest, _ request: EndpointRequest) -> HTTPResponse {
        let question = question(data.query, request)?.question
        if let question, let known = request.context.recentAnswers.answer(to: question) { return known }
        if request.isLate(data.query) { return .text(503, Condition.queryTimedOut.text) }
        do throws(QueryRefusal) {
            return kept(answer(data, try HostQuery(data.query, request), request), to: question, request)
        } catch {
            return response(error)
        }
    }

    /// A question about one chart, where it is known what an answer depends on, and how many dimensions that has.
    private static func question(
        _ query: QueryParameters,
        _ request: EndpointRequest
    ) -> (question: RecentAnswers.Question, dimensions: Int)? {
        let host = request.host
        guard !query.chart.isEmpty, query.context.isEmpty else { return nil }
        let chart = host.withDatabase { database in
            database.find(query.chart).flatMap { ref in
                database.stamp(of: ref).map { (stamp: $0, dimensions: database.dimensionCount(of: ref)) }
            }
        }
        guard let chart else { return nil }
        let question = RecentAnswers.Question(
            host: host.guid,
            target: request.http.target,
            second: request.context.now,
            stamp: chart.stamp
        )
        return (question, chart.dimensions)
    }

    private static func kept(
        _ answer: HTTPResponse,
        to question: RecentAnswers.Question?,
        _ request: EndpointRequest
    ) -> HTTPResponse {
        if let question { request.context.recentAnswers.keep(answer, to: question) }
        return answer
    }

    private static func answer(_ data: DataRequest, _ query: HostQuery, _ request: EndpointRequest) -> HTTPResponse {
        switch query.run({ request.isLate(data.query) }) {
        case .abandoned: HTTPResponse(status: 503, body: [])
        case .finished(let result):
            response(
                data,
                result,
                hostname: request.host.hostname,
                storageTiers: request.context.storageTiers,
                calendar: LocalCalendar(offset: request.context.localOffset)
            )
        }
    }

    static func response(
        _ request: DataRequest,
        _ result: QueryResult,
        hostname: String,
        storageTiers: Int,
        calendar: LocalCalendar
    ) -> HTTPResponse {
        var printer = DataPrinter(request, result, hostname: hostname, storageTiers: storageTiers, calendar: calendar)
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
        case .nothingMatched: .text(404, Condition.nothingMatchesQuery.text)
        case .tooLarge(let what): .text(400, Condition.queryTooLarge.render(["what": what]))
        }
    }
}

extension EndpointRequest {
    /// Whether the time is over that the client gave a query.
    func isLate(_ query: QueryParameters) -> Bool {
        guard query.timeout > 0, http.receivedAt > 0 else { return false }
        return (context.clock.now() - http.receivedAt) / 1000 > query.timeout
    }
}
