import Glibc

/// One place that lines come from: a log that is followed, one that is only read, standard input, what a program prints.
///
/// Never waits: ``poll(_:)`` takes what is there. Used by one thread.
public final class LogInput {
    public enum State: Sendable, Equatable {
        /// Everything that is there was read; more may come.
        case upToDate
        /// The file does not exist yet.
        case missing
        /// There is more: call again at once.
        case more
        /// Nothing will come any more.
        case ended
    }

    private enum Origin {
        case followed
        /// Read to its end.
        case descriptor(Int32, isOwn: Bool)
        /// - Parameter output: of the process.
        case program(output: Int32, errors: Int32)
        case over
    }

    /// What it is called where somebody has to be told.
    public let name: String
    /// What went wrong with a program that has ended: its own words.
    public private(set) var problem: String?
    private var origin: Origin
    private var follower: LogFollower?
    private var process: Process?
    private var lines = LineBuffer()
    /// What the program complained of.
    private var said: [UInt8] = []
    private lazy var buffer = [UInt8](repeating: 0, count: 64 << 10)

    private init(_ name: String, _ origin: Origin) {
        self.name = name
        self.origin = origin
    }

    /// A log that is followed by its name.
    /// - Parameter lastBytes: start so far before its end; `nil` reads everything.
    public static func followed(_ path: String, lastBytes: Int? = nil) -> LogInput {
        let input = LogInput(path, .followed)
        input.follower = LogFollower(path, lastBytes: lastBytes)
        return input
    }

    /// A descriptor that stays open, read to its end.
    public static func descriptor(_ descriptor: Int32, name: String) -> LogInput {
        LogInput(name, .descriptor(descriptor, isOwn: false))
    }

    /// A file that is read once, from its beginning to its end; compressed ones through the program that can read them.
    /// - Throws: ``SystemError`` when the file or that program can't be opened.
    public static func file(_ path: String) throws(SystemError) -> LogInput {
        let descriptor = try open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard let compressor = compressor(descriptor) else {
            return LogInput(path, .descriptor(descriptor, isOwn: true))
        }
        close(descriptor)
        guard let program = Programs.find(compressor, path: Programs.path) else {
            throw SystemError(operation: "run \(compressor) for", subject: path, number: ENOENT)
        }
        return try .program(
            Process.Command(path: program, arguments: [compressor, "-dc", "--", path], environment: []),
            name: path
        )
    }

    /// What a program prints.
    public static func program(_ command: Process.Command, name: String) throws(SystemError) -> LogInput {
        let process = try Process.start(command)
        let input = LogInput(name, .program(output: process.output, errors: process.errors))
        input.process = consume process
        return input
    }

    /// Whether a file is compressed, by its first bytes.
    public static func isCompressed(_ path: String) -> Bool {
        guard let descriptor = try? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) else { return false }
        defer { close(descriptor) }
        return compressor(descriptor) != nil
    }

    /// What becomes readable when there is more; `nil` for files, which have to be looked at.
    public var readable: Int32? {
        switch origin {
        case .descriptor(let descriptor, false): descriptor
        case .program(let output, _): output
        default: nil
        }
    }

    /// Reads what is new.
    /// - Parameter line: called with each complete line, without its end; at the end of the input with what is left.
    public func poll(_ line: (ArraySlice<UInt8>) -> Void) throws(SystemError) -> State {
        switch origin {
        case .over: return .ended
        case .followed:
            switch try follower!.poll(line) {
            case .upToDate: return .upToDate
            case .missing: return .missing
            case .more: return .more
            }
        case .descriptor(let descriptor, let isOwn):
            let state = try read(descriptor, line)
            if state == .ended {
                if isOwn { close(descriptor) }
                origin = .over
            }
            return state
        case .program(let output, let errors):
            return try readProgram(output, errors, line)
        }
    }

    /// The last line although its end has not come: of a log that is followed no longer.
    public func finish(_ line: (ArraySlice<UInt8>) -> Void) { follower?.finish(line) }

    private func read(_ descriptor: Int32, _ line: (ArraySlice<UInt8>) -> Void) throws(SystemError) -> State {
        var budget = LogFollower.bytesPerPoll
        while budget > 0 {
            // Standard input may block, and is shared with others whom it must go on blocking.
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&ready, 1, 0) != 0 else { return .upToDate }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            let number = errno
            if count == 0 {
                lines.finish(line)
                return .ended
            }
            guard count > 0 else {
                if number == EINTR { continue }
                if number == EAGAIN { return .upToDate }
                throw SystemError(operation: "read", subject: name, number: number)
            }
            lines.take(buffer[..<count], line)
            budget -= count
        }
        return .more
    }

    private func readProgram(
        _ output: Int32,
        _ errors: Int32,
        _ line: (ArraySlice<UInt8>) -> Void
    ) throws(SystemError) -> State {
        let state = try read(output, line)
        takeErrors(errors)
        guard state == .ended else { return state }
        // It has closed its output: it ends now, if it has not.
        let exit = process?.end(graceMilliseconds: 1000) ?? .code(0)
        takeErrors(errors)
        if exit != .code(0) {
            let words = String(decoding: said, as: UTF8.self).split(separator: "\n").first.map(String.init)
            problem = words ?? "ended with \(exit)"
        }
        process = nil
        origin = .over
        return .ended
    }

    /// What it complains of is read in any case, so that it does not wait for us; the beginning is kept.
    private func takeErrors(_ errors: Int32) {
        while true {
            let count = Glibc.read(errors, &buffer, buffer.count)
            guard count > 0 else { return }
            said += buffer.prefix(min(count, 4096 - said.count))
        }
    }

    /// The program that decompresses what begins like this; `nil` for a text.
    private static func compressor(_ descriptor: Int32) -> String? {
        var start = [UInt8](repeating: 0, count: 6)
        let count = pread(descriptor, &start, start.count, 0)
        let bytes = start.prefix(max(0, count))
        let known: [(magic: [UInt8], program: String)] = [
            ([0x1f, 0x8b], "gzip"), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz"), ([0x28, 0xb5, 0x2f, 0xfd], "zstd"),
            ([0x42, 0x5a, 0x68], "bzip2"),
        ]
        return known.first { bytes.starts(with: $0.magic) }?.program
    }

    deinit { if case .descriptor(let descriptor, true) = origin { close(descriptor) } }
}
