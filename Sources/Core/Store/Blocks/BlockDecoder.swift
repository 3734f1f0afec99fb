/// A block's bytes → columns of codes (docs/store.md).
///
/// Bytes that no encoder wrote give some codes or `nil`, never anything else: they may come from a disk.
struct BlockDecoder {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let count: Int
    private var offset = 0

    /// - Parameter count: how many rows the block has.
    init(_ bytes: UnsafeBufferPointer<UInt8>, count: Int) {
        self.bytes = bytes
        self.count = count
    }

    /// How many columns a block has; `nil` for bytes that are none.
    static func width(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var decoder = BlockDecoder(bytes, count: 0)
        return decoder.takeWidth()
    }

    /// Writes the columns that are asked for.
    ///
    /// - Parameters:
    ///   - wanted: says where a column's `count` codes go, or `nil` for one that nobody wants.
    /// - Returns: the block's width; `nil` where the bytes are no block. Then what was written means nothing.
    mutating func decode(_ wanted: (Int) -> UnsafeMutablePointer<UInt32>?) -> Int? {
        guard let width = takeWidth() else { return nil }
        return withUnsafeTemporaryAllocation(of: BitModel.self, capacity: BlockModels.count) { models in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(1, count)) { marks in
                var first = 0
                while first < width {
                    let end = min(first + BlockEncoder.columnsPerGroup, width)
                    let isDone = decodeGroup(
                        first..<end,
                        isLast: end == width,
                        models.baseAddress!,
                        marks.baseAddress!,
                        wanted
                    )
                    guard isDone else { return nil }
                    first = end
                }
                return width
            }
        }
    }

    /// A chart never has more dimensions than this.
    private static let mostColumns: UInt64 = 1 << 20

    private mutating func takeWidth() -> Int? {
        guard let width = takeVarint(), width <= BlockDecoder.mostColumns else { return nil }
        return Int(width)
    }

    private mutating func takeVarint() -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count, shift < 63 {
            let byte = bytes[offset]
            offset += 1
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }

    private mutating func decodeGroup(
        _ columns: Range<Int>,
        isLast: Bool,
        _ models: UnsafeMutablePointer<BitModel>,
        _ marks: UnsafeMutablePointer<UInt8>,
        _ wanted: (Int) -> UnsafeMutablePointer<UInt32>?
    ) -> Bool {
        var coded: [(column: Int, exponent: Int, isDelta: Bool)] = []
        var lastWanted = -1
        for column in columns {
            guard offset < bytes.count, let form = ColumnForm(bytes[offset]) else { return false }
            offset += 1
            let target = wanted(column)
            switch form {
            case .empty: target?.update(repeating: StorageNumber.empty, count: count)
            case .zero: target?.update(repeating: StorageNumber.exists, count: count)
            case .constant:
                guard offset + 4 <= bytes.count else { return false }
                let code = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
                offset += 4
                target?.update(repeating: code, count: count)
            case .coded(let exponent, let isDelta):
                if target != nil { lastWanted = coded.count }
                coded.append((column, exponent, isDelta))
            }
        }
        guard !coded.isEmpty else { return true }
        var length = bytes.count - offset
        if !isLast {
            guard let stated = takeVarint(), stated <= UInt64(bytes.count - offset) else { return false }
            length = Int(stated)
        }
        if lastWanted >= 0 {
            marks.update(repeating: 0, count: count)
            let models = BlockModels(models)
            var coder = RangeDecoder(UnsafeBufferPointer(rebasing: bytes[offset..<(offset + length)]))
            for place in 0...lastWanted {
                let (column, exponent, isDelta) = coded[place]
                decode(wanted(column), exponent, isDelta, models, marks, &coder)
            }
        }
        offset += length
        return true
    }

    private func decode(
        _ target: UnsafeMutablePointer<UInt32>?,
        _ exponent: Int,
        _ isDelta: Bool,
        _ models: BlockModels,
        _ marks: UnsafeMutablePointer<UInt8>,
        _ coder: inout RangeDecoder
    ) {
        var state = ColumnState()
        let kind = isDelta ? 1 : 0
        for row in 0..<count {
            let above = Int(marks[row])
            marks[row] = 0
            state.wasGap = coder.decode(models.gap(state.gapContext(above)))
            if state.wasGap {
                marks[row] = 1
                target?[row] = StorageNumber.empty
                continue
            }
            let isReset = coder.decode(models.reset(above >> 1 & 1))
            if isReset { marks[row] = 2 }
            let mark = isReset ? StorageNumber.reset : 0
            let isSame = coder.decode(models.same(state.sameContext(above)))
            state.noteSame(isSame)
            if isSame {
                marks[row] |= 4
                target?[row] = state.recent.newest | mark
                continue
            }
            let isRecent = coder.decode(models.recent(state.recentContext))
            state.noteRecent(isRecent)
            if isRecent {
                let place = decodePlace(models, &coder)
                let code = state.recent.code(at: place)
                state.recent.add(code, from: place)
                if let units = DecimalGrid.units(code, exponent) { state.units = units }
                target?[row] = code | mark
                continue
            }
            state.wasOffGrid = coder.decode(models.offGrid(state.offGridContext(above)))
            let code: UInt32
            if state.wasOffGrid {
                marks[row] |= 8
                code = decodeOffGrid(after: state.recent.newest, models, &coder)
            } else {
                let number = decodeNumber(kind, models, &coder)
                state.units = isDelta ? state.units &+ number : number
                code = DecimalGrid.code(state.units, exponent)
            }
            state.recent.add(code, from: 0)
            target?[row] = code | mark
        }
    }

    @inline(__always)
    private func decodePlace(_ models: BlockModels, _ coder: inout RangeDecoder) -> Int {
        for place in 1..<RecentCodes.count where coder.decode(models.which(place)) { return place }
        return RecentCodes.count
    }

    private func decodeOffGrid(after previous: UInt32, _ models: BlockModels, _ coder: inout RangeDecoder) -> UInt32 {
        if coder.decode(models.raw) { return UInt32(truncatingIfNeeded: coder.decode(count: 32)) }
        let isChanged = coder.decode(models.scaleChanged)
        var scale = OffGrid.scale(previous)
        if isChanged {
            var node = 1
            for _ in 0..<5 { node = node &* 2 &+ (coder.decode(models.scale(node)) ? 1 : 0) }
            scale = UInt32(truncatingIfNeeded: node) & 31
        }
        let base = isChanged ? 0 : OffGrid.digits(previous)
        let digits = base &+ decodeNumber(OffGrid.kind, models, &coder)
        let isNegativeZero = digits == 0 && coder.decode(count: 1) == 1
        return OffGrid.code(scale: scale, digits: digits, isNegativeZero: isNegativeZero)
    }

    @inline(__always)
    private func decodeNumber(_ kind: Int, _ models: BlockModels, _ coder: inout RangeDecoder) -> Int64 {
        var node = 1
        for _ in 0..<6 { node = node &* 2 &+ (coder.decode(models.length(kind, node)) ? 1 : 0) }
        let length = node & 63
        guard length > 0 else { return 0 }
        let isNegative = coder.decode(models.sign(kind))
        var magnitude: UInt64 = 1
        var rest = length &- 1
        var top = 1
        while rest > 0, top < 8 {
            rest &-= 1
            let isSet = coder.decode(models.top(kind, length, top))
            top = top &* 2 &+ (isSet ? 1 : 0)
            magnitude = magnitude << 1 | (isSet ? 1 : 0)
        }
        if rest > 0 { magnitude = magnitude << UInt64(rest) | coder.decode(count: rest) }
        let number = Int64(truncatingIfNeeded: magnitude)
        return isNegative ? 0 &- number : number
    }
}
