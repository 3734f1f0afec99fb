import Store
import Testing
import Transport

@testable import Web

/// Every captured answer of `/api/v1/data` whose bodies can be told from the data set alone.
struct GoldenDataTests {
    static let now = (GoldenDataset.start + 1640) * 1_000_000
    static let dataset = GoldenDataset()
    static let pairs = GoldenPair.all(in: "data").filter { $0.target.hasPrefix("/host/inj-db/api/v1/data") }

    /// Where our answer differs from the captured one, and why.
    static let differences: [String: String] = [
        "042-opt-jw_anomaly_rates_jsonwrap": "replicated points without the anomaly mark count as anomalous there",
        "048-opt-anomaly_bit": "replicated points without the anomaly mark count as anomalous there",
        "006-fmt-tsv-jsonwrap": "a tab within a JSON string is escaped here, so that it is JSON",
        "008-fmt-tsv-excel-jsonwrap": "a tab within a JSON string is escaped here, so that it is JSON",
        "276-tier1": "there is one tier here: asked for another, the best there is answers",
    ]

    @Test(arguments: pairs.map(\.name))
    func answersAsTheOriginal(_ name: String) throws {
        let pair = GoldenPair(folder: "data", name: name)
        let response = Self.answer(pair.target)
        #expect(response.status == pair.status)
        #expect(response.contentType == pair.field("Content-Type"))
        if pair.status == 200 { #expect(response.isCacheable == (pair.field("Cache-Control") == "public")) }
        #expect(response.fields.first?.value == pair.field("Content-Disposition"))
        let body = String(decoding: response.body, as: UTF8.self)
        if let reason = Self.differences[name] {
            #expect(body != pair.body, "no longer different: \(reason)")
        } else {
            #expect(body == pair.body)
        }
    }

    static func answer(_ target: String) -> HTTPResponse {
        let request = HTTPRequest(.get, target)!
        let data = DataRequest(request.parameters)
        do {
            let plan = try QueryPlan(data.query, charts: dataset.stored.map(\.chart), now: now)
            let result = plan.run { part, _ in dataset.stored.first { $0.chart.id == part.chart.id }?.points }
            return DataEndpoint.response(
                data,
                result,
                hostname: "inj-db",
                storageTiers: 3,
                calendar: LocalCalendar { _ in 0 }
            )
        } catch {
            return DataEndpoint.response(error)
        }
    }
}
