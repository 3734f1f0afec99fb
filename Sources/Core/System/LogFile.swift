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
        var descriptor: Int32 = -1
        var waiting: [UInt8] = []
        var isWriting = false
        var mustReopen = false
        var lastCheck: Int64 = 0
        var dropped = 0
        var failure: SystemError?
    }

    /// Opens the target. A file that cannot be opened now is tried again with later lines; see ``failure``.
    public init(_ target: LogTarget, rotationCheckInterval: Int64 = LogFile.rotationCheckInterval) {
        self.target = target
        self.rotationCheckInterval = rotationCheckInterval
        state = Mutex(State())
        state.withLock { open(&$0) }
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
        case .file, .descriptor: append(line)
        }
    }

    private func append(_ line: String) {
        let mine = state.withLock { state in
            guard state.waiting.count + line.utf8.count < Self.backlogLimit else {
                state.dropped += 1
                return false
            }
            state.waiting += line.utf8
            state.waiting.append(UInt8(ascii: "\n"))
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mine { drain() }
    }

    /// Writes what waits, and what came to wait meanwhile.
    private func drain() {
        while let (descriptor, bytes) = next() {
            let failure = descriptor < 0 ? 0 : bytes.withUnsafeBytes { put(descriptor, $0) }
            state.withLock { state in
                guard failure != 0 || descriptor < 0 else {
                    state.failure = nil
                    return
                }
                // A part of it may have been written: then the loss is counted too high, never too low.
                state.dropped += bytes.count { $0 == UInt8(ascii: "\n") }
                if failure != 0 { state.failure = SystemError(operation: "write", subject: path, number: failure) }
            }
        }
    }

    private func next() -> (Int32, [UInt8])? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
            checkRotation(&state)
            let bytes = state.waiting
            state.waiting = []
            return (state.descriptor, bytes)
        }
    }

    private func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        if case .descriptor = target {
            // A terminal that was stopped, or a pipe that nobody reads, must not stop us.
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&ready, 1, 0) == 1 else { return EAGAIN }
        }
        return writeAll(descriptor, bytes)
    }

    private func checkRotation(_ state: inout State) {
        guard case .file(let path) = target else { return }
        let now = clock.monotonic()
        guard state.mustReopen || now - state.lastCheck >= rotationCheckInterval || state.lastCheck == 0 else {
            return
        }
        state.lastCheck = now
        if !state.mustReopen, state.descriptor >= 0 {
            var open = stat()
            var named = stat()
            if fstat(state.descriptor, &open) == 0, stat(path, &named) == 0, open.st_ino == named.st_ino,
                open.st_dev == named.st_dev
            {
                return
            }
        }
        self.open(&state)
    }

    private func open(_ state: inout State) {
        state.mustReopen = false
        switch target {
        case .none, .system: return
        case .descriptor(let descriptor): state.descriptor = descriptor
        case .file(let path):
            do throws(SystemError) {
                let descriptor = try System.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
                if state.descriptor >= 0 { close(state.descriptor) }
                state.descriptor = descriptor
                state.failure = nil
            } catch {
                // The old file goes on being written, if there is one.
                state.failure = error
            }
        }
    }

    private var path: String {
        if case .file(let path) = target { path } else { "" }
    }

    deinit {
        state.withLock { if case .file = target, $0.descriptor >= 0 { close($0.descriptor) } }
    }

    /// Names the program for the system's log.
    /// - Parameter facility: `[logs] facility`, `daemon` for example.
    public static func openSystemLog(program: String, facility: String) { nd_openlog(program, facility) }
}
