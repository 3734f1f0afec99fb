// The life of the node itself.

extension Condition {
    public static let nodeStarted = Condition(
        "ND-I80",
        .info,
        "ndstream {version} started as {role}, machine GUID {guid}, configuration {config}, state {lib}",
        sentence: "The node runs."
    )

    public static let nodeStopping = Condition(
        "ND-I81",
        .info,
        "EXIT: ndstream prepares to exit with code 0...",
        recognised: ["EXIT: netdata prepares to exit with code {code}..."],
        sentence: "The node was asked to end."
    )

    public static let nodeStopped = Condition(
        "ND-I82",
        .info,
        "EXIT: all done - ndstream is now exiting - bye bye...",
        recognised: ["EXIT: all done - netdata is now exiting - bye bye..."],
        sentence: "The node has ended in good order."
    )

    public static let nodeReloaded = Condition(
        "ND-I83",
        .info,
        "Configuration was read again: {findings} findings.",
        sentence: "SIGHUP: keys, patterns and limits of the new configuration count from the next connection on."
    )

    public static let nodeReloadRefused = Condition(
        "ND-K90",
        .error,
        "Configuration was read again and has errors, so the old one stays: {place}: {message}",
        sentence: "SIGHUP: the new configuration cannot be used.",
        causes: ["a file was edited and not checked"],
        fix: ["ndstream parent --check", "then: kill -HUP the node"]
    )

    public static let chartForgotten = Condition(
        "ND-I84",
        .info,
        "Host '{host}': {count} obsolete charts are cleaned up.",
        sentence: "Charts that were not collected for `cleanup obsolete charts after secs` are forgotten."
    )
}

extension Catalogue {
    static let node: [Condition] = [
        .nodeStarted, .nodeStopping, .nodeStopped, .nodeReloaded, .nodeReloadRefused, .chartForgotten,
    ]
}
