import Basics

#if canImport(Glibc)
import Glibc
#endif

/// The id of a chart or a dimension, laid out so that comparing it with a word of the wire rarely leaves the struct.
///
/// Ids of up to 16 bytes, nearly all there are, stand in it themselves. Of longer ones their ends do, and their bytes are looked
/// at where the ends are equal.
struct Identifier {
    /// An id of up to 16 bytes, the first in the lowest bits and zeros behind it; the first and the last eight bytes of others.
    private let head: UInt64
    private let tail: UInt64
    /// The text of a longer one. Owned: see ``deallocate()``.
    private let start: UnsafeMutablePointer<UInt8>?
    private let count: UInt32
    let hash: UInt32

    private static let inside = 16

    /// Copies the word.
    init(_ word: Word, hash: UInt32) {
        count = UInt32(truncatingIfNeeded: word.count)
        (head, tail) = Identifier.ends(word)
        self.hash = hash
        guard word.count > Identifier.inside else {
            start = nil
            return
        }
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: word.count)
        copy.update(from: word.start, count: word.count)
        start = copy
    }

    func deallocate() { start?.deallocate() }

    /// The id that stands at a place of memory; valid as long as it stands there.
    @inline(__always)
    static func word(at place: UnsafeRawPointer) -> Word {
        let id = place.assumingMemoryBound(to: Identifier.self)
        return Word(
            start: UnsafePointer(id.pointee.start) ?? place.assumingMemoryBound(to: UInt8.self),
            count: Int(id.pointee.count)
        )
    }

    @inline(__always)
    func equals(_ word: Word) -> Bool {
        guard word.count == Int(count) else { return false }
        let (wordHead, wordTail) = Identifier.ends(word)
        guard wordHead == head, wordTail == tail else { return false }
        guard let start else { return true }
        return memcmp(start, word.start, Int(count)) == 0
    }

    /// What ``head`` and ``tail`` are of a word, without a look at bytes that are not its own.
    @inline(__always)
    private static func ends(_ word: Word) -> (UInt64, UInt64) {
        let bytes = UnsafeRawPointer(word.start)
        let count = word.count
        if count >= 8 {
            let last = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            // What is in the first eight bytes already goes out of the last eight.
            let both = max(0, inside &- count)
            return (bytes.loadUnaligned(as: UInt64.self), last >> UInt64(truncatingIfNeeded: both &* 8))
        }
        if count >= 4 {
            let last = UInt64(bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            return (
                UInt64(bytes.loadUnaligned(as: UInt32.self)) | last << UInt64(truncatingIfNeeded: (count &- 4) &* 8), 0
            )
        }
        guard count > 0 else { return (0, 0) }
        // Some of the three are the same byte where there are fewer.
        let middle = count >> 1
        let end = count &- 1
        return (
            UInt64(word.start[0]) | UInt64(word.start[middle]) << UInt64(truncatingIfNeeded: middle &* 8)
                | UInt64(word.start[end]) << UInt64(truncatingIfNeeded: end &* 8), 0
        )
    }

    /// A hash that nobody outside can aim at: it starts from a secret of the process.
    static func hash(_ word: Word) -> UInt32 {
        var state = secret ^ UInt64(truncatingIfNeeded: word.count) &* 0x9e37_79b9_7f4a_7c15
        let bytes = UnsafeRawPointer(word.start)
        var offset = 0
        while offset &+ 8 <= word.count {
            state = mix(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        var rest: UInt64 = 0
        while offset < word.count {
            rest = rest << 8 | UInt64(word.start[offset])
            offset &+= 1
        }
        return UInt32(truncatingIfNeeded: mix(state ^ rest) >> 32)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ secret).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return product.high ^ product.low
    }

    private static let secret = UInt64.random(in: .min ... .max) | 1
}

/// Where things with an ``Identifier`` are: open addressing over their indexes, linear probing.
///
/// Removals don't happen: whoever removes something builds the table anew.
struct IdentifierTable {
    private var slots: UnsafeMutablePointer<Int32>?
    private var capacity = 0
    private var count = 0

    func deallocate() { slots?.deallocate() }

    /// The index for which `matches` says yes, among those with that hash.
    @inline(__always)
    func find(hash: UInt32, _ matches: (Int32) -> Bool) -> Int32? {
        guard let slots else { return nil }
        let mask = capacity &- 1
        var place = Int(hash) & mask
        while slots[place] >= 0 {
            if matches(slots[place]) { return slots[place] }
            place = (place &+ 1) & mask
        }
        return nil
    }

    /// - Parameter hashOf: the hash of something already in the table.
    mutating func insert(_ index: Int32, hash: UInt32, _ hashOf: (Int32) -> UInt32) {
        if (count + 1) * 2 > capacity {
            let (old, oldCapacity) = (slots, capacity)
            clear(capacity: max(16, capacity * 2))
            if let old {
                for place in 0..<oldCapacity where old[place] >= 0 { put(old[place], hash: hashOf(old[place])) }
                old.deallocate()
            }
        }
        put(index, hash: hash)
    }

    mutating func removeAll() {
        slots?.deallocate()
        slots = nil
        capacity = 0
        count = 0
    }

    private mutating func clear(capacity: Int) {
        let fresh = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
        fresh.initialize(repeating: -1, count: capacity)
        slots = fresh
        self.capacity = capacity
        count = 0
    }

    private mutating func put(_ index: Int32, hash: UInt32) {
        guard let slots else { return }
        let mask = capacity &- 1
        var place = Int(hash) & mask
        while slots[place] >= 0 { place = (place &+ 1) & mask }
        slots[place] = index
        count += 1
    }

    /// Bytes held.
    var bytes: Int { capacity * 4 }
}
