import Basics
import Diagnostics

extension Settings {
    /// Puts a file over what is there.
    ///
    /// - Returns: what is wrong with its sections and names. Values are judged when all layers are there.
    mutating func apply(_ file: ConfigFile, as kind: Option.File, limits: ConfigLimits) -> [Finding] {
        var layer = FileLayer(file, as: kind, limits: limits)
        layer.read()
        for (name, entry) in layer.chosen {
            set(name.section, name.name, entry.value, .file(path: file.path, line: entry.line))
        }
        for section in layer.peers { peers.declare(section) }
        if kind == .netdata {
            for (name, value) in layer.unused { unused[name.section, default: [:]][name.name] = value }
        }
        return layer.findings.closed(at: .file(path: file.path, line: file.entries.last?.line ?? 0))
    }
}

/// A file's values under the table's names, and what is wrong with its sections and names.
private struct FileLayer {
    let file: ConfigFile
    let kind: Option.File
    var findings: LimitedFindings
    /// The entry that counts for each name, in the order of the file.
    var chosen: [(name: Option.Name, entry: ConfigFile.Entry)] = []
    /// Entries that mean nothing here, in the order of the file.
    var unused: [(name: Option.Name, value: String)] = []
    /// The sections of GUIDs in it.
    var peers: [PeerDeclaration] = []

    /// The sections of the table that belong into this file.
    private let ownSections: Set<String>
    private var positions: [Option.Name: Int] = [:]
    private var templates: [GUID: String] = [:]
    private var entriesOfGUID: [GUID: [ConfigFile.Entry]] = [:]

    init(_ file: ConfigFile, as kind: Option.File, limits: ConfigLimits) {
        self.file = file
        findings = LimitedFindings(limit: limits.findingsPerFile)
        self.kind = kind
        ownSections = Set(Option.all.filter { $0.file == kind }.map(\.section))
            .subtracting(["API_KEY", "MACHINE_GUID", "plugin:NAME"])
    }

    mutating func read() {
        for entry in file.entries where kind == .stream {
            if let guid = GUID(entry.section) { entriesOfGUID[guid, default: []].append(entry) }
        }
        var judged: [String: Int] = [:]
        for header in file.headers {
            // A GUID is the same in letters of either size.
            let identity = GUID(header.section)?.description ?? header.section
            if let first = judged[identity] {
                find(.configSectionTwice, header.line, ["section": header.section, "first": String(first)])
            } else {
                judged[identity] = header.line
                judge(header)
            }
        }
        for entry in file.entries { read(entry) }
    }

    // MARK: Sections

    private mutating func judge(_ header: ConfigFile.Header) {
        let section = header.section
        if kind == .stream, let guid = GUID(section) {
            if templates[guid] == nil { declare(guid, line: header.line) }
        } else if ownSections.contains(section) || kind == .netdata && AcceptedNames.isOpen(section) {
            return
        } else if section == "API_KEY" || section == "MACHINE_GUID" {
            guard kind == .stream, isEnabled(section) else { return }
            find(.configTemplateLeft, header.line, ["section": section])
        } else if let other = placeOf(section) {
            find(.configMisplacedSection, header.line, ["section": section, "rightFile": other.rawValue])
        } else if kind == .stream, isPlaceholder(section) {
            find(.configTemplateLeft, header.line, ["section": section])
        } else if kind == .stream {
            find(.configSectionNoGUID, header.line, ["section": section], suggestion: meantSection(section))
        } else {
            find(.configUnknownSection, header.line, ["section": section], suggestion: meantSection(section))
        }
    }

    /// The other file, if that is where the section belongs.
    private func placeOf(_ section: String) -> Option.File? {
        if kind == .netdata { return section == "stream" || GUID(section) != nil ? .stream : nil }
        return Option.all.contains { $0.section == section && $0.file == .netdata } || section.hasPrefix("plugin:")
            ? .netdata : nil
    }

    private func isEnabled(_ section: String) -> Bool {
        file.entries.last { $0.section == section && $0.name == "enabled" }.map { Values.boolean($0.value) } ?? false
    }

    private func meantSection(_ section: String) -> String? {
        if findings.isFull(.configUnknownSection) { return nil }
        return nearest(to: section, among: ownSections.sorted()).map { "did you mean [\($0)]?" }
    }

    private mutating func declare(_ guid: GUID, line: Int) {
        let entries = entriesOfGUID[guid] ?? []
        let declaration = PeerDeclaration(guid: guid, origin: .file(path: file.path, line: line), entries: entries)
        templates[guid] = declaration.template
        peers.append(declaration)
        findings.add(declaration.findings)
    }

    // MARK: Names

