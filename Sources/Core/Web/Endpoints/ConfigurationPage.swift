import Config
import Transport

/// `/netdata.conf`: the configuration in force, in the form of the file (web API §8.3).
enum ConfigurationPage {
    @Sendable static func answer(_ request: EndpointRequest) -> HTTPResponse {
        let settings = request.context.facts().settings
        var text = head
        for section in Option.sections {
            let options = Option.all.filter { $0.section == section && $0.file == .netdata && !$0.isTemplate }
            guard !options.isEmpty else { continue }
            text += "\n[\(section)]\n"
            for option in options { text += line(option, settings) }
            // What a file says beyond the options that have a meaning here: collectors' and labels' own names.
            for name in settings.names(in: section) where !options.contains(where: { $0.name == name }) {
                text += "\t\(name) = \(settings.text(section, name, default: ""))\n"
            }
        }
        return HTTPResponse(contentType: ContentType.text, body: Array(text.utf8), isCacheable: true)
    }

    /// A default is commented out: what is not, somebody has set.
    private static func line(_ option: Option, _ settings: Settings) -> String {
        let value = settings.text(option.section, option.name)
        let isDefault = settings.origin(option.section, option.name) == .builtIn
        return "\t\(isDefault ? "# " : "")\(option.name) = \(value)\n"
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
