import Basics
import Diagnostics

/// Makes connectors of `exporting.conf` (exporting §1), and says what is wrong with the file.
struct ExportingReader {
    private(set) var settings = ExportingSettings()
    private(set) var findings: [Finding]

    let file: ExportingFile
    /// Whether the own host has a database, and whether any mirrored one may have.
    private let storesOwn: Bool
    private let storesOthers: Bool
    private let cache: String

    init(_ configFile: ConfigFile, _ configuration: Configuration) {
        file = ExportingFile(configFile)
        findings = file.findings
        storesOwn = configuration.database.mode != .none
        storesOthers = configuration.peers.contains { $0.mode.map { $0.value != .none } ?? false }
        cache = configuration.directories.cache
        settings.isEnabled = file.global.values["enabled"].map { Values.boolean($0.value) } ?? false
        var taken: Set<String> = []
        for section in file.sections {
            if section.name != ExportingFile.scrapeName { read(section, &taken) }
        }
        // Without a section of its own the global values count for it too.
        let own = file.sections.first { $0.name == ExportingFile.scrapeName }
        settings.scrape = scrape(own ?? ExportingFile.Section(name: ExportingFile.scrapeName, line: file.global.line))
    }

    private mutating func scrape(_ section: ExportingFile.Section) -> ExportingSettings.Scrape {
        var scrape = ExportingSettings.Scrape()
        scrape.source = source(section)
        scrape.prefix = text("prefix", section)
        scrape.sendsCharts = SimplePattern(text("send charts matching", section))
        scrape.usesNames = boolean("send names instead of ids", section)
        scrape.sendsConfiguredLabels = boolean("send configured labels", section)
        scrape.sendsAutomaticLabels = boolean("send automatic labels", section)
        scrape.updateEvery = number("update every", section)
        return scrape
    }

    // MARK: One section

    private mutating func read(_ section: ExportingFile.Section, _ taken: inout Set<String>) {
        let (type, name) = ExportingType.split(section.name)
        // `[graphite:http]` is a type without a name, not a connector that is called http.
        let isWhole = ExportingType.isKnown(section.name)
        guard ExportingType.isKnown(type), !isWhole else {
            return find(.exportingUnknownConnector, section, ["section": quoted(isWhole ? section.name : type)])
        }
        guard taken.insert(name).inserted else {
            return find(.exportingInstanceExists, section, ["name": quoted(name)])
        }
        guard isOn(section) else { return }
        guard let served = ExportingType.served(type) else {
            return find(.exportingNotBuilt, section, ["type": ExportingType.absent[type] ?? type])
        }
        guard settings.connectors.count < ExportingSettings.mostConnectors else {
            let limit = String(ExportingSettings.mostConnectors)
            return find(.exportingTooMany, section, ["section": quoted(section.name), "limit": limit])
        }
        let connector = connector(section, type: type, name: name, served)
        guard !connector.destinations.isEmpty else { return }
        check(connector, section)
        if connector.source != .asCollected, !storesOwn {
            find(
                .exportingNeedsDatabase,
                section,
                at: "data source",
                ["name": quoted(name), "source": connector.source.rawValue]
            )
            guard storesOthers else { return }
        }
        settings.connectors.append(connector)
    }

    /// Whether a section is switched on, and exporting as a whole.
    private mutating func isOn(_ section: ExportingFile.Section) -> Bool {
        // Not the global one: that is a switch of its own.
        guard let enabled = section.values["enabled"] else { return false }
        for oddity in Reading(enabled.value, of: ExportingOption.named("enabled")!.option, in: Settings()).oddities {
            add(Finding(oddity.condition, at: enabled.origin, oddity.values))
        }
        guard Values.boolean(enabled.value) else { return false }
        if !settings.isEnabled {
            find(.exportingNotEnabled, section, at: "enabled", ["section": quoted(section.name)])
        }
        return settings.isEnabled
    }

    private mutating func connector(
        _ section: ExportingFile.Section,
        type: String,
        name: String,
        _ served: ExportingType.Served
    ) -> ExportingSettings.Connector {
        let hostname = text("hostname", section)
        let destinationText = text("destination", section)
        var encryption = ExportingSettings.Encryption()
        encryption.skipsCertificateVerification = boolean("ssl skip certificate verification", section)
        encryption.verifyHostname = triState("ssl verify hostname", section)
        encryption.certificateDirectory = file.value("CApath", section)?.value
        encryption.certificateFile = file.value("CAfile", section)?.value
        return ExportingSettings.Connector(
            name: name,
            format: served.format,
            delivery: served.delivery,
            type: type,
            destinationText: destinationText,
            destinations: destinations(destinationText, section, served),
            source: source(section),
            prefix: text("prefix", section),
            hostname: hostname.isEmpty ? nil : hostname,
            updateEvery: number("update every", section),
            bufferedBatches: number("buffer on failures", section),
            timeoutMilliseconds: number("timeout ms", section),
            sendsCharts: SimplePattern(text("send charts matching", section)),
            sendsHosts: SimplePattern(text("send hosts matching", section)),
            usesNames: boolean("send names instead of ids", section),
            sendsConfiguredLabels: boolean("send configured labels", section),
            sendsAutomaticLabels: boolean("send automatic labels", section),
            sendsVariables: boolean("send variables", section),
            username: text("username", section),
            password: text("password", section),
            path: served.format == .remoteWrite ? path(section) : "/api/put",
            encryption: encryption,
            spill: spill(section, name)
        )
    }

