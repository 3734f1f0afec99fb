import Basics

extension Configuration {
    /// A file with every option that there is, each as a comment with what counts without it: what somebody begins with
    /// who has no file yet. Read as it is, it changes nothing.
    public func template(_ file: Option.File) -> String {
        var text = Self.introduction(file)
        for section in Option.sections {
            let options = Option.all.filter { $0.section == section && $0.file == file }
            guard let first = options.first else { continue }
            text += "\n" + Self.heading(section, first)
            for option in options where option.name != "NAME" { text += entry(option) }
        }
        return text
    }

    private static func introduction(_ file: Option.File) -> String {
        """
        # \(file.rawValue) of ndstream, made from the table of its options.
        #
        # Each option is shown with what counts without it. To change one, remove the # in front of it and write your
        # value. Only whole lines can be comments: what stands behind a value is part of it.
        # Check with: ndstream parent --check     In force now: ndstream parent --print-config

        """
    }

    private static func heading(_ section: String, _ first: Option) -> String {
        switch section {
        case "API_KEY":
            """
            # One section for each key that children may come with. Replace API_KEY by the key: ndstream keygen makes one.
            # The options are what counts for all machines that come with it.
            [API_KEY]

            """
        case "MACHINE_GUID":
            """
            # One section for each machine that is to be treated otherwise than its key says. Replace MACHINE_GUID by the
            # machine's GUID: lib/registry/netdata.public.unique.id on the machine. Without an option its key's counts.
            [MACHINE_GUID]

            """
        case "plugin:NAME":
            """
            # One section for each plugin, with the plugin's name: [plugin:apps].
            [plugin:NAME]

            """
        case "plugins":
            "# Besides these, each plugin and collector can be switched off by its name: apps = no.\n[plugins]\n"
        case "host labels", "environment variables": "# Any names: name = value.\n[\(section)]\n"
        default: "[\(section)]\n"
        }
    }

    private func entry(_ option: Option) -> String {
        var text = "    # \(option.sentence) (\(option.kind.accepted))\n"
        switch option.defaultValue {
        case .option(let other):
            text += "    # Without it: [\(other.section)] \(other.name).\n"
        case .part(let other, let divisor):
            text += "    # Without it: [\(other.section)] \(other.name) divided by \(divisor).\n"
        case .text, .none: break
        }
        let value = settings.fallback(of: option)?.value ?? ""
        return text + "    # \(option.name) =\(value.isEmpty ? "" : " " + value)\n"
    }
}
