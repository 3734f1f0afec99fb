import ArgumentParser
import Basics
import Glibc
import Status
import System
import TUI

/// `top` on a terminal: keys and documents change the state, the state is drawn.
struct TopSession {
    let source: StatusSource
    let appearance: Appearance
    let isColored: Bool
    let mouse: Bool
    let delay: Double

    func run() throws {
        let fetcher = try StatusFetcher(source, interval: delay)
        // The terminal is given back before anything else is said or done.
        let ending = show(fetcher)
        switch ending {
        case .quit, .signal(SIGINT): return
        case .unknownTerminal:
            let name =
                environment("TERM").map { "this terminal, '\($0)', is not known or" }
                ?? "TERM is not set, so the terminal"
            throw failure("top", "\(name) cannot be drawn on. Try: ndstream top --batch", .unavailable)
        case .signal(let number):
            signal(number, SIG_DFL)
            raise(number)
        }
    }

    private enum Ending {
        case quit
        case signal(Int32)
        case unknownTerminal
    }

    private func show(_ fetcher: StatusFetcher) -> Ending {
        guard let terminal = Terminal(color: isColored, mouse: mouse) else { return .unknownTerminal }
        fetcher.start()
        var state = TopState(
            source: source.name,
            suggestedKey: GUID(random: SystemRandom.bytes(16)).description,
            interval: delay
        )
        while true {
            for news in fetcher.take() { take(news, &state) }
            let (rows, columns) = terminal.size
            terminal.show(topScreen(state, rows: rows, columns: columns, appearance: appearance, now: now()))
            let shown = topLayout(state, rows: rows, columns: columns, appearance: appearance, now: now())
            fetcher.wanted = state.chartRequest(layout: shown)
            fetcher.wantedAlarm = state.alarmRequest
            let isThere = terminal.wait(alsoFor: fetcher.newsDescriptor, milliseconds: millisecondsToNextSecond())
            if let number = terminal.endSignal { return .signal(number) }
            guard isThere else { return .signal(SIGHUP) }
            while let key = terminal.key() {
                let layout = topLayout(state, rows: rows, columns: columns, appearance: appearance, now: now())
                switch state.press(key, layout: layout, now: now()) {
                case .nothing: break
                case .quit: return .quit
                case .refresh: fetcher.askNow()
                case .repaint: terminal.forget()
                case .copy(let text): terminal.copy(text)
                case .write(let report): write(report, &state)
                case .forget(let guids): fetcher.forget(guids)
                }
                fetcher.interval = state.interval
            }
        }
    }

    private func take(_ news: StatusFetcher.News, _ state: inout TopState) {
        switch news {
        case .document(let document): state.take(document, now: now())
        case .failure(let failure):
            state.lost(failure.sentence, details: failure.evidence + failure.fixes, now: now())
        case .charts(let news): state.take(news)
        case .alarm(let news): state.take(news)
        case .said(let sentence, let isBad): state.say(sentence, isBad: isBad)
        }
    }

    /// A report goes where the user is, under a name of its own.
    private func write(_ report: String, _ state: inout TopState) {
        let name = "ndstream-top-\(Int(now())).txt"
        do throws(SystemError) {
            try Files.write(Array(report.utf8), to: name)
            state.say("written: \(name)")
        } catch {
            state.say("\(name): \(error.reason)", isBad: true)
        }
    }

    private func now() -> Double { Double(SystemClock().now()) / 1_000_000 }

    /// Ages and the clock change once a second.
    private func millisecondsToNextSecond() -> Int {
        1000 - Int(SystemClock().now() / 1000 % 1000)
    }
}
