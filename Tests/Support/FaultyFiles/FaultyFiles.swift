import Glibc
import Synchronization
public import System

/// Files in memory that fail when they are told to: full disks, broken disks, read-only disks, processes that die in the middle of
/// a write, machines that lose power.
public final class FaultyFiles: StorageFiles {
    /// What goes wrong, and when.
    public enum Fault: Sendable, Equatable {
        /// `ENOSPC` when so many more bytes were written; what still fits is.
        case noSpace(afterBytes: Int)
        /// `EIO` at this call, and at as many after it as `times` says; the next call is number 0.
        case failing(at: Int, times: Int)
        /// `EROFS` for everything that changes something.
        case readOnly
        /// Of each write only so many bytes are taken.
        case shortWrites(Int)
        /// The process dies at this change, the next one being number 0: a write is half there, anything else is not.
        case crash(at: Int)
        /// Each call takes so many microseconds.
        case slow(Int)
    }

    struct Node: Sendable {
        var bytes: [UInt8] = []
        /// What survives a power failure.
        var durable: [UInt8] = []
    }

    struct State: Sendable {
        var names: [String: Int] = [:]
        var nodes: [Int: Node] = [:]
        var nextNode = 0
        var directories: Set<String> = []
        var locked: Set<String> = []
        var faults: [Fault] = []
        var calls = 0
        var changes = 0
        var space = Int.max
        var isDead = false
    }

    let state: Mutex<State>

    public init() { state = Mutex(State()) }

    /// From now on, in place of what was before; counting begins anew.
    public func set(_ faults: [Fault]) {
        state.withLock {
            $0.faults = faults
            $0.calls = 0
            $0.changes = 0
            $0.space = .max
            for case .noSpace(let bytes) in faults { $0.space = bytes }
        }
    }

    /// Calls and changes since the faults were set.
    public var counts: (calls: Int, changes: Int) { state.withLock { ($0.calls, $0.changes) } }

    /// Whether it has died of ``Fault/crash(at:)``.
    public var isDead: Bool { state.withLock { $0.isDead } }

    /// What the next process finds: all that was written.
    public func afterCrash() -> FaultyFiles {
        let copy = FaultyFiles()
        let old = state.withLock { $0 }
        copy.state.withLock {
            $0.names = old.names
            $0.nodes = old.nodes
            $0.nextNode = old.nextNode
            $0.directories = old.directories
        }
        return copy
    }

    /// What the machine finds when it has power again: files have their length, and zeros where they were not synchronised.
    public func afterPowerFailure() -> FaultyFiles {
        let copy = afterCrash()
        copy.state.withLock { state in
            for number in state.nodes.keys {
                guard var node = state.nodes[number] else { continue }
                let length = node.bytes.count
                node.bytes = Array(node.durable.prefix(length))
                node.bytes += [UInt8](repeating: 0, count: length - node.bytes.count)
                state.nodes[number] = node
            }
        }
        return copy
    }

    /// A file as it is; `nil` where there is none.
    public subscript(path: String) -> [UInt8]? {
        get { state.withLock { state in state.names[path].flatMap { state.nodes[$0]?.bytes } } }
        set {
            state.withLock { state in
                guard let newValue else {
                    state.names[path] = nil
                    return
                }
                let number = state.names[path] ?? state.makeNode(path)
                state.nodes[number] = Node(bytes: newValue, durable: newValue)
            }
        }
    }

    /// Paths of all files, sorted.
    public var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    // MARK: StorageFiles

    public func open(_ path: String, _ opening: StorageOpening) throws(SystemError) -> any StorageFile {
        let number = try state.withLock { state throws(SystemError) in
            let exists = state.names[path]
            switch opening {
            case .read: try state.call("open", path)
            case .update:
                try state.call("open", path)
                guard !state.faults.contains(.readOnly) else { throw error("open", path, EROFS) }
            case .create: try state.change("open", path)
            }
            guard opening != .create else {
                guard exists == nil else { throw error("open", path, EEXIST) }
                return state.makeNode(path)
            }
            guard let exists else { throw error("open", path, ENOENT) }
            return exists
        }
        return FaultyFile(self, number, path)
    }

    public func names(in directory: String) throws(SystemError) -> [String] {
        try state.withLock { state throws(SystemError) in
            try state.call("opendir", directory)
            guard state.directories.contains(directory) else { throw error("opendir", directory, ENOENT) }
            return state.names.keys.filter { $0.hasPrefix(directory + "/") }.map {
                String($0.dropFirst(directory.count + 1))
            }
            .filter { !$0.contains("/") }.sorted()
        }
    }

    public func size(of path: String) throws(SystemError) -> Int {
        try state.withLock { state throws(SystemError) in
            try state.call("stat", path)
            guard let number = state.names[path] else { throw error("stat", path, ENOENT) }
            return state.nodes[number]?.bytes.count ?? 0
        }
    }

