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
    static let bytesPerPoll = 4 << 20

    private let path: String
    private var descriptor: Int32 = -1
    private var offset: Int64 = 0
    private var lines = LineBuffer()
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

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads what is new.
    /// - Parameter line: called with each complete line, without its end.
    /// - Throws: ``SystemError`` when the file is there but can't be read.
    public mutating func poll(_ line: (ArraySlice<UInt8>) -> Void) throws(SystemError) -> State {
        if descriptor < 0 {
            guard try open() else { return .missing }
        }
        var budget = Self.bytesPerPoll
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            let number = errno
            if count < 0 {
                if number == EINTR { continue }
                if number == EAGAIN { return .upToDate }
                throw SystemError(operation: "read", subject: path, number: number)
            }
            if count == 0 { break }
            offset += Int64(count)
            lines.take(buffer[..<count], line)
            budget -= count
            if budget <= 0 { return .more }
        }
        return atEnd(line)
    }

    /// Hands over the last line although its end has not come: for a file that is read once.
    public mutating func finish(_ line: (ArraySlice<UInt8>) -> Void) {
        lines.finish(line)
    }

    private mutating func open() throws(SystemError) -> Bool {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        let number = errno
        guard descriptor >= 0 else {
            if number == ENOENT || number == ENOTDIR { return false }
            throw SystemError(operation: "open", subject: path, number: number)
        }
        offset = 0
        lines.forget()
        if let before = startBeforeEnd {
            let size = Int64(lseek(descriptor, 0, SEEK_END))
            offset = max(0, size - before)
            _ = lseek(descriptor, Int(offset), SEEK_SET)
            lines.forget(inTheMiddle: offset > 0)
        }
        // A file that comes later is read from its beginning.
        startBeforeEnd = nil
        return true
    }

    /// Is the file still the one that the name means?
    private mutating func atEnd(_ line: (ArraySlice<UInt8>) -> Void) -> State {
        var own = stat()
        var named = stat()
        guard fstat(descriptor, &own) == 0 else { return .upToDate }
        if own.st_mode & S_IFMT == S_IFREG, Int64(own.st_size) < offset {
            // Truncated in place: what was half read is gone with it.
            offset = 0
            lines.forget()
            _ = lseek(descriptor, 0, SEEK_SET)
            return own.st_size > 0 ? .more : .upToDate
        }
        // While nothing has the name, whoever wrote may still write to what had it.
        guard stat(path, &named) == 0, named.st_ino != own.st_ino || named.st_dev != own.st_dev else {
            return .upToDate
        }
        finish(line)
        close(descriptor)
        descriptor = -1
        return .more
    }
}
