internal import CLinux
import Glibc

/// A program started by us in a process group of its own, with pipes to its three standard descriptors.
///
/// Owned by one thread, and started from a thread that lives as long as the program may: the kernel ends the program
/// when that thread ends (`PR_SET_PDEATHSIG`), so that nothing survives a killed node. ``end()`` or ``poll()`` reap it.
public struct Process: ~Copyable {
    /// How it ended.
    public enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    /// What to start.
    public struct Command: Sendable {
        /// Absolute path of the program.
        public var path: String
        /// Its arguments, the first being the program's own name.
        public var arguments: [String]
        /// `NAME=value`; nothing is inherited.
        public var environment: [String]
        /// `nil` keeps ours.
        public var directory: String?
        /// Its standard input and output are `/dev/null`; only ``Process/errors`` is a pipe then.
        public var isMute = false

        public init(path: String, arguments: [String], environment: [String], directory: String? = nil) {
            self.path = path
            self.arguments = arguments
            self.environment = environment
            self.directory = directory
        }

        /// `/bin/sh -c TEXT`.
        public static func shell(_ text: String, environment: [String], directory: String? = nil) -> Command {
            Command(path: "/bin/sh", arguments: ["sh", "-c", text], environment: environment, directory: directory)
        }
    }

    public let id: Int32
    /// The writing end of its standard input; -1 for a mute one.
    public let input: Int32
    /// The reading end of its standard output; does not block; -1 for a mute one.
    public let output: Int32
    /// The reading end of its standard error; does not block.
    public let errors: Int32
    private var exit: Exit?

    private init(id: Int32, input: Int32, output: Int32, errors: Int32) {
        self.id = id
        self.input = input
        self.output = output
        self.errors = errors
    }

    /// Starts it.
    /// - Throws: ``SystemError`` when no pipe, no process or no such program is to be had.
    public static func start(_ command: Command) throws(SystemError) -> Process {
        var input = command.isMute ? try Pipe.null() : try Pipe(nonblocking: nil)
        var output = command.isMute ? try Pipe.null() : try Pipe(nonblocking: .reading)
        var errors = try Pipe(nonblocking: .reading)
        let id = withCStrings(command.arguments) { arguments in
            withCStrings(command.environment) { environment in
                nd_spawn(
                    command.path,
                    arguments,
                    environment,
                    command.directory,
                    input.reading,
                    output.writing,
                    errors.writing,
                    SIGKILL
                )
            }
        }
        guard id > 0 else { throw SystemError(operation: "exec", subject: command.path, number: -id) }
        return Process(
            id: id,
            input: command.isMute ? -1 : input.takeWriting(),
            output: command.isMute ? -1 : output.takeReading(),
            errors: errors.takeReading()
        )
    }

    /// Sends a signal to the program and everything it started. What has ended already is not an error.
    public func send(_ signal: Int32) {
        guard exit == nil else { return }
        kill(-id, signal)
    }

    /// Whether it has ended, and how. Once it has, what it left running in its group is killed.
    /// - Parameter sparesOthers: what it left running goes on.
    public mutating func poll(sparesOthers: Bool = false) -> Exit? {
        if let exit { return exit }
        // Looked at before it is reaped: until then its group's number can't belong to anybody else.
        guard nd_has_ended(id) != 0 else { return nil }
        if !sparesOthers { kill(-id, SIGKILL) }
        var code: Int32 = 0
        let reaped = nd_reap(id, &code)
        guard reaped != 0 else { return nil }
        // Somebody else reaped it: no more can be known than that it is gone.
        let exit: Exit = reaped < 0 ? .code(0) : code < 0 ? .signal(-code) : .code(code)
        self.exit = exit
        return exit
    }

    /// Ends it: SIGTERM, then SIGKILL for what is left after `grace` milliseconds; returns when it is reaped.
    @discardableResult
    public mutating func end(graceMilliseconds grace: Int32 = 2000) -> Exit {
        send(SIGTERM)
        var waited: Int32 = 0
        while true {
            if let exit = poll() { return exit }
            if waited == grace { send(SIGKILL) }
            Glibc.poll(nil, 0, 1)
            waited &+= 1
        }
    }

    deinit {
        if exit == nil {
            kill(-id, SIGKILL)
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
        }
        for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
    }
}

/// Both ends of a pipe; what is not taken is closed.
private struct Pipe: ~Copyable {
    enum End: Int32 {
        case reading = 0
        case writing = 1
    }

    private(set) var reading: Int32
    private(set) var writing: Int32

    init(nonblocking: End?) throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) {
            nd_pipe($0.assumingMemoryBound(to: Int32.self).baseAddress!, nonblocking?.rawValue ?? -1)
        }
        guard result == 0 else { throw SystemError(operation: "pipe", number: -result) }
        (reading, writing) = ends
    }

    private init(reading: Int32, writing: Int32) {
        self.reading = reading
        self.writing = writing
    }

    /// No pipe: both of the program's ends are `/dev/null`, and we have none.
    static func null() throws(SystemError) -> Pipe {
        let reading = try System.open("/dev/null", O_RDONLY | O_CLOEXEC)
        do throws(SystemError) {
            return Pipe(reading: reading, writing: try System.open("/dev/null", O_WRONLY | O_CLOEXEC))
        } catch {
            close(reading)
            throw error
        }
    }

    mutating func takeReading() -> Int32 {
        defer { reading = -1 }
        return reading
    }

    mutating func takeWriting() -> Int32 {
        defer { writing = -1 }
        return writing
    }

    deinit {
        if reading >= 0 { close(reading) }
        if writing >= 0 { close(writing) }
    }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
}
