import Basics
import Diagnostics
import Store
import Synchronization
import Transport

/// `/api/v1/contexts` and `/api/v1/context` (web API §8.4).
enum ContextsEndpoint {
    @Sendable static func contexts(_ request: EndpointRequest) -> HTTPResponse {
        var asked = ContextsRequest(request.http.parameters, now: request.context.now)
        // All there are, whatever is named.
        asked.context = nil
        let tree = ContextTree(request.host, asked, now: request.context.now)
        var printer = ContextsPrinter(asked.options, host: request.host.guid)
        printer.all(tree, request.host.identity.withLock { $0 })
        return HTTPResponse(contentType: ContentType.json, body: printer.body, isCacheable: true)
    }

    @Sendable static func context(_ request: EndpointRequest) -> HTTPResponse {
        let asked = ContextsRequest(request.http.parameters, now: request.context.now)
        guard asked.context != nil else { return .text(400, Condition.noContextGiven.text) }
        guard let context = ContextTree(request.host, asked, now: request.context.now).contexts.first else {
            return HTTPResponse(status: 404, contentType: ContentType.json, body: [])
        }
        var printer = ContextsPrinter(asked.options, host: request.host.guid)
        printer.one(context)
        return HTTPResponse(contentType: ContentType.json, body: printer.body, isCacheable: true)
    }
}
