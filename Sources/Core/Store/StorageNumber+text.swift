public import Basics

extension [UInt8] {
    /// Appends a line of a table: a text, stored numbers with a separator in front of each, and a text.
    ///
    /// Each is printed as ``Basics/appendDecimal(_:to:)`` prints its value: a code has decimal digits, and nothing has to be
    /// rounded.
    public mutating func append(
        _ start: ShortText,
        codes row: UnsafeBufferPointer<UInt32>,
        separator: UInt8,
        _ end: ShortText
    ) {
        var index = 0
        // Most lines are written at once.
        append(addingCapacity: Swift.min(row.count, numbersAtOnce) * longestUsual + 2 * ShortText.room) { span in
            span.withUnsafeMutableBufferPointer { text, count in
                var place = start.write(at: text.baseAddress! + count)
                index = writeUsual(row, from: 0, separator, at: &place)
                if index == row.count { place = end.write(at: place) }
                count = place - text.baseAddress!
            }
        }
        guard index < row.count else { return }
        append(codes: row, from: index, separator: separator)
        append(short: end)
    }

    private mutating func append(codes row: UnsafeBufferPointer<UInt32>, from first: Int, separator: UInt8) {
        var index = first
        while index < row.count {
            if row[index] & StorageNumber.multiplies != 0 {
                append(separator)
                appendDecimal(StorageNumber.value(row[index]), to: &self)
                index += 1
            }
            append(addingCapacity: Swift.min(row.count - index, numbersAtOnce) * longestUsual) { span in
                span.withUnsafeMutableBufferPointer { text, count in
                    var place = text.baseAddress! + count
                    index = writeUsual(row, from: index, separator, at: &place)
                    count = place - text.baseAddress!
                }
            }
        }
    }
}

/// Written at once: most rows have no more, and room for them is a few hundred bytes.
private let numbersAtOnce = 16

/// Bytes of a separator, a sign, eight digits, a point and, as they are written at once, eight digits more.
private let longestUsual = 20

/// Writes up to ``numbersAtOnce`` numbers of a row, and none from the first one on that is multiplied.
/// - Returns: the index of the first that is not written.
@inline(__always)
private func writeUsual(
    _ row: UnsafeBufferPointer<UInt32>,
    from first: Int,
    _ separator: UInt8,
    at place: inout UnsafeMutablePointer<UInt8>
) -> Int {
    let last = min(row.count, first + numbersAtOnce)
    for index in first..<last {
        let code = row[index]
        if code & StorageNumber.multiplies != 0 { return index }
        place.pointee = separator
        place = write(code, at: place + 1)
    }
    return last
}

/// - Parameter code: of a gap, or of a number that is divided by up to 10^7.
/// - Returns: where the text ends.
@inline(__always)
private func write(_ code: UInt32, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    let mantissa = code & StorageNumber.mantissa
    // A dimension mostly is 0 all the time or never, which a processor learns. How many digits there are it can't know, so no
    // branch depends on that.
    guard mantissa > 0 else {
        let isGap = code == StorageNumber.empty
        UnsafeMutableRawPointer(start).storeBytes(of: isGap ? null : zero, as: UInt32.self)
        return start + (isGap ? 4 : 1)
    }
    start.pointee = UInt8(ascii: "-")
    let text = start + (code & StorageNumber.negative == 0 ? 0 : 1)
    let decimals = code &>> StorageNumber.stepsShift & 7
    let integers = UInt64(8 &- decimals)
    let digits = eightDigits(mantissa)
    // The first digit is the lowest byte. Zeros in front of the last integer and behind it are not shown: the mark stops
    // their count there.
    let marked = digits | 0x80 &<< ((integers &- 1) &* 8)
    let inFront = UInt64(truncatingIfNeeded: marked.trailingZeroBitCount) & ~7
    let behind = Int(truncatingIfNeeded: decimals) &- marked.leadingZeroBitCount &>> 3
    let ascii = digits | 0x3030_3030_3030_3030
    let point = text + Int(truncatingIfNeeded: integers &- inFront &>> 3)
    store(ascii &>> inFront, at: text)
    point.pointee = UInt8(ascii: ".")
    store(ascii &>> (integers &* 8), at: point + 1)
    // A point only in front of decimals.
    return point + (behind &+ (behind &+ 7) &>> 3)
}

/// `null` and `0`, the first letter in the lowest byte.
private let null = (0x6c6c_756e as UInt32).littleEndian
private let zero = (0x30 as UInt32).littleEndian

/// Writes eight bytes, the lowest first; those that count are the caller's business.
@inline(__always)
private func store(_ bytes: UInt64, at text: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(text).storeBytes(of: bytes.littleEndian, as: UInt64.self)
}
