/// How many characters have to be inserted, deleted, replaced or swapped with their neighbour to make one text of the
/// other; `nil` beyond `limit`, which is also what keeps it cheap.
func editDistance(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>, limit: Int) -> Int? {
    let one = Array(one)
    let other = Array(other)
    guard abs(one.count - other.count) <= limit else { return nil }
    let beyond = limit + 1
    var before = [Int](repeating: beyond, count: other.count + 1)
    var previous = Array(0...other.count)
    var current = before
    for row in 0..<one.count {
        for index in current.indices { current[index] = beyond }
        current[0] = row + 1
        var least = current[0]
        // Further from the diagonal than the limit nothing can become small enough.
        for column in max(0, row - limit)..<max(0, row - limit, min(other.count, row + limit + 1)) {
            let same = one[row] == other[column]
            var best = min(previous[column] + (same ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                best = min(best, before[column - 1] + 1)
            }
            current[column + 1] = best
            least = min(least, best)
        }
        if least > limit { return nil }
        (before, previous, current) = (previous, current, before)
    }
    return previous[other.count] <= limit ? previous[other.count] : nil
}

/// The candidate that somebody probably meant; `nil` where none is near.
public func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
    guard text.utf8.count <= 100 else { return nil }
    let limit = max(1, min(3, text.utf8.count / 3))
    var best: (candidate: String, distance: Int)?
    let lower = text.lowercased()
    for candidate in candidates {
        guard let distance = editDistance(lower.utf8, candidate.lowercased().utf8, limit: limit) else { continue }
        if best == nil || distance < best!.distance { best = (candidate, distance) }
    }
    return best?.candidate
}
