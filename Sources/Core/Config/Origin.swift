/// Where an effective value comes from: every one of them knows, so that `--print-config`, a refusal's `decided_by` and
/// a finding can name the line that somebody has to change.
public enum Origin: Sendable, Hashable, CustomStringConvertible {
    /// The option table's default, or what the machine itself says (its host name, its directories).
    case builtIn
    /// The command's preset: `agent` or `parent`.
    case preset(String)
    /// A line of a file; `path` as it was opened.
    case file(path: String, line: Int)
    /// A variable of the environment.
    case environment(String)
    /// An option of the command line, with its dashes.
    case option(String)

    /// `default`, `preset agent`, `stream.conf:12`, `environment NDSTREAM_DB_MODE`, `option --memory-mode`.
    public var description: String {
        switch self {
        case .builtIn: "default"
        case .preset(let name): "preset \(name)"
        case .file(let path, let line): "\(lastComponent(of: path)):\(line)"
        case .environment(let name): "environment \(name)"
        case .option(let name): "option \(name)"
        }
    }
}

/// A value and where it comes from.
public struct Sourced<Value: Sendable>: Sendable {
    public var value: Value
    public var origin: Origin

    public init(_ value: Value, _ origin: Origin) {
        self.value = value
        self.origin = origin
    }

    func map<Other>(_ transform: (Value) -> Other) -> Sourced<Other> { Sourced<Other>(transform(value), origin) }
}

extension Sourced: Equatable where Value: Equatable {}

/// What follows the last `/` of a path.
func lastComponent(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}
