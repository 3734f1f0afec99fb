import Config

/// The endpoints of this room (web API §4).
public enum WebEndpoints {
    public static let table: [Endpoint] = [
        Endpoint("v1/info", answer: InfoEndpoint.answer),
        Endpoint("v1/charts", isHeavy: true, isLight: ChartsEndpoint.isLight, answer: ChartsEndpoint.charts),
        Endpoint("v1/chart", answer: ChartsEndpoint.chart),
        Endpoint("v1/data", begin: DataEndpoint.begin),
        Endpoint(
            "v1/allmetrics",
            isHeavy: true,
            isLight: AllMetricsEndpoint.isLight,
            answer: AllMetricsEndpoint.answer
        ),
        Endpoint("v1/badge.svg", rights: .badges, isHeavy: true, answer: BadgeEndpoint.answer),
        Endpoint("v1/conditions", isHeavy: true, answer: ConditionsEndpoint.answer),
        Endpoint("v1/contexts", isHeavy: true, answer: ContextsEndpoint.contexts),
        Endpoint("v1/context", isHeavy: true, answer: ContextsEndpoint.context),
        Endpoint("v1/archivedcharts", isHeavy: true, answer: ArchivedChartsEndpoint.answer),
        Endpoint("v1/dbengine_stats", isHeavy: true, answer: EngineEndpoint.answer),
        Endpoint("v1/aclk", answer: CloudEndpoint.link),
        Endpoint("v1/function", answer: CloudEndpoint.functions),
        Endpoint("v1/functions", answer: CloudEndpoint.functions),
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
