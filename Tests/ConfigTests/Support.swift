import Basics
import Diagnostics
import Testing

@testable import Config

/// Loads a configuration from texts instead of files.
func load(
    netdata: String? = nil,
    stream: String? = nil,
    role: Role = .parent,
    environment: [String: String] = [:],
    overrides: Overrides = Overrides(),
    userID: UInt32 = 0,
    hostname: String = "web01"
) -> Configuration {
    var files: [String: String] = [:]
    var overrides = overrides
    if overrides.configDirectory == nil { overrides.configDirectory = "/etc/ndstream" }
    let directory = overrides.configDirectory!
    files["\(directory)/netdata.conf"] = netdata
    files["\(directory)/stream.conf"] = stream
    return load(files: files, role: role, environment: environment, overrides: overrides, userID: userID)
}

func load(
    files: [String: String],
    role: Role = .parent,
    environment: [String: String] = [:],
    overrides: Overrides = Overrides(),
    userID: UInt32 = 0,
    hostname: String = "web01",
    directories: Set<String> = []
) -> Configuration {
    let circumstances = Layout.Circumstances(
        role: role,
        userID: userID,
        environment: environment,
        overrides: overrides,
        directoryExists: { directories.contains($0) }
    )
    return Configuration.load(circumstances, hostname: hostname) { path in
        files[path].map { .bytes(Array($0.utf8)) } ?? .missing
    }
}

extension Configuration {
    /// The findings that are no notes, as codes with their lines: `ND-K14:3`.
    var problems: [String] { findings.filter { $0.severity > .info }.map(\.short) }
}

extension Finding {
    var short: String { condition.code + (line.map { ":\($0)" } ?? "") }
}

let key = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"
let otherKey = "5a1f9c3e-7d2b-4e8a-8c6d-1f2e3d4c5b6a"
let machine = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
