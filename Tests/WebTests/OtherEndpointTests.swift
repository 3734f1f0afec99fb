import Testing
import Transport

@testable import Web

/// Endpoints that say that there is nothing of the kind (web API §4, §8.6).
struct OtherEndpointTests {
    static let captured = ["aclk", "functions", "archivedcharts"]

    @Test(arguments: captured)
    func answersAsTheOriginal(_ name: String) {
        let pair = GoldenPair(folder: "live", name: name)
        let response = WebBench().get(pair.target)
        #expect(response.status == pair.status)
        #expect(response.bodyText == pair.body)
        #expect(response.contentType == pair.field("Content-Type"))
        #expect(response.isCacheable == (pair.field("Cache-Control") == "public"))
    }

    @Test func aFunctionIsForNobody() {
        #expect(WebBench().get("/api/v1/function?function=processes").status == 403)
    }

    /// Optional in the contract, and not here: a script sees at once that it asks in vain.
    @Test(arguments: ["weights", "metric_correlations"])
    func whatIsNotServedIsSaidSo(_ command: String) {
        let response = WebBench().get("/api/v1/\(command)?method=ks2")
        #expect(response.status == 404)
        #expect(response.bodyText == "Unsupported v1 API command: \(command)")
    }
}
