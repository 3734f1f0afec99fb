/// What a command sets before anybody is asked.
enum Preset {
    /// A node that keeps nothing, shows nothing and only collects and streams: counts where there is no netdata.conf,
    /// as a file says what kind of node is wanted.
    private static let agent: [(Option.Name, String)] = [
        (Option.Name("db", "mode"), "none"),
        (Option.Name("web", "mode"), "none"),
        (Option.Name("health", "enabled"), "no"),
    ]

    static func apply(_ role: Role, hasNetdataConf: Bool, to settings: inout Settings) {
        guard role == .agent, !hasNetdataConf else { return }
        for (name, value) in agent { settings.set(name.section, name.name, value, .preset("agent")) }
    }
}
