import Basics

extension Configuration {
    /// What `--print-config` prints: every effective value as these files have them, each with its origin above it.
    ///
    /// The sections of all files follow each other; read back, each from its file, they mean the same.
    public var printed: String {
        """
        # ndstream \(role.rawValue): every effective value, below where it comes from.
        # Later layers win: default, preset, files, environment, options.

        """ + nodeTypeHeader + printed(.netdata) + printed(.stream) + printedExporting
    }

    /// The part of one file.
    public func printed(_ file: Option.File) -> String {
        var text = "\n# ---- \(file.rawValue) ----\n"
        for section in Option.sections {
            let options = Option.all.filter { $0.section == section && $0.file == file }
            guard !options.isEmpty, options.first?.isTemplate == false || section == "host labels" else { continue }
            text += print(section, options.filter { !$0.isTemplate })
        }
        switch file {
        case .netdata:
            let known = Set(Option.sections)
            for section in settings.sections.sorted() where !known.contains(section) && !isPeer(section) {
                text += print(section, [])
            }
        case .stream:
            for peer in peers { text += print(peer) }
        }
        return text
    }

    /// A section: its options, and what else was set in it.
    private func print(_ section: String, _ options: [Option]) -> String {
        var lines = ""
        for option in options { lines += line(option.name, settings.value(section, option.name), as: option) }
        let own = Set(options.map(\.name))
        for name in settings.names(in: section) where !own.contains(name) {
            lines += line(name, settings.explicit(section, name), as: nil)
        }
        return lines.isEmpty ? "" : "\n[\(section)]\n" + lines
    }

    /// A key's section with everything that follows from it; a machine's with what it says, as the rest is its key's.
    private func print(_ peer: PeerSection) -> String {
        let section = peer.guid.description
        let template = peer.isKeyed ? "API_KEY" : "MACHINE_GUID"
        var lines = ""
        if settings.explicit(section, "type") == nil, peer.kind != .undecided {
            lines += line("type", Sourced(peer.kind.word, peer.origin), as: nil)
        }
        for option in Option.all where option.section == template {
            let explicit = settings.explicit(section, option.name)
            let value = explicit ?? (peer.kind == .key ? settings.value(template, option.name) : nil)
            if let value { lines += line(option.name, value, as: option) }
        }
        return "\n[\(section)]\n" + lines
    }

    private func isPeer(_ section: String) -> Bool { peers.contains { $0.guid.description == section } }

    private func line(_ name: String, _ value: Sourced<String>?, as option: Option?) -> String {
        guard let value else { return "    # not set\n    # \(name) =\n" }
        let text = option.map { settings.canonicalText(value.value, as: $0) } ?? value.value
        return "    # \(value.origin)\n    \(name) =\(text.isEmpty ? "" : " " + text)\n"
    }
}
