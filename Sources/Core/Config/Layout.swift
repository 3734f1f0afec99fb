import Diagnostics

/// Where a node's files are before its configuration has a say: a pure function of who runs it and what exists.
///
/// Root's agent and parent keep apart beneath `/var/lib/ndstream` and its like, a user's beneath the XDG directories;
/// `--state-dir` puts everything in one place.
public struct Layout: Sendable, Equatable {
    /// Where netdata.conf and stream.conf are looked for.
    public var config: Sourced<String>
    /// Where they are looked for next.
    public var stockConfig: String
    /// The machine GUID and other state.
    public var lib: Sourced<String>
    public var cache: Sourced<String>
    public var log: Sourced<String>
    /// The admin sockets.
    public var run: Sourced<String>
    public var web: String
    /// What is missing to say where things are.
    public internal(set) var findings: [Finding] = []

    /// What it depends on.
    public struct Circumstances: Sendable {
        public var role: Role
        /// The effective user; 0 is root.
        public var userID: UInt32
        public var environment: [String: String]
        /// `--config-dir` and `--state-dir`.
        public var overrides: Overrides
        /// Where relative directories begin, so that they mean the same however the process goes on.
        public var workingDirectory: String
        /// Whether a directory exists: asked about `/etc/ndstream` only.
        public var directoryExists: @Sendable (String) -> Bool

        public init(
            role: Role,
            userID: UInt32,
            environment: [String: String],
            overrides: Overrides = Overrides(),
            workingDirectory: String = "/",
            directoryExists: @escaping @Sendable (String) -> Bool
        ) {
            self.role = role
            self.userID = userID
            self.environment = environment
            self.overrides = overrides
            self.workingDirectory = workingDirectory
            self.directoryExists = directoryExists
        }
    }

    /// Netdata's own directory of configuration, which root falls back to.
    public static let netdataConfig = "/etc/netdata"

    public init(_ circumstances: Circumstances) {
        let isRoot = circumstances.userID == 0
        let role = circumstances.role.rawValue
        let home = Home(circumstances.environment)
        if let chosen = circumstances.chosen(\.configDirectory, "NDSTREAM_CONFIG_DIR", "--config-dir") {
            config = chosen
        } else if isRoot {
            config = Sourced(
                circumstances.directoryExists("/etc/ndstream") ? "/etc/ndstream" : Self.netdataConfig,
                .builtIn
            )
        } else {
            config = Sourced(home.directory("XDG_CONFIG_HOME", ".config") + "/ndstream", .builtIn)
        }
        stockConfig = config.value == Self.netdataConfig ? "/usr/lib/netdata/conf.d" : "/usr/lib/ndstream/conf.d"
        web = "/usr/share/netdata/web"
        if let state = circumstances.chosen(\.stateDirectory, "NDSTREAM_STATE_DIR", "--state-dir") {
            lib = state.map { $0 + "/lib" }
            cache = state.map { $0 + "/cache" }
            log = state.map { $0 + "/log" }
            run = state.map { $0 + "/run" }
        } else if isRoot {
            lib = Sourced("/var/lib/ndstream/\(role)", .builtIn)
            cache = Sourced("/var/cache/ndstream/\(role)", .builtIn)
            log = Sourced("/var/log/ndstream/\(role)", .builtIn)
            run = Sourced("/run/ndstream", .builtIn)
        } else {
            let state = home.directory("XDG_STATE_HOME", ".local/state") + "/ndstream"
            lib = Sourced("\(state)/\(role)/lib", .builtIn)
            cache = Sourced(home.directory("XDG_CACHE_HOME", ".cache") + "/ndstream/\(role)", .builtIn)
            log = Sourced("\(state)/\(role)/log", .builtIn)
            run = Sourced(home.runtime.map { $0 + "/ndstream" } ?? state + "/run", .builtIn)
            if home.isMissing { findings.append(Finding(.configNoHome, at: .environment("HOME"))) }
        }
    }

    /// Puts the directories that were asked for by name over what files say.
    func override(_ settings: inout Settings) {
        let directories = [("config", config), ("lib", lib), ("cache", cache), ("log", log), ("run", run)]
        for (name, directory) in directories where directory.origin != .builtIn {
            settings.set("directories", name, directory.value, directory.origin)
        }
    }
}

extension Layout.Circumstances {
    /// A directory as it was given, from the root on and without slashes at its end.
    func absolute(_ directory: String) -> String {
        var path = directory
        if !path.hasPrefix("/") {
            while path.hasPrefix("./") { path = String(path.dropFirst(2).drop { $0 == "/" }) }
            path = (workingDirectory == "/" ? "" : workingDirectory) + "/" + (path == "." ? "" : path)
        }
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    fileprivate func chosen(
        _ override: KeyPath<Overrides, String?>,
        _ variable: String,
        _ option: String
    ) -> Sourced<String>? {
        if let directory = overrides[keyPath: override] { return Sourced(absolute(directory), .option(option)) }
        guard let directory = environment[variable], !directory.isEmpty else { return nil }
        return Sourced(absolute(directory), .environment(variable))
    }
}

/// A plain user's directories. Relative ones in the XDG variables are ignored, as their specification demands.
private struct Home {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    var isMissing: Bool { absolute("HOME") == nil && absolute("XDG_STATE_HOME") == nil }

    var runtime: String? { absolute("XDG_RUNTIME_DIR") }

    func directory(_ variable: String, _ beneathHome: String) -> String {
        absolute(variable) ?? (absolute("HOME") ?? "") + "/" + beneathHome
    }

    private func absolute(_ variable: String) -> String? {
        environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}
