import Basics
import Config
import Health
import Store
import Transport
import Web

/// The endpoints about alarms (web API §8.5, §11); they take the place of those that the web has of the same commands.
struct HealthEndpoints: Sendable {
    /// A host's alarms; `nil` where health was never on for it.
    let health: @Sendable (Host) -> HostHealth?
    let silencers: SilencerBoard
    /// Those in force.
    let defaults: @Sendable () -> AlarmDefaults
    let key: ManagementKey

    var table: [Endpoint] {
        [
            endpoint("v1/alarms") { $0.alarms },
            endpoint("v1/alarms_values") { $0.values },
            endpoint("v1/alarm_log", isHeavy: true) { $0.log },
            endpoint("v1/alarm_count") { $0.count },
            endpoint("v1/alarm_variables", isHeavy: true) { $0.variables },
            // It writes a file.
            Endpoint("v1/manage/health", rights: .management, isHeavy: true) { request in
                guard key.opens(request.http.fields["X-Auth-Token"]) else { return .text(403, "Auth Error\n") }
                return silencers.apply(request.http.parameters).response
            },
        ]
    }

    private func endpoint(
        _ command: String,
        isHeavy: Bool = false,
        _ answer: @escaping @Sendable (HealthAnswers) -> (HTTPRequest) -> HTTPResponse
    ) -> Endpoint {
        Endpoint(command, isHeavy: isHeavy) { request in
            let answers = HealthAnswers(
                request.host,
                health(request.host),
                defaults: defaults(),
                now: Int(request.context.clock.now() / microsecondsPerSecond)
            )
            return answer(answers)(request.http)
        }
    }
}
