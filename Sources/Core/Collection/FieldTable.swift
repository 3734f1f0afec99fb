import Basics

/// The wanted fields of a file of names and numbers, each with the place of its value.
///
/// Files such as /proc/vmstat have many more lines than charts need: a name that isn't wanted costs one look into the
/// table and nothing else.
final class FieldTable {
    private let names: [[UInt8]]
    private let slots: UnsafeMutablePointer<Int16>
    private let mask: Int
    /// The last values, by the order of the names given. A field that the file doesn't have stays 0.
    let values: UnsafeMutablePointer<Int64>
    /// Whether the field was in the file the last time.
    let present: UnsafeMutablePointer<Bool>

    var count: Int { names.count }

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        var capacity = 8
        while capacity < names.count * 2 { capacity *= 2 }
        mask = capacity - 1
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: -1, count: capacity)
        values = .allocate(capacity: max(1, names.count))
        values.initialize(repeating: 0, count: max(1, names.count))
        present = .allocate(capacity: max(1, names.count))
        present.initialize(repeating: false, count: max(1, names.count))
        for (index, name) in self.names.enumerated() {
            name.withUnsafeBufferPointer { bytes in
                var slot = Int(Word(start: bytes.baseAddress!, count: bytes.count).hash) & mask
                while slots[slot] >= 0 { slot = (slot + 1) & mask }
                slots[slot] = Int16(index)
            }
        }
    }

    deinit {
        slots.deallocate()
        values.deallocate()
        present.deallocate()
    }

    /// The place of a name; `nil` for one that isn't wanted.
    func index(of name: Word) -> Int? {
        var slot = Int(name.hash) & mask
        while case let index = Int(slots[slot]), index >= 0 {
            if names[index].count == name.count, names[index].elementsEqual(name.bytes) { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }

    func index(of name: String) -> Int? { name.withWord { index(of: $0) } }

    /// Takes the numbers of `NAME VALUE` lines; what follows the value, a unit for example, is ignored, and so is a `:`
    /// after the name.
    func parseLines(_ bytes: UnsafeBufferPointer<UInt8>) {
        present.update(repeating: false, count: count)
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd {
            if let index = index(of: cursor.word(separator: UInt8(ascii: ":"))) {
                values[index] = cursor.word(separator: UInt8(ascii: ":")).decimal
                present[index] = true
            }
            cursor.nextLine()
        }
    }

    /// The place of `GROUP.NAME`.
    private func index(of name: Word, in group: Word) -> Int? {
        var hash = group.hash
        hash = (hash ^ UInt32(UInt8(ascii: "."))) &* 16_777_619
        for byte in name.bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        var slot = Int(hash) & mask
        while case let index = Int(slots[slot]), index >= 0 {
            let known = names[index]
            if known.count == group.count + 1 + name.count, known[group.count] == UInt8(ascii: "."),
                known.prefix(group.count).elementsEqual(group.bytes), known.suffix(name.count).elementsEqual(name.bytes)
            {
                return index
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Takes the numbers of `GROUP: NAME VALUE NAME VALUE …` lines, for fields called `GROUP.NAME`.
    func parseGroups(_ bytes: UnsafeBufferPointer<UInt8>) {
        present.update(repeating: false, count: count)
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd {
            let group = cursor.word(separator: UInt8(ascii: ":"))
            _ = cursor.word()
            while !cursor.isAtLineEnd {
                let name = cursor.word()
                let value = cursor.word()
                guard !value.isEmpty, let index = index(of: name, in: group) else { continue }
                values[index] = value.decimal
                present[index] = true
            }
            cursor.nextLine()
        }
    }
}
