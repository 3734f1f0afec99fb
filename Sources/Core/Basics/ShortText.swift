/// A text of at most 32 bytes, two of which are digits that may change: for what stands around the numbers of many rows.
///
/// It is copied as a whole, whatever its length, and its digits after it.
public struct ShortText: Sendable {
    public let count: Int
    /// Zeros behind the text.
    @usableFromInline
    var bytes = SIMD32<UInt8>()
    /// The first in the low byte.
    @usableFromInline
    var digits: UInt16
    @usableFromInline
    let placeOfDigits: Int

    /// Bytes that a copy writes at most.
    @inlinable public static var room: Int { 32 + 2 }

    /// - Parameters:
    ///   - text: of what is longer than 32 bytes, the first of them.
    ///   - digits: where two of them are that ``set(twoDigits:)`` replaces, in bytes from the start; `nil`: nowhere.
    public init(_ text: [UInt8], digits place: Int? = nil) {
        self = text.withUnsafeBufferPointer { ShortText($0, place) }
    }

    private init(_ text: UnsafeBufferPointer<UInt8>, _ place: Int?) {
        let count = min(text.count, 32)
        self.count = count
        if let place, place >= 0, place + 2 <= count {
            placeOfDigits = place
            digits = UInt16(text[place]) | UInt16(text[place + 1]) << 8
        } else {
            // Behind the text.
            placeOfDigits = count
            digits = 0
        }
        withUnsafeMutableBytes(of: &bytes) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: text.baseAddress, count: count))
        }
    }

    /// - Parameter number: below 100; the text has digits.
    @inlinable
    public mutating func set(twoDigits number: Int) {
        let tens = number / 10
        digits = UInt16(truncatingIfNeeded: tens | (number &- tens &* 10) &<< 8) | 0x3030
    }

    /// - Parameter start: has ``room``.
    /// - Returns: where the text ends.
    @inlinable @inline(__always)
    public func write(at start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let target = UnsafeMutableRawPointer(start)
        target.storeBytes(of: bytes, as: SIMD32<UInt8>.self)
        target.storeBytes(of: digits.littleEndian, toByteOffset: placeOfDigits, as: UInt16.self)
        return start + count
    }
}

extension ShortText: ExpressibleByStringLiteral {
    public init(stringLiteral text: StaticString) {
        precondition(text.utf8CodeUnitCount <= 32, "a literal is short")
        self.init(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), nil)
    }
}

extension [UInt8] {
    public mutating func append(short text: ShortText) {
        append(addingCapacity: ShortText.room) { span in
            span.withUnsafeMutableBufferPointer { bytes, count in
                count = text.write(at: bytes.baseAddress! + count) - bytes.baseAddress!
            }
        }
    }
}
