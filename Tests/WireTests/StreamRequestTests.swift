import Testing

@testable import Wire

/// The request that opens a stream (streaming protocol §2).
@Suite struct StreamRequestTests {
    @Test func aRealRequestOf137() throws {
        let request = try StreamRequest(head: Captures.stream("01-v137-plain").head)
        #expect(request.key == "11111111-2222-3333-4444-555555555555")
        #expect(request.hostname == "child137" && request.registryHostname == "child137")
        #expect(request.machineGUID == "aaaaaaaa-0137-11ee-8000-000000000001")
        #expect(request.updateEvery == 1 && request.hops == 1 && request.utcOffset == 0)
        #expect(request.os == "linux" && request.timezone == "Etc/UTC" && request.abbreviatedTimezone == "UTC")
        #expect(request.metricCorrelationVersion == 1 && !request.mlCapable && !request.mlEnabled)
        #expect(request.tags == nil && request.version == 15_352)
        #expect(request.programName == "netdata" && request.programVersion == "v1.37.1")
        func information(_ name: String) -> String? { request.systemInformation.first { $0.name == name }?.value }
        #expect(request.systemInformation.count == 27)
        // Sent raw: blanks and slashes stay, a plus was a blank.
        #expect(information("NETDATA_CONTAINER_OS_NAME") == "Debian GNU/Linux")
        #expect(information("NETDATA_CONTAINER_OS_VERSION") == "12 (bookworm)")
        #expect(information("NETDATA_SYSTEM_CPU_FREQ") == "2.445e 09")
        #expect(information("NETDATA_HOST_OS_NAME") == "unknown" && information("NETDATA_SYSTEM_OS_NAME") == nil)
        #expect(information("NETDATA_SYSTEM_KERNEL_NAME") == "Linux")
    }

    @Test func aRealRequestOf211() throws {
        let request = try StreamRequest(head: Captures.stream("13b-v211-plain").head)
        #expect(request.timezone == "Etc/UTC" && request.version == 465_894_392)
        // Empty values say nothing.
        #expect(request.systemInformation.isEmpty && request.programVersion == "v2.11.0")
    }

    /// Texts end up in logs and on screens: the limit, and one byte more; no character is cut in two.
    @Test func longValuesAreCut() throws {
        let limit = StreamRequest.valueLimit
        let whole = String(repeating: "h", count: limit)
        #expect(try parse("hostname=" + whole).hostname == whole)
        #expect(try parse("hostname=" + whole + "h").hostname == whole)
        let wide = String(repeating: "h", count: limit - 1)
        #expect(try parse("hostname=" + wide + "ä").hostname == wide)
        #expect(try parse("nosuch=" + whole + "h").unused.first?.value == whole)
    }

    @Test func defaults() throws {
        let request = try parse("key=k&hostname=h")
        #expect(request.registryHostname == "h" && request.machineGUID == nil && request.updateEvery == nil)
        #expect(request.os == "unknown" && request.timezone == "unknown" && request.abbreviatedTimezone == "UTC")
        #expect(request.utcOffset == 0 && request.hops == 1 && request.tags == nil && request.version == 0)
        #expect(request.programName == "unknown" && request.programVersion == "unknown")
        #expect(try parse("NETDATA_PROTOCOL_VERSION=1.1").version == 1)
        #expect(try parse("").key == nil)
        // Absent and empty are the same.
        #expect(try parse("key=&hostname=&os=&hops=").key == nil)
    }

    @Test func separatorsCountOnceAndTheLastWins() throws {
        let request = try parse("&&key==a&=key=b&hostname&tags=x=y=z&os=one&os=two")
        #expect(request.key == "b" && request.hostname == nil && request.tags == "x=y=z" && request.os == "two")
    }

    @Test func theTextIsDecodedBeforeItIsSplit() throws {
        let request = try parse("key=a%26hostname%3dh&tags=1+2%2b3%zz%4&os=%00l%00x")
        #expect(request.key == "a" && request.hostname == "h")
        #expect(request.tags == "1 2+3%zz%4" && request.os == "lx")
        #expect(request.parameterText == "key=a&hostname=h&tags=1 2+3%zz%4&os=lx")
    }

    @Test func theParametersEndAtTheLastProtocol() throws {
        let request = try parse("key=a&tags=one HTTP/1.1 two&os=x")
        #expect(request.tags == "one HTTP/1.1 two" && request.os == "x")
    }

