import ArgumentParser
import Basics
import Diagnostics
import Glibc
import System
import TUI

/// Reads lines from a file or from standard input and hands them to a sink.
struct TailReader {
    /// `-` is standard input.
    let path: String
    /// Print only so many of the lines that are there already; `nil` all.
    let last: Int?
    let follows: Bool

    /// When following, that much of the end of a file is looked through for the last lines.
    private static let lookBackBytes = 8 << 20
    private static let pollMilliseconds: Int32 = 250

    func run(_ sink: TailSink) throws {
        do throws(SystemError) {
            if path == "-" { try readInput(sink) } else { try readFile(sink) }
        } catch {
            let status: ExitStatus =
                error.number == ENOENT ? .noInput : error.number == EACCES ? .notPermitted : .ioError
            throw failure("tail", error.description, status)
        }
    }

    /// Prints what arrives as it arrives; with `-n` only when the end has come can the last lines be known.
    private func readInput(_ sink: TailSink) throws(SystemError) {
        var input = LineInput(STDIN_FILENO)
        var held = last.map { HeldLines($0) }
        while try input.next({ line in
            if held != nil { held?.add(line, sink) } else { sink.take(line) }
        }) {
            guard sink.flush() else { return }
        }
        held?.release(to: sink)
        sink.flush()
    }

    private func readFile(_ sink: TailSink) throws(SystemError) {
        var follower = LogFollower(path, lastBytes: follows && last != nil ? Self.lookBackBytes : nil)
        var held = last.map { HeldLines($0) }
        var saidMissing = false
        while true {
            let state = try follower.poll { line in
                if held != nil { held?.add(line, sink) } else { sink.take(line) }
            }
            switch state {
            case .more: continue
            case .missing:
                guard follows else { throw SystemError(operation: "open", subject: path, number: ENOENT) }
                // What comes when the file comes is new.
                held = nil
                if !saidMissing { complain("tail", "\(path) is not there yet; waiting for it") }
                saidMissing = true
            case .upToDate:
                if !follows {
                    follower.finish { line in
                        if held != nil { held?.add(line, sink) } else { sink.take(line) }
                    }
                }
                held?.release(to: sink)
                held = nil
            }
            guard sink.flush(), follows, isWanted() else { return }
        }
    }

    /// Waits for the time between two looks at the file; false when whoever read the output has gone meanwhile.
    private func isWanted() -> Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, Self.pollMilliseconds) <= 0
    }
}

/// The last lines that pass the sink's filter, until it is known that they are the last.
private struct HeldLines {
    private let limit: Int
    private var lines: [[UInt8]] = []
    private var oldest = 0

    init(_ limit: Int) { self.limit = limit }

    mutating func add(_ line: ArraySlice<UInt8>, _ sink: TailSink) {
        guard limit > 0, sink.wants(line) else { return }
        if lines.count < limit {
            lines.append(Array(line))
        } else {
            lines[oldest] = Array(line)
            oldest = (oldest + 1) % limit
        }
    }

    func release(to sink: TailSink) {
        for line in lines[oldest...] + lines[..<oldest] { sink.take(line[...]) }
    }
}

/// Chooses lines and prints them.
final class TailSink {
    private let pattern: SimplePattern?
    private let all: Bool
    private let json: Bool
    private var printer: TailPrinter
    private let matcher = TemplateMatcher()
    private var output: [UInt8] = []
    private var isClosed = false

    init(pattern: SimplePattern?, all: Bool, json: Bool, printer: TailPrinter) {
        self.pattern = pattern
        self.all = all
        self.json = json
        self.printer = printer
    }

    func wants(_ line: ArraySlice<UInt8>) -> Bool { chosen(line) != nil }

    func take(_ line: ArraySlice<UInt8>) {
        guard let recognised = chosen(line) else { return }
        let text = json ? tailJSON(recognised, raw: String(decoding: line, as: UTF8.self)) : printer.text(recognised)
        output += text.utf8
        if output.count > 65_536 { flush() }
    }

    /// False when nobody reads any more.
    @discardableResult
    func flush() -> Bool {
        if !output.isEmpty, !isClosed { isClosed = !writeAll(output, to: STDOUT_FILENO) }
        output.removeAll(keepingCapacity: true)
        return !isClosed
    }

    deinit { flush() }

    private func chosen(_ line: ArraySlice<UInt8>) -> RecognisedLine? {
        guard !line.isEmpty else { return nil }
        let recognised = RecognisedLine(LogLine(line), matcher)
        guard all || recognised.isStreaming else { return nil }
        guard let pattern else { return recognised }
        return recognised.isAbout(pattern.matches) ? recognised : nil
    }
}
