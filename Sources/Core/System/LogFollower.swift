import Glibc

/// Reads a log file as it grows, through everything that rotation does to it: renamed away and made anew, truncated in
/// place, gone for a while, not there yet.
///
/// It never waits: call ``poll(_:)`` now and then.
public struct LogFollower: ~Copyable {
    /// What a call found.
    public enum State: Sendable, Equatable {
        /// Everything that is there was read.
        case upToDate
        /// The file does not exist; it is opened as soon as it does.
        case missing
        /// There is more: call again at once.
        case more
    }

    /// Bytes read by one call: enough to be quick, few enough that somebody can look at a key or a signal between two.
    static let bytesPerPoll = 1 << 20
    /// Calls without a new byte after which a file that was renamed away is let go: whoever writes it may need a while to
    /// notice that it has another name now.
    static let patiencePolls = 240

    private let path: String
    private var current: OpenLog?
    /// What had the name before.
    private var former: OpenLog?
    private var formerQuiet = 0
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    /// Bytes before the end at which reading starts the first time; `nil` is the beginning.
    private var startBeforeEnd: Int64?

    /// - Parameters:
    ///   - path: followed by name: what is under it counts, not what was.
    ///   - lastBytes: start so far before the end of what exists; `nil` reads everything.
    public init(_ path: String, lastBytes: Int? = nil) {
        self.path = path
        startBeforeEnd = lastBytes.map { Int64($0) }
    }

    deinit {
        former?.close()
        current?.close()
    }

    /// Reads what is new.
    /// - Parameter line: called with each complete line, without its end.
    /// - Throws: ``SystemError`` when the file is there but can't be read.
    public mutating func poll(_ line: (ArraySlice<UInt8>) -> Void) throws(SystemError) -> State {
        var budget = Self.bytesPerPoll
        try readFormer(&budget, line)
        guard budget > 0 else { return .more }
        if current == nil {
            guard try open() else { return .missing }
        }
        current!.forgetIfRewritten()
        guard try current!.read(&buffer, &budget, path, line) == .atEnd else { return budget > 0 ? .upToDate : .more }
        return atEnd()
    }

    /// Hands over the last line although its end has not come: for a file that is read once.
    public mutating func finish(_ line: (ArraySlice<UInt8>) -> Void) {
        former?.lines.finish(line)
        current?.lines.finish(line)
    }

    private mutating func readFormer(_ budget: inout Int, _ line: (ArraySlice<UInt8>) -> Void) throws(SystemError) {
        guard former != nil else { return }
        let before = budget
        _ = try former!.read(&buffer, &budget, path, line)
        formerQuiet = budget == before ? formerQuiet + 1 : 0
        if formerQuiet >= Self.patiencePolls { letFormerGo(line) }
    }

    private mutating func letFormerGo(_ line: (ArraySlice<UInt8>) -> Void) {
        former?.lines.finish(line)
        former?.close()
        former = nil
    }

    private mutating func open() throws(SystemError) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        let number = errno
        guard descriptor >= 0 else {
            if number == ENOENT || number == ENOTDIR { return false }
            throw SystemError(operation: "open", subject: path, number: number)
        }
        var log = OpenLog(descriptor: descriptor)
        if let before = startBeforeEnd {
            let size = Int64(lseek(descriptor, 0, SEEK_END))
            log.offset = max(0, size - before)
            _ = lseek(descriptor, Int(log.offset), SEEK_SET)
            log.lines.forget(inTheMiddle: log.offset > 0)
        }
        // A file that comes later is read from its beginning.
        startBeforeEnd = nil
        current = log
        return true
    }

    /// Is the file still the one that the name means?
    private mutating func atEnd() -> State {
        var own = stat()
        var named = stat()
        guard let log = current, fstat(log.descriptor, &own) == 0 else { return .upToDate }
        if own.st_mode & S_IFMT == S_IFREG, Int64(own.st_size) < log.offset {
            // Truncated in place: what was half read is gone with it.
            current!.rewind()
            return own.st_size > 0 ? .more : .upToDate
        }
        // While nothing has the name, whoever wrote may still write to what had it.
        guard stat(path, &named) == 0, named.st_ino != own.st_ino || named.st_dev != own.st_dev else {
            return .upToDate
        }
        former?.close()
        former = log
        formerQuiet = 0
        current = nil
        return .more
    }
}

/// One open file and how far it was read.
private struct OpenLog {
    enum Found { case atEnd, notNow }

    let descriptor: Int32
    var offset: Int64 = 0
    var lines = LineBuffer()
    /// The last bytes that were read: still there, unless the file was truncated and has grown beyond them since.
    private var mark: [UInt8] = []
    private static let markLimit = 64

    init(descriptor: Int32) { self.descriptor = descriptor }

    mutating func read(
        _ buffer: inout [UInt8],
        _ budget: inout Int,
        _ path: String,
        _ line: (ArraySlice<UInt8>) -> Void
    ) throws(SystemError) -> Found {
        while budget > 0 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            let number = errno
            if count < 0 {
                if number == EINTR { continue }
                if number == EAGAIN { return .notNow }
                throw SystemError(operation: "read", subject: path, number: number)
            }
            if count == 0 { return .atEnd }
            offset += Int64(count)
            budget -= count
            mark = (mark + buffer[max(0, count - Self.markLimit)..<count]).suffix(Self.markLimit)
            lines.take(buffer[..<count], line)
        }
        return .notNow
    }

    /// Looks whether what was read last is still where it was, if there is more behind it.
    mutating func forgetIfRewritten() {
        var own = stat()
        guard !mark.isEmpty, fstat(descriptor, &own) == 0, own.st_mode & S_IFMT == S_IFREG,
            Int64(own.st_size) > offset
        else { return }
        var found = [UInt8](repeating: 0, count: mark.count)
        let count = pread(descriptor, &found, found.count, off_t(offset) - mark.count)
        if count != mark.count || found != mark { rewind() }
    }

    /// Another file's bytes are in it now.
    mutating func rewind() {
        offset = 0
        mark = []
        lines.forget()
        _ = lseek(descriptor, 0, SEEK_SET)
    }

    func close() { Glibc.close(descriptor) }
}
