import Basics
import Store

/// The lines of an alarm log's file (health §6.3): fields between tabs.
///
/// The first 31 are the original's. Behind them stand what it lacks: the chart's context, and both values exactly, as the bits of
/// a double. So either reads the other's lines.
public enum AlarmLogText {
    /// Bytes of a line.
    public static let lineLimit = 65_536
    /// Bytes of each text that are written.
    static let textLimit = 3072
    /// A line of the oldest version that is read ends with the two values.
    static let fieldsAtLeast = 27
    private static let fieldsAtMost = 64

    /// A line with its end. What could break it, or reach a terminal, is written as blanks.
    /// - Parameter isNew: `A`; else `U`, a known entry that has changed.
    public static func line(_ entry: AlarmEntry, isNew: Bool, hostname: String) -> [UInt8] {
        var line: [UInt8] = [isNew ? 0x41 : 0x55]
        put(hostname, &line)
        let numbers = [
            Int(entry.uniqueID), Int(entry.alarmID), Int(entry.eventID), Int(entry.updatedByID), Int(entry.updatesID),
            entry.when, entry.duration, entry.nonClearDuration, Int(entry.flags.rawValue), entry.handlerRunAt,
            entry.delayUpTo,
        ]
        for number in numbers { put(number, digits: 8, &line) }
        let texts = [
            entry.name, entry.chart, entry.family, entry.handler, entry.recipient, entry.source, entry.units,
            entry.info,
        ]
        for text in texts { put(text, &line) }
        let plain = [entry.handlerCode, Int(entry.status.rawValue), Int(entry.oldStatus.rawValue), entry.delay]
        for number in plain { put("\(number)", &line) }
        put(sixDecimals(entry.value), &line)
        put(sixDecimals(entry.oldValue), &line)
        put(entry.lastRepeat, digits: 16, &line)
        for text in [entry.classification, entry.component, entry.type, entry.context] { put(text, &line) }
        put(bits(entry.value), &line)
        put(bits(entry.oldValue), &line)
        line.append(10)
        return line
    }

    /// Reads a line.
    /// - Parameter line: without its end.
    /// - Returns: `nil` for what is no such line.
    public static func entry(_ line: ArraySlice<UInt8>) -> AlarmEntry? {
        guard line.count <= lineLimit else { return nil }
        let fields = line.split(separator: 9, maxSplits: fieldsAtMost, omittingEmptySubsequences: false)
        guard fields.count >= fieldsAtLeast, fields[0].elementsEqual([0x41]) || fields[0].elementsEqual([0x55]) else {
            return nil
        }
        var numbers: [Int] = []
        for index in 2...12 {
            guard let number = hexadecimal(fields[index]) else { return nil }
            numbers.append(number)
        }
        let texts = (13...20).map { String(decoding: fields[$0], as: UTF8.self) }
        guard let uniqueID = UInt32(exactly: numbers[0]), uniqueID > 0, let alarmID = UInt32(exactly: numbers[1]),
            alarmID > 0, let eventID = UInt32(exactly: numbers[2]), let updatedBy = UInt32(exactly: numbers[3]),
            let updates = UInt32(exactly: numbers[4]), let flags = UInt32(exactly: numbers[8]),
            let code = Int(text(fields, 21)), let status = alarmStatus(text(fields, 22)),
            let oldStatus = alarmStatus(text(fields, 23)), let delay = Int(text(fields, 24)),
            let value = Double(text(fields, 25)), let oldValue = Double(text(fields, 26))
        else { return nil }
        var entry = AlarmEntry(
            uniqueID: uniqueID,
            alarmID: alarmID,
            eventID: eventID,
            name: texts[0],
            chart: texts[1],
            context: text(fields, 31),
            family: texts[2],
            classification: text(fields, 28),
            component: text(fields, 29),
            type: text(fields, 30),
            handler: texts[3],
            recipient: texts[4],
            source: texts[5],
            units: texts[6],
            info: texts[7],
            when: numbers[5],
            duration: numbers[6],
            nonClearDuration: numbers[7],
            status: status,
            oldStatus: oldStatus,
            value: exact(fields, 32) ?? value,
            oldValue: exact(fields, 33) ?? oldValue,
            delay: delay,
            delayUpTo: numbers[10]
        )
        entry.updatedByID = updatedBy
        entry.updatesID = updates
        entry.flags = AlarmEntry.Flags(rawValue: flags)
        entry.handlerRunAt = numbers[9]
        entry.handlerCode = code
        if fields.count > 27 { entry.lastRepeat = hexadecimal(fields[27]) ?? 0 }
        return entry
    }

    // MARK: Writing

    private static func put(_ text: String, _ line: inout [UInt8]) {
        line.append(9)
        var left = textLimit
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || scalar.value >= 0x7f && scalar.value < 0xa0
            let bytes = UTF8.encode(isControl ? " " : scalar)!
            left -= bytes.count
            guard left >= 0 else { return }
            line.append(contentsOf: bytes)
        }
    }

    /// Hexadecimal with zeros in front; what is negative is 0.
    private static func put(_ number: Int, digits: Int, _ line: inout [UInt8]) {
        line.append(9)
        let text = String(max(0, number), radix: 16)
        line.append(contentsOf: repeatElement(0x30, count: max(0, digits - text.utf8.count)))
        line.append(contentsOf: text.utf8)
    }

    /// As C's `%f`.
    private static func sixDecimals(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        var whole = value.magnitude.rounded(.down)
        var fraction = Int(((value.magnitude - whole) * 1_000_000).rounded(.toNearestOrEven))
        if fraction == 1_000_000 {
            fraction = 0
            whole += 1
        }
        let decimals = "\(fraction)"
        return (value < 0 ? "-" : "") + wholeText(whole) + "." + String(repeating: "0", count: 6 - decimals.count)
            + decimals
    }

    private static func bits(_ value: Double) -> String { String(value.bitPattern, radix: 16) }

    // MARK: Reading

    private static func text(_ fields: [ArraySlice<UInt8>], _ index: Int) -> String {
        index < fields.count ? String(decoding: fields[index], as: UTF8.self) : ""
    }

    private static func alarmStatus(_ text: String) -> AlarmStatus? { Int8(text).flatMap(AlarmStatus.init(rawValue:)) }

    /// Digits only, and not more than a positive number can have.
    private static func hexadecimal(_ field: ArraySlice<UInt8>) -> Int? {
        guard !field.isEmpty, field.count <= 16 else { return nil }
        var number: UInt64 = 0
        for byte in field {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return Int(exactly: number)
    }

    /// The double behind the original's fields.
    private static func exact(_ fields: [ArraySlice<UInt8>], _ index: Int) -> Double? {
        let text = text(fields, index)
        guard text.first?.isHexDigit == true, let bits = UInt64(text, radix: 16) else { return nil }
        return Double(bitPattern: bits)
    }
}
