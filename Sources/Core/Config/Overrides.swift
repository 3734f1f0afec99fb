import Basics
import Diagnostics

/// What the command line says of the configuration: the topmost layer.
public struct Overrides: Sendable, Equatable {
    /// `--destination`: where an agent streams to. Streaming is then enabled.
    public var destination: String?
    /// `--api-key`: the one an agent sends, or those a parent accepts.
    public var apiKeys: [String] = []
    /// `--hostname`
    public var hostname: String?
    /// `--update-every`, in seconds.
    public var updateEvery: String?
    /// `--memory-mode`
    public var memoryMode: String?
    /// `--bind`: where a parent listens. The web server is then on.
    public var bind: String?
    /// `--config-dir`
    public var configDirectory: String?
    /// `--state-dir`
    public var stateDirectory: String?

    public init() {}

    /// Puts the command line over what is there.
    func apply(as role: Role, to settings: inout Settings) -> [Finding] {
        var findings: [Finding] = []
        func set(_ section: String, _ name: String, _ value: String?, _ option: String) {
            guard let value else { return }
            if let finding = settings.setOneLine(section, name, value, .option(option)) { findings.append(finding) }
        }
        set("global", "hostname", hostname, "--hostname")
        set("db", "update every", updateEvery, "--update-every")
        set("db", "mode", memoryMode, "--memory-mode")
        set("web", "bind to", bind, "--bind")
        if bind != nil { set("web", "mode", "static-threaded", "--bind") }
        set("stream", "destination", destination, "--destination")
        if destination != nil { set("stream", "enabled", "yes", "--destination") }
        switch role {
        case .agent: set("stream", "api key", apiKeys.last, "--api-key")
        case .parent: findings += accept(apiKeys, in: &settings)
        }
        return findings
    }

    /// A parent's keys are as good as a section with `enabled = yes` each.
    private func accept(_ keys: [String], in settings: inout Settings) -> [Finding] {
        let origin = Origin.option("--api-key")
        var findings: [Finding] = []
        for key in keys {
            guard let guid = GUID(trimmed(key)) else {
                findings.append(Finding(.configNoGUID, at: origin, ["value": quoted(key), "name": "--api-key"]))
                continue
            }
            settings.peers.declare(PeerDeclaration(key: guid, origin: origin))
            settings.set(guid.description, "enabled", "yes", origin)
        }
        return findings
    }
}
