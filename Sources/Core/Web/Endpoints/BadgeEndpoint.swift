import Basics
import Store
import Transport

/// `/api/v1/badge.svg` (web API §9): an alarm's value, or the newest row of a query.
enum BadgeEndpoint {
    static let contentType = "image/svg+xml"

    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let badge = BadgeRequest(request.http.parameters)
        guard !badge.query.chart.isEmpty else { return .text(400, "No chart id is given at the request.") }
        let chart = request.host.withDatabase { database in
            database.find(badge.query.chart).flatMap { database.snapshot(of: $0) }
        }
        guard let chart else { return missing("chart not found", badge) }
        if let name = badge.alarm {
            let alarm = request.host.alarms?.alarmFacts.first { $0.chart == chart.definition.id && $0.name == name }
            guard let alarm else { return missing("alarm not found", badge) }
            return show(alarm, badge, request)
        }
        return show(chart, badge, request)
    }

    // MARK: What is shown

    /// In everybody's colours, whatever was asked for.
    private static func missing(_ what: String, _ badge: BadgeRequest) -> HTTPResponse {
        var badge = badge
        (badge.labelColor, badge.labelTextColor, badge.valueTextColor, badge.fixedWidths) = (nil, nil, nil, nil)
        return picture(badge, label: what, value: .nan, units: "", color: BadgeColor.null)
    }

    private static func show(_ alarm: AlarmFacts, _ badge: BadgeRequest, _ request: EndpointRequest) -> HTTPResponse {
        let value = alarm.value * Double(badge.multiply) / Double(badge.divide)
        var response = picture(
            badge,
            label: badge.label ?? String(alarm.name.map { $0 == "_" ? " " : $0 }),
            value: value,
            units: badge.units ?? alarm.units,
            color: badge.valueColor.map { BadgeColor.chosen($0, for: value) ?? BadgeColor.label }
                ?? BadgeColor.of(alarm.status)
        )
        response.isCacheable = response.refresh(badge, auto: Int64(alarm.updateEvery), now: request.context.now)
        return response
    }

    private static func show(_ chart: ChartSnapshot, _ badge: BadgeRequest, _ request: EndpointRequest) -> HTTPResponse
    {
        let every = Int64(chart.definition.updateEvery)
        var query = badge.query
        // One name, not a pattern that may mean several charts.
        query.chart = chart.definition.id
        query.context = ""
        query.completeWindow(every, isLatest: badge.isLatest)
        var newest = Double.nan
        var isAnswered = false
        let isFresh = request.context.now - chart.lastUpdated <= 3 * every
        do throws(QueryRefusal) {
            // A lost chart shows nothing, whatever window was asked for.
            if isFresh {
                if request.isLate(query) { return HTTPResponse(status: 503, body: []) }
                switch try HostQuery(query, request).run({ request.isLate(query) }) {
                case .finished(let result): (newest, isAnswered) = (Self.newest(result), true)
                case .abandoned: return HTTPResponse(status: 503, body: [])
                }
            }
        } catch .tooLarge(let what) {
            return DataEndpoint.response(.tooLarge(what))
        } catch {}
        let value = newest * Double(badge.multiply) / Double(badge.divide)
        var response = picture(
            badge,
            label: badge.label ?? badge.dimensions ?? chart.definition.name,
            value: value,
            units: badge.units ?? (query.options.contains(.percentage) ? "%" : chart.definition.units),
            color: badge.valueColor.map { BadgeColor.chosen($0, for: value) ?? BadgeColor.label }
                ?? (value.isNaN ? BadgeColor.null : BadgeColor.value)
        )
        guard isAnswered else { return response }
        // A window that is not aligned is another one with each collection.
        let seconds = query.options.contains(.unaligned) ? every : Int64((query.before - query.after).magnitude)
        response.isCacheable = response.refresh(badge, auto: seconds, now: request.context.now) && !query.isRelative
        return response
    }

    /// The sum of the newest row over its dimensions; nothing where all are null, also of those that `null2zero` makes zeros.
    private static func newest(_ result: QueryResult) -> Double {
        let table = DataTable(result)
        guard result.columns.contains(where: { !$0.rows.last.isNaN }) else { return .nan }
        return table.total(table.newest)
    }

    private static func picture(
        _ badge: BadgeRequest,
        label: String,
        value: Double,
        units: String,
        color: String
    ) -> HTTPResponse {
        let shown = badge.query.options.contains(.displayAbsolute) ? value.magnitude : value
        let text = spokenValue(shown, units: units, decimals: badge.precision)
        var picture = Badge(label: label, value: text, valueColor: color)
        picture.labelColor = badge.labelColor.flatMap(BadgeColor.known) ?? BadgeColor.label
        picture.labelTextColor = badge.labelTextColor.flatMap(BadgeColor.known) ?? BadgeColor.text
        picture.valueTextColor = badge.valueTextColor.flatMap(BadgeColor.known) ?? BadgeColor.text
        picture.scale = badge.scale
        picture.fixedWidths = badge.fixedWidths
        return HTTPResponse(contentType: contentType, body: picture.svg())
    }
}

extension QueryParameters {
    /// The window of a badge that asks for none is one collection.
    fileprivate mutating func completeWindow(_ updateEvery: Int64, isLatest: Bool) {
        if isLatest { after = -updateEvery }
    }
}

extension HTTPResponse {
    /// Tells the browser when to ask again.
    /// - Returns: whether it was told.
    fileprivate mutating func refresh(_ badge: BadgeRequest, auto: Int64, now: Int64) -> Bool {
        let seconds: Int64
        switch badge.refresh {
        case .never: return false
        case .auto: seconds = auto
        case .seconds(let number): seconds = number
        }
        guard seconds > 0 else { return false }
        expires = now + seconds
        fields.append(("Refresh", String(seconds)))
        return true
    }
}
