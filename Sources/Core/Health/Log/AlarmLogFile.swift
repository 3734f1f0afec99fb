public import Basics
public import Diagnostics
internal import Glibc
public import System

/// The file of a host's alarm log (health §6.3): what its alarms did outlives the node.
///
/// Lines are appended, and the file is open only meanwhile, for a parent has a thousand of them. After so many lines it is gathered
/// into `.old`, with the newest entries and of each alarm at least one. A crash at any moment leaves what was written
/// before: a line that was cut off is skipped, and lines that are there twice say the same.
///
/// Whatever fails is said once, until it works again; then what is missing is written. Used by one thread.
public struct AlarmLogFile: Sendable {
    /// Bytes of a file that are read, its last ones.
    public static let bytesAtMost = 32 << 20
    /// Alarms of which the newest entry is kept, however old: those of a host that changed last.
    public static let alarmsAtMost = 10_000

    public let path: String
    private let directory: String
    private let hostname: String
    /// The host's GUID, for reports.
    private let host: String
    private let files: any StorageFiles
    private let clock: any Clock
    private let reporter: any Reporter
    private let linesAtMost: Int
    private let entriesAtMost: Int
    /// Lines of the file; `nil` until somebody looked.
    private var lines: Int?
    /// With so many lines it is rotated.
    private var rotation: Int
    /// It could not be rotated, and that was said.
    private var isTooLong = false
    /// Something could not be written, and is missing.
    public private(set) var isBehind = false

    /// - Parameters:
    ///   - directory: ``directory(lib:machineGUID:)``; made when something is written.
    ///   - hostname: in each line.
    ///   - host: its GUID, for reports.
    ///   - linesAtMost: `[health] rotate log every lines`.
    ///   - entriesAtMost: `[health] in memory max health log entries`.
    public init(
        directory: String,
        hostname: String,
        host: String,
        linesAtMost: Int = 2000,
        entriesAtMost: Int = 1000,
        files: any StorageFiles = SystemFiles(),
        clock: any Clock,
        reporter: any Reporter
    ) {
        path = directory + "/health-log.db"
        self.directory = directory
        self.hostname = hostname
        self.host = host
        self.linesAtMost = max(100, linesAtMost)
        self.entriesAtMost = max(10, entriesAtMost)
        rotation = max(100, linesAtMost)
        self.files = files
        self.clock = clock
        self.reporter = reporter
    }

    /// Where the log of a host is.
    /// - Parameters:
    ///   - lib: `[directories] lib`.
    ///   - machineGUID: of a mirrored host; `nil` for the node's own.
    public static func directory(lib: String, machineGUID: GUID?) -> String {
        machineGUID.map { "\(lib)/\($0)/health" } ?? lib + "/health"
    }

    /// All entries of earlier runs, oldest first, as they were last: the newest ones, and of each alarm at least its newest.
    ///
    /// What cannot be read is said; then there are none.
    public mutating func load() -> [AlarmEntry] {
        do throws(SystemError) {
            let contents = try read()
            if contents.damaged > 0 {
                report(.alarmLogDamaged, ["count": "\(contents.damaged)", "entries": "\(contents.entries.count)"])
            }
            return kept(contents.entries)
        } catch {
            report(.alarmLogNotRead, ["reason": error.reason])
            return []
        }
    }

    /// Writes changes, all in one.
    /// - Parameters:
    ///   - new: entries that are not in the file yet.
    ///   - updated: entries that are, and have changed.
    ///   - all: all entries in memory; asked for only after a failure, to write what is missing.
    /// - Returns: whether all of it is in the file.
    @discardableResult
    public mutating func append(new: [AlarmEntry], updated: [AlarmEntry], all: () -> [AlarmEntry]) -> Bool {
        var text: [UInt8] = []
        var count = 0
        func put(_ entries: [AlarmEntry], isNew: Bool) {
            for entry in entries { text += AlarmLogText.line(entry, isNew: isNew, hostname: hostname) }
            count += entries.count
        }
        if isBehind { put(all(), isNew: true) }
        put(new, isNew: true)
        put(updated, isNew: false)
        guard count > 0 else { return !isBehind }
        do throws(SystemError) {
            if lines == nil { lines = try part(path).lines }
            try append(text)
            lines? += count
            if isBehind { report(.alarmLogWritten) }
            isBehind = false
        } catch {
            if !isBehind { report(.alarmLogNotWritten, ["reason": error.reason]) }
            isBehind = true
            return false
        }
        rotateIfDue()
        return true
    }