    private mutating func spill(_ section: ExportingFile.Section, _ name: String) -> ExportingSettings.Spill? {
        let megabytes = number("spill size MB", section)
        guard boolean("spill to disk", section) else { return nil }
        let directory = text("spill directory", section)
        let parent = directory.isEmpty ? cache + "/exporting" : directory
        return .init(directory: "\(parent)/\(Self.fileName(of: name))", megabytes: megabytes)
    }

    /// A name that leads nowhere else: letters, digits and `_` as they are, everything else as `%` and two digits.
    private static func fileName(of name: String) -> String {
        name.utf8.reduce(into: "") { result, byte in
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || character == "_" {
                result.append(character)
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }

    // MARK: Values: the section's own, else the global one, else the default

    private func text(_ name: String, _ section: ExportingFile.Section) -> String {
        ExportingOption.named(name).map { file.text($0.option, section) } ?? ""
    }

    /// The text as its kind reads it; what is odd about it is found.
    private mutating func reading(_ name: String, _ section: ExportingFile.Section) -> Reading {
        let option = ExportingOption.named(name)!.option
        let reading = Reading(file.text(option, section), of: option, in: Settings())
        if let origin = file.value(name, section)?.origin {
            for oddity in reading.oddities { add(Finding(oddity.condition, at: origin, oddity.values)) }
        }
        return reading
    }

    private mutating func boolean(_ name: String, _ section: ExportingFile.Section) -> Bool {
        Values.boolean(reading(name, section).word)
    }

    private mutating func triState(_ name: String, _ section: ExportingFile.Section) -> TriState {
        Values.health(reading(name, section).word) ?? .auto
    }

    private mutating func number(_ name: String, _ section: ExportingFile.Section) -> Int {
        Int(clamping: reading(name, section).number)
    }

    private mutating func source(_ section: ExportingFile.Section) -> ExportingSettings.Source {
        let text = text("data source", section)
        if let source = ExportingSettings.Source(word: text) { return source }
        find(.exportingUnknownSource, section, at: "data source", ["value": quoted(text)])
        return .average
    }

    /// What stands in a request's first line must be one word.
    private mutating func path(_ section: ExportingFile.Section) -> String {
        let text = text("remote write URL path", section)
        if text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) { return text }
        let used = "/receive"
        find(.exportingNoPath, section, at: "remote write URL path", ["value": quoted(text), "used": used])
        return used
    }

    private mutating func destinations(
        _ text: String,
        _ section: ExportingFile.Section,
        _ served: ExportingType.Served
    ) -> [Destination] {
        let (found, problems) = Destination.list(text, defaultPort: served.port)
        let origin = file.value("destination", section)?.origin ?? .file(path: file.path, line: section.line)
        for problem in problems { add(problem.finding(at: origin)) }
        guard served.delivery == .https else { return found }
        return found.map { destination in
            var destination = destination
            if destination.transport == .tcp { destination.tls = true }
            return destination
        }
    }

    // MARK: What is no mistake, and probably not meant

    private mutating func check(_ connector: ExportingSettings.Connector, _ section: ExportingFile.Section) {
        for option in ExportingOption.all where section.values[option.name] != nil {
            guard let reason = connector.ignores(option.need) else { continue }
            let values = ["section": quoted(section.name), "name": option.name, "reason": reason]
            find(.exportingNoEffect, section, at: option.name, values)
        }
        let encrypted = connector.destinations.filter(\.tls)
        if connector.encryption.skipsCertificateVerification, let first = encrypted.first {
            find(
                .exportingSkipsVerification,
                section,
                at: "ssl skip certificate verification",
                ["destination": first.description]
            )
        }
        guard connector.delivery.isHTTP, !connector.password.isEmpty else { return }
        for destination in connector.destinations where !destination.tls && destination.isPublicAddress {
            find(.exportingPasswordReadable, section, at: "password", ["destination": destination.description])
        }
    }

    // MARK: Findings

    /// - Parameter name: the option whose line it is about, where one has said something; else the section's.
    private mutating func find(
        _ condition: Condition,
        _ section: ExportingFile.Section,
        at name: String = "",
        _ values: [String: String]
    ) {
        let origin = file.value(name, section)?.origin ?? .file(path: file.path, line: section.line)
        add(Finding(condition, at: origin, values))
    }

    /// A global value that is wrong is wrong once, however many connectors take it.
    private mutating func add(_ finding: Finding) {
        if findings.count < ConfigLimits().findingsPerFile, !findings.contains(finding) { findings.append(finding) }
    }
}

extension ExportingSettings.Connector {
    /// Why an option with this need means nothing to it; `nil` where it does.
    fileprivate func ignores(_ need: ExportingOption.Need) -> String? {
        switch need {
        case .nothing: nil
        case .http: delivery.isHTTP ? nil : "only connectors that speak HTTP sign in"
        case .remoteWrite: format == .remoteWrite ? nil : "only prometheus_remote_write has it"
        case .encryption:
            destinations.contains(where: \.tls)
                ? nil : "nothing is encrypted: put :SSL behind a destination, or use a type that ends in :https"
        case .spilling: spill != nil ? nil : "'spill to disk' is not set to yes"
        }
    }
}
