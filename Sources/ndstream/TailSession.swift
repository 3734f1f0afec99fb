import ArgumentParser
import Diagnostics
import Glibc
import System
import TUI

/// `tail` at work: reads what is there, then what comes, until somebody or something ends it.
final class TailSession {
    private let choice: TailChoice
    private let sources: [TailSource]
    private let last: Int?
    private let deadline: Int64?
    private let isWaitingForCode: Bool
    private let showsSummary: Bool
    private let isPretty: Bool
    private let clock = SystemClock()
    private let output: TailOutput
    private let stop: TailStop
    private let matcher = TemplateMatcher()
    private var memory = SenderMemory()
    private var lineClock: LineClock
    private var merge: TimedMerge<(bytes: [UInt8], moment: Int64?)>
    private var printer: TailPrinter
    private var summary: TailSummary
    /// `nil` where every line is printed.
    private var folding: RepeatFolding<TailLine>?
    private var hasEnded: [Bool]
    private var saidMissing: Set<Int> = []
    private var hasProblem = false
    private var foundCode = false
    private var isOver = false

    private static let pollMilliseconds: Int64 = 250

    init(_ options: Tail, _ choice: TailChoice, _ sources: [TailSource], _ appearance: Appearance) throws {
        self.choice = choice
        self.sources = sources
        last = options.last
        let isTerminal = isatty(STDOUT_FILENO) == 1
        isPretty = options.form == .pretty
        showsSummary = options.summary ?? (isPretty && isTerminal)
        isWaitingForCode = options.untilCode != nil
        deadline = options.timeout.map { SystemClock().monotonic() + Int64($0 * 1_000_000) }
        do throws(SystemError) {
            output = try TailOutput(isTerminal: isTerminal)
            stop = try TailStop(status: options.untilCode == nil ? 0 : ExitStatus.finding.rawValue)
        } catch {
            throw tailFailure(error)
        }
        lineClock = LineClock(choice.zone)
        merge = TimedMerge(sources: sources.count)
        hasEnded = Array(repeating: false, count: sources.count)
        printer = TailPrinter(
            options.form,
            appearance: appearance,
            isColored: options.color.applies(to: STDOUT_FILENO),
            isTerminal: isTerminal,
            zone: choice.zone,
            sources: sources.count > 1 ? sources.map(\.label) : []
        )
        summary = TailSummary(appearance: appearance, zone: choice.zone)
        folding = isPretty && !options.noCollapse ? RepeatFolding() : nil
    }

    /// - Returns: the exit code.
    func run() throws -> Int32 {
        do throws(SystemError) {
            try readPast()
            if !isOver, hasEnded.contains(false) { try follow() }
        } catch {
            finish()
            throw tailFailure(error)
        }
        finish()
        if let number = output.failure, number != EPIPE {
            throw failure("tail", "cannot write: \(String(cString: strerror(number)))", .ioError)
        }
        if isWaitingForCode { return foundCode ? 0 : ExitStatus.finding.rawValue }
        return hasProblem ? ExitStatus.ioError.rawValue : 0
    }

    // MARK: What is there

    /// In exact order, however long a source takes; those that are followed have said all when they have no more for now.
    private func readPast() throws(SystemError) {
        var held = last.map { HeldLines($0) }
        while !isOver {
            var isMoving = false
            for index in sources.indices where merge.isNeeded(index) {
                let state = try poll(index)
                let mayRest = state == .ended || state == .missing || state == .upToDate && sources[index].isAtEnd
                if mayRest { merge.rest(index) }
                isMoving = isMoving || mayRest || state == .more || !merge.isNeeded(index)
            }
            while !isOver, let (line, index) = merge.next() {
                isMoving = true
                guard let chosen = chosen(line.bytes, line.moment, index) else { continue }
                if held != nil { held?.add(chosen) } else { take(chosen) }
            }
            if merge.isEmpty, sources.indices.allSatisfy({ !merge.isNeeded($0) }) { break }
            if !isMoving || !output.hasRoom { wait() }
            check()
        }
        for line in held?.lines ?? [] where !isOver { take(line) }
        flush()
    }

    // MARK: What comes

    private func follow() throws(SystemError) {
        output.isLive = true
        summary.beginMinutes(now: clock.monotonic())
        while !isOver, hasEnded.contains(false) {
            var isMore = false
            for index in sources.indices where !hasEnded[index] {
                if try poll(index) == .more { isMore = true }
            }
            for (line, index) in merge.release(now: clock.monotonic()) where !isOver {
                if let chosen = chosen(line.bytes, line.moment, index) { take(chosen) }
            }
            tick()
            if !isMore, !isOver { wait() }
            check()
        }
    }

    /// What only the time brings.
    private func tick() {
        let now = clock.monotonic()
        if let dropped = output.takeDropped() { output.insist(printer.missing(dropped)) }
        if let due = folding?.due(now: now) { print(due) }
        if showsSummary, let text = summary.minute(now: now, date: clock.now()) { printSummary(text) }
        flush()
    }

