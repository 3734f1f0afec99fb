import Basics

extension StreamRequest {
    /// The request can't be made shorter than 1.33–1.37 parents take: hostname or tags are far too long.
    public struct TooLong: Error, Equatable {
        public let count: Int
    }

    /// The head's bytes: all text url-encoded, in the order of 1.37, shorter than ``sentHeadLimit``. What is known about
    /// the machine is left out from its end where it doesn't fit.
    public func encode() throws(TooLong) -> [UInt8] {
        var parameters: [String] = []
        func add(_ name: String, _ value: String?) {
            parameters.append(name + "=" + PercentEncoding.encode(value ?? ""))
        }
        add("key", key)
        add("hostname", hostname)
        add("registry_hostname", registryHostname ?? hostname)
        add("machine_guid", machineGUID)
        add("update_every", String(updateEvery ?? 1))
        add("os", os)
        add("timezone", timezone)
        add("abbrev_timezone", abbreviatedTimezone)
        add("utc_offset", String(utcOffset))
        add("hops", String(hops))
        add("ml_capable", mlCapable ? "1" : "0")
        add("ml_enabled", mlEnabled ? "1" : "0")
        add("mc_version", String(metricCorrelationVersion))
        add("tags", tags)
        add("ver", String(version))
        let start = StreamRequest.method + parameters.joined(separator: "&")
        let end =
            "&\(StreamRequest.protocolVersionName)=1.1 HTTP/1.1\r\n"
            + "User-Agent: \(StreamRequest.headerText(programName))/\(StreamRequest.headerText(programVersion))\r\n"
            + "Accept: */*\r\n\r\n"
        var room = StreamRequest.sentHeadLimit - 1 - start.utf8.count - end.utf8.count
        guard room >= 0 else { throw TooLong(count: start.utf8.count + end.utf8.count) }
        var information = ""
        for name in StreamRequest.informationNames {
            guard let value = systemInformation.last(where: { $0.name == StreamRequest.storedName(name) })?.value else {
                continue
            }
            let pair = "&" + name + "=" + PercentEncoding.encode(value)
            room -= pair.utf8.count
            if room < 0 { break }
            information += pair
        }
        return Array((start + information + end).utf8)
    }

    /// A proxy passes its child's program on: it may not add a header of its own.
    private static func headerText(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }
}
