/// How a chart's name is made of what its source calls it (streaming protocol §8.1).
enum ChartName {
    /// `type.name`: the type is always that of the id. `nil` where the given one says nothing.
    static func full(_ given: String, id: String) -> String? {
        guard let dot = id.firstIndex(of: ".") else { return nil }
        let type = id[..<dot]
        let own = id[id.index(after: dot)...]
        var name = given[...]
        if name.hasPrefix(type + ".") { name = name.dropFirst(type.count + 1) }
        let upper = name.uppercased()
        guard !name.isEmpty, name != own, upper != "NULL", upper != "(NULL)" else { return nil }
        return type + "." + cleaned(name)
    }

    /// Letters, digits, `.`, `_`, `-` and what lies beyond ASCII stay; all else becomes `_`.
    private static func cleaned(_ name: Substring) -> String {
        String(
            decoding: name.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    0x80...:
                    byte
                default: UInt8(ascii: "_")
                }
            },
            as: UTF8.self
        )
    }
}
