import Glibc

/// A regular expression of POSIX's extended kind, for looking through lines of text.
///
/// Immutable once it is made: `regexec` may be called from any thread.
public final class TextPattern: @unchecked Sendable {
    /// Why a text is no pattern, in the C library's words.
    public struct Invalid: Error, Equatable {
        public let reason: String
    }

    private var expression = regex_t()

    /// - Parameter text: with a capital letter in it, capitals count; else they don't.
    public init(_ text: String) throws(Invalid) {
        var flags = REG_EXTENDED | REG_NOSUB
        if !text.contains(where: \.isUppercase) { flags |= REG_ICASE }
        let result = regcomp(&expression, text, flags)
        guard result != 0 else { return }
        var reason = [CChar](repeating: 0, count: 256)
        regerror(result, &expression, &reason, reason.count)
        throw Invalid(reason: String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Whether it is somewhere in the line. A zero byte is one like any other.
    public func isIn(_ line: ArraySlice<UInt8>) -> Bool {
        line.withUnsafeBufferPointer { bytes in
            var range = regmatch_t(rm_so: 0, rm_eo: regoff_t(bytes.count))
            // REG_STARTEND: the range says where the text ends.
            let startEnd: Int32 = 1 << 2
            guard let start = bytes.baseAddress else {
                return regexec(&expression, "", 1, &range, startEnd) == 0
            }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                regexec(&expression, $0, 1, &range, startEnd) == 0
            }
        }
    }

    deinit { regfree(&expression) }
}
