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
        append(short: start)
        var index = 0
        while index < row.count {
            let numbers = Swift.min(row.count - index, numbersAtOnce)
            append(addingCapacity: numbers * longestUsual) { span in
                span.withUnsafeMutableBufferPointer { text, count in
                    var place = text.baseAddress! + count
                    let last = index + numbers
                    while index < last, row[index] & StorageNumber.multiplies == 0 {
                        place.pointee = separator
                        place = write(row[index], at: place + 1)
                        index += 1
                    }
                    count = place - text.baseAddress!
                }
            }
            if index < row.count, row[index] & StorageNumber.multiplies != 0 {
                append(separator)
                appendDecimal(StorageNumber.value(row[index]), to: &self)
                index += 1
            }
        }
        append(short: end)
    }
}

/// Room is made for so many numbers of a row: for most rows, and no more than a few hundred bytes.
private let numbersAtOnce = 16

/// Bytes of a separator, a sign, eight digits, a point and, as they are written at once, eight digits more.
private let longestUsual = 20

/// - Parameter code: of a gap, or of a number that is divided by up to 10^7.
/// - Returns: where the text ends.
@inline(__always)
private func write(_ code: UInt32, at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    let mantissa = code & StorageNumber.mantissa
    guard mantissa > 0 else {
        let text: StaticString = code == StorageNumber.empty ? "null" : "0"
        start.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return start + text.utf8CodeUnitCount
    }
    start.pointee = UInt8(ascii: "-")
    let text = start + (code & StorageNumber.negative == 0 ? 0 : 1)
    let decimals = Int(code >> StorageNumber.stepsShift & 7)
    let integers = 8 &- decimals
    let digits = eightDigits(mantissa)
    // The first digit is the lowest byte. Of the zeros in front of the point one stays where there is nothing else, and of
    // those behind it none.
    let inFront = min(digits.trailingZeroBitCount / 8, integers &- 1)
    let behind = decimals &- min(digits.leadingZeroBitCount / 8, decimals)
    let ascii = digits | 0x3030_3030_3030_3030
    let point = text + (integers &- inFront)
    store(ascii &>> UInt64(inFront &* 8), at: text)
    point.pointee = UInt8(ascii: ".")
    store(ascii &>> UInt64(integers &* 8), at: point + 1)
    return point + (behind > 0 ? behind &+ 1 : 0)
}

/// Writes eight bytes, the lowest first; those that count are the caller's business.
@inline(__always)
private func store(_ bytes: UInt64, at text: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(text).storeBytes(of: bytes.littleEndian, as: UInt64.self)
}
