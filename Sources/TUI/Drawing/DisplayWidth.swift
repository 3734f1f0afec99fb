/// How many columns a terminal gives a scalar: 0 for what combines with the one before, 2 for East Asian wide ones and
/// emoji, else 1. Of ambiguous ones the narrow width is taken, and nothing is aligned by them.
func displayWidth(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return value < 0x20 || (value >= 0x7f && value < 0xa0) ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .surrogate: return 0
    default: return isWide(value) ? 2 : 1
    }
}

func displayWidth(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + displayWidth(of: $1) }
}

private func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
        0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
        0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
        true
    default: false
    }
}

/// Text padded with blanks to a width, or cut to it.
func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let own = displayWidth(of: text)
    guard own <= width else { return cut(text, width) }
    let blanks = String(repeating: " ", count: width - own)
    return right ? blanks + text : text + blanks
}

func cut(_ text: String, _ width: Int) -> String {
    var result = String.UnicodeScalarView()
    var used = 0
    for scalar in text.unicodeScalars {
        used += displayWidth(of: scalar)
        if used > width { break }
        result.append(scalar)
    }
    return String(result)
}
