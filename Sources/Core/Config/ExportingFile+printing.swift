extension Configuration {
    /// The part of `--print-config` that is exporting.conf; nothing where there is no such file.
    var printedExporting: String { exportingFile?.printed(spillDirectory: directories.cache + "/exporting") ?? "" }

    /// The line that an option of a connector comes from.
    public func exportingOrigin(of option: String, connector: String) -> Origin {
        guard let file = exportingFile,
            let section = file.sections.first(where: { ExportingType.split($0.name).name == connector })
        else { return .builtIn }
        return file.value(option, section)?.origin ?? .file(path: file.path, line: section.line)
    }

    /// `exporting.conf` with every option that there is, each as a comment with what counts without it. Read as it is, it
    /// exports nothing.
    public var exportingTemplate: String {
        """
        # exporting.conf of ndstream, made from the table of its options.
        #
        # Each option is shown with what counts without it. To change one, remove the # in front of it and write your
        # value. Only whole lines can be comments: what stands behind a value is part of it.
        # Check with: ndstream parent --check     In force now: ndstream parent --print-config

        # Nothing is sent unless `enabled = yes` stands here and in a connector's section. The other options are what counts
        # for all connectors.
        [exporting:global]

        """ + Self.entries(.global) + """

            # What Prometheus gets that asks for /api/v1/allmetrics?format=prometheus. In this version the parameters of
            # its request decide that alone.
            [prometheus:exporter]

            """ + Self.entries(.scrape) + """

                # One section for each database: [TYPE:NAME]. NAME is yours; TYPE is one of
                #   graphite  graphite:http  graphite:https
                #   opentsdb  opentsdb:http  opentsdb:https
                #   json  json:http  json:https
                #   prometheus_remote_write  prometheus_remote_write:https
                [graphite:NAME]

                """ + Self.entries(.connector)
    }

    private static func entries(_ place: ExportingOption.Places) -> String {
        ExportingOption.all.filter { $0.places.contains(place) }.map { one in
            var standard = ""
            if case .text(let text) = one.option.defaultValue { standard = " " + text }
            return "    # \(one.option.sentence) (\(one.option.kind.accepted))\n    # \(one.name) =\(standard)\n"
        }.joined()
    }
}

extension ExportingFile {
    /// Every effective value, below where it comes from.
    fileprivate func printed(spillDirectory: String) -> String {
        var text = "\n# ---- exporting.conf ----\n" + printed(global, .global, spillDirectory)
        for section in sections {
            if section.name == Self.scrapeName {
                text += printed(section, .scrape, spillDirectory)
            } else if ExportingType.served(ExportingType.split(section.name).type) != nil {
                text += printed(section, .connector, spillDirectory)
            }
        }
        return text
    }

    private func printed(_ section: Section, _ place: ExportingOption.Places, _ spillDirectory: String) -> String {
        var lines = "\n[\(section.name)]\n"
        for one in ExportingOption.all where one.places.contains(place) {
            // The global switch is no default of the connectors'.
            let value =
                one.name == "enabled" ? section.values[one.name] : value(one.name, section)
            var shown = value?.value ?? text(one.option, Section(name: section.name, line: 0))
            if value == nil, one.name == "enabled" { shown = "no" }
            if one.name == "spill directory", shown.isEmpty { shown = spillDirectory }
            guard value != nil || !shown.isEmpty else {
                lines += "    # not set\n    # \(one.name) =\n"
                continue
            }
            let text = Settings().canonicalText(shown, as: one.option)
            lines += "    # \(value?.origin ?? .builtIn)\n    \(one.name) =\(text.isEmpty ? "" : " " + text)\n"
        }
        return lines
    }
}
