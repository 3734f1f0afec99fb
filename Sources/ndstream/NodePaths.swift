import Config
import Glibc
import System

/// Where the nodes of this machine and user have their files, as far as those who watch them need it.
struct NodePaths {
    /// `--state-dir`.
    let stateDirectory: String?

    func adminSocket(_ role: Role) -> String { "\(layout(role).run.value)/\(role.rawValue).sock" }

    /// The parent's before the agent's.
    var errorLogs: [String] { [Role.parent, .agent].map { "\(layout($0).log.value)/error.log" } }

    private func layout(_ role: Role) -> Layout {
        let names = [
            "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "NDSTREAM_CONFIG_DIR",
            "NDSTREAM_STATE_DIR",
        ]
        var overrides = Overrides()
        overrides.stateDirectory = stateDirectory
        return Layout(
            .init(
                role: role,
                userID: geteuid(),
                environment: names.reduce(into: [:]) { $0[$1] = environment($1) },
                overrides: overrides,
                workingDirectory: Files.workingDirectory,
                directoryExists: { Files.isDirectory($0) }
            )
        )
    }
}
