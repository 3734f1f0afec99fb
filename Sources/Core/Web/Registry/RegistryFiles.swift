import Config
import Glibc
import System

/// The two files of a registry: what it knew when it was written as a whole, and a log of what it has learned since.
///
/// An entry is in the log before its request is answered, so it survives the end of the process whatever ends it. The whole is
/// written beside its place and renamed; only then the log begins anew. A crash between the two leaves entries in the log that
/// the whole has too: those are recognised by their times (``load(_:)``).
struct RegistryFiles: Sendable {
    private let files: any StorageFiles
    private let database: String
    private let log: String
    private var open: (any StorageFile)?
    /// Bytes of the log that count.
    private(set) var logBytes = 0
    /// Entries in the log.
    private(set) var logEntries = 0

    init(_ settings: RegistrySettings, files: any StorageFiles) {
        self.files = files
        database = settings.databaseFile
        log = settings.logFile
    }

    /// What was found wrong with a file.
    struct Damage: Sendable, Equatable {
        var path: String
        /// Lines that could not be read.
        var lines: Int
        /// The first of them, counted from 1.
        var first: Int
    }

    /// Reads both files into a registry that is empty.
    /// - Throws: where a file is there and cannot be read: then nothing may be written either.
    mutating func load(_ registry: inout Registry) throws(SystemError) -> [Damage] {
        var damages: [Damage] = []
        let limit = registry.limits.fileBytes
        if let bytes = try read(database, limit: limit) {
            var reader = RegistryDatabaseReader()
            let damage = Self.lines(bytes) { reader.read($0) }
            reader.finish(&registry)
            if let damage { damages.append(Damage(path: database, lines: damage.count, first: damage.first)) }
        }
        guard let bytes = try read(log, limit: limit) else { return damages }
        // What follows the last end of a line was being written when everything ended.
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let known = registry
        let damage = Self.lines(bytes[..<whole]) { line in
            guard let entry = RegistryFormat.entry(line) else { return false }
            logEntries += 1
            if !known.contains(entry) { registry.apply(entry) }
            return true
        }
        if let damage { damages.append(Damage(path: log, lines: damage.count, first: damage.first)) }
        logBytes = whole
        return damages
    }

    private func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        let file: any StorageFile
        do throws(SystemError) {
            file = try files.open(path, .read)
        } catch {
            if error.isMissingFile { return nil }
            throw error
        }
        let size = try file.size()
        guard size <= limit else { throw SystemError.tooLarge(path) }
        return try file.bytes(at: 0, count: size)
    }

    /// - Returns: lines that `body` could not read, and the first of them.
    private static func lines(
        _ bytes: some Collection<UInt8>,
        _ body: (ArraySlice<UInt8>) -> Bool
    ) -> (count: Int, first: Int)? {
        var damage: (count: Int, first: Int)?
        var number = 0
        for line in Array(bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard !line.isEmpty, !body(line) else { continue }
            damage = ((damage?.count ?? 0) + 1, damage?.first ?? number)
        }
        return damage
    }

    /// Puts entries at the end of the log. What could be written only in part is taken back, so that the next one does not stand
    /// behind half a line.
    mutating func append(_ entries: [RegistryEntry]) throws(SystemError) {
        let bytes = entries.flatMap(RegistryFormat.line)
        do throws(SystemError) {
            try openLog().writeAll(bytes, at: logBytes)
        } catch {
            try? open?.truncate(to: logBytes)
            open = nil
            throw error
        }
        logBytes += bytes.count
        logEntries += entries.count
    }

    private mutating func openLog() throws(SystemError) -> any StorageFile {
        if let open { return open }
        let file: any StorageFile
        do throws(SystemError) {
            file = try files.open(log, .update)
        } catch {
            guard error.isMissingFile else { throw error }
            file = try files.open(log, .create)
        }
        // Half a line of an earlier process, or of a write that failed.
        if try file.size() > logBytes { try file.truncate(to: logBytes) }
        open = file
        return file
    }

    /// Writes everything anew and begins the log anew.
    mutating func save(_ registry: Registry) throws(SystemError) {
        let draft = database + ".new"
        try files.remove(draft)
        let file = try files.open(draft, .create)
        try file.writeAll(RegistryFormat.database(registry), at: 0)
        try file.synchronise()
        try files.rename(draft, to: database)
        try? files.synchroniseDirectory(Self.directory(of: database))
        let log = try openLog()
        try log.truncate(to: 0)
        logBytes = 0
        logEntries = 0
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }
}

extension Registry {
    /// Whether what an entry of the log says was known already when everything was written: a crash came between that and the
    /// log's new beginning. Of visits in that very second one too few may be counted.
    fileprivate func contains(_ entry: RegistryEntry) -> Bool {
        let link = persons[entry.person]?.links.first { $0.url == entry.url }
        guard let link else { return false }
        switch entry.kind {
        case .access: return link.visits.last >= entry.time
        case .deletion: return link.visits.last > entry.time
        }
    }
}

extension SystemError {
    fileprivate var isMissingFile: Bool { number == ENOENT }

    fileprivate static func tooLarge(_ path: String) -> SystemError {
        SystemError(operation: "read", subject: path, number: EFBIG)
    }
}
