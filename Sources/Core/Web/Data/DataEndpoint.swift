import Basics
import Diagnostics
import Store
import Transport

/// `/api/v1/data` (web API §7).
enum DataEndpoint {
    /// Stored points and printed values of a light query. Points whose blocks have to be decompressed take some 20 ns each.
    private static let lightPoints = 40_000
    private static let lightValues = 10_000

    /// Whether a query is what dashboards ask for all the time: a window of one chart that is in memory, or what somebody has
    /// just asked. For these the way to another thread and back would cost as much as half the answer.
    @Sendable static func isLight(_ request: EndpointRequest) -> Bool {
        let query = QueryParameters(request.http.parameters)
        if isSmall(query, request.host) { return true }
        guard let question = question(request, query) else { return false }
        return request.context.recentAnswers.answer(to: question) != nil
    }

    private static func isSmall(_ query: QueryParameters, _ host: Host) -> Bool {
        guard host.settings.mode != .dbengine, query.context.isEmpty, !query.chart.isEmpty else { return false }
        let size = host.withDatabase { database in
            database.find(query.chart).map { (database.retention(of: $0), database.dimensionCount(of: $0)) }
        }
        guard let (retention, dimensions) = size else { return false }
        let every = max(1, retention.updateEvery)
        let points = query.seconds.map { min(Int64(retention.points), $0 / every) } ?? Int64(retention.points)
        let rows = query.points == 0 ? (query.seconds.map { $0 / every } ?? points) : query.points
        return points <= Int64(lightPoints / max(1, dimensions)) && rows <= Int64(lightValues / max(1, dimensions))
    }

    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let data = DataRequest(request.http.parameters)
        guard let question = question(request, data.query) else { return answerAnew(data, request) }
        if let known = request.context.recentAnswers.answer(to: question) { return known }
        let answer = answerAnew(data, request)
        request.context.recentAnswers.keep(answer, to: question)
        return answer
    }

    /// Of one chart, where it is known what an answer depends on.
    private static func question(_ request: EndpointRequest, _ query: QueryParameters) -> RecentAnswers.Question? {
        let host = request.host
        guard !query.chart.isEmpty, query.context.isEmpty else { return nil }
        let stamp = host.withDatabase { database in database.find(query.chart).flatMap { database.stamp(of: $0) } }
        guard let stamp else { return nil }
        return RecentAnswers.Question(
            host: host.guid,
            target: request.http.target,
            second: request.context.now,
            stamp: stamp
        )
    }

    private static func answerAnew(_ data: DataRequest, _ request: EndpointRequest) -> HTTPResponse {
        let context = request.context
        do throws(QueryRefusal) {
            switch try run(data.query, request) {
            case .tooLateToBegin: return .text(503, Condition.queryTimedOut.text)
            case .abandoned: return HTTPResponse(status: 503, body: [])
            case .finished(let result):
                return response(
                    data,
                    result,
                    hostname: request.host.hostname,
                    storageTiers: context.storageTiers,
                    calendar: LocalCalendar(offset: context.localOffset)
                )
            }
        } catch {
            return response(error)
        }
    }

    enum Outcome {
        case finished(QueryResult)
        /// The time the client gave was over before it began, or while it ran.
        case tooLateToBegin
        case abandoned
    }

    /// Asks the host of a request.
    static func run(_ query: QueryParameters, _ request: EndpointRequest) throws(QueryRefusal) -> Outcome {
        let context = request.context
        let timeout = query.timeout
        let isLate = { timeout > 0 && (context.clock.now() - request.http.receivedAt) / 1000 > timeout }
        if request.http.receivedAt > 0, isLate() { return .tooLateToBegin }
        let host = request.host
        let described = host.describe(query)
        let plan = try QueryPlan(
            query,
            charts: described.map { $0.chart },
            tiers: host.settings.mode == .dbengine ? context.storageTiers : 1,
            now: context.clock.now(),
            limits: context.queryLimits
        )
        let refs = Dictionary(described.map { ($0.chart.id, $0.ref) }) { first, _ in first }
        var isAbandoned = false
        func mayGoOn() -> Bool {
            if request.http.receivedAt > 0, isLate() { isAbandoned = true }
            return !isAbandoned
        }
        let result = plan.run { part, times in
            guard mayGoOn(), let ref = refs[part.chart.id] else { return nil }
            // What still grows is copied under the lock, the rest without it.
            return host.withDatabase { $0.shared(ref, from: times.lowerBound, to: times.upperBound) }
                .beginning(at: times.lowerBound).copied()
        } tier: { part, times in
            guard mayGoOn() else { return nil }
            let chart = part.chart
            let series = host.series(chart.id, chart.updateEvery, chart.dimensions.map(\.id))
            return host.tierColumns(series, tier: part.tier, from: times.lowerBound, through: times.upperBound)
        }
        return isAbandoned ? .abandoned : .finished(result)
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

extension QueryParameters {
    /// How long the window is; `nil` where it depends on what is stored.
    fileprivate var seconds: Int64? {
        if Self.isRelative(after) { return after == 0 ? nil : Int64(after.magnitude) + resampling }
        return Self.isRelative(before) ? nil : Int64((before - after).magnitude) + resampling
    }
}

extension Host {
    /// The charts that a query may mean: the one it names, or all of them.
    fileprivate func describe(_ query: QueryParameters) -> [(chart: QueryChart, ref: ChartRef)] {
        let ref = query.context.isEmpty ? withDatabase { $0.find(query.chart) } : nil
        let meant =
            if let ref { withDatabase { $0.describe(ref) }.map { [$0] } ?? [] } else { take { $0.describe($1) } }
        return meant.map { chart, latest in
            let tiers = tierSpans(
                series(chart.definition.id, chart.retention.updateEvery, chart.dimensions.map(\.id))
            )
            return (QueryChart(chart, latest: latest, higherTiers: tiers), chart.ref)
        }
    }

    fileprivate func series(_ chart: String, _ updateEvery: Int64, _ dimensions: [String]) -> TierSeries {
        TierSeries(host: guid, chart: chart, updateEvery: updateEvery, dimensions: dimensions)
    }
}

extension HostDatabase {
    fileprivate func describe(_ ref: ChartRef) -> (chart: ChartSnapshot, latest: [LatestValue])? {
        snapshot(of: ref).map { ($0, latest(of: ref)) }
    }
}

extension QueryChart {
    fileprivate init(_ chart: ChartSnapshot, latest: [LatestValue], higherTiers: [TierSpan]) {
        self.init(
            id: chart.definition.id,
            name: chart.definition.name,
            context: chart.definition.context,
            updateEvery: chart.retention.updateEvery,
            first: chart.reportedFirst,
            last: chart.retention.last,
            higherTiers: higherTiers,
            labels: chart.definition.labelsAutomaticFirst.map { ($0.key, $0.value) },
            dimensions: zip(chart.dimensions, latest).map { dimension, latest in
                Dimension(
                    id: dimension.id,
                    name: dimension.name,
                    isHidden: dimension.options.contains(.hidden),
                    latest: latest.value ?? .nan
                )
            }
        )
    }
}
