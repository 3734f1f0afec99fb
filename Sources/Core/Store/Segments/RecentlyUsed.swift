/// A small cache that forgets what was not asked for longest.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private var entries: [Key: (value: Value, used: UInt64)] = [:]
    private var uses: UInt64 = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    subscript(key: Key) -> Value? {
        mutating get {
            guard let value = entries[key]?.value else { return nil }
            uses += 1
            entries[key]?.used = uses
            return value
        }
        set {
            uses += 1
            entries[key] = newValue.map { ($0, uses) }
            if entries.count > capacity { forgetOlder() }
        }
    }

    mutating func remove(where isGone: (Key) -> Bool) {
        for key in entries.keys where isGone(key) { entries[key] = nil }
    }

    mutating func update(_ change: (Key, inout Value) -> Void) {
        for key in entries.keys {
            guard var entry = entries[key] else { continue }
            change(key, &entry.value)
            entries[key] = entry
        }
    }

    /// Half at once, so that not every new entry looks at all.
    private mutating func forgetOlder() {
        let times = entries.values.map(\.used).sorted()
        let border = times[times.count / 2]
        entries = entries.filter { $0.value.used >= border }
    }
}
