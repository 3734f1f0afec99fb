/// The older generations of a log, as logrotate names them: `error.log.1`, `error.log.2.gz`, `error.log-20261122.gz`.
public enum RotatedLogs {
    private static let endings = [".gz", ".xz", ".zst", ".bz2"]

    /// - Returns: paths, the newest first; none where the directory can't be read.
    public static func older(than path: String) -> [String] {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let prefix = slash.map { String(path[...$0]) } ?? ""
        return sorted((try? Files.names(in: directory)) ?? [], of: name).map { prefix + $0 }
    }

    /// The names that are generations of `name`, the newest first: numbers count up, dates down.
    static func sorted(_ names: [String], of name: String) -> [String] {
        var numbered: [(age: Int, name: String)] = []
        var dated: [(date: String, name: String)] = []
        for candidate in names where candidate.hasPrefix(name) && candidate.utf8.count > name.utf8.count + 1 {
            var rest = candidate.dropFirst(name.count)
            if let ending = endings.first(where: { rest.hasSuffix($0) }) { rest = rest.dropLast(ending.count) }
            let word = rest.dropFirst()
            guard let separator = rest.first, !word.isEmpty,
                word.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "-") })
            else { continue }
            if separator == ".", word.count < 6, let age = Int(word) {
                numbered.append((age, candidate))
            } else if separator == "-" || separator == "." {
                dated.append((String(word.filter(\.isNumber)), candidate))
            }
        }
        // The same generation may be there twice while it is being compressed: the plain one is whole, and comes first.
        let byAge = numbered.sorted { ($0.age, $0.name) < ($1.age, $1.name) }
        let byDate = dated.sorted { $0.date == $1.date ? $0.name < $1.name : $0.date > $1.date }
        return withoutRepetitions(byAge.map { (String($0.age), $0.name) })
            + withoutRepetitions(byDate.map { ($0.date, $0.name) })
    }

    private static func withoutRepetitions(_ generations: [(key: String, name: String)]) -> [String] {
        var last: String?
        return generations.compactMap { generation in
            defer { last = generation.key }
            return generation.key == last ? nil : generation.name
        }
    }
}