    @Test func numbersHaveAnyBaseAndBounds() throws {
        #expect(try parse("hops=0x10").hops == 16)
        #expect(try parse("hops=010").hops == 8)
        #expect(try parse("hops=-1").hops == 0)
        #expect(try parse("hops=3x").hops == 3)
        #expect(try parse("hops=32767").hops == 32_767)
        #expect(try parse("hops=32768").hops == 32_767)
        #expect(try parse("hops=99999999999999999999999").hops == 32_767)
        for good in ["1", "010", "0x10", "32767"] { #expect(try parse("hops=" + good).invalidHops == nil, "\(good)") }
        for bad in ["-1", "0", "3x", "0xg", "x", "32768", "99999999999999999999999", "1e3", "\u{663}"] {
            #expect(try parse("hops=" + bad).invalidHops == bad)
        }
        #expect(try parse("os=linux").invalidHops == nil)
        #expect(try parse("update_every=0").updateEvery == nil)
        #expect(try parse("update_every=-5").updateEvery == nil)
        #expect(try parse("update_every=86400").updateEvery == 86_400)
        #expect(try parse("update_every=86401").updateEvery == nil)
        #expect(try parse("utc_offset=-3600").utcOffset == -3600)
        #expect(try parse("utc_offset=86401").utcOffset == 86_400)
        #expect(try parse("utc_offset=-9223372036854775808").utcOffset == -86_400)
        #expect(try parse("ver=0x3bb8").version == 15_288)
        #expect(try parse("ver=4294967295").version == .max)
        #expect(try parse("ver=4294967296").version == 0)
        #expect(try parse("ver=-1").version == 0)
        #expect(try parse("ver=abc&NETDATA_PROTOCOL_VERSION=1.1").version == 0)
        #expect(try parse("ml_capable=1&ml_enabled=0&mc_version=7").mlCapable)
    }

    @Test func whatIsNotUsedIsListed() throws {
        let request = try parse("foo=bar&NETDATA_SYSTEM_CPU_MODEL=x&NETDATA_CONTAINER_IS_OFFICIAL_IMAGE=no&Key=k&foo=2")
        #expect(
            request.unused == [
                .init(name: "foo", value: "bar"), .init(name: "Key", value: "k"), .init(name: "foo", value: "2"),
            ]
        )
        #expect(request.systemInformation.isEmpty)
        let many = (0...StreamRequest.unusedLimit).map { "p\($0)=1" }
        #expect(try parse(many.dropLast().joined(separator: "&")).unused.count == StreamRequest.unusedLimit)
        #expect(try parse(many.joined(separator: "&")).unused.count == StreamRequest.unusedLimit)
    }

    @Test func theAgentIsSplitAtItsFirstSlash() throws {
        func agent(_ text: String) throws -> [String] {
            let request = try StreamRequest(head: Array("STREAM key=k HTTP/1.1\r\n\(text)\r\n\r\n".utf8))
            return [request.programName, request.programVersion]
        }
        #expect(try agent("User-Agent: netdata/v1.33.1") == ["netdata", "v1.33.1"])
        #expect(try agent("user-agent:ndstream/1/2 ") == ["ndstream", "1/2"])
        #expect(try agent("Accept: */*\r\nUser-Agent: only") == ["only", "unknown"])
        #expect(try agent("User-Agent: ") == ["unknown", "unknown"])
        #expect(try agent("X-User-Agent: no/1") == ["unknown", "unknown"])
    }

    @Test func whatIsNoRequest() {
        func fault(_ text: String) -> StreamRequest.Fault? {
            do throws(StreamRequest.Fault) {
                _ = try StreamRequest(head: Array(text.utf8))
                return nil
            } catch {
                return error
            }
        }
        #expect(fault("GET / HTTP/1.1\r\n\r\n") == .otherMethod)
        #expect(fault("STREAM") == .otherMethod)
        #expect(fault("") == .otherMethod)
        #expect(fault("STREAM key=k\r\n\r\n") == .noProtocol)
        #expect(fault("STREAM \r\n\r\n") == .noProtocol)
        #expect(fault("STREAM \r\nX: HTTP/1.1\r\n\r\n") == .noProtocol)
        #expect(fault("STREAM  HTTP/1.1\n\n") == nil)
    }

