internal import CLinux
import Glibc
import Synchronization

/// A log that lines are appended to from any thread.
///
/// Only one thread at a time is in the system call; others leave their lines for it and go on, so a slow disk never holds
/// more than one of them. What does not fit into ``backlogLimit`` meanwhile, and what the disk refuses, is dropped
/// and counted. A file that was moved away (logrotate) is noticed within ``rotationCheckInterval`` and opened anew.
public final class LogFile: Sendable {
    /// Bytes that may wait while another thread writes.
    public static let backlogLimit = 262_144
    /// Microseconds between two looks at whether the path is still the open file.
    public static let rotationCheckInterval: Int64 = 1_000_000

    public let target: LogTarget
    private let state: Mutex<State>
    private let clock = SystemClock()
    private let rotationCheckInterval: Int64

    private struct State {
        /// Whoever has taken it writes; everybody else leaves lines in ``waiting``.
        var output: Output?
        var waiting: [UInt8] = []
        var mustReopen = false
        var dropped = 0
        var failure: SystemError?
    }

    /// The open file.
    private struct Output {
        var descriptor: Int32 = -1
        var lastCheck: Int64 = 0
    }

    /// Opens the target. A file that cannot be opened now is tried again with later lines; see ``failure``.
    public init(_ target: LogTarget, rotationCheckInterval: Int64 = LogFile.rotationCheckInterval) {
        self.target = target
        self.rotationCheckInterval = rotationCheckInterval
        state = Mutex(State())
        var output = Output()
        let failure = open(&output)
        state.withLock {
            $0.output = output
            $0.failure = failure
        }
    }

    /// Why the last line could not be written; `nil` while all is well.
    public var failure: SystemError? { state.withLock { $0.failure } }

    /// Lines lost so far.
    public var dropped: Int { state.withLock { $0.dropped } }

    /// Closes and opens the file again before the next line.
    public func reopen() { state.withLock { $0.mustReopen = true } }

    /// Appends a line; its line end is added here.
    /// - Parameter priority: for the system's log, 3 error … 6 information.
    public func write(_ line: String, priority: Int32 = 6) {
        switch target {
        case .none: return
        case .system: nd_syslog(priority, line)
        case .file, .descriptor: append(CollectionOfOne(line))
        }
    }

    /// Appends lines, in one piece where no other thread is writing.
    public func write(_ lines: [String]) {
        switch target {
        case .none: return
        case .system: for line in lines { nd_syslog(6, line) }
        case .file, .descriptor: append(lines)
        }
    }

    private func append(_ lines: some Collection<String>) {
        let taken: Output? = state.withLock { state in
            for line in lines {
                guard state.waiting.count + line.utf8.count < Self.backlogLimit else {
                    state.dropped += 1
                    continue
                }
                state.waiting += line.utf8
                state.waiting.append(UInt8(ascii: "\n"))
            }
            return state.output.take()
        }
        if let taken { drain(taken) }
    }

    /// Writes what waits, and what came to wait meanwhile; then gives the file back.
    private func drain(_ taken: Output) {
        var output = taken
        while let (bytes, mustReopen) = next(output) {
            var failure: SystemError?
            if mustReopen || isDueForCheck(&output) && hasMoved(output) { failure = open(&output) }
            let isWritten = output.descriptor >= 0
            if isWritten, let error = bytes.withUnsafeBytes({ put($0, to: output.descriptor) }) { failure = error }
            state.withLock { state in
                // A part of it may have been written: then the loss is counted too high, never too low.
                if failure?.operation == "write" || !isWritten {
                    state.dropped += bytes.count { $0 == UInt8(ascii: "\n") }
                }
                if failure != nil || isWritten { state.failure = failure }
            }
        }
    }

    /// What waits; where nothing does, the file is given back.
    private func next(_ output: Output) -> (bytes: [UInt8], mustReopen: Bool)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.output = output
                return nil
            }
            defer {
                state.waiting = []
                state.mustReopen = false
            }
            return (state.waiting, state.mustReopen)
        }
    }

    private func put(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> SystemError? {
        if case .descriptor = target {
            // A terminal that was stopped, or a pipe that nobody reads, must not stop us.
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&ready, 1, 0) == 1 else { return SystemError(operation: "write", number: EAGAIN) }
        }
        let number = writeAll(descriptor, bytes)
        return number == 0 ? nil : SystemError(operation: "write", subject: path, number: number)
    }

    private func isDueForCheck(_ output: inout Output) -> Bool {
        guard case .file = target else { return false }
        let now = clock.monotonic()
        guard now - output.lastCheck >= rotationCheckInterval else { return false }
        output.lastCheck = now
        return true
    }

    /// Whether the path is not the open file any more.
    private func hasMoved(_ output: Output) -> Bool {
        var open = stat()
        var named = stat()
        return fstat(output.descriptor, &open) != 0 || stat(path, &named) != 0 || open.st_ino != named.st_ino
            || open.st_dev != named.st_dev
    }

    /// Where it fails, the old file goes on being written, if there is one.
    private func open(_ output: inout Output) -> SystemError? {
        switch target {
        case .none, .system: return nil
        case .descriptor(let descriptor):
            output.descriptor = descriptor
            return nil
        case .file(let path):
            do throws(SystemError) {
                // Not waiting: a FIFO in its place that nobody reads would hang whoever logs.
                let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
                let descriptor = try System.open(path, flags, 0o640)
                if output.descriptor >= 0 { close(output.descriptor) }
                output.descriptor = descriptor
                return nil
            } catch {
                return error
            }
        }
    }

    private var path: String {
        if case .file(let path) = target { path } else { "" }
    }

    deinit {
        guard case .file = target, let descriptor = state.withLock({ $0.output?.descriptor }), descriptor >= 0 else {
            return
        }
        close(descriptor)
    }

    /// Names the program for the system's log.
    /// - Parameter facility: `[logs] facility`, `daemon` for example.
    public static func openSystemLog(program: String, facility: String) { nd_openlog(program, facility) }
}
