/// What both kinds of nodes are asked.
protocol AnswersAPI: Sendable {
    var port: Int { get }
    var log: String { get }
}

extension RealNetdata: AnswersAPI {}
extension NodeUnderTest: AnswersAPI {}

extension AnswersAPI {
    func json(_ path: String) throws -> JSONValue {
        let response = try HTTP.get(port: port, path)
        guard response.status == 200 else {
            throw HTTP.Failure(description: "\(path): \(response.status) \(response.text.prefix(200))")
        }
        return try JSONValue(response)
    }

    /// Hostnames, the own one first.
    func hosts() throws -> [String] {
        try json("/api/v1/info")["mirrored_hosts"].items.compactMap(\.text)
    }

    /// The charts of a host by id.
    func charts(of host: String) throws -> [String: JSONValue] {
        try json("/host/\(host)/api/v1/charts")["charts"].members
    }

    /// `/api/v1/data` with one row for each stored point, by its time: a value for each dimension, `nil` for none.
    ///
    /// Rows finer than the points are not asked for: 1.37.1 places points of slow charts by where such a query begins
    /// (web API §7.4).
    func data(_ chart: String, of host: String, after: Int, before: Int, options: String = "") throws -> DataTable {
        let query = "chart=\(chart)&after=\(after)&before=\(before)&points=\(before - after)&format=json"
        let answer = try json("/host/\(host)/api/v1/data?\(query)&options=unaligned%7Cnatural-points%7C\(options)")
        var table = DataTable(labels: answer["labels"].items.compactMap(\.text))
        for row in answer["data"].items {
            guard let time = row[0].number else { continue }
            table.rows[Int(time)] = row.items.dropFirst().map(\.number)
        }
        return table
    }
}

struct DataTable: Equatable {
    var labels: [String]
    /// By Unix second.
    var rows: [Int: [Double?]] = [:]

    /// How many values there are.
    var values: Int { rows.values.reduce(0) { $0 + $1.count { $0 != nil } } }

    /// The seconds and dimensions in which another table differs by more than the last printed digit.
    ///
    /// - Parameter phase: seconds by which the two nodes' clocks of a chart may be apart. Two parents read the second
    ///   `BEGIN` of a chart at two moments (streaming protocol §9.2), and what is interpolated then moves along the
    ///   slope of the values.
    func differences(from other: DataTable, phase: Double = 0) -> [String] {
        guard labels == other.labels else { return ["labels \(labels) and \(other.labels)"] }
        var found: [String] = []
        for time in Set(rows.keys).union(other.rows.keys).sorted() {
            guard let one = rows[time], let two = other.rows[time] else {
                found.append("\(time) only in one")
                continue
            }
            for (index, label) in labels.dropFirst().enumerated() {
                let allowed = phase * spread(around: time, index)
                if Self.equal(one[index], two[index], allowed) { continue }
                let (mine, theirs) = (one[index].map { "\($0)" } ?? "null", two[index].map { "\($0)" } ?? "null")
                found.append("\(time) \(label): \(mine) and \(theirs)")
            }
        }
        return found
    }

    /// How far a dimension moves within two seconds; from nothing to something counts as from 0.
    private func spread(around time: Int, _ index: Int) -> Double {
        let near = (time - 2...time + 2).map { (rows[$0]?[index] ?? nil) ?? 0 }
        return near.max()! - near.min()!
    }

    private static func equal(_ one: Double?, _ two: Double?, _ allowed: Double) -> Bool {
        guard let one, let two else { return one == nil && two == nil }
        return abs(one - two) <= max(2e-7, abs(one) * 1e-6) + allowed
    }
}
