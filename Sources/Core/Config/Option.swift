/// One option of netdata.conf or stream.conf: what there is to know about it, once.
///
/// ``all`` is where defaults, checks, `--print-config`, the names of the environment and the manual come from.
public struct Option: Sendable {
    /// A section and a name in it.
    public struct Name: Sendable, Hashable {
        public var section: String
        public var name: String

        public init(_ section: String, _ name: String) {
            self.section = section
            self.name = name
        }
    }

    /// The file it stands in.
    public enum File: String, Sendable, CaseIterable {
        case netdata = "netdata.conf"
        case stream = "stream.conf"
    }

    /// What values look like.
    public enum Kind: Sendable, Equatable {
        /// `yes`, `true`, `on`, `auto`, `on demand` in any case; everything else is no.
        case boolean
        /// Exactly `yes`, `no`, `auto` or `on demand`.
        case triState
        /// Whole numbers as C reads them (`0x` and `0` prefixes).
        case integer(ClosedRange<Int64>)
        /// Points of a database. A duration is taken as one point a second.
        case entries(ClosedRange<Int64>)
        /// Seconds, or a duration such as `5m`.
        case seconds(ClosedRange<Int64>)
        /// Bytes, or a size such as `10MiB`.
        case bytes(ClosedRange<Int64>)
        /// Mebibytes, or a size such as `10MiB`.
        case megabytes(ClosedRange<Int64>)
        case text
        case path
        /// Quoted paths with blanks or commas between them.
        case paths
        /// A simple pattern.
        case pattern
        /// A simple pattern on client addresses.
        case access
        /// One of ``DatabaseMode``.
        case mode
        /// One of these words.
        case words([String])
        /// A file, or one of `none`, `syslog`, `stdout`, `stderr`.
        case log
        case port
        case destinations
        case addresses
        case guid
    }

    /// What counts where nobody says anything.
    public enum Default: Sendable, Equatable {
        /// `{config}`, `{log}` and the other directories, and `{hostname}`, stand for what they are at run time.
        case text(String)
        /// The effective value of another option.
        case option(Name)
        /// A part of another option's number: the number divided by `divisor`, no less than the option's range allows.
        case part(of: Name, divisor: Int64)
        /// Nothing: the option then has no effect, or the one its sentence says.
        case none
    }

    public let file: File
    /// `API_KEY` and `MACHINE_GUID` stand for the sections that are named by a GUID, `plugin:NAME` for a plugin's.
    public let section: String
    public let name: String
    public let kind: Kind
    public let defaultValue: Default
    /// One plain sentence.
    public let sentence: String
    /// Other names that mean the same: older and newer ones of the original, and spellings its documentation uses.
    public let aliases: [Name]

    init(
        _ section: String,
        _ name: String,
        _ kind: Kind,
        _ defaultValue: Default,
        file: File = .netdata,
        also aliases: [Name] = [],
        _ sentence: String
    ) {
        self.file = file
        self.section = section
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.sentence = sentence
        self.aliases = aliases
    }

    /// Every option, in the order of the files and of their sections.
    public static let all: [Option] =
        global + database + directories + logs + environmentAndLabels + web + health + registry + plugins + stream
        + apiKey + machine

    /// The sections of the table, in its order.
    public static let sections: [String] = all.map(\.section).reduce(into: []) { sections, section in
        if sections.last != section { sections.append(section) }
    }

    /// The option of this very name.
    public static func named(_ section: String, _ name: String) -> Option? { byName[Name(section, name)] }

    /// The option that a name or one of its aliases means.
    static func meant(by name: Name) -> Option? { byName[name] ?? byAlias[name] }

    /// The variable of the environment that sets it; none for the sections that have many names.
    public var environmentName: String? {
        isTemplate ? nil : Option.environmentName(section, name)
    }

    /// Whether its section stands for many.
    public var isTemplate: Bool {
        section == "API_KEY" || section == "MACHINE_GUID" || section == "plugin:NAME" || name == "NAME"
    }

    /// Whether an empty value is as good as none: a node has a name, directories, and somewhere to listen.
    var isNeverEmpty: Bool {
        section == "directories" || section == "registry" && kind == .path || kind == .addresses
            || name == "hostname" || name == "registry hostname"
    }

    /// `NDSTREAM_` + section + name: upper-case letters and digits, everything else one `_`.
    static func environmentName(_ section: String, _ name: String) -> String {
        var result = "NDSTREAM_"
        for character in "\(section)_\(name)".uppercased() {
            if character.isASCII, character.isLetter || character.isNumber {
                result.append(character)
            } else if result.last != "_" {
                result.append("_")
            }
        }
        while result.last == "_" { result.removeLast() }
        return result
    }

    private static let byName: [Name: Option] = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    private static let byAlias: [Name: Option] = Dictionary(
        uniqueKeysWithValues: all.flatMap { option in option.aliases.map { ($0, option) } }
    )

    var id: Name { Name(section, name) }
}

extension Option.Kind {
    /// The unit of a number, for the manual.
    public var unit: String? {
        switch self {
        case .entries: "points"
        case .seconds: "seconds"
        case .bytes: "bytes"
        case .megabytes: "MiB"
        default: nil
        }
    }

    /// The numbers that are accepted, where it is a number.
    public var range: ClosedRange<Int64>? {
        switch self {
        case .integer(let range), .entries(let range), .seconds(let range), .bytes(let range), .megabytes(let range):
            range
        case .port: 0...65_535
        default: nil
        }
    }

    /// What a value may be, in words.
    public var accepted: String {
        switch self {
        case .boolean: "yes or no"
        case .triState: "yes, no or auto"
        case .integer(let range): "a whole number\(Self.text(of: range))"
        case .entries(let range): "a number of points\(Self.text(of: range))"
        case .seconds(let range): "seconds or a duration such as 5m\(Self.text(of: range))"
        case .bytes(let range): "bytes or a size such as 10MiB\(Self.text(of: range))"
        case .megabytes(let range): "MiB or a size such as 64MiB\(Self.text(of: range))"
        case .text: "text"
        case .path: "a path"
        case .paths: "paths in quotes, with blanks between them"
        case .pattern: "a simple pattern"
        case .access: "a simple pattern on addresses"
        case .mode: DatabaseMode.allCases.map(\.rawValue).joined(separator: ", ")
        case .words(let words): words.joined(separator: ", ")
        case .log: "a file, none, syslog, stdout or stderr"
        case .port: "a port number or the name of a service"
        case .destinations: "[tcp:]HOST[%INTERFACE][:PORT][:SSL] or unix:/path, with blanks between them"
        case .addresses: "[tcp:]HOST[:PORT][=RIGHT|RIGHT…[^SSL=force]] or unix:/path, with blanks between them"
        case .guid: "a GUID"
        }
    }

    private static func text(of range: ClosedRange<Int64>) -> String {
        if range.upperBound == .max { return range.lowerBound == .min ? "" : ", at least \(range.lowerBound)" }
        return " from \(range.lowerBound) to \(range.upperBound)"
    }
}