    @Test func theHeadsEndAndItsLimit() throws {
        let head = Array("STREAM key=k HTTP/1.1\r\nA: \r\r\n\r\nEND\n".utf8)
        let length = try #require(try StreamRequest.headLength(head))
        #expect(String(decoding: head[length...], as: UTF8.self) == "END\n")
        for cut in 0..<length {
            #expect(try StreamRequest.headLength(head[..<cut]) == nil)
            #expect(try StreamRequest.headLength(head, looked: cut) == length)
        }
        // A slice starts elsewhere.
        #expect(try StreamRequest.headLength(([1, 2] + head)[2...]) == length)

        let filler = [UInt8](repeating: 0x61, count: StreamRequest.headLimit - 4)
        let end = Array("\r\n\r\n".utf8)
        #expect(try StreamRequest.headLength(filler + end) == StreamRequest.headLimit)
        #expect(throws: StreamRequest.Fault.tooLong) { try StreamRequest.headLength([0x61] + filler + end) }
        #expect(try StreamRequest.headLength(filler + [1, 2, 3]) == nil)
        #expect(throws: StreamRequest.Fault.tooLong) { try StreamRequest.headLength(filler + [1, 2, 3, 4]) }
        #expect(throws: StreamRequest.Fault.tooLong) { try StreamRequest(head: filler + [1, 2, 3, 4, 5]) }
    }

    // MARK: Encoding

    @Test func ourRequest() throws {
        var request = StreamRequest()
        request.key = "11111111-2222-3333-4444-555555555555"
        request.hostname = "web 01"
        request.machineGUID = "aaaaaaaa-0137-11ee-8000-000000000001"
        request.updateEvery = 1
        request.os = "linux"
        request.timezone = "Etc/UTC"
        request.utcOffset = -3600
        request.version = 10_232
        request.systemInformation = [.init(name: "NETDATA_HOST_OS_NAME", value: "Debian GNU/Linux & \"more\"")]
        request.programName = "ndstream"
        request.programVersion = "1.0"
        let head = String(decoding: try request.encode(), as: UTF8.self)
        #expect(
            head == "STREAM key=11111111-2222-3333-4444-555555555555&hostname=web+01&registry_hostname=web+01"
                + "&machine_guid=aaaaaaaa-0137-11ee-8000-000000000001&update_every=1&os=linux&timezone=Etc%2fUTC"
                + "&abbrev_timezone=UTC&utc_offset=-3600&hops=1&ml_capable=0&ml_enabled=0&mc_version=0&tags=&ver=10232"
                + "&NETDATA_SYSTEM_OS_NAME=Debian+GNU%2fLinux+%26+%22more%22&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\n"
                + "User-Agent: ndstream/1.0\r\nAccept: */*\r\n\r\n"
        )
    }

    /// Whatever real children said comes through once more.
    @Test(arguments: [
        "01-v137-plain", "06-v133-plain", "15-child211-parent137-lz4", "11c-v137-proxied-child-to-parent",
    ])
    func aRealRequestEncodedAgainSaysTheSame(name: String) throws {
        var request = try StreamRequest(head: Captures.stream(name).head)
        var again = try StreamRequest(head: request.encode())
        request.parameterText = ""
        again.parameterText = ""
        #expect(again == request)
    }

    @Test func itStaysBelowWhatOldParentsTake() throws {
        var request = StreamRequest()
        request.key = "k"
        request.hostname = "h"
        request.systemInformation = StreamRequest.informationNames.map {
            .init(name: StreamRequest.storedName($0), value: String(repeating: "x", count: 1000))
        }
        let head = try request.encode()
        #expect(head.count < StreamRequest.sentHeadLimit && head.count > 7000)
        #expect(try StreamRequest(head: head).systemInformation.count == 7)
        // Without anything to leave out: at the limit and one beyond.
        request.systemInformation = []
        request.tags = ""
        let bare = try request.encode().count
        request.tags = String(repeating: "t", count: StreamRequest.sentHeadLimit - 1 - bare)
        #expect(try request.encode().count == StreamRequest.sentHeadLimit - 1)
        request.tags?.append("t")
        #expect(throws: StreamRequest.TooLong(count: StreamRequest.sentHeadLimit)) { try request.encode() }
    }

    @Test func aProgramNameCannotAddAHeader() throws {
        var request = StreamRequest()
        request.programName = "x\r\nEvil: 1\r\n\r\n"
        let head = try request.encode()
        #expect(try StreamRequest.headLength(head) == head.count)
        #expect(head.split(separator: 0x0a).count == 4)
    }

    private func parse(_ parameters: String) throws(StreamRequest.Fault) -> StreamRequest {
        try StreamRequest(head: Array("STREAM \(parameters) HTTP/1.1\r\nAccept: */*\r\n\r\n".utf8))
    }
}
