import Basics

extension StreamRequest {
    /// Why a head is no streaming request. Each is answered as any other bad HTTP request is.
    public enum Fault: Error, Sendable, Equatable {
        /// Doesn't start with ``method``.
        case otherMethod
        /// Longer than ``headLimit``.
        case tooLong
        /// Its first line doesn't end with an HTTP version.
        case noProtocol
    }

    /// How many bytes the head at the front of `bytes` has, its empty line included; `nil` while it is incomplete.
    ///
    /// - Parameter looked: how many of the bytes were there, without an end, when this was asked before. A peer that sends
    ///   byte by byte then costs no more than others.
    /// - Throws: ``Fault/tooLong`` as soon as the head can't be within ``headLimit``.
    public static func headLength(
        _ bytes: some RandomAccessCollection<UInt8>,
        looked: Int = 0
    ) throws(Fault) -> Int? {
        let end: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a]
        let start = Swift.max(looked - end.count + 1, 0)
        var matched = 0
        for (offset, byte) in bytes.prefix(headLimit).dropFirst(start).enumerated() {
            if byte == end[matched] {
                matched += 1
                if matched == end.count { return start + offset + 1 }
            } else {
                matched = byte == 0x0d ? 1 : 0
            }
        }
        if bytes.count >= headLimit { throw .tooLong }
        return nil
    }

    /// Reads a whole head, up to and including its empty line.
    public init(head: some Collection<UInt8>) throws(Fault) {
        guard head.count <= StreamRequest.headLimit else { throw .tooLong }
        let bytes = Array(head)
        guard bytes.starts(with: StreamRequest.method.utf8) else { throw .otherMethod }
        let lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
            .map { $0.last == 0x0d ? $0.dropLast() : $0 }
        let line = lines[0].dropFirst(StreamRequest.method.utf8.count)
        guard let end = StreamRequest.lastProtocol(line) else { throw .noProtocol }
        self.init()
        takeAgent(lines.dropFirst())
        takeParameters(PercentEncoding.decode(line[..<end]))
    }

    /// Where the last ` HTTP/1.` starts: values of 1.x children contain unescaped spaces.
    private static func lastProtocol(_ line: ArraySlice<UInt8>) -> Int? {
        let mark = Array(" HTTP/1.".utf8)
        guard line.count >= mark.count else { return nil }
        return (line.startIndex...line.endIndex - mark.count).last { line[$0..<$0 + mark.count].elementsEqual(mark) }
    }

    private mutating func takeAgent(_ lines: ArraySlice<ArraySlice<UInt8>>) {
        let name = "user-agent:"
        let agents = lines.prefix { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.lowercased().hasPrefix(name) }
        guard let agent = agents.first.map({ trimmed($0.dropFirst(name.count)) }), !agent.isEmpty else { return }
        let parts = agent.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        programName = StreamRequest.text(Array(parts[0].utf8)[...])
        if parts.count > 1, !parts[1].isEmpty { programVersion = StreamRequest.text(Array(parts[1].utf8)[...]) }
    }

    /// The text was decoded as a whole and is split only now, as the original does: an encoded `&` or `=` splits too.
    private mutating func takeParameters(_ decoded: [UInt8]) {
        parameterText = String(decoding: decoded, as: UTF8.self)
        var offered: UInt32?
        var hasProtocol = false
        for pair in decoded.split(separator: UInt8(ascii: "&")) {
            let trimmed = pair.drop { $0 == UInt8(ascii: "=") }
            guard let middle = trimmed.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let value = trimmed[middle...].drop { $0 == UInt8(ascii: "=") }
            if value.isEmpty { continue }
            let name = StreamRequest.text(trimmed[..<middle])
            let text = StreamRequest.text(value)
            switch name {
            case "ver": offered = UInt32(exactly: StreamRequest.number(text)) ?? 0
            case StreamRequest.protocolVersionName: hasProtocol = true
            default: take(name, text)
            }
        }
        version = offered ?? (hasProtocol ? 1 : 0)
        if registryHostname == nil { registryHostname = hostname }
    }

    private mutating func take(_ name: String, _ text: String) {
        switch name {
        case "key": key = text
        case "hostname": hostname = text
        case "registry_hostname": registryHostname = text
        case "machine_guid": machineGUID = text
        case "update_every":
            let seconds = StreamRequest.number(text)
            updateEvery = seconds >= 1 && seconds <= StreamRequest.updateEveryLimit ? Int(seconds) : nil
        case "os": os = text
        case "timezone": timezone = text
        case "abbrev_timezone": abbreviatedTimezone = text
        case "utc_offset":
            utcOffset = StreamRequest.number(text, within: -StreamRequest.utcOffsetLimit...StreamRequest.utcOffsetLimit)
        case "hops": takeHops(text)
        case "ml_capable": mlCapable = StreamRequest.number(text) != 0
        case "ml_enabled": mlEnabled = StreamRequest.number(text) != 0
        case "mc_version": metricCorrelationVersion = StreamRequest.number(text, within: 0...Int(Int32.max))
        case "tags": tags = text
        case _ where StreamRequest.informationNameSet.contains(name):
            takeInformation(StreamRequest.storedName(name), text)
        case _ where StreamRequest.ignoredNames.contains(name): break
        default: if unused.count < StreamRequest.unusedLimit { unused.append(Parameter(name: name, value: text)) }
        }
    }

    /// Only a plain number: what is narrowed or cut unnoticed hides a loop.
    private mutating func takeHops(_ text: String) {
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
        let isPlain = digits.utf8.count <= 16 && digits.allSatisfy { $0.isASCII && $0.isHexDigit }
        let hasDecimalsOnly = text.hasPrefix("0x") || digits.allSatisfy(\.isNumber)
        let number = isPlain && hasDecimalsOnly ? StreamRequest.number(text) : 0
        invalidHops = number >= 1 && number <= StreamRequest.hopsLimit ? nil : text
        hops = StreamRequest.number(text, within: 0...StreamRequest.hopsLimit)
    }

    private mutating func takeInformation(_ name: String, _ value: String) {
        systemInformation.removeAll { $0.name == name }
        systemInformation.append(Parameter(name: name, value: value))
    }

    /// At most ``valueLimit`` bytes, not cut within a character.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var end = Swift.min(bytes.count, valueLimit)
        if end < bytes.count {
            while end > 0, bytes[bytes.startIndex + end] & 0xc0 == 0x80 { end -= 1 }
        }
        return String(decoding: bytes.prefix(end), as: UTF8.self)
    }

    /// As C reads numbers with base 0.
    private static func number(_ text: String) -> Int64 {
        text.withWord { $0.number }
    }

    private static func number(_ text: String, within range: ClosedRange<Int>) -> Int {
        Int(Swift.min(Swift.max(number(text), Int64(range.lowerBound)), Int64(range.upperBound)))
    }
}
