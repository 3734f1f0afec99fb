import ArgumentParser
import Basics
import Diagnostics
import Glibc
import System

/// Which lines were asked for, understood.
struct TailChoice {
    var filter = LineFilter()
    /// `-g`.
    var pattern: TextPattern?
    let zone = LocalTime { LocalZone.secondsAhead(wall: $0) }

    /// - Throws: what is wrong with the options, as a sentence for whoever typed them.
    init(_ options: Tail) throws {
        let now = SystemClock().now()
        filter.all = options.all
        filter.least = options.level.flatMap { LineFilter.Least(rawValue: $0.rawValue) }
        filter.side = options.side.flatMap { RecognisedLine.Side(rawValue: $0.rawValue) }
        if let host = options.host {
            let hosts = SimplePattern(host)
            filter.host = { hosts.matches($0) }
        }
        filter.codes = try options.code.map { try codes($0, "--code") }
        filter.awaited = try options.untilCode.map { try codes($0, "--until-code") }
        filter.since = try options.since.map { try moment($0, "--since", now) }
        filter.until = try options.until.map { try moment($0, "--until", now) }
        if let since = filter.since, let until = filter.until, since >= until {
            throw ValidationError("Nothing is between --since \(options.since!) and --until \(options.until!).")
        }
        do throws(TextPattern.Invalid) {
            // Its classes of letters are those of the terminal's language.
            setlocale(LC_CTYPE, "")
            pattern = if let grep = options.grep { try TextPattern(grep) } else { nil }
        } catch {
            throw ValidationError(
                "-g wants an extended regular expression; '\(options.grep!)' is none: \(error.reason)."
            )
        }
    }

    private func codes(_ text: String, _ option: String) throws -> CodePattern {
        do throws(CodePattern.Unknown) {
            return try CodePattern(text)
        } catch {
            throw ValidationError(
                "\(option): there is no code '\(error.word)'. Codes look like ND-F7 or ND-F*: see man ndstream-codes."
            )
        }
    }

    private func moment(_ text: String, _ option: String, _ now: Int64) throws -> Int64 {
        if let moment = SpokenTime.moment(text, now: now, zone) { return moment }
        throw ValidationError("\(option) wants a time; '\(text)' is none. Understood are \(SpokenTime.forms).")
    }
}
