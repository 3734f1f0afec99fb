import Store
import Transport

/// `/api/v1/alarms` of a node without health checks: the shape, and that there are none (web API §8.5).
enum AlarmsEndpoint {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        var body: [UInt8] = []
        body.append("{\n\t\"hostname\": ")
        body.append(quoted: request.host.hostname)
        body.append(",\n\t\"latest_alarm_log_unique_id\": 0,\n\t\"status\": false,\n\t\"now\": ")
        body.append(number: request.context.now)
        body.append(",\n\t\"alarms\": {\n\n\t}\n}\n")
        return HTTPResponse(contentType: ContentType.json, body: body)
    }
}
