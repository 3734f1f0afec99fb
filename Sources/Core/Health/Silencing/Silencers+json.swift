import Basics

extension Silencers {
    /// As `cmd=LIST` prints them and as `LIBDIR/health.silencers.json` keeps them (web API §11).
    public func json() -> [UInt8] {
        var json = Array("{\n\t\"all\": \(coversAll),\n\t\"type\": \"\(kind.rawValue)\",\n\t\"silencers\": [".utf8)
        for (index, selector) in selectors.enumerated() {
            json += (index == 0 ? "\n\t\t{" : ",\n\t\t{").utf8
            var separator = "\n\t\t\t\""
            for field in Field.allCases {
                guard let pattern = selector[field] else { continue }
                json += "\(separator)\(field.rawValue)\": \"".utf8
                appendJSONText(pattern, to: &json)
                json += "\"".utf8
                separator = ",\n\t\t\t\""
            }
            json += "\n\t\t}".utf8
        }
        json += (selectors.isEmpty ? "]\n}\n" : "\n\t]\n}\n").utf8
        return json
    }

    /// Why a file of silencers is not understood.
    public struct Fault: Error, Sendable, Equatable {
        /// Bytes before it.
        public var offset: Int
        public var sentence: String
    }

    /// Bytes of a file; all selectors with all their patterns take less, however they are escaped.
    static let jsonLimit = 4 << 20

    /// Reads what ``json()`` wrote. Members of other names are passed over; later ones of the same name count.
    ///
    /// - Throws: ``Fault`` where it is no such document, or holds more than there may be.
    public init(json: [UInt8]) throws(Fault) {
        self.init()
        guard json.count <= Self.jsonLimit else { throw Fault(offset: Self.jsonLimit, sentence: "it is too long") }
        var reader = SilencerReader(json)
        var selectors: [Selector] = []
        try reader.members { reader, name throws(Fault) in
            switch name {
            case "all": coversAll = try reader.flag()
            case "type":
                let text = try reader.text()
                guard let known = Kind(rawValue: text) else { throw reader.fault("its type is unknown") }
                kind = known
            case "silencers":
                selectors = []
                try reader.elements { reader throws(Fault) in
                    var selector = Selector()
                    try reader.members { reader, name throws(Fault) in
                        guard let field = Field(rawValue: name) else { return try reader.skip() }
                        let pattern = try reader.text()
                        guard pattern.utf8.count <= Self.patternLimit else {
                            throw reader.fault("a pattern is too long")
                        }
                        // An empty pattern would match nothing: who wrote it meant none.
                        if !pattern.isEmpty { selector[field] = pattern }
                    }
                    guard selectors.count < Self.selectorLimit else { throw reader.fault("it has too many selectors") }
                    if !selector.isEmpty { selectors.append(selector) }
                }
            default: try reader.skip()
            }
        }
        try reader.end()
        for selector in selectors.reversed() { _ = add(selector) }
    }
}