    private mutating func read(_ entry: ConfigFile.Entry) {
        guard let written = place(of: entry) else { return leave(entry) }
        guard let option = Option.meant(by: written) else {
            let section = GUID(entry.section).flatMap { templates[$0] } ?? entry.section
            if AcceptedNames.isKnown(section, entry.name) { return leave(entry) }
            if AcceptedNames.isOpen(entry.section), kind == .netdata {
                return choose(entry, for: Option.Name(entry.section, entry.name))
            }
            leave(entry)
            return findUnknown(entry, section: section)
        }
        var target = option.id
        if option.isTemplate, let guid = GUID(entry.section) { target.section = guid.description }
        if option.id != written, !isSpelling(written, of: option) {
            find(
                .configRenamed,
                entry.line,
                [
                    "oldSection": entry.section, "oldName": entry.name, "section": target.section,
                    "name": option.name,
                ]
            )
        }
        choose(entry, for: target)
    }

    private mutating func leave(_ entry: ConfigFile.Entry) {
        unused.append((Option.Name(entry.section, entry.name), entry.value))
    }

    /// The section and name of the table that an entry was written for; `nil` where nobody reads its section.
    private func place(of entry: ConfigFile.Entry) -> Option.Name? {
        if let guid = GUID(entry.section) { return templates[guid].map { Option.Name($0, entry.name) } }
        guard ownSections.contains(entry.section) || kind == .netdata && AcceptedNames.isOpen(entry.section) else {
            return nil
        }
        return Option.Name(entry.section, entry.name)
    }

    /// A name of a later release in the same section is no renaming worth a line.
    private func isSpelling(_ written: Option.Name, of option: Option) -> Bool { written.section == option.section }

    private mutating func choose(_ entry: ConfigFile.Entry, for target: Option.Name) {
        guard let position = positions[target] else {
            positions[target] = chosen.count
            chosen.append((target, entry))
            return
        }
        let earlier = chosen[position].entry
        if earlier.name == entry.name, isSameSection(earlier, entry) {
            find(
                .configSetTwice,
                entry.line,
                [
                    "name": entry.name, "section": entry.section, "first": String(earlier.line),
                    "firstValue": quoted(earlier.value),
                ]
            )
            chosen[position].entry = entry
            return
        }
        // The table's own name counts, wherever it stands; of two others the later one.
        let wins = isOwn(entry, target) || !isOwn(earlier, target)
        let (winner, loser) = wins ? (entry, earlier) : (earlier, entry)
        chosen[position].entry = winner
        guard differ(winner.value, loser.value, target) else { return }
        find(
            .configTwoNames,
            loser.line,
            [
                "name": label(winner), "oldName": label(loser), "value": quoted(winner.value),
                "oldValue": quoted(loser.value),
            ]
        )
    }

    private func isSameSection(_ one: ConfigFile.Entry, _ other: ConfigFile.Entry) -> Bool {
        one.section == other.section || GUID(one.section) != nil && GUID(one.section) == GUID(other.section)
    }

    private func isOwn(_ entry: ConfigFile.Entry, _ target: Option.Name) -> Bool {
        entry.name == target.name && (entry.section == target.section || GUID(entry.section) != nil)
    }

    private func label(_ entry: ConfigFile.Entry) -> String { "[\(entry.section)] \(entry.name)" }

    private func differ(_ one: String, _ other: String, _ target: Option.Name) -> Bool {
        if one == other { return false }
        let template = GUID(target.section).flatMap { templates[$0] } ?? target.section
        guard let option = Option.named(template, target.name), option.kind.range != nil else { return true }
        let settings = Settings()
        return Reading(one, of: option, in: settings).number != Reading(other, of: option, in: settings).number
    }

    // MARK: Findings

    private mutating func findUnknown(_ entry: ConfigFile.Entry, section: String) {
        if GUID(entry.section) != nil, let partner = Option.partner(of: entry.name, in: section) {
            let kind = section == "API_KEY" ? "an API key" : "a machine"
            return find(
                .configMixedNames,
                entry.line,
                ["section": entry.section, "name": entry.name, "kind": kind, "rightName": partner]
            )
        }
        find(
            .configUnknownName,
            entry.line,
            ["section": entry.section, "name": entry.name],
            suggestion: findings.isFull(.configUnknownName)
                ? nil : Option.suggestion(for: entry.name, in: section, of: kind)
        )
    }

    private mutating func find(
        _ condition: Condition,
        _ line: Int,
        _ values: [String: String],
        suggestion: String? = nil
    ) {
        let shown = values.mapValues { quoted($0) }
        findings.add(Finding(condition, at: .file(path: file.path, line: line), shown, suggestion: suggestion))
    }
}

extension Option {
    /// What somebody probably meant by a name that a section doesn't have.
    static func suggestion(for name: String, in section: String, of file: File) -> String? {
        let siblings = all.filter { $0.section == section }
        let names = siblings.flatMap { [$0.name] + $0.aliases.map(\.name) }
        if let elsewhere = all.first(where: { $0.file == file && $0.name == name && !$0.isTemplate }) {
            return "did you mean [\(elsewhere.section)] \(name)?"
        }
        return nearest(to: name, among: names).map { "did you mean '\($0)'?" }
    }
}
