public import Basics

/// Parses the whole lines between `start` and `end` into the sink; `end[-1]` must be a newline. Returns whether the session
/// may go on.
///
/// BEGIN, SET, END and RSET as every child writes them are taken without splitting; whatever looks different in any way
/// (other quotes and blanks, backslashes, octal and hexadecimal numbers, other commands) goes through ``Words``. A collection
/// that came in one piece and looks like that to its END is also handed over as it came, for whoever passes it on.
@inlinable
func parseLines<Sink: CommandSink & ~Copyable>(
    _ start: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>,
    _ words: inout Words,
    _ sink: inout Sink
) -> Bool {
    var cursor = start
    var collection: UnsafePointer<UInt8>?
    while cursor < end {
        // The shortest line that matters, END, has four bytes: fewer can't be read at once without passing the end.
        guard end - cursor >= 4 else {
            collection = nil
            guard parseLine(&cursor, &words, &sink) else { return false }
            continue
        }
        switch fourBytes(cursor) {
        case wordSET:
            var next = cursor + 4
            if let dimension = quotedWord(&next, end), let value = signedNumber(&next, end) {
                cursor = endOfLine(next)
                guard sink.set(dimension, value) else { return false }
                continue
            }
        case wordBEGI where cursor[4] == UInt8(ascii: "N") && cursor[5] == UInt8(ascii: " "):
            var next = cursor + 6
            if let chart = quotedWord(&next, end), let microseconds = plainNumber(&next, end) {
                collection = cursor
                cursor = endOfLine(next)
                guard sink.begin(chart, microseconds) else { return false }
                continue
            }
        case wordEND:
            cursor += 4
            let lines = collection.map { UnsafeBufferPointer(start: $0, count: cursor - $0) }
            collection = nil
            guard sink.end(lines ?? noLines) else { return false }
            continue
        case wordRSET where cursor[4] == UInt8(ascii: " "):
            var next = cursor + 5
            if let dimension = quotedWord(&next, end), let value = bareValue(&next), let flags = quotedFlags(&next) {
                cursor = next
                collection = nil
                guard sink.rset(dimension, value, flags) else { return false }
                continue
            }
        default: break
        }
        collection = nil
        guard parseLine(&cursor, &words, &sink) else { return false }
    }
    return true
}

/// One line of any kind: all words first, then the command.
@inlinable @inline(never)
func parseLine<Sink: CommandSink & ~Copyable>(
    _ cursor: inout UnsafePointer<UInt8>,
    _ words: inout Words,
    _ sink: inout Sink
) -> Bool {
    cursor = words.split(cursor)
    if words.isBlank { return true }
    guard let keyword = Keyword(words.keyword) else { return sink.unknown(words.line) }
    if keyword.mayCarrySlot { words.skipSlot() }
    return switch keyword {
    case .begin where !words[0].isEmpty:
        sink.begin(words[0], words[1].plainNumber)
    case .set where !words[0].isEmpty && !words[1].isEmpty:
        sink.set(words[0], words[1].number)
    case .end:
        sink.end(noLines)
    case .rset where words.count == 3 && !words[0].isEmpty:
        sink.rset(words[0], words[1], words[2])
    default:
        sink.command(keyword, words)
    }
}

@inlinable var noLines: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }
@inlinable var wordSET: UInt32 { 0x2054_4553 }
@inlinable var wordBEGI: UInt32 { 0x4947_4542 }
@inlinable var wordRSET: UInt32 { 0x5445_5352 }
@inlinable var wordEND: UInt32 { 0x0a44_4e45 }
