import Basics

/// A line of /proc/self/mountinfo.
struct Mount: Equatable {
    var major: Int64
    var minor: Int64
    /// The folder of the filesystem that is mounted; `/` for the whole.
    var root: String
    /// Where.
    var point: String
    var filesystem: String
    /// The device, `none`, or whatever its owner wrote.
    var source: String
    var isReadOnly: Bool
}

/// Reads /proc/self/mountinfo.
enum MountTable {
    /// Mounts beyond this are left out.
    static let limit = 10_000

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> [Mount] {
        var mounts: [Mount] = []
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd, mounts.count < limit {
            if let mount = line(&cursor) { mounts.append(mount) }
            cursor.nextLine()
        }
        return mounts
    }

    private static func line(_ cursor: inout ByteCursor) -> Mount? {
        cursor.skipWords(2)
        let device = cursor.word()
        guard let colon = device.bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let root = unescaped(cursor.word())
        let point = unescaped(cursor.word())
        let options = cursor.word()
        // Optional words, then a lone dash.
        while !cursor.isAtLineEnd, !(cursor.word() == "-") {}
        let filesystem = unescaped(cursor.word())
        let source = unescaped(cursor.word())
        let superOptions = cursor.word()
        guard !filesystem.isEmpty else { return nil }
        return Mount(
            major: device.decimal,
            minor: device.dropping(colon + 1).decimal,
            root: root,
            point: point,
            filesystem: filesystem,
            source: source,
            isReadOnly: isReadOnly(options) || isReadOnly(superOptions)
        )
    }

    private static func isReadOnly(_ options: Word) -> Bool {
        options.hasPrefix("ro") && (options.count == 2 || options[2] == UInt8(ascii: ","))
    }

    /// The kernel writes blanks and backslashes as `\` and three octal digits.
    private static func unescaped(_ word: Word) -> String {
        guard word.bytes.contains(UInt8(ascii: "\\")) else { return word.string }
        var bytes: [UInt8] = []
        var index = 0
        while index < word.count {
            if word[index] == UInt8(ascii: "\\"), index + 3 < word.count, let byte = octal(word, index + 1) {
                bytes.append(byte)
                index += 4
            } else {
                bytes.append(word[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func octal(_ word: Word, _ start: Int) -> UInt8? {
        var value = 0
        for index in start..<(start + 3) {
            guard case let digit = word[index] &- 48, digit < 8 else { return nil }
            value = value * 8 + Int(digit)
        }
        return UInt8(exactly: value)
    }
}
