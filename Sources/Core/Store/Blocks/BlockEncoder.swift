/// Rows of codes → a block's bytes (docs/store.md).
///
/// One pass over each column finds how to write it, a second one writes it. The models are learnt anew in every block, so
/// that a block can be read by itself.
struct BlockEncoder: ~Copyable {
    /// Columns that share a code and its models: who wants one of them reads no more than these.
    static let columnsPerGroup = 32
    /// What a code takes at most: two dozen decisions of 7 bits and 62 bits of number.
    private static let mostBytesPerCode = 24
    private static let mostBytesPerGroup = 16

    private let rows: UnsafePointer<UInt32>
    private let width: Int
    private let count: Int
    /// What the column before had in each row: bit 0 a gap, 1 a RESET mark, 2 the same as before, 3 a number off its grid.
    private let marks: UnsafeMutablePointer<UInt8>
    private let models: UnsafeMutablePointer<BitModel>
    private var output: [UInt8] = []

    /// - Parameters:
    ///   - rows: `count` rows of `width` codes.
    ///   - count: 1 to 65,535.
    init(_ rows: UnsafePointer<UInt32>, width: Int, count: Int) {
        self.rows = rows
        self.width = width
        self.count = count
        marks = .allocate(capacity: count)
        models = .allocate(capacity: BlockModels.count)
    }

    deinit {
        marks.deallocate()
        models.deallocate()
    }

    consuming func encode() -> [UInt8] {
        output.reserveCapacity(width + count)
        appendVarint(UInt64(width))
        var first = 0
        while first < width {
            let end = min(first + BlockEncoder.columnsPerGroup, width)
            encodeGroup(first..<end, isLast: end == width)
            first = end
        }
        return output
    }

    private mutating func encodeGroup(_ columns: Range<Int>, isLast: Bool) {
        var coded: [(column: Int, exponent: Int, isDelta: Bool)] = []
        for column in columns {
            let form = form(of: rows + column)
            output.append(form.byte)
            switch form {
            case .constant: withUnsafeBytes(of: rows[column].littleEndian) { output.append(contentsOf: $0) }
            case .coded(let exponent, let isDelta): coded.append((column, exponent, isDelta))
            case .empty, .zero: break
            }
        }
        guard !coded.isEmpty else { return }
        let room = coded.count * count * BlockEncoder.mostBytesPerCode + BlockEncoder.mostBytesPerGroup
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { buffer in
            let start = buffer.baseAddress!
            marks.update(repeating: 0, count: count)
            let models = BlockModels(models)
            var coder = RangeEncoder(start)
            for (column, exponent, isDelta) in coded {
                encode(rows + column, exponent, isDelta, models, &coder)
            }
            coder.finish()
            var length = coder.target - start
            // A reader sees zeros behind the end.
            while length > 0, start[length - 1] == 0 { length -= 1 }
            if !isLast { appendVarint(UInt64(length)) }
            output.append(contentsOf: UnsafeBufferPointer(start: start, count: length))
        }
    }

