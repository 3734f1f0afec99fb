import Basics
import Config
import Transport

/// `/netdata.conf`: the configuration in force, in the form of the file (web API §8.3).
enum ConfigurationPage {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let settings = request.context.facts().settings
        var text = head
        for section in sections(settings) { text += part(section, settings) }
        return HTTPResponse(contentType: ContentType.text, body: Array(text.utf8), isCacheable: true)
    }

    /// Those of the table in its order, then what a file has besides: collectors' own, and such as nobody reads.
    private static func sections(_ settings: Settings) -> [String] {
        let table = Option.sections.filter { section in
            Option.all.contains { $0.section == section && $0.file == .netdata }
        }
        let known = Set(Option.sections)
        let others = Set(settings.sections).union(settings.unused.keys)
        return table + others.filter { !known.contains($0) && !isSecret($0) }.sorted()
    }

    /// What belongs into stream.conf holds keys, and is shown to nobody even where it stands in the wrong file.
    private static func isSecret(_ section: String) -> Bool {
        GUID(section) != nil || section == "stream" || section == "API_KEY" || section == "MACHINE_GUID"
    }

    private static func part(_ section: String, _ settings: Settings) -> String {
        let options = Option.all.filter { $0.section == section && $0.file == .netdata && !$0.isTemplate }
        // Collectors' and labels' own names.
        let others = settings.names(in: section).filter { name in !options.contains { $0.name == name } }
            .map { (name: $0, value: settings.text(section, $0, default: "")) }
        let left = (settings.unused[section] ?? [:]).sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        let used = isRead(section) ? others : []
        let unused = isRead(section) ? left : others + left
        if options.isEmpty, used.isEmpty {
            guard !unused.isEmpty else { return "" }
            return "\n# section '\(section)' is not used.\n[\(section)]\n" + unused.map(line).joined()
        }
        return "\n[\(section)]\n" + options.map { line($0, settings) }.joined() + used.map(line).joined()
            + unused.map { "\n\t# option '\($0.name)' is not used.\n" + line($0) }.joined()
    }

    /// Whether names that no table has may be read from a section.
    private static func isRead(_ section: String) -> Bool {
        section == "plugins" || section == "environment variables" || section == "host labels"
            || section.hasPrefix("plugin:")
    }

    /// A default is commented out: what is not, somebody has set.
    private static func line(_ option: Option, _ settings: Settings) -> String {
        let value = settings.text(option.section, option.name)
        let isDefault = settings.origin(option.section, option.name) == .builtIn
        return (isDefault ? "\t# " : "\t") + "\(option.name) = \(value)\n"
    }

    private static func line(_ entry: (name: String, value: String)) -> String {
        "\t\(entry.name) = \(entry.value)\n"
    }

    private static let head = """
        # netdata configuration
        #
        # You can download the latest version of this file, using:
        #
        #  wget -O /etc/netdata/netdata.conf http://localhost:19999/netdata.conf
        # or
        #  curl -o /etc/netdata/netdata.conf http://localhost:19999/netdata.conf
        #
        # You can uncomment and change any of the options below.
        # The value shown in the commented settings, is the default value.
        #

        # global netdata configuration

        """
}
