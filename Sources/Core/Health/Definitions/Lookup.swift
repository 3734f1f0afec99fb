public import Store

/// What an alarm asks the database (health §3): one row over a window, of the dimensions that match.
public struct Lookup: Sendable, Equatable {
    public var method: Grouping
    /// Seconds from the window's end to its beginning, negative.
    public var after: Int
    /// Seconds from now to the window's end, 0 or negative.
    public var before = 0
    public var options: QueryOptions = []
    /// Patterns as they were written; empty is all of them.
    public var dimensions = ""
    /// One alarm is made for each dimension that matches; `nil` where one is made for all.
    public var foreach: String?
    /// From `every`; without it the length of the window.
    public var every: Int

    /// What is wrong with a lookup, and the words it is wrong with.
    struct Problem: Error, Equatable {
        var sentence: String
        var text: String
    }

    /// - Parameters:
    ///   - text: the value of the key, its blanks reduced to one between words.
    ///   - complain: called for what is left out.
    /// - Throws: ``Problem`` where there is no lookup at all.
    init(_ text: String, complain: (Problem) -> Void) throws(Problem) {
        var words = text.split(separator: " ")[...]
        guard let name = words.popFirst(), let method = Grouping.known(as: String(name)) else {
            throw Problem(sentence: "an unknown method", text: String(text.prefix { $0 != " " }))
        }
        guard let duration = words.popFirst(), let after = healthSeconds(duration) else {
            throw Problem(sentence: "no duration", text: text)
        }
        self.method = method
        self.after = after
        every = abs(after)
        while let word = words.popFirst() {
            switch word {
            case "at", "every":
                guard let value = words.popFirst(), let seconds = healthSeconds(value) else {
                    complain(Problem(sentence: "no duration behind '\(word)'", text: text))
                    continue
                }
                if word == "at" { before = seconds } else { every = abs(seconds) }
            case "of": dimensions = Self.rest(&words, upTo: "foreach")
            case "foreach": foreach = Self.rest(&words, upTo: "of")
            default:
                guard let option = Self.options[String(word)] else {
                    complain(Problem(sentence: "an unknown keyword", text: String(word)))
                    continue
                }
                options.insert(option)
            }
        }
        if dimensions == "all" { dimensions = "" }
    }

    private static func rest(_ words: inout ArraySlice<Substring>, upTo end: String) -> String {
        let taken = words.prefix { $0 != end }
        words = words.dropFirst(taken.count)
        return taken.joined(separator: " ")
    }

    private static let options: [String: QueryOptions] = [
        "absolute": .absolute, "abs": .absolute, "absolute_sum": .absolute, "min2max": .min2max,
        "null2zero": .null2zero,
        "percentage": .percentage, "unaligned": .unaligned, "anomaly-bit": .anomalyBit, "match-ids": .matchIDs,
        "match_ids": .matchIDs, "match-names": .matchNames, "match_names": .matchNames,
    ]
}