    private mutating func appendVarint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }

    // MARK: The form of a column

    private func form(of column: UnsafePointer<UInt32>) -> ColumnForm {
        let first = column.pointee
        var row = 1
        while row < count, column[row * width] == first { row &+= 1 }
        guard row < count else {
            return first == StorageNumber.empty ? .empty : first == StorageNumber.exists ? .zero : .constant
        }
        return withUnsafeTemporaryAllocation(of: Fresh.self, capacity: count) { fresh in
            let found = findFresh(column, fresh.baseAddress!)
            return BlockEncoder.form(UnsafeBufferPointer(start: fresh.baseAddress, count: found))
        }
    }

    /// A code that has to be written as a number, and the one before it.
    private struct Fresh {
        var code: UInt32
        var previous: UInt32
    }

    private func findFresh(_ column: UnsafePointer<UInt32>, _ fresh: UnsafeMutablePointer<Fresh>) -> Int {
        var recent = RecentCodes()
        var found = 0
        for row in 0..<count {
            let code = column[row &* width] & ~StorageNumber.reset
            guard code != 0, code != recent.newest else { continue }
            let place = recent.place(of: code)
            if place == 0 {
                fresh[found] = Fresh(code: code, previous: recent.newest)
                found &+= 1
            }
            recent.add(code, from: place)
        }
        return found
    }

    /// Bits that a number off the grid takes, about.
    private static let offGridBits = 16
    /// A coarser grid saves about so many tenths of a bit for each number.
    private static let tenthsPerPower = 33

    /// The grid and the form that take the fewest bits, of the two grids that promise most.
    private static func form(_ fresh: UnsafeBufferPointer<Fresh>) -> ColumnForm {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 32) { histogram in
            histogram.update(repeating: 0)
            for one in fresh {
                guard let own = DecimalGrid.exponent(one.code) else { continue }
                let exponent = min(own + DecimalGrid.trailingZeros(one.code), DecimalGrid.exponents.upperBound)
                histogram[exponent + 7] &+= 1
            }
            var best = (gain: Int.min, exponent: 0)
            var second = best
            var below = 0
            for place in 0..<DecimalGrid.exponents.count where histogram[place] > 0 {
                let gain = (fresh.count - below) * tenthsPerPower * place - below * offGridBits * 10
                if gain > best.gain {
                    second = best
                    best = (gain, place - 7)
                } else if gain > second.gain {
                    second = (gain, place - 7)
                }
                below += histogram[place]
            }
            let wanted = cheapest(fresh, best.exponent)
            guard second.gain > .min else { return wanted.form }
            let other = cheapest(fresh, second.exponent)
            return other.bits < wanted.bits ? other.form : wanted.form
        }
    }

    private static func cheapest(_ fresh: UnsafeBufferPointer<Fresh>, _ exponent: Int) -> (bits: Int, form: ColumnForm)
    {
        var plain = 0
        var delta = 0
        for one in fresh {
            guard let units = DecimalGrid.units(one.code, exponent) else {
                plain &+= offGridBits
                delta &+= offGridBits
                continue
            }
            plain &+= bits(units)
            delta &+= bits(units &- (DecimalGrid.units(one.previous, exponent) ?? 0))
        }
        return delta < plain
            ? (delta, .coded(exponent: exponent, isDelta: true)) : (plain, .coded(exponent: exponent, isDelta: false))
    }

    @inline(__always) private static func bits(_ number: Int64) -> Int { 66 &- number.magnitude.leadingZeroBitCount }

    // MARK: The code of a column

    private func encode(
        _ column: UnsafePointer<UInt32>,
        _ exponent: Int,
        _ isDelta: Bool,
        _ models: BlockModels,
        _ coder: inout RangeEncoder
    ) {
        var state = ColumnState()
        let kind = isDelta ? 1 : 0
        for row in 0..<count {
            let point = column[row &* width]
            let above = Int(marks[row])
            marks[row] = 0
            coder.encode(point == StorageNumber.empty, models.gap(state.gapContext(above)))
            state.wasGap = point == StorageNumber.empty
            if state.wasGap {
                marks[row] = 1
                continue
            }
            let isReset = point & StorageNumber.reset != 0
            coder.encode(isReset, models.reset(above >> 1 & 1))
            if isReset { marks[row] = 2 }
            let code = point & ~StorageNumber.reset
            let isSame = code == state.recent.newest
            coder.encode(isSame, models.same(state.sameContext(above)))
            state.noteSame(isSame)
            if isSame {
                marks[row] |= 4
                continue
            }
            let place = state.recent.place(of: code)
            coder.encode(place > 0, models.recent(state.recentContext))
            state.noteRecent(place > 0)
            let previous = state.recent.newest
            state.recent.add(code, from: place)
            if place > 0 {
                encode(place, models, &coder)
                if let units = DecimalGrid.units(code, exponent) { state.units = units }
                continue
            }
            let units = DecimalGrid.units(code, exponent)
            let isOff = units.map { DecimalGrid.code($0, exponent) != code } ?? true
            coder.encode(isOff, models.offGrid(state.offGridContext(above)))
            state.wasOffGrid = isOff
            if isOff {
                marks[row] |= 8
                encode(offGrid: code, after: previous, models, &coder)
            } else if let units {
                encode(isDelta ? units &- state.units : units, kind, models, &coder)
                state.units = units
            }
        }
    }

    /// Which of the recent codes: a bit for each that it is not.
    @inline(__always)
    private func encode(_ place: Int, _ models: BlockModels, _ coder: inout RangeEncoder) {
        for other in 1..<RecentCodes.count {
            coder.encode(other == place, models.which(other))
            if other == place { return }
        }
    }

    /// Its scale where that is another one than before, and its digits.
    private func encode(
        offGrid code: UInt32,
        after previous: UInt32,
        _ models: BlockModels,
        _ coder: inout RangeEncoder
    ) {
        let isRaw = code & StorageNumber.exists == 0
        coder.encode(isRaw, models.raw)
        if isRaw {
            coder.encode(UInt64(code), count: 32)
            return
        }
        let scale = OffGrid.scale(code)
        let isChanged = scale != OffGrid.scale(previous)
        coder.encode(isChanged, models.scaleChanged)
        if isChanged {
            var node = 1
            for bit in stride(from: 4, through: 0, by: -1) {
                let isSet = scale >> UInt32(bit) & 1 != 0
                coder.encode(isSet, models.scale(node))
                node = node &* 2 &+ (isSet ? 1 : 0)
            }
        }
        let base = isChanged ? 0 : OffGrid.digits(previous)
        encode(OffGrid.digits(code) &- base, OffGrid.kind, models, &coder)
        // A 0 that is written in another way than usual has its sign apart.
        if OffGrid.digits(code) == 0 { coder.encode(code & StorageNumber.negative == 0 ? 0 : 1, count: 1) }
    }

    @inline(__always)
    private func encode(_ number: Int64, _ kind: Int, _ models: BlockModels, _ coder: inout RangeEncoder) {
        let magnitude = number.magnitude
        let length = 64 &- magnitude.leadingZeroBitCount
        var node = 1
        var bit = 5
        while bit >= 0 {
            let isSet = length >> bit & 1 != 0
            coder.encode(isSet, models.length(kind, node))
            node = node &* 2 &+ (isSet ? 1 : 0)
            bit &-= 1
        }
        guard length > 0 else { return }
        coder.encode(number < 0, models.sign(kind))
        var rest = length &- 1
        var top = 1
        while rest > 0, top < 8 {
            rest &-= 1
            let isSet = magnitude >> UInt64(rest) & 1 != 0
            coder.encode(isSet, models.top(kind, length, top))
            top = top &* 2 &+ (isSet ? 1 : 0)
        }
        if rest > 0 { coder.encode(magnitude & (1 << UInt64(rest) &- 1), count: rest) }
    }
}

