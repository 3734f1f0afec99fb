import Basics
import Diagnostics
import Glibc
import System

/// One plugin: its runs, one after the other, until it is disabled.
///
/// A run lasts until the plugin closes its standard output, whatever became of the process that was started: some
/// leave the work to a child. Then it may end by itself, is asked to, is made to, in this order.
final class ExternalPlugin {
    /// A plugin that has closed its output gets so long to end by itself, so that its exit code is seen.
    static let ownEnd: Int64 = 1_000_000
    /// From SIGTERM to SIGKILL.
    static let grace: Int64 = 2_000_000
    /// How often an ending process is looked at.
    static let endingStep: Int64 = 5000

    enum Phase: Equatable {
        case waiting(until: Int64)
        case running
        case ending
        case disabled
    }

    let file: PluginFile
    private(set) var phase = Phase.waiting(until: 0)
    private(set) var run: PluginRun?
    private(set) var restart: PluginRestart
    private let command: Process.Command
    private let makeOutput: () -> any PluginOutput
    private let clock: any Clock
    private let reporter: any Reporter

    init(
        file: PluginFile,
        updateEvery: Int,
        options: String,
        environment: [String],
        directory: String?,
        clock: any Clock,
        reporter: any Reporter,
        makeOutput: @escaping () -> any PluginOutput
    ) {
        self.file = file
        self.restart = PluginRestart(updateEvery: Int64(max(1, updateEvery)))
        let options = options.isEmpty ? "" : " " + options
        self.command = .shell(
            "exec \(shellQuoted(file.path)) \(restart.updateEvery)\(options)",
            environment: environment,
            directory: directory
        )
        self.clock = clock
        self.reporter = reporter
        self.makeOutput = makeOutput
    }

    /// Does what the time has come for.
    func step() {
        let now = clock.monotonic()
        switch phase {
        case .waiting(let until) where until <= now: start(now: now)
        case .ending: end(now: now)
        case .waiting, .running, .disabled: break
        }
    }

    /// Microseconds until ``step()`` has something to do; `nil` when only its pipes can wake it.
    var microsecondsToNextStep: Int64? {
        switch phase {
        case .waiting(let until): max(0, until &- clock.monotonic())
        case .ending: Self.endingStep
        case .running, .disabled: nil
        }
    }

    /// Its standard output has something.
    func outputReady(_ buffer: UnsafeMutableRawBufferPointer) {
        guard phase == .running, let run else { return }
        let count = readRetrying(run.process.output, buffer)
        if count > 0 {
            let result = run.output.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            guard result != .goesOn else { return }
            run.disabled = result == .disabled
            stop()
        } else if count == 0 || errno != EAGAIN {
            phase = .ending
            run.terminateAt = clock.monotonic() &+ Self.ownEnd
        }
    }

    /// Its standard error has something.
    func errorsReady(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let run, run.errorsOpen else { return }
        let count = readRetrying(run.process.errors, buffer)
        if count > 0 {
            run.errors.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]), now: clock.monotonic(), log: log)
        } else if count == 0 || errno != EAGAIN {
            run.errorsOpen = false
        }
    }

    /// Ends the run, if there is one.
    func stop() {
        guard let run, phase == .running || phase == .ending else { return }
        phase = .ending
        run.terminateAt = min(run.terminateAt, clock.monotonic())
        end(now: clock.monotonic())
    }

    /// No further run.
    func disable() {
        if run == nil { phase = .disabled }
    }

    private func start(now: Int64) {
        do {
            let process = try Process.start(command)
            report(.pluginStarted, ["pid": "\(process.id)"])
            run = PluginRun(process: process, output: makeOutput())
            phase = .running
        } catch {
            report(.pluginNotStarted, ["reason": error.reason])
            phase = .waiting(until: now &+ restart.updateEvery * PluginRestart.restingIntervals * microsecondsPerSecond)
        }
    }

    private func end(now: Int64) {
        guard let run else { return }
        if let exit = run.process.poll() {
            finish(run, exit, now: now)
        } else if run.killAt <= now {
            run.process.send(SIGKILL)
        } else if run.terminateAt <= now, run.killAt == .max {
            run.process.send(SIGTERM)
            run.killAt = now &+ Self.grace
        }
    }

    private func finish(_ run: PluginRun, _ exit: Process.Exit, now: Int64) {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            for _ in 0..<256 where run.errorsOpen {
                let count = readRetrying(run.process.errors, buffer)
                guard count > 0 else { break }
                run.errors.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]), now: now, log: log)
            }
        }
        run.errors.end(now: now, log: log)
        let collected = run.output.collections
        let pid = ["pid": "\(run.process.id)"]
        report(.pluginEnded, pid, ["count": "\(collected)"])
        switch exit {
        case .code(0): break
        case .code(let code): report(.pluginExitCode, pid, ["code": "\(code)"])
        case .signal(let signal): report(.pluginSignal, pid, ["signal": "\(signal)"])
        }
        // Killed by us is no failure of its own, however it had to be done.
        let ended: Process.Exit = run.killAt != .max && exit == .signal(SIGKILL) ? .signal(SIGTERM) : exit
        switch restart.ended(ended, collected: collected, disabled: run.disabled) {
        case .restart(let seconds, let reason):
            phase = .waiting(until: now &+ seconds * microsecondsPerSecond)
            report(reason, pid)
        case .disable(let reason):
            phase = .disabled
            report(reason, pid)
        }
        self.run = nil
    }
}

/// One run of a plugin.
final class PluginRun {
    var process: Process
    let output: any PluginOutput
    var errors = PluginErrors()
    var errorsOpen = true
    /// Whether its output said that it is not to be started again.
    var disabled = false
    /// When SIGTERM and SIGKILL are due, monotonic microseconds.
    var terminateAt: Int64 = .max
    var killAt: Int64 = .max

    init(process: consuming Process, output: any PluginOutput) {
        self.process = process
        self.output = output
    }
}

extension ExternalPlugin {
    func report(_ condition: Condition, _ values: [String: String]...) {
        var all = ["path": file.path]
        for some in values { all.merge(some) { $1 } }
        reporter.report(Event(condition, at: clock.now(), thread: "PLUGINSD[\(file.name)]", values: all))
    }

    private func report(_ reason: PluginRestart.Reason, _ pid: [String: String]) {
        switch reason {
        case .none: break
        case .uselessSuccess: report(.pluginUseless, pid)
        case .uselessSuccessDisabled: report(.pluginUselessDisabled, pid)
        case .uselessSuccessTooOften(let times): report(.pluginUselessTooOften, pid, ["times": "\(times)"])
        case .killed: report(.pluginKilled, pid)
        case .failedNeverCollected(let code): report(.pluginFailedAtOnce, pid, ["code": "\(code)"])
        case .failedAfterCollecting(let code, let count):
            report(.pluginFailed, pid, ["code": "\(code)", "count": "\(count)"])
        case .failedTooOften(let code, let count, let times):
            report(.pluginFailedTooOften, pid, ["code": "\(code)", "count": "\(count)", "times": "\(times)"])
        }
    }

    private func log(_ line: PluginErrors.Line) {
        switch line {
        case .text(let text): report(.pluginSays, ["line": text])
        case .suppressed(let count): report(.pluginSaysTooMuch, ["count": "\(count)"])
        }
    }
}

/// A word that the shell takes as it is.
func shellQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

private func readRetrying(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
        let count = read(file, buffer.baseAddress!, buffer.count)
        if count >= 0 || errno != EINTR { return count }
    }
}
