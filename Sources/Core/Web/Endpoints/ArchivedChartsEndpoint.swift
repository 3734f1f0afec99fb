import Basics
import Store
import Transport

/// `/api/v1/archivedcharts`: charts of a host that only the disk has (web API §8.6).
enum ArchivedChartsEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let host = request.host
        let stored = request.context.hosts.disk?.archivedCharts(of: host.guid) ?? []
        let collected = Set(host.take { $0.snapshot(of: $1) }.filter { $0.collections > 0 }.map(\.definition.id))
        let archived = stored.filter { !collected.contains($0.definition.id) }
        // What is not archived anywhere is nothing at all for the original, an empty body.
        guard !archived.isEmpty else {
            return HTTPResponse(contentType: ContentType.json, body: [], isCacheable: true)
        }
        return HTTPResponse(
            contentType: ContentType.json,
            body: ChartsEndpoint.document(archived.map(PrintedChart.init), request),
            isCacheable: true
        )
    }
}
