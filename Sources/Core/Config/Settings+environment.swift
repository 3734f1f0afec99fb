import Diagnostics

extension Settings {
    /// Variables that are read before there are settings.
    static let locationVariables: Set<String> = ["NDSTREAM_CONFIG_DIR", "NDSTREAM_STATE_DIR"]

    /// Puts the environment over what is there: `NDSTREAM_` + section + name in capitals, everything that is no letter
    /// or digit an underscore. `[db] mode` is `NDSTREAM_DB_MODE`; aliases work the same way, so
    /// `NDSTREAM_GLOBAL_MEMORY_MODE` does too. Sections of GUIDs and of plugins have no variables.
    ///
    /// - Returns: what is wrong with the names.
    mutating func apply(environment: [String: String]) -> [Finding] {
        var findings: [Finding] = []
        // Sorted, so that the outcome doesn't depend on the order of the environment; own names last, so that they win.
        let variables = environment.filter { $0.key.hasPrefix("NDSTREAM_") && !Self.locationVariables.contains($0.key) }
            .sorted {
                ($0.key == Self.variables[$0.key]?.environmentName ? 1 : 0, $0.key) < (
                    $1.key == Self.variables[$1.key]?.environmentName ? 1 : 0, $1.key
                )
            }
        for (variable, value) in variables {
            let origin = Origin.environment(variable)
            guard let option = Self.variables[variable] else {
                let meant = nearest(to: variable, among: Self.variables.keys.sorted())
                findings.append(
                    Finding(
                        .configUnknownVariable,
                        at: origin,
                        ["name": quoted(variable)],
                        suggestion: meant.map { "did you mean \($0)?" }
                    )
                )
                continue
            }
            if let finding = setOneLine(option.section, option.name, value, origin) { findings.append(finding) }
        }
        return findings
    }

    /// Sets a value from outside the files, if it could stand in one.
    mutating func setOneLine(_ section: String, _ name: String, _ value: String, _ origin: Origin) -> Finding? {
        guard !value.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
            return Finding(.configLineBreak, at: origin, ["name": name])
        }
        set(section, name, trimmed(value), origin)
        return nil
    }

    private static let variables: [String: Option] = {
        var variables: [String: Option] = [:]
        for option in Option.all {
            guard let name = option.environmentName else { continue }
            for alias in option.aliases { variables[Option.environmentName(alias.section, alias.name)] = option }
            variables[name] = option
        }
        return variables
    }()
}
