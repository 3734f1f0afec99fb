import ArgumentParser
import Basics
import Glibc
import Status
import Synchronization
import System
import TUI

/// `top` on a terminal: keys and documents change the state, the state is drawn.
struct TopSession {
    let source: StatusSource
    let appearance: Appearance
    let isColored: Bool
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
        guard let terminal = Terminal(color: isColored) else { return .unknownTerminal }
        fetcher.start()
        var state = TopState(
            source: source.name,
            suggestedKey: GUID(random: SystemRandom.bytes(16)).description,
            interval: delay
        )
        while true {
            switch fetcher.take() {
            case .document(let document): state.take(document, now: now())
            case .failure(let failure):
                state.lost(failure.sentence, details: failure.evidence + failure.fixes, now: now())
            case nil: break
            }
            let (rows, columns) = terminal.size
            terminal.show(topScreen(state, rows: rows, columns: columns, appearance: appearance, now: now()))
            let isThere = terminal.wait(alsoFor: fetcher.news, milliseconds: millisecondsToNextSecond())
            if let number = terminal.endSignal { return .signal(number) }
            guard isThere else { return .signal(SIGHUP) }
            while let key = terminal.key() {
                let layout = topLayout(state, rows: rows, columns: columns, appearance: appearance, now: now())
                switch state.press(key, layout: layout, now: now()) {
                case .nothing: break
                case .quit: return .quit
                case .refresh: fetcher.askNow()
                case .repaint: terminal.forget()
                }
                fetcher.interval = state.interval
            }
        }
    }

    private func now() -> Double { Double(SystemClock().now()) / 1_000_000 }

    /// Ages and the clock change once a second.
    private func millisecondsToNextSecond() -> Int {
        1000 - Int(SystemClock().now() / 1000 % 1000)
    }
}

/// Fetches documents on a thread of its own, so that a slow node never keeps a key waiting.
private final class StatusFetcher: Sendable {
    enum News: Sendable {
        case document(StatusDocument)
        case failure(StatusFailure)
    }

    private let source: StatusSource
    private let latest = Mutex<News?>(nil)
    private let pace: Mutex<Double>
    private let newsWakeup: Wakeup
    private let askWakeup: Wakeup

    init(_ source: StatusSource, interval: Double) throws {
        self.source = source
        pace = Mutex(interval)
        newsWakeup = try Wakeup()
        askWakeup = try Wakeup()
    }

    /// Readable when there is news.
    var news: Int32 { newsWakeup.descriptor }

    var interval: Double {
        get { pace.withLock { $0 } }
        set {
            let old = pace.withLock { pace in
                defer { pace = newValue }
                return pace
            }
            if old != newValue { askNow() }
        }
    }

    func start() {
        Threads.start(name: "status") { [self] in
            let client = StatusClient(source)
            while true {
                let news: News
                do throws(StatusFailure) {
                    news = .document(try client.fetch().document)
                } catch {
                    news = .failure(error)
                }
                latest.withLock { $0 = news }
                newsWakeup.signal()
                var asked = pollfd(fd: askWakeup.descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&asked, 1, Int32(interval * 1000))
                askWakeup.drain()
            }
        }
    }

    func askNow() { askWakeup.signal() }

    func take() -> News? {
        newsWakeup.drain()
        return latest.withLock { latest in
            defer { latest = nil }
            return latest
        }
    }
}