    // MARK: One line

    private func poll(_ index: Int) throws(SystemError) -> LogInput.State {
        let now = clock.monotonic()
        let source = sources[index]
        let state = try source.poll(&lineClock) { bytes, moment in
            guard choice.filter.isWithin(moment) else { return }
            merge.add((Array(bytes), moment), moment: moment, from: index, now: now)
        }
        for problem in source.takeProblems() {
            hasProblem = true
            complain("tail", problem)
        }
        switch state {
        case .ended: hasEnded[index] = true
        case .missing:
            if saidMissing.insert(index).inserted {
                complain("tail", "\(source.name) is not there yet; waiting for it")
            }
        case .upToDate, .more: break
        }
        return state
    }

    private func chosen(_ bytes: [UInt8], _ moment: Int64?, _ index: Int) -> TailLine? {
        if let pattern = choice.pattern, !pattern.isIn(bytes[...]) { return nil }
        var recognised = RecognisedLine(LogLine(bytes), matcher)
        memory.complete(&recognised)
        guard choice.filter.accepts(recognised) else { return nil }
        let source = sources.count > 1 ? isPretty ? sources[index].label : sources[index].name : nil
        return TailLine(recognised, moment: moment, source: source, raw: bytes)
    }

    private func take(_ line: TailLine) {
        summary.count(line)
        if folding != nil {
            let outputs = folding!.take(
                line,
                key: (line.source ?? "") + line.recognised.likeness,
                moment: line.moment,
                now: clock.monotonic()
            )
            print(outputs)
        } else {
            output.print(printer.text(line))
        }
        if let awaited = choice.filter.awaited, awaited.matches(line.recognised.condition) {
            foundCode = true
            isOver = true
        }
    }

    private func print(_ outputs: [RepeatFolding<TailLine>.Output]) {
        for one in outputs {
            switch one {
            case .line(let line): output.print(printer.text(line))
            case .same(let line, let count, let every):
                output.print(printer.same(line, count: count, every: every), lines: count)
            }
        }
    }

    private func printSummary(_ text: String) {
        if isPretty { output.print(Array(text.utf8), lines: 0) } else { writeAll(text, to: STDERR_FILENO) }
    }

    // MARK: Time and the end

    private func flush() { if !output.flush() { isOver = true } }

    /// Whether it is time to go.
    private func check() {
        flush()
        if stop.isAsked { isOver = true }
        if let deadline, clock.monotonic() >= deadline { isOver = true }
        // What was written a moment before may come a moment after.
        if let until = choice.filter.until, clock.now() > until + 1_000_000, sources.allSatisfy(\.isFollowed) {
            isOver = true
        }
    }

    /// Until something can be read, was printed, ends it, or some time has passed.
    private func wait() {
        // A request that is known already would only keep it awake.
        var watched = [pollfd(fd: stop.isAsked ? -1 : stop.descriptor, events: Int16(POLLIN), revents: 0)]
        // An error there is told unasked: nobody reads any more.
        watched.append(pollfd(fd: STDOUT_FILENO, events: 0, revents: 0))
        if let progress = output.progress {
            watched.append(pollfd(fd: progress.descriptor, events: Int16(POLLIN), revents: 0))
        }
        for source in sources {
            if let readable = source.readable {
                watched.append(pollfd(fd: readable, events: Int16(POLLIN), revents: 0))
            }
        }
        var milliseconds = Self.pollMilliseconds
        if let deadline { milliseconds = min(milliseconds, max(0, (deadline - clock.monotonic()) / 1000 + 1)) }
        Glibc.poll(&watched, nfds_t(watched.count), Int32(milliseconds))
        output.progress?.drain()
        if watched[1].revents != 0 { isOver = true }
    }

    /// Says what is still to be said.
    private func finish() {
        if output.failure != nil { return }
        if !foundCode {
            for index in sources.indices { merge.rest(index) }
            isOver = false
            while !isOver, let (line, index) = merge.next() {
                if let chosen = chosen(line.bytes, line.moment, index) { take(chosen) }
            }
        }
        if let rest = folding?.flush() { print(rest) }
        if let dropped = output.takeDropped() { output.insist(printer.missing(dropped)) }
        if showsSummary { printSummary(summary.closing) }
        output.flush()
        waitForTerminal()
    }

    /// Everything of the past was asked for; what came since has two seconds to be shown, and after ^C one.
    private func waitForTerminal() {
        var limit = output.isLive ? clock.monotonic() + 2_000_000 : Int64.max
        var isHurried = false
        while !output.isIdle, output.failure == nil, clock.monotonic() < limit {
            if stop.isAsked, !isHurried {
                isHurried = true
                limit = min(limit, clock.monotonic() + 1_000_000)
            }
            wait()
            output.flush()
        }
    }
}
