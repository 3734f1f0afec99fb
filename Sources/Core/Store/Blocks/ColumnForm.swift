/// How a column of a block is written: one byte before the block's code (docs/store.md).
enum ColumnForm: Equatable {
    /// Nothing but gaps.
    case empty
    /// Nothing but 0.
    case zero
    /// One code in every row; it follows.
    case constant
    /// Numbers on a grid of 10^`exponent`; `isDelta`: each as the difference from the one before.
    case coded(exponent: Int, isDelta: Bool)

    var byte: UInt8 {
        switch self {
        case .empty: 0
        case .zero: 1
        case .constant: 2
        case .coded(let exponent, let isDelta): UInt8(exponent + 7) | (isDelta ? 0xc0 : 0x80)
        }
    }

    /// `nil` for a byte that no form has.
    init?(_ byte: UInt8) {
        switch byte {
        case 0: self = .empty
        case 1: self = .zero
        case 2: self = .constant
        case 0x80...:
            let exponent = Int(byte & 0x3f) - 7
            guard DecimalGrid.exponents.contains(exponent) else { return nil }
            self = .coded(exponent: exponent, isDelta: byte & 0x40 != 0)
        default: return nil
        }
    }
}
