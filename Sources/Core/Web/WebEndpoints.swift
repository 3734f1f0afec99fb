import Config

/// The endpoints of this room (web API §4).
public enum WebEndpoints {
    public static let table: [Endpoint] = [
        Endpoint("v1/info", answer: InfoEndpoint.answer),
        Endpoint("v1/charts", isHeavy: true, answer: ChartsEndpoint.charts),
        Endpoint("v1/chart", answer: ChartsEndpoint.chart),
        Endpoint("v1/data", isHeavy: true, isLight: DataEndpoint.isLight, answer: DataEndpoint.answer),
        Endpoint("v1/allmetrics", isHeavy: true, answer: AllMetricsEndpoint.answer),
        Endpoint("v1/badge.svg", rights: .badges, isHeavy: true, answer: BadgeEndpoint.answer),
        Endpoint("v1/conditions", isHeavy: true, answer: ConditionsEndpoint.answer),
        Endpoint(
            "v1/registry",
            rights: [.dashboard, .registry],
            isHeavy: true,
            isLight: RegistryEndpoint.isLight,
            answer: RegistryEndpoint.answer
        ),
        Endpoint("v3/stream_info", rights: [.dashboard, .streaming], answer: StreamInfoEndpoint.answer),
    ]
}
