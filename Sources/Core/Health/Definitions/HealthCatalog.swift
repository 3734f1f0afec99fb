public import Config
internal import Diagnostics
internal import System

/// How much of health.d is read. What lies beyond is said, never silently dropped.
public struct HealthLimits: Sendable {
    /// Of both directories together.
    public var files = 2000
    /// Bytes of one file.
    public var fileBytes = 1 << 20
    /// Directories in one another.
    public var depth = 8
    /// Alarms and templates of all files.
    public var definitions = 20_000
    /// Of all files; the rest is counted.
    public var findings = 2000

    public init() {}
}

/// All that is defined in the node's own health.d and in the one that came with the program (health §1): for any host, and
/// in the order in which it counts. Of definitions of one name for one chart the first does.
public struct HealthCatalog: Sendable {
    public struct File: Sendable, Equatable {
        public var path: String
        /// Beneath its directory; a user's file replaces the stock file of the same.
        public var name: String
        public var isStock: Bool
    }

    /// Those that were read: the user's first, each directory's sorted by name.
    public private(set) var files: [File] = []
    /// Names of the user's files, those included that are not read: whoever put one there doesn't want the stock file.
    private var replaced: Set<String> = []
    /// Those of one file in its order.
    public private(set) var definitions: [AlarmDefinition] = []
    public private(set) var findings: [Finding] = []

    private let limits: HealthLimits
    private var hiddenFindings = 0
    private var isFull = false

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - user: the node's own directory; it need not be there.
    ///   - stock: the one that came with the program; `nil` where it isn't wanted.
    public init(user: String, stock: String?, limits: HealthLimits = HealthLimits()) {
        self.limits = limits
        read(user, isStock: false)
        if let stock, stock != user { read(stock, isStock: true) }
        if hiddenFindings > 0 {
            findings.append(Finding(.configMoreFindings, at: .builtIn, ["count": String(hiddenFindings)]))
        }
    }

    public init(_ settings: HealthSettings) {
        self.init(user: settings.userDirectory, stock: settings.stockDirectory)
    }

    /// Whether a definition is of the directory that came with the program.
    public func isStock(_ definition: AlarmDefinition) -> Bool {
        files.first { $0.path == definition.file }?.isStock == true
    }

    private mutating func read(_ directory: String, isStock: Bool) {
        guard let root = Files.realPath(directory) else { return }
        var visited: Set<String> = [root]
        walk(directory, prefix: "", root: root, isStock: isStock, depth: 1, &visited)
    }

    private mutating func walk(
        _ directory: String,
        prefix: String,
        root: String,
        isStock: Bool,
        depth: Int,
        _ visited: inout Set<String>
    ) {
        let names: [String]
        do throws(SystemError) {
            names = try Files.names(in: directory)
        } catch {
            return find(.healthUnreadable, directory, ["reason": error.reason])
        }
        for name in names where !name.hasPrefix(".") {
            let path = "\(directory)/\(name)"
            let relative = prefix + name
            if Files.isDirectory(path) {
                guard let real = inside(path, root), visited.insert(real).inserted else { continue }
                guard depth < limits.depth else {
                    find(.healthTooDeep, path, ["limit": String(limits.depth)])
                    continue
                }
                walk(path, prefix: relative + "/", root: root, isStock: isStock, depth: depth + 1, &visited)
            } else if name.hasSuffix(".conf") {
                readFile(File(path: path, name: relative, isStock: isStock), root)
            }
        }
    }

    private mutating func readFile(_ file: File, _ root: String) {
        if file.isStock {
            guard !replaced.contains(file.name) else { return }
        } else {
            replaced.insert(file.name)
        }
        guard inside(file.path, root) != nil else { return }
        guard files.count < limits.files else { return stop("files", limits.files) }
        do throws(SystemError) {
            let read = HealthFile(try Files.read(file.path, limit: limits.fileBytes), path: file.path)
            files.append(file)
            for finding in read.findings { add(finding) }
            let room = limits.definitions - definitions.count
            definitions += read.definitions.prefix(room)
            if read.definitions.count > room { stop("alarms", limits.definitions) }
        } catch {
            find(.healthUnreadable, file.path, ["reason": error.reason])
        }
    }

    /// Where a path leads, if that is beneath the directory that is read. A link to nothing replaces a stock file by
    /// nothing, as everybody expects.
    private mutating func inside(_ path: String, _ root: String) -> String? {
        guard let real = Files.realPath(path) else {
            find(.healthUnreadable, path, ["reason": "a link that leads nowhere"])
            return nil
        }
        if real == "/dev/null" { return nil }
        guard real.hasPrefix(root == "/" ? root : root + "/") || real == root else {
            find(.healthLinkOutside, path, ["target": real])
            return nil
        }
        return real
    }

    private mutating func stop(_ what: String, _ limit: Int) {
        guard !isFull else { return }
        isFull = true
        find(.healthTooMany, files.last?.path ?? "", ["what": what, "limit": String(limit)])
    }

    private mutating func find(_ condition: Condition, _ path: String, _ values: [String: String]) {
        var values = values
        values["file"] = path
        add(Finding(condition, at: .file(path: path, line: 0), values))
    }

    private mutating func add(_ finding: Finding) {
        guard findings.count < limits.findings else {
            hiddenFindings += 1
            return
        }
        findings.append(finding)
    }
}
