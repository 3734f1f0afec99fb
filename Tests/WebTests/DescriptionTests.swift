import Config
import Testing
import Transport

@testable import Web

/// `openapi.json` says what there is, and all of it. That it says so of a whole node too is PortClassTests' business.
struct DescriptionTests {
    private let document = OpenAPI.page(APIOperation.table.map(\.command), version: "1.2.3").response

    @Test func everyEndpointIsDescribed() {
        let described = Dictionary(uniqueKeysWithValues: APIOperation.table.map { ($0.command, $0) })
        for endpoint in WebEndpoints.table {
            #expect(described[endpoint.command]?.method == endpoint.method, "\(endpoint.command)")
        }
        #expect(described[OpenAPI.command] != nil)
    }

    @Test func theTableIsInOrder() {
        let commands = APIOperation.table.map(\.command)
        #expect(commands == commands.sorted())
        for operation in APIOperation.table {
            let names = operation.parameters.map(\.name)
            #expect(Set(names).count == names.count, "\(operation.command)")
            #expect(Set(operation.refusals.map(\.status)).count == operation.refusals.count)
            for sentence in [operation.sentence] + operation.parameters.map(\.sentence)
                + operation.refusals.map(\.reason)
            {
                #expect(sentence.hasSuffix(".") && sentence.first?.isUppercase == true, "\(sentence)")
            }
        }
    }

    @Test func itIsJSON() throws {
        let text = document.bodyText
        #expect(isJSON(text))
        #expect(text.hasPrefix("{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"ndstream\","))
        for path in ["\"/api/v1/data\":{\"get\":", "\"/host/{host}/api/v1/data\":{\"get\":", "\"/netdata.conf\":"] {
            #expect(text.contains(path))
        }
        #expect(text.contains("\"/api/v1/manage/host\":{\"post\":"))
    }

    /// Like other pages it is made once, and sent once to who asks again.
    @Test func itIsServed() {
        let bench = WebBench()
        let response = bench.get("/api/v1/openapi.json")
        #expect(response.status == 200 && response.contentType == HTTPResponse.json && response.isCacheable)
        #expect(response.tag != nil && response.compressed != nil)
        #expect(!response.bodyText.contains("Not described."))
        // Only what this service has: alarms are others' business.
        #expect(response.bodyText.contains("/api/v1/info\"") && !response.bodyText.contains("/api/v1/alarms\""))
        #expect(bench.get("/host/nd-a/api/v1/openapi.json").bodyText == response.bodyText)
        #expect(bench.get("/api/v1/openapi.json", rights: .badges).status == 403)
        #expect(bench.service.commands.contains("v1/openapi.json"))
        let own = WebService(bench.context, endpoints: [Endpoint("v1/own") { _ in .text(200, "") }])
        #expect(own.answer(HTTPRequest(.get, "/api/v1/openapi.json")!).bodyText.contains("\"Not described.\""))
    }
}
