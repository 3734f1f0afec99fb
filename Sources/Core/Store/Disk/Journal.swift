import Basics
import Diagnostics
import System

/// The newest rows of all charts of a shelf, which no block has yet: what `kill -9` would cost without it.
///
/// Only its writer's thread knows it. Files are numbered; all but the newest are from before, and go when everything that is in
/// them is elsewhere.
struct Journal: ~Copyable {
    /// A new file is begun when this one has so many bytes more than it began with, times ``growth``.
    private static let leastGrowth = 4 << 20
    private static let growth = 3

    private let directory: String
    private let files: any StorageFiles
    private var file: (any StorageFile)?
    private var number: UInt32
    private(set) var size = 0
    /// Bytes when all that was unsealed at its beginning was in it.
    private var sizeOfBeginning: Int?
    /// Of earlier files.
    private var older: [String] = []
    /// Changes with every new file: nothing that was written before counts then.
    private(set) var epoch: UInt32 = 0
    /// For the next chart that is new in it.
    var nextNumber: UInt32 = 0

    init(directory: String, files: any StorageFiles) {
        self.directory = directory
        self.files = files
        number = 0
    }

    /// Files that an earlier run left, oldest first.
    mutating func found() throws(SystemError) -> [String] {
        var found: [(UInt32, String)] = []
        for name in try files.names(in: directory) {
            guard let number = JournalFormat.number(ofName: name) else { continue }
            found.append((number, directory + "/" + name))
        }
        found.sort { $0.0 < $1.0 }
        number = found.last?.0 ?? 0
        older = found.map(\.1)
        return older
    }

    /// Whether it is time for a new file.
    var isFull: Bool {
        guard let sizeOfBeginning, file != nil else { return true }
        return size > max(sizeOfBeginning * Self.growth, sizeOfBeginning + Self.leastGrowth)
    }

    /// Begins a new file; the one before stays until ``removeOlder()``.
    mutating func begin() throws(SystemError) {
        let next = number &+ 1
        let path = directory + "/" + JournalFormat.name(next)
        try files.remove(path)
        let new = try files.open(path, .create)
        try new.writeAll(JournalFormat.header(next), at: 0)
        try files.synchroniseDirectory(directory)
        if file != nil { older.append(directory + "/" + JournalFormat.name(number)) }
        file = new
        number = next
        size = JournalFormat.headerSize
        sizeOfBeginning = nil
        epoch &+= 1
        nextNumber = 0
    }

    /// - Throws: nothing of it counts then; and what comes next must begin a new file.
    mutating func append(_ chunk: JournalChunk) throws(SystemError) {
        guard let file, !chunk.isEmpty else { return }
        let bytes = JournalFormat.chunk(chunk.bytes)
        do throws(SystemError) {
            try file.writeAll(bytes, at: size)
        } catch {
            abandon()
            throw error
        }
        size += bytes.count
    }

    mutating func synchronise() throws(SystemError) { try file?.synchronise() }

    /// A file from before that could not be taken over: it stays, whatever happens.
    mutating func leave(_ path: String) { older.removeAll { $0 == path } }

    /// The file has a fault: it stays as one from before.
    mutating func abandon() {
        guard file != nil else { return }
        older.append(directory + "/" + JournalFormat.name(number))
        file = nil
    }

    /// All that is not in a block is in the newest file now.
    mutating func removeOlder() throws(SystemError) {
        if sizeOfBeginning == nil { sizeOfBeginning = size }
        while let path = older.first {
            try files.remove(path)
            older.removeFirst()
        }
    }

    /// All of it is in blocks now.
    mutating func removeAll() throws(SystemError) {
        abandon()
        try removeOlder()
        sizeOfBeginning = nil
    }
}