/// Where the writing or reading of a column stands.
struct ColumnState {
    var recent = RecentCodes()
    /// The newest number on the grid.
    var units: Int64 = 0
    var wasGap = false
    var wasOffGrid = false
    /// The last two answers.
    private var sames = 0
    private(set) var recentContext = 0

    /// - Parameter above: the marks of the column before.
    @inline(__always) func gapContext(_ above: Int) -> Int { (wasGap ? 1 : 0) | (above & 1) << 1 }
    @inline(__always) func sameContext(_ above: Int) -> Int {
        sames | above & 4 | (recent.newest == StorageNumber.exists ? 8 : 0)
    }
    @inline(__always) func offGridContext(_ above: Int) -> Int { (wasOffGrid ? 1 : 0) | above >> 2 & 2 }
    @inline(__always) mutating func noteSame(_ isSame: Bool) { sames = (sames << 1 | (isSame ? 1 : 0)) & 3 }
    @inline(__always) mutating func noteRecent(_ isRecent: Bool) {
        recentContext = (recentContext << 1 | (isRecent ? 1 : 0)) & 3
    }
}

/// A code that its column's grid has no place for, in two parts.
enum OffGrid {
    /// The third kind of number, beside those on a grid and their differences.
    static let kind = 2

    @inline(__always) static func scale(_ code: UInt32) -> UInt32 { code >> StorageNumber.stepsShift & 31 }
    @inline(__always) static func digits(_ code: UInt32) -> Int64 {
        let digits = Int64(code & StorageNumber.mantissa)
        return code & StorageNumber.negative != 0 ? -digits : digits
    }
    @inline(__always) static func code(scale: UInt32, digits: Int64, isNegativeZero: Bool) -> UInt32 {
        let sign = digits < 0 || isNegativeZero ? StorageNumber.negative : 0
        let magnitude = UInt32(truncatingIfNeeded: digits.magnitude) & StorageNumber.mantissa
        return StorageNumber.exists | sign | scale << StorageNumber.stepsShift | magnitude
    }
}
