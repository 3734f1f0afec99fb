public import Basics

/// Who takes the commands of a stream or of a plugin.
///
/// ``LineParser`` is generic over it and inlinable, so that a module that names its sink gets one loop without calls
/// through tables, without allocation, without a value per line. All words point into the buffer being parsed.
///
/// Every method answers whether the session may go on; `false` ends it and the sink knows why.
public protocol CommandSink: ~Copyable {
    /// BEGIN. `microseconds` is 0 where the word is missing or no plain decimal number; never negative.
    mutating func begin(_ chart: Word, _ microseconds: Int64) -> Bool

    /// SET with a dimension and a value.
    mutating func set(_ dimension: Word, _ value: Int64) -> Bool

    /// END.
    ///
    /// - Parameter lines: the collection as it came, from BEGIN to END, where all of it lies in one piece and is written as
    ///   children write it; empty otherwise. Only valid during the call.
    mutating func end(_ lines: UnsafeBufferPointer<UInt8>) -> Bool

    /// RSET with all its three words: a finished value of the point that RBEGIN opened (streaming protocol §10).
    mutating func rset(_ dimension: Word, _ value: Word, _ flags: Word) -> Bool

    /// Every other command, a BEGIN without chart, a SET without dimension or value. The words follow the keyword.
    /// ``Keyword/function`` and ``Keyword/functionDel`` must be answered with `true`, whatever was negotiated.
    mutating func command(_ keyword: Keyword, _ words: borrowing Words) -> Bool

    /// A line whose first word is no command, without its end.
    mutating func unknown(_ line: Word) -> Bool
}
