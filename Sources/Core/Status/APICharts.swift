internal import FoundationEssentials

/// The charts of one host as a node's API lists them (`/api/v1/charts`, web API §4.3): what a screen needs of it.
public struct APICharts: Sendable, Equatable, Decodable {
    public struct Chart: Sendable, Equatable, Decodable {
        public var id: String
        public var family: String
        public var context: String
        public var title: String
        public var units: String
        public var priority: Int
        /// Seconds between two points.
        public var updateEvery: Int
        /// Unix seconds of the oldest point, and of the newest.
        public var firstEntry: Double
        public var lastEntry: Double
        /// Shown names, by the identifiers.
        public var dimensions: [String: Dimension]

        enum CodingKeys: String, CodingKey {
            case id, family, context, title, units, priority, dimensions
            case updateEvery = "update_every"
            case firstEntry = "first_entry"
            case lastEntry = "last_entry"
        }
    }

    public struct Dimension: Sendable, Equatable, Decodable {
        public var name: String

        public init(name: String) { self.name = name }
    }

    /// By their identifiers.
    public var charts: [String: Chart]

    /// - Throws: ``StatusReadError/malformed(_:)``.
    public init(json: [UInt8]) throws(StatusReadError) {
        self = try decoded(json)
    }
}

/// Points of one chart as a node's API gives them (`/api/v1/data?format=json`, web API §7).
public struct APIData: Sendable, Equatable {
    /// Names of the dimensions.
    public var dimensions: [String]
    /// Unix seconds of each row, rising.
    public var times: [Double]
    /// For each dimension the value of each row; `nil` where there is none.
    public var values: [[Double?]]

    public init(dimensions: [String], times: [Double], values: [[Double?]]) {
        self.dimensions = dimensions
        self.times = times
        self.values = values
    }

    /// - Throws: ``StatusReadError/malformed(_:)``.
    public init(json: [UInt8]) throws(StatusReadError) {
        let table: Table = try decoded(json)
        let rows = table.data.filter { $0.count == table.labels.count && $0.first != nil }
            .sorted { ($0[0] ?? 0) < ($1[0] ?? 0) }
        dimensions = Array(table.labels.dropFirst())
        times = rows.map { $0[0] ?? 0 }
        values = dimensions.indices.map { index in rows.map { $0[index + 1] } }
    }

    private struct Table: Decodable {
        var labels: [String]
        var data: [[Double?]]
    }
}
