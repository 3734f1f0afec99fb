import Diagnostics
import System

/// Batches of one connector that found no room in memory, a file for each, in a directory of their own: `spill to disk`.
///
/// A file gets its name when it is whole and on the disk, so a crash leaves at most one that has none; whatever a disk does to
/// the others, a checksum finds it. They are bounded together, and the oldest goes first.
struct Spool: Sendable {
    /// Files at most, however small they are.
    static let mostFiles = 100_000
    private static let suffix = ".batch"
    private static let unfinished = ".part"

    /// Bytes that are read of a file: no batch of ours is larger.
    static let largestFile = 256 << 20

    /// One file.
    private struct Entry: Sendable {
        var name: String
        var metrics: Int
        var bytes: Int
    }

    let directory: String
    private let files: any StorageFiles
    private let kind: String
    private let byteLimit: Int
    private let tell: @Sendable (Condition, [String: String]) -> Void
    /// Keeps others away.
    private var lock: (any AnyObject & Sendable)?
    /// Oldest first.
    private var entries: [Entry] = []
    private var next = 0
    private(set) var bytes = 0
    /// What was said already: that nothing can be written, until it can; the others until all is sent.
    private var hasFailed = false
    private var isTold = false
    private var isFull = false

    /// Looks at what an earlier run has left.
    ///
    /// - Parameters:
    ///   - kind: of batches that this connector can send.
    ///   - megabytes: how much may be there.
    ///   - tell: what there is to say; the connector's name is added by it.
    /// - Returns: `nil` where there can be no files; the reason has been told.
    init?(
        _ files: any StorageFiles,
        directory: String,
        kind: String,
        megabytes: Int,
        tell: @escaping @Sendable (Condition, [String: String]) -> Void
    ) {
        self.files = files
        self.directory = directory
        self.kind = kind
        self.tell = tell
        byteLimit = megabytes << 20
        do throws(SystemError) {
            try files.makeDirectories(directory)
            lock = try files.lock(directory)
            guard lock != nil else {
                tell(.exportingSpillTaken, ["directory": directory])
                return nil
            }
            try look()
        } catch {
            tell(.exportingSpillFailed, ["directory": directory, "reason": error.description])
            return nil
        }
        if !entries.isEmpty {
            tell(.exportingSpillFound, ["directory": directory, "count": String(metrics)])
            isTold = true
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Metrics in all of them.
    var metrics: Int { entries.reduce(0) { $0 + $1.metrics } }

    private mutating func look() throws(SystemError) {
        for name in try files.names(in: directory) {
            if name.hasSuffix(Self.unfinished) {
                drop(name, "it was not finished")
            } else if let (number, metrics) = Self.read(name) {
                entries.append(Entry(name: name, metrics: metrics, bytes: try files.size(of: path(name))))
                next = max(next, number + 1)
            }
        }
        bytes = entries.reduce(0) { $0 + $1.bytes }
    }

    /// `0000000000000042-1234.batch`: the number and how many metrics are in it. Names sort as their numbers.
    private static func read(_ name: String) -> (number: Int, metrics: Int)? {
        guard name.hasSuffix(suffix) else { return nil }
        let parts = name.dropLast(suffix.count).split(separator: "-")
        guard parts.count == 2, parts[0].utf8.count == 16, let number = Int(parts[0]), let metrics = Int(parts[1]),
            number >= 0, metrics >= 0
        else { return nil }
        return (number, metrics)
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func drop(_ name: String, _ reason: String) {
        tell(.exportingSpillDamaged, ["file": path(name), "reason": reason])
        try? files.remove(path(name))
    }

    // MARK: Writing

    /// Keeps a batch as the newest.
    /// - Returns: metrics and bytes that are lost: of older batches that had to go, or this one's.
    mutating func append(_ batch: Batch) -> (metrics: Int, bytes: Int) {
        let file = SpoolFile.encode(batch, kind: kind)
        guard lock != nil, file.count <= byteLimit else { return (batch.metrics, batch.bytes) }
        var lost = (metrics: 0, bytes: 0)
        while bytes + file.count > byteLimit || entries.count >= Self.mostFiles, let oldest = entries.first {
            if !isFull { tell(.exportingSpillFull, ["directory": directory, "limit": String(byteLimit >> 20)]) }
            isFull = true
            lost = (lost.metrics + oldest.metrics, lost.bytes + oldest.bytes)
            removeFirst()
        }
        let digits = String(next)
        let name = String(repeating: "0", count: max(0, 16 - digits.utf8.count)) + digits + "-\(batch.metrics)"
        do throws(SystemError) {
            try write(file, name)
        } catch {
            try? files.remove(path(name + Self.unfinished))
            if !hasFailed { tell(.exportingSpillFailed, ["directory": directory, "reason": error.description]) }
            hasFailed = true
            return (lost.metrics + batch.metrics, lost.bytes + batch.bytes)
        }
        hasFailed = false
        next += 1
        entries.append(Entry(name: name + Self.suffix, metrics: batch.metrics, bytes: file.count))
        bytes += file.count
        if !isTold { tell(.exportingSpills, ["directory": directory]) }
        isTold = true
        return lost
    }

    private func write(_ bytes: [UInt8], _ name: String) throws(SystemError) {
        let file = try files.open(path(name + Self.unfinished), .create)
        try file.writeAll(bytes, at: 0)
        try file.synchronise()
        try files.rename(path(name + Self.unfinished), to: path(name + Self.suffix))
        try files.synchroniseDirectory(directory)
    }

    // MARK: Reading

    /// The oldest batch that is whole; it stays until ``removeFirst()``. What is not whole goes.
    /// - Parameter lost: gets the metrics of what has gone.
    mutating func first(_ lost: inout Int) -> Batch? {
        while lock != nil, let entry = entries.first {
            let reason: String
            do {
                let file = try files.open(path(entry.name), .read)
                let content = try file.bytes(at: 0, count: min(entry.bytes, Self.largestFile))
                return try SpoolFile.decode(content, kind: kind)
            } catch SpoolFile.Damage.otherKind(let other) {
                reason = "it is for a connector of type \(other)"
            } catch SpoolFile.Damage.notWhole {
                reason = "it is not whole"
            } catch {
                reason = (error as? SystemError)?.description ?? "\(error)"
            }
            tell(.exportingSpillDamaged, ["file": path(entry.name), "reason": reason])
            lost += entry.metrics
            removeFirst()
        }
        return nil
    }

    /// The oldest is sent, or lost.
    mutating func removeFirst() {
        guard let entry = entries.first else { return }
        entries.removeFirst()
        bytes -= entry.bytes
        try? files.remove(path(entry.name))
        // The next outage is news again.
        if entries.isEmpty { (isTold, isFull) = (false, false) }
    }

    /// Somebody else may have the directory from now on.
    mutating func close() { lock = nil }
}
