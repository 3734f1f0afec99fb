public import Status

/// What the charts of the chosen host need from the node's API.
public struct ChartRequest: Sendable, Equatable {
    /// The host's GUID.
    public var host: String
    /// Identifiers of the charts whose last minute is seen, the marked one first.
    public var visible: [String]
    public var zoom: Zoom?

    public struct Zoom: Sendable, Equatable {
        public var chart: String
        /// How long a time is shown.
        public var seconds: Int
        /// Unix seconds of its end; `nil` is now.
        public var end: Int?
        public var points: Int
    }
}

/// What the API answered.
public enum ChartNews: Sendable {
    /// All charts of the host.
    case list(host: String, APICharts)
    /// The last minute of one chart.
    case minute(host: String, chart: String, APIData)
    case zoom(host: String, ChartRequest.Zoom, APIData)
    /// There is none, and why.
    case failure(host: String, String)
}

/// The charts of the chosen host: which there are, what is known of them, and which is looked at.
struct ChartsState: Sendable {
    /// Whether keys move in the list of charts rather than in the page about the host.
    var hasFocus = false
    var selected: String?
    /// Whether the marked chart fills the view.
    var isZoomed = false
    /// How long a time the zoomed chart shows: an index into ``windows``.
    var window = 1
    /// Unix seconds of the right edge while it was moved into the past.
    var end: Int?
    /// The dimension that is drawn above the others.
    var dimension: Int?
    var marker = PlotMarker.braille
    private(set) var host: String?
    private(set) var list: [APICharts.Chart] = []
    private(set) var minutes: [String: APIData] = [:]
    private(set) var zoomed: (zoom: ChartRequest.Zoom, data: APIData)?
    private(set) var failure: String?
    /// The dimensions of the zoomed chart, as large as they were when it was opened: a legend must not move.
    private var order: [String] = []

    static let windows: [(seconds: Int, name: String)] = [
        (60, "1 min"), (300, "5 min"), (900, "15 min"), (3600, "1 h"), (21_600, "6 h"), (86_400, "1 d"),
        (604_800, "7 d"), (2_592_000, "30 d"),
    ]

    /// Another host was chosen: nothing of the one before stays.
    mutating func choose(_ host: String?) {
        guard self.host != host else { return }
        var fresh = ChartsState()
        fresh.host = host
        fresh.marker = marker
        fresh.window = window
        self = fresh
    }

    mutating func take(_ news: ChartNews) {
        // Of a host that isn't looked at any more nothing is wanted.
        switch news {
        case .list(let host, let charts) where host == self.host:
            failure = nil
            list = charts.charts.values.sorted { ($0.priority, $0.id) < ($1.priority, $1.id) }
            if selected == nil || !list.contains(where: { $0.id == selected }) { selected = list.first?.id }
        case .minute(let host, let chart, let data) where host == self.host: minutes[chart] = data
        case .zoom(let host, let zoom, let data) where host == self.host:
            if zoomed?.zoom.chart != zoom.chart || order.isEmpty { order = largestFirst(data) }
            zoomed = (zoom, ordered(data))
            dimension = dimension.map { min($0, max(0, data.dimensions.count - 1)) }
        case .failure(let host, let reason) where host == self.host: failure = reason
        default: break
        }
    }

    private func largestFirst(_ data: APIData) -> [String] {
        let sizes = data.values.map { values in values.reduce(0.0) { $0 + ($1?.magnitude ?? 0) } }
        return data.dimensions.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.map { data.dimensions[$0] }
    }

    private func ordered(_ data: APIData) -> APIData {
        let places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let indices = data.dimensions.indices.sorted {
            (places[data.dimensions[$0]] ?? .max, $0) < (places[data.dimensions[$1]] ?? .max, $1)
        }
        return APIData(
            dimensions: indices.map { data.dimensions[$0] },
            times: data.times,
            values: indices.map { data.values[$0] }
        )
    }

    /// The charts that a filter leaves: words that must all be in the identifier, family or context; `!` turns one round.
    func shown(_ filter: String) -> [APICharts.Chart] {
        let words = filter.lowercased().split(separator: " ").filter { $0 != "!" }
        guard !words.isEmpty else { return list }
        return list.filter { chart in
            let text = [chart.id, chart.family, chart.context].joined(separator: " ").lowercased()
            return words.allSatisfy { word in
                word.hasPrefix("!") ? !text.contains(word.dropFirst()) : text.contains(word)
            }
        }
    }

    var selectedChart: APICharts.Chart? { list.first { $0.id == selected } }
}

extension TopState {
    /// What the screen of this size shows of charts; `nil` where it shows none.
    public func chartRequest(layout: TopLayout) -> ChartRequest? {
        guard view == .host || view == .alarms && alarms.isOpen, let guid = charts.host,
            hosts.contains(where: { $0.guid == guid && $0.state != .rejected })
        else { return nil }
        if view == .alarms, !charts.isZoomed {
            return ChartRequest(host: guid, visible: alarms.selected.map { [$0.chart] } ?? [])
        }
        let shown = charts.shown(chartFilter).map(\.id)
        let first = min(layout.firstChart, shown.count)
        let visible = Array(shown[first..<min(first + layout.chartRows, shown.count)])
        var request = ChartRequest(host: guid, visible: visible)
        if let selected = charts.selected, let index = visible.firstIndex(of: selected) {
            request.visible.swapAt(0, index)
        }
        if charts.isZoomed, let selected = charts.selected {
            request.visible = []
            request.zoom = .init(
                chart: selected,
                seconds: ChartsState.windows[charts.window].seconds,
                end: charts.end,
                points: layout.plotPoints
            )
        }
        return request
    }

    public mutating func take(_ news: ChartNews) {
        guard frozenSince == nil else { return }
        charts.take(news)
    }
}
