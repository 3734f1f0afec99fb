import Basics
import Diagnostics
import Synchronization
import Wire

/// What a stream says of its host: labels, variables, the cloud's identity (streaming protocol §8.5–8.7).
extension Ingest {
    mutating func labelHost(_ words: borrowing Words) -> Bool {
        guard words.count >= 3, !words[0].isEmpty else {
            note(.malformedHostLabel)
            return true
        }
        guard hostLabels.count < database.limits.labelsPerHost else {
            database.counters.refusedDefinitions &+= 1
            limit(database.limits.labelsPerHost, "labels")
            return true
        }
        // 1.33 sends the value unquoted: its words belong together.
        var value = text(words[2])
        for index in 3..<max(3, words.count) where !words[index].isEmpty { value += " " + text(words[index]) }
        if let label = label(words[0], value, words[1]) { hostLabels.take(label) }
        return true
    }

    mutating func overwriteHostLabels() -> Bool {
        let labels = hostLabels
        hostLabels = []
        let changed = host.identity.withLock { identity in
            guard identity.labels != labels else { return false }
            identity.labels = labels
            return true
        }
        if changed { database.tell(.hostLabels) }
        return true
    }

    mutating func claim(_ words: borrowing Words) -> Bool {
        guard words.count == 2 else {
            return stop(.claimMalformed, ["expected": "2", "received": String(words.count)])
        }
        guard let machine = GUID(words[0].bytes) else { return stop(.claimHostNotGUID, ["value": text(words[0])]) }
        let isNull = words[1] == "NULL"
        guard let claim = isNull ? machine : GUID(words[1].bytes) else {
            return stop(.claimNotGUID, ["value": text(words[1])])
        }
        guard machine == host.guid else {
            note(.claimOfAnotherHost, ["guid": machine.description, "own": host.guid.description])
            return true
        }
        let new = isNull ? nil : claim.description
        let changed = host.identity.withLock { identity in
            defer { identity.claimID = new }
            return identity.claimID != new
        }
        if changed { database.tell(.claim(new)) }
        return true
    }

    mutating func setVariable(_ words: borrowing Words) -> Bool {
        var first = 0
        let chart = currentChart
        var isOfChart = chart != nil
        if words[0] == "GLOBAL" || words[0] == "HOST" {
            first = 1
            isOfChart = false
        } else if words[0] == "LOCAL" || words[0] == "CHART" {
            first = 1
            isOfChart = true
        }
        if isOfChart, isIgnoring { return true }
        let name = text(words[first])
        guard !name.isEmpty else { return stop(.variableWithoutName) }
        let text = text(words[first + 1])
        guard !text.isEmpty else {
            note(.variableEmpty, ["scope": isOfChart ? "CHART" : "HOST", "variable": name])
            return true
        }
        let value = number(text, of: name)
        if isOfChart {
            guard let chart else {
                note(.chartVariableWithoutChart, ["variable": name])
                return true
            }
            if !database.setVariable(name, value, of: chart) {
                limit(database.limits.variablesPerChart, "variables of a chart")
            }
        } else if !database.setHostVariable(name, value) {
            limit(database.limits.variablesPerHost, "variables")
        }
        return true
    }

    /// The number at the front of a text; complaints about the rest.
    private mutating func number(_ text: String, of variable: String) -> Double {
        if let value = Double(text), value.isFinite { return value }
        // No number is longer than this; so no text makes the search slow.
        var prefix = text.prefix(64)
        while let last = prefix.indices.last {
            prefix = prefix[..<last]
            guard let value = Double(prefix), value.isFinite else { continue }
            note(
                .variableWithLeftovers,
                ["value": text, "variable": variable, "rest": String(text[last...])]
            )
            return value
        }
        note(.variableNotANumber, ["value": text, "variable": variable])
        return 0
    }
}