    public func rename(_ path: String, to other: String) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            try state.change("rename", path)
            guard let number = state.names.removeValue(forKey: path) else { throw error("rename", path, ENOENT) }
            state.names[other] = number
        }
    }

    public func remove(_ path: String) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            try state.change("unlink", path)
            state.names[path] = nil
        }
    }

    public func makeDirectories(_ path: String) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            try state.change("mkdir", path)
            state.directories.insert(path)
        }
    }

    public func synchroniseDirectory(_ path: String) throws(SystemError) {
        try state.withLock { state throws(SystemError) in try state.call("fsync", path) }
    }

    public func freeSpace(in directory: String) throws(SystemError) -> Int {
        try state.withLock { state throws(SystemError) in
            try state.call("statvfs", directory)
            return state.space
        }
    }

    public func lock(_ directory: String) throws(SystemError) -> (any AnyObject & Sendable)? {
        try state.withLock { state throws(SystemError) in
            try state.call("open", directory)
            return state.locked.insert(directory).inserted ? FaultyLock(self, directory) : nil
        }
    }
}

private func error(_ operation: String, _ path: String, _ number: Int32) -> SystemError {
    SystemError(operation: operation, subject: path, number: number)
}

private final class FaultyLock: Sendable {
    private let files: FaultyFiles
    private let directory: String

    init(_ files: FaultyFiles, _ directory: String) {
        self.files = files
        self.directory = directory
    }

    deinit { _ = files.state.withLock { $0.locked.remove(directory) } }
}

extension FaultyFiles.State {
    fileprivate mutating func makeNode(_ path: String) -> Int {
        nextNode += 1
        names[path] = nextNode
        nodes[nextNode] = FaultyFiles.Node()
        return nextNode
    }

    /// Any call.
    fileprivate mutating func call(_ operation: String, _ path: String) throws(SystemError) {
        guard !isDead else { throw error(operation, path, EIO) }
        let number = calls
        calls += 1
        for fault in faults {
            switch fault {
            case .failing(let at, let times) where number >= at && number - at < times:
                throw error(operation, path, EIO)
            case .slow(let microseconds): usleep(UInt32(microseconds))
            default: break
            }
        }
    }

    /// A call that changes something.
    fileprivate mutating func change(_ operation: String, _ path: String) throws(SystemError) {
        try call(operation, path)
        guard !faults.contains(.readOnly) else { throw error(operation, path, EROFS) }
        if isTimeToDie() { throw error(operation, path, EIO) }
    }

    fileprivate mutating func isTimeToDie() -> Bool {
        let number = changes
        changes += 1
        guard faults.contains(.crash(at: number)) else { return false }
        isDead = true
        return true
    }
}

/// An open file of ``FaultyFiles``; one that was removed can still be read.
private final class FaultyFile: StorageFile {
    private let files: FaultyFiles
    private let number: Int
    private let path: String

    init(_ files: FaultyFiles, _ number: Int, _ path: String) {
        self.files = files
        self.number = number
        self.path = path
    }

    func size() throws(SystemError) -> Int {
        try files.state.withLock { state throws(SystemError) in
            try state.call("stat", path)
            return state.nodes[number]?.bytes.count ?? 0
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        let part = try files.state.withLock { state throws(SystemError) in
            try state.call("read", path)
            let bytes = state.nodes[number]?.bytes ?? []
            guard offset < bytes.count else { return [UInt8]() }
            return Array(bytes[offset..<min(bytes.count, offset + buffer.count)])
        }
        buffer.copyBytes(from: part)
        return part.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        let bytes = [UInt8](bytes)
        return try files.state.withLock { state throws(SystemError) in
            try state.call("write", path)
            guard !state.faults.contains(.readOnly) else { throw error("write", path, EROFS) }
            if state.isTimeToDie() {
                state.put(bytes.prefix(bytes.count / 2), number, at: offset)
                throw error("write", path, EIO)
            }
            var count = min(bytes.count, state.space)
            for case .shortWrites(let most) in state.faults { count = min(count, most) }
            guard count > 0 else { throw error("write", path, ENOSPC) }
            state.put(bytes.prefix(count), number, at: offset)
            if state.space != .max { state.space -= count }
            return count
        }
    }

    func synchronise() throws(SystemError) {
        try files.state.withLock { state throws(SystemError) in
            try state.change("fdatasync", path)
            let bytes = state.nodes[number]?.bytes ?? []
            state.nodes[number]?.durable = bytes
        }
    }

    func truncate(to size: Int) throws(SystemError) {
        try files.state.withLock { state throws(SystemError) in
            try state.change("ftruncate", path)
            let old = state.nodes[number]?.bytes ?? []
            state.nodes[number]?.bytes =
                Array(old.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - old.count))
        }
    }
}

extension FaultyFiles.State {
    fileprivate mutating func put(_ bytes: ArraySlice<UInt8>, _ number: Int, at offset: Int) {
        guard var node = nodes.removeValue(forKey: number) else { return }
        if node.bytes.count < offset { node.bytes += [UInt8](repeating: 0, count: offset - node.bytes.count) }
        let end = min(node.bytes.count, offset + bytes.count)
        node.bytes.replaceSubrange(offset..<end, with: bytes)
        nodes[number] = node
    }
}
