import Basics
import Diagnostics

/// What came of reading a file.
public enum FileContent: Sendable {
    case bytes([UInt8])
    /// There is none of this name.
    case missing
    /// There is one, but it can't be read, because it is a directory for example.
    case unreadable(reason: String)
}

extension Configuration {
    /// Reads everything that has a say, in layers: built-in < preset < files < environment < options.
    ///
    /// - Parameters:
    ///   - circumstances: who starts which command with which options.
    ///   - hostname: the system's name of this machine.
    ///   - read: reads a file, up to one byte more than `ConfigLimits.fileBytes`. It must not wait: a named pipe is
    ///     unreadable.
    public static func load(
        _ circumstances: Layout.Circumstances,
        hostname: String,
        limits: ConfigLimits = ConfigLimits(),
        read: (String) -> FileContent
    ) -> Configuration {
        var loader = Loader(circumstances, hostname: hostname, limits: limits)
        loader.apply(read)
        var configuration = Configuration(role: circumstances.role, settings: loader.settings)
        configuration.files = loader.files
        configuration.adoptableGUIDFile = loader.adoptableGUIDFile
        let exporting = loader.exporting.map { ExportingReader($0, configuration) }
        configuration.exporting = exporting?.settings ?? ExportingSettings()
        configuration.exportingFile = exporting?.file
        loader.findings += exporting?.findings ?? []
        configuration.findings = (loader.findings + configuration.check(limits)).inOrder(of: loader.files)
        return configuration
    }
}

private struct Loader {
    let circumstances: Layout.Circumstances
    let limits: ConfigLimits
    let layout: Layout
    var settings = Settings()
    var findings: [Finding]
    var files: [String] = []
    var adoptableGUIDFile = "/var/lib/netdata/registry/" + MachineIdentity.fileName
    var exporting: ConfigFile?

    init(_ circumstances: Layout.Circumstances, hostname: String, limits: ConfigLimits) {
        self.circumstances = circumstances
        self.limits = limits
        layout = Layout(circumstances)
        findings = layout.findings
        settings.placeholders = [
            "hostname": hostname, "config": layout.config.value, "stock config": layout.stockConfig,
            "lib": layout.lib.value, "cache": layout.cache.value, "log": layout.log.value, "run": layout.run.value,
            "web": layout.web,
        ]
    }

    mutating func apply(_ read: (String) -> FileContent) {
        let netdata = find(.netdata, read)
        Preset.apply(circumstances.role, hasNetdataConf: netdata != nil, to: &settings)
        if let netdata { findings += settings.apply(netdata, as: .netdata, limits: limits) }
        setAsideForeignPaths()
        layout.override(&settings)
        if let stream = find(.stream, read) { findings += settings.apply(stream, as: .stream, limits: limits) }
        if files.isEmpty, layout.config.origin != .builtIn {
            let values = ["directory": settings.text("directories", "config")]
            findings.append(Finding(.configDirectoryWithoutFiles, at: layout.config.origin, values))
        }
        findings += settings.apply(environment: circumstances.environment)
        layout.override(&settings)
        findings += circumstances.overrides.apply(as: circumstances.role, to: &settings)
        resolveRelativeDirectories()
        let places = ["config", "stock config"].map { settings.text("directories", $0) + "/exporting.conf" }
        // Without one nothing is exported, which is no reason to say anything.
        exporting = open(places[0], read) ?? open(places[1], read)
        for name in ["config", "stock config", "lib", "cache", "log", "run", "web", "registry"] {
            settings.placeholders[name] = settings.text("directories", name)
        }
    }

    /// Names of logs begin in their directory, so that a relative one would count twice.
    private mutating func resolveRelativeDirectories() {
        for option in Option.all where option.section == "directories" && option.kind == .path {
            guard let value = settings.explicit(option.section, option.name), !value.value.isEmpty,
                !value.value.hasPrefix("/")
            else { continue }
            settings.set(option.section, option.name, circumstances.absolute(value.value), value.origin)
        }
    }

    // MARK: Files

    /// The user's file, else the stock one.
    private mutating func find(_ kind: Option.File, _ read: (String) -> FileContent) -> ConfigFile? {
        let user = settings.text("directories", "config") + "/" + kind.rawValue
        if let file = open(user, read) { return file }
        findings.append(Finding(.configUserFileMissing, at: .file(path: user, line: 0), ["file": user]))
        let stock = settings.text("directories", "stock config") + "/" + kind.rawValue
        if stock != user, let file = open(stock, read) { return file }
        findings.append(Finding(.configStockFileMissing, at: .file(path: stock, line: 0), ["file": stock]))
        return nil
    }

    private mutating func open(_ path: String, _ read: (String) -> FileContent) -> ConfigFile? {
        switch read(path) {
        case .missing: return nil
        case .unreadable(let reason):
            findings.append(Finding(.configUnreadable, at: .file(path: path, line: 0), ["reason": reason]))
            files.append(path)
            return ConfigFile(path: path)
        case .bytes(let bytes):
            let file = ConfigFile(bytes, path: path, limits: limits)
            findings += file.findings
            files.append(path)
            return file
        }
    }

    // MARK: Netdata's own directories

    /// A file that was written for Netdata names its directories. Sharing them would be sharing the machine GUID and
    /// the database, so this node's own are used; the GUID can still be asked for.
    private mutating func setAsideForeignPaths() {
        for option in Option.all where option.kind == .path || option.kind == .log {
            guard let value = settings.explicit(option.section, option.name), case .file = value.origin,
                Self.isNetdatas(value.value)
            else { continue }
            noteGUIDFile(option, value.value)
            settings.remove(option.section, option.name)
            let used = settings.text(option.section, option.name)
            findings.append(
                Finding(
                    .configForeignDirectory,
                    at: value.origin,
                    ["name": "[\(option.section)] \(option.name)", "value": value.value, "used": used]
                )
            )
        }
    }

    private mutating func noteGUIDFile(_ option: Option, _ path: String) {
        switch (option.section, option.name) {
        case ("directories", "lib"): adoptableGUIDFile = path + "/registry/" + MachineIdentity.fileName
        case ("directories", "registry"): adoptableGUIDFile = path + "/" + MachineIdentity.fileName
        case ("registry", "netdata unique id file"): adoptableGUIDFile = path
        default: break
        }
    }

    private static func isNetdatas(_ path: String) -> Bool {
        ["/var/lib/netdata", "/var/cache/netdata", "/var/log/netdata", "/run/netdata", "/var/run/netdata"]
            .contains { path == $0 || path.hasPrefix($0 + "/") }
    }
}

extension [Finding] {
    /// As somebody reads them: file by file, each from its first line to its last, then what has no line.
    fileprivate func inOrder(of files: [String]) -> [Finding] {
        func rank(_ finding: Finding) -> (Int, Int) {
            switch finding.origin {
            case .file(let path, let line): (files.firstIndex(of: path) ?? files.count, line)
            case .environment: (files.count + 1, 0)
            case .option: (files.count + 2, 0)
            case .preset, .builtIn: (files.count + 3, 0)
            }
        }
        return enumerated().sorted { one, other in
            let first = rank(one.element)
            let second = rank(other.element)
            return first == second ? one.offset < other.offset : first < second
        }.map(\.element)
    }
}
