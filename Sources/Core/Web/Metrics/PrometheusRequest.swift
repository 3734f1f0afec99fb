import Basics
import Config
import Store
import Transport

/// What values a scrape gets (exporting §1, "data source").
enum PrometheusSource {
    case average, sum, asCollected

    /// `nil` for words that mean none: the configured source then counts.
    init?(_ word: String) {
        switch word {
        case "average": self = .average
        case "sum", "volume": self = .sum
        case "as collected", "as-collected", "as_collected", "ascollected", "raw": self = .asCollected
        default: return nil
        }
    }

    var text: String {
        switch self {
        case .average: "average"
        case .sum: "sum"
        case .asCollected: "as collected"
        }
    }
}

/// The parameters of a scrape (exporting §7).
struct PrometheusRequest {
    /// Who scrapes: its last visit is remembered under this name.
    var server: String
    /// Charts that `[prometheus:exporter]` lets out, besides the request's `filter`.
    private let charts: SimplePattern
    private let letsAllOut: Bool
    /// Whether patterns mean names, not ids: as it is configured, whatever the request wants to be told.
    let matchesNames: Bool
    var prefix: String
    var source: PrometheusSource
    /// Whether what is stored is summed: it is where sums are configured, whatever the request asks for.
    let sumsUp: Bool
    var hasHelp = false
    var hasTypes = false
    var usesNames: Bool
    var hasTimestamps = true
    var hasVariables = false
    var usesOldUnits = false
    var hidesUnits = false
    var isAllHosts: Bool

    /// - Parameter scrape: what counts where the request says nothing.
    init(_ request: HTTPRequest, _ scrape: ExportingSettings.Scrape) {
        charts = scrape.sendsCharts
        letsAllOut = charts.description == "*"
        matchesNames = scrape.usesNames
        prefix = PrometheusName.cleaned(scrape.prefix)
        source = PrometheusSource(scrape.source.rawValue) ?? .average
        sumsUp = scrape.source == .sum
        usesNames = scrape.usesNames
        server = request.peer.address
        isAllHosts = request["format"] == "prometheus_all_hosts"
        for (name, value) in request.parameters {
            let isYes = value == "yes" || value == "1" || value == "true"
            switch name {
            case "server": server = String(value.prefix(PrometheusServers.longestName))
            case "prefix": prefix = PrometheusName.cleaned(value)
            case "source", "data", "data source", "data-source", "data_source", "datasource":
                source = PrometheusSource(value) ?? source
            case "help": hasHelp = isYes
            case "types": hasTypes = isYes
            case "names": usesNames = isYes
            case "timestamps": hasTimestamps = isYes
            case "variables": hasVariables = isYes
            case "oldunits": usesOldUnits = isYes
            case "hideunits": hidesUnits = isYes
            default: break
            }
        }
    }

    /// `send charts matching` of `[prometheus:exporter]`. Of connectors it means ids and names (asked of 1.37.1).
    func lets(out chart: borrowing ChartReading) -> Bool {
        letsAllOut || charts.matches(matchesNames ? chart.name : chart.id)
    }
}