    /// Writes what is missing after a failure: for whoever wants to try again although no alarm has changed.
    public mutating func retry(all: () -> [AlarmEntry]) {
        if isBehind { append(new: [], updated: [], all: all) }
    }

    // MARK: Writing

    private func append(_ text: [UInt8]) throws(SystemError) {
        let file = try opened()
        let size = try file.size()
        var text = text
        // The last line was cut off: it must not take the next one with it.
        if size > 0, try file.bytes(at: size - 1, count: 1) != [10] { text.insert(10, at: 0) }
        do throws(SystemError) {
            try file.writeAll(text, at: size)
        } catch {
            // What was written in part is written as a whole later.
            try? file.truncate(to: size)
            throw error
        }
    }

    private func opened() throws(SystemError) -> any StorageFile {
        do throws(SystemError) {
            return try files.open(path, .update)
        } catch {
            guard error.number == ENOENT else { throw error }
            try files.makeDirectories(directory)
            return try files.open(path, .create)
        }
    }

    private mutating func rotateIfDue() {
        guard let count = lines, count >= rotation else { return }
        do throws(SystemError) {
            try rotate()
            lines = 0
            rotation = linesAtMost
            isTooLong = false
        } catch {
            // The file goes on growing; not with each line is it tried again.
            rotation = count + max(1, linesAtMost / 10)
            if !isTooLong { report(.alarmLogNotWritten, ["reason": error.description]) }
            isTooLong = true
        }
    }

    /// Gathers both files into `.old`. Until that is there, both are; from then on the other one's lines say nothing new.
    private mutating func rotate() throws(SystemError) {
        let text = kept(try read().entries).flatMap { AlarmLogText.line($0, isNew: true, hostname: hostname) }
        let draft = path + ".new"
        try files.remove(draft)
        let file = try files.open(draft, .create)
        try file.writeAll(text, at: 0)
        try file.synchronise()
        try files.rename(draft, to: path + ".old")
        try files.synchroniseDirectory(directory)
        try files.remove(path)
    }

    // MARK: Reading

    private struct Contents {
        var entries: [AlarmEntry] = []
        var damaged = 0
        var lines = 0
    }

    private mutating func read() throws(SystemError) -> Contents {
        let old = try part(path + ".old")
        let new = try part(path)
        lines = new.lines
        var newest: [UInt32: AlarmEntry] = [:]
        for entry in old.entries { newest[entry.uniqueID] = entry }
        for entry in new.entries { newest[entry.uniqueID] = entry }
        return Contents(
            entries: newest.values.sorted { $0.uniqueID < $1.uniqueID },
            damaged: old.damaged + new.damaged,
            lines: new.lines
        )
    }

    private func part(_ path: String) throws(SystemError) -> Contents {
        let file: any StorageFile
        do throws(SystemError) {
            file = try files.open(path, .read)
        } catch {
            guard error.number == ENOENT || error.number == ENOTDIR else { throw error }
            return Contents()
        }
        let size = try file.size()
        let start = max(0, size - Self.bytesAtMost)
        var contents = Contents()
        var lines = try file.bytes(at: start, count: size - start).split(separator: 10)[...]
        // Lines of one alarm say mostly the same: each text is kept once.
        var texts: Set<String> = []
        // The rest of a line whose beginning was not read.
        if start > 0 { lines = lines.dropFirst() }
        for line in lines {
            contents.lines += 1
            guard var entry = AlarmLogText.entry(line) else {
                contents.damaged += 1
                continue
            }
            // Whatever ran then runs no more.
            entry.flags.remove(.handlerRunning)
            entry.share(&texts)
            contents.entries.append(entry)
        }
        return contents
    }

    /// The newest entries, and of each alarm at least one.
    private func kept(_ entries: [AlarmEntry]) -> [AlarmEntry] {
        guard entries.count > entriesAtMost else { return entries }
        var seen: Set<UInt32> = []
        var kept: [AlarmEntry] = []
        for (age, entry) in entries.reversed().enumerated() {
            let isNewestOfAlarm = seen.count < Self.alarmsAtMost && seen.insert(entry.alarmID).inserted
            if age < entriesAtMost || isNewestOfAlarm { kept.append(entry) }
        }
        return kept.reversed()
    }

    private func report(_ condition: Condition, _ values: [String: String] = [:]) {
        let all = values.merging(["path": path, "directory": directory]) { one, _ in one }
        reporter.report(Event(condition, at: clock.now(), thread: "HEALTH", host: host, values: all))
    }
}
