/// What the argument parser says of a command with `--experimental-dump-help`, as far as a page needs it.
struct CommandDescription: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var subcommands: [CommandDescription]?
    var arguments: [Argument]?

    struct Argument: Decodable {
        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var allValues: [String]?
        var abstract: String?
    }

    struct Name: Decodable {
        var kind: String
        var name: String

        /// As it is typed.
        var text: String { kind == "long" ? "--" + name : "-" + name }
    }
}

/// The outermost value of the dump.
struct CommandDump: Decodable {
    var command: CommandDescription
}

/// A part of a command's discussion: prose, or what stands beneath a line like `EXAMPLES:`.
struct DiscussionPart {
    /// Empty for the prose at the beginning.
    var title: String
    /// Without the two blanks that all of them have in front.
    var lines: [String]

    /// Every part of a discussion, in order.
    static func parts(of discussion: String) -> [DiscussionPart] {
        var parts = [DiscussionPart(title: "", lines: [])]
        for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasSuffix(":"), line.dropLast().allSatisfy({ $0.isUppercase || $0 == " " }) {
                parts.append(DiscussionPart(title: String(line.dropLast()), lines: []))
            } else {
                parts[parts.count - 1].lines.append(String(line.hasPrefix("  ") ? line.dropFirst(2) : line))
            }
        }
        for index in parts.indices { while parts[index].lines.last == "" { parts[index].lines.removeLast() } }
        return parts
    }
}
