public import Basics

/// The two ends of one API key as sections of stream.conf, for people to paste (streaming protocol §15.3).
public struct KeySections: Sendable {
    public var key: GUID
    /// Where children find the parent: a `destination`.
    public var parent: String
    /// From where children may come with the key: an `allow from`.
    public var allowFrom: String
    /// Whether nobody need wonder when these children go.
    public var isEphemeral: Bool

    public init(key: GUID, parent: String = "PARENT:19999", allowFrom: String = "*", isEphemeral: Bool = false) {
        self.key = key
        self.parent = parent
        self.allowFrom = allowFrom
        self.isEphemeral = isEphemeral
    }

    /// Both, each with a line that says where it belongs.
    public var text: String {
        """
        # ---- the PARENT's stream.conf: whoever has this key may stream here ----------

        \(parentSection)
        # then tell the parent: kill -HUP its process


        # ---- each CHILD's stream.conf: put the parent's name or address here ---------

        \(childSection)
        # then restart the child, and watch it arrive: ndstream top, on the parent

        """
    }

    /// `[KEY]` and its options.
    public var parentSection: String {
        let ephemeral =
            !isEphemeral
            ? ""
            : """
                # they come and go: nobody need wonder when one is away
                is ephemeral node = yes

            """
        return """
            [\(key)]
                type = api
                enabled = yes
                # from where: * is a wildcard, ! excludes, the first match counts
                allow from = \(allowFrom)
                # what becomes of the children's metrics
                default memory mode = ram
                default history = 3600
            \(ephemeral)
            """
    }

    /// `[stream]` and its options.
    public var childSection: String {
        let verification =
            !parent.lowercased().hasSuffix(":ssl")
            ? ""
            : """
                # the parent's certificate must be for the name in destination
                ssl verify hostname = yes
                # where the system does not know its authority: that one's certificate
                # CAfile = /PATH/TO/ca.pem

            """
        return """
            [stream]
                enabled = yes
                destination = \(parent)
                api key = \(key)
            \(verification)
            """
    }
}

extension KeySections {
    /// What a stream.conf becomes that gets the parent's section.
    public enum Addition: Sendable, Equatable {
        /// Its new content: the old one, byte for byte, and the section behind it.
        case added([UInt8])
        /// The section is there, in this line, and lets children in.
        case present(line: Int)
        /// The section is there, in this line, and is another: what differs.
        case different(line: Int, String)
    }

    /// - Parameter content: of the file; empty where there is none yet.
    public func addition(to content: [UInt8]) -> Addition {
        let file = ConfigFile(content, path: "stream.conf")
        if let header = file.headers.first(where: { GUID($0.section) == key }) {
            let difference = difference(from: file)
            return difference.map { .different(line: header.line, $0) } ?? .present(line: header.line)
        }
        let usesCarriageReturns = content.suffix(2) == [13, 10]
        let end = usesCarriageReturns ? "\r\n" : "\n"
        var section = content.isEmpty ? "" : content.last == 10 ? end : end + end
        for line in parentSection.split(separator: "\n", omittingEmptySubsequences: true) { section += line + end }
        return .added(content + Array(section.utf8))
    }

    /// Whatever else the section holds is its owner's business.
    private func difference(from file: ConfigFile) -> String? {
        func value(_ name: String) -> String? {
            file.entries.last { GUID($0.section) == key && $0.name == name }?.value
        }
        if let type = value("type"), type != "api" { return "type = \(type)" }
        guard let enabled = value("enabled") else { return "'enabled' is missing" }
        if !Values.boolean(enabled) { return "enabled = \(enabled)" }
        let allowed = value("allow from") ?? "*"
        return AccessList(allowed) == AccessList(allowFrom) ? nil : "allow from = \(allowed)"
    }
}
