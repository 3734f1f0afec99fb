import Config
import Diagnostics
import Glibc
import Health
import Node
import System

/// `--edit`: a copy of a configuration file goes to the editor, is checked, and takes the file's place only when it can be
/// read, as visudo does it.
struct ConfigurationEditor {
    private let options: NodeOptions
    private let role: String
    /// The file as the node reads it.
    private let path: String
    private let name: String

    /// - Parameter name: netdata.conf, stream.conf, exporting.conf or a file of health.d.
    /// - Returns: `nil` for any other.
    init?(_ name: String, _ options: NodeOptions) {
        guard Option.File(rawValue: name) != nil || name == "exporting.conf" || Self.isHealthFile(name) else {
            return nil
        }
        self.options = options
        self.name = name
        role = options.role.rawValue
        // netdata.conf is looked for before any file can say where the others are.
        let directory =
            name == Option.File.netdata.rawValue
            ? options.layout.config.value : options.loadConfiguration().directories.config
        path = directory + "/" + name
    }

    private static func isHealthFile(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0] == "health.d" && parts[1].hasSuffix(".conf") && !parts[1].hasPrefix(".")
    }

    func run() throws {
        guard let editor = Self.editor else {
            throw failure(role, "there is no terminal to edit on: set VISUAL or EDITOR to a program", .unavailable)
        }
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        do {
            try Files.makeDirectories(directory)
            // The draft can't carry the lock: editors replace the file they write.
            guard let lock = try DirectoryLock.take(directory) else {
                throw failure(
                    role,
                    "somebody else edits a file of \(directory): try again when they are done",
                    .unavailable
                )
            }
            try edit(with: editor)
            withExtendedLifetime(lock) {}
        } catch let error as SystemError {
            throw failure(role, error.description, error.number == EACCES ? .notPermitted : .cannotCreate)
        }
    }

    /// Without a terminal the usual one would wait for keys that never come.
    private static var editor: String? {
        for name in ["VISUAL", "EDITOR"] {
            if let editor = environment(name), !editor.isEmpty { return editor }
        }
        return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 ? "vi" : nil
    }

    private func edit(with editor: String) throws {
        let before = try beginning()
        let known = Set(errors(of: options.loadConfiguration()).map(identity))
        var draft = try FileDraft(of: path, content: before)
        Abandoned.remember(draft.path)
        defer { Abandoned.forget() }
        var isGood = false
        editing: while true {
            let status = Foreground.run(editor, draft.path)
            guard status == 0 else {
                throw failure(role, "'\(editor)' ended with code \(status): \(path) is as it was", .finding)
            }
            let content = try Files.read(draft.path, limit: ConfigLimits().fileBytes + 1)
            if content == before { return complain(role, "\(path) is as it was: nothing was changed") }
            let findings = check(content, known: known)
            if !findings.isEmpty { writeAll(CheckReport(findings, files: [path]).text, to: STDERR_FILENO) }
            isGood = !findings.contains { $0.severity == .error }
            if isGood { break }
            guard isatty(STDIN_FILENO) == 1 else {
                throw failure(role, "what was written has errors: \(path) is as it was", .configuration)
            }
            switch Self.ask() {
            case .again: continue
            case .leave: throw failure(role, "\(path) is as it was", .configuration)
            case .save: break editing
            }
        }
        try draft.install()
        tell()
        if !isGood {
            let effect =
                name.hasPrefix("health.d/")
                ? "alarms go without them" : "no node starts with it, and one that runs keeps what it has"
            throw failure(role, "it has errors: \(effect)", .finding)
        }
    }

    /// What is edited: the file, else the stock one that counts without it, else every option as a comment.
    private func beginning() throws -> [UInt8] {
        let configuration = options.loadConfiguration()
        for file in [path, configuration.directories.stockConfig + "/" + name] where Files.exists(file) {
            return try Files.read(file, limit: ConfigLimits().fileBytes + 1)
        }
        if name == "exporting.conf" { return Array(configuration.exportingTemplate.utf8) }
        return Option.File(rawValue: name).map { Array(configuration.template($0).utf8) } ?? []
    }

    // MARK: Checking

    /// What is wrong with the file as it would be, and what it makes wrong elsewhere.
    private func check(_ content: [UInt8], known: Set<String>) -> [Finding] {
        if name.hasPrefix("health.d/") { return HealthFile(content, path: path).findings }
        let configuration = options.loadConfiguration(replacing: path, with: content)
        let own = configuration.findings.filter { $0.file == path }
        let caused = errors(of: configuration).filter { $0.file != path && !known.contains(identity($0)) }
        guard !configuration.files.contains(path) else { return own + caused }
        return ConfigFile(content, path: path).findings + own + caused
    }

    private func errors(of configuration: Configuration) -> [Finding] {
        configuration.findings.filter { $0.severity == .error }
    }

    private func identity(_ finding: Finding) -> String {
        "\(finding.condition.code) \(finding.whereToLook) \(finding.message)"
    }

    private enum Answer {
        case again
        case leave
        case save
    }

    /// Asks until one of the three is chosen; whoever goes away leaves everything as it was.
    private static func ask() -> Answer {
        while true {
            writeAll("What now? (e)dit again, e(x)it without saving, (s)ave anyway: ", to: STDERR_FILENO)
            guard let line = readLine() else { return .leave }
            switch line.lowercased().first {
            case "e": return .again
            case "s": return .save
            case "x", "q": return .leave
            default: break
            }
        }
    }

    // MARK: Telling

    private func tell() {
        complain(role, "\(path) is written")
        let socket = "\(options.loadConfiguration().directories.run)/\(role).sock"
        let connection = try? BlockingSocket.connect(path: socket, deadline: .init(after: 2_000_000))
        if let process = connection?.peerProcess {
            let signal = name.hasPrefix("health.d/") ? "USR2" : "HUP"
            complain(role, "the \(role) that runs here reads it with: kill -\(signal) \(process)")
        } else {
            complain(role, "no \(role) runs here now: it is read at the next start")
        }
    }
}

/// The draft that is to go when a signal ends us while the editor runs.
private enum Abandoned {
    nonisolated(unsafe) private static var path: UnsafeMutablePointer<CChar>?

    static func remember(_ draft: String) {
        path = strdup(draft)
        for number in [SIGTERM, SIGHUP, SIGINT] {
            signal(number) { number in
                if let path = Abandoned.path { unlink(path) }
                _exit(128 + number)
            }
        }
    }

    static func forget() {
        for number in [SIGTERM, SIGHUP, SIGINT] { signal(number, SIG_DFL) }
        free(path)
        path = nil
    }
}
