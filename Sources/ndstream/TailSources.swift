import ArgumentParser
import Diagnostics
import Glibc
import System

/// Finds and opens what is to be read.
struct TailSources {
    private let options: Tail
    private let choice: TailChoice

    /// When following, that much of the end of a file is looked through for the last lines.
    private static let lookBackBytes = 8 << 20
    /// As many entries of the journal are looked through for the last lines.
    private static let lookBackEntries = 20_000
    /// Lines of a file that may come before the first that says when it was written.
    private static let firstLines = 1000

    init(_ options: Tail, _ choice: TailChoice) {
        self.options = options
        self.choice = choice
    }

    func open() throws -> [TailSource] {
        var paths = options.files
        if paths.isEmpty, !options.journal { paths = [try usualLog()] }
        let labels = labels(paths)
        let journalctl = options.journal ? try programOfJournal() : nil
        do throws(SystemError) {
            var sources: [TailSource] = []
            for (path, label) in zip(paths, labels) { sources.append(try file(path, label)) }
            if let journalctl { sources.append(try journal(journalctl)) }
            return sources
        } catch {
            throw tailFailure(error)
        }
    }

    private func programOfJournal() throws -> String {
        if let program = Programs.find("journalctl", path: Programs.path) { return program }
        throw failure(
            "tail",
            "--journal needs journalctl, and this machine has none: its nodes log to files, see [logs] in netdata.conf",
            .unavailable
        )
    }

    private func usualLog() throws -> String {
        let candidates = NodePaths(stateDirectory: options.stateDir).errorLogs + ["/var/log/netdata/error.log"]
        for path in candidates where Files.exists(path) { return path }
        throw failure("tail", "no log found; looked for " + candidates.joined(separator: ", "), .noInput)
    }

    private func file(_ path: String, _ label: String) throws(SystemError) -> TailSource {
        if path == "-" {
            // Its last lines are known when it has ended.
            let isAlone = options.files.count == 1 && !options.journal
            let follows = !options.noFollow && !(isAlone && options.last != nil)
            return TailSource(
                "-",
                label: label,
                isFollowed: follows,
                [.descriptor(STDIN_FILENO, name: "standard input")]
            )
        }
        let older = try olderGenerations(path)
        if options.noFollow || LogInput.isCompressed(path) {
            return TailSource(path, label: label, isFollowed: false, older + [try .file(path)])
        }
        // Of the last byte at least, so that a line whose end is missing is not taken for a whole one.
        let lookBack =
            choice.filter.since == nil && choice.filter.until == nil
            ? options.last.map { $0 == 0 ? 1 : Self.lookBackBytes } : nil
        return TailSource(path, label: label, isFollowed: true, older + [.followed(path, lastBytes: lookBack)])
    }

    /// Those that may have lines from `--since` on, the oldest first.
    private func olderGenerations(_ path: String) throws(SystemError) -> [LogInput] {
        guard let since = choice.filter.since, !LogInput.isCompressed(path) else { return [] }
        if Files.exists(path), let first = try firstMoment(path), first <= since { return [] }
        var inputs: [LogInput] = []
        for older in RotatedLogs.older(than: path) {
            inputs.insert(try .file(older), at: 0)
            if let first = try firstMoment(older), first <= since { break }
        }
        return inputs
    }

    private func firstMoment(_ path: String) throws(SystemError) -> Int64? {
        let input = try LogInput.file(path)
        var clock = LineClock(choice.zone)
        var first: Int64?
        var lines = 0
        while first == nil, lines < Self.firstLines {
            let state = try input.poll { line in
                lines += 1
                if first == nil { first = clock.moment(of: line) }
            }
            switch state {
            case .ended, .missing: return first
            case .more: continue
            case .upToDate:
                guard let readable = input.readable else { return first }
                var ready = pollfd(fd: readable, events: Int16(POLLIN), revents: 0)
                poll(&ready, 1, -1)
            }
        }
        return first
    }

    // MARK: The journal

    /// Its past, which has an end, and then what comes after the last entry of that.
    private func journal(_ program: String) throws(SystemError) -> TailSource {
        let follows = !options.noFollow
        var past: [String] = []
        if let since = choice.filter.since { past.append("--since=@\(since / 1_000_000)") }
        if let until = choice.filter.until { past.append("--until=@\(until / 1_000_000 + 1)") }
        if past.isEmpty, let last = options.last { past.append("--lines=\(last == 0 ? 1 : Self.lookBackEntries)") }
        let started = SystemClock().now() / 1_000_000
        // Netdata has a journal of its own within systemd's; systemd before 245 knows none.
        var spaces = ["--namespace=+netdata"]
        func run(_ options: [String]) throws(SystemError) -> LogInput {
            let arguments =
                ["journalctl", "--output=json", "--no-pager", "--quiet", "--identifier=netdata"]
                + ["--identifier=ndstream"] + spaces + options
            let command = Process.Command(path: program, arguments: arguments, environment: Programs.environment)
            return try .program(command, name: "journalctl")
        }
        let source = TailSource("journal", label: "journal", isFollowed: follows, [try run(past)])
        source.isInPast = true
        source.thereafter { [unowned source] (last, problem) throws(SystemError) in
            if !spaces.isEmpty, last == nil, problem?.contains("namespace") == true {
                spaces = []
                return try run(past)
            }
            guard follows, source.isInPast, problem == nil else { return nil }
            source.isInPast = false
            let cursor = last.flatMap { LogLine($0).cursor }
            return try run(
                ["--follow"] + (cursor.map { ["--lines=all", "--after-cursor=" + $0] } ?? ["--since=@\(started)"])
            )
        }
        return source
    }

    // MARK: Names

    /// The last part of each path, and where two are the same the part before it, too.
    private func labels(_ paths: [String]) -> [String] {
        let short = paths.map { shortened($0, 1) }
        return zip(paths, short).map { path, label in
            short.filter { $0 == label }.count > 1 ? shortened(path, 2) : label
        }
    }

    private func shortened(_ path: String, _ parts: Int) -> String {
        path == "-" ? "stdin" : path.split(separator: "/").suffix(parts).joined(separator: "/")
    }
}

/// - Returns: what to throw.
func tailFailure(_ error: SystemError) -> ExitCode {
    let status: ExitStatus = error.number == ENOENT ? .noInput : error.number == EACCES ? .notPermitted : .ioError
    return failure("tail", error.description, status)
}
