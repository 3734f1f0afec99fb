import Basics
import Config
import Diagnostics
import Status
import Store
import Synchronization
import Wire

/// A host as text: what its file holds. Pure.
///
///     ndstream-host 1
///     guid …               a name and a value in each line, the value url-encoded
///     …
///     stream
///     LABEL …              what the child itself would send, in the wire's own language (streaming protocol §8)
///     CHART …
///     DIMENSION …
///     end 1f00…            FNV-1a of everything before this line
///
/// The definitions are read by the same parser, under the same limits, as a child's stream is.
enum HostRecord {
    static let newline = UInt8(ascii: "\n")
    static let version = 1
    /// Bytes of a file; a longer one is damaged.
    static let sizeLimit = 32 << 20
    private static let magic = "ndstream-host "

    // MARK: Writing

    static func encode(_ host: Host, savedAt: Int64) -> [UInt8] {
        let identity = host.identity.withLock { $0 }
        let facts = host.status.withLock { $0 }
        let settings = host.settings
        var lines = "\(magic)\(version)\n"
        func put(_ name: String, _ value: String) { lines += "\(name) \(PercentEncoding.encode(value))\n" }
        func put(_ name: String, _ value: (some BinaryInteger)?) { if let value { put(name, String(value)) } }
        put("guid", host.guid.description)
        put("saved", savedAt)
        put("mode", settings.mode.rawValue)
        put("history", settings.requestedHistory)
        put("update_every", settings.updateEvery)
        identity.put(put)
        facts.put(put)
        put("hops", identity.hops)
        var bytes = Array((lines + "stream\n").utf8)
        let writer = CommandWriter(Capabilities.own(compression: false))
        writer.introduce(
            host.guid,
            claim: identity.claimID,
            labels: identity.labels,
            variables: host.withDatabase { $0.hostVariables },
            to: &bytes
        )
        for chart in host.take(of: nil, { $0.snapshot(of: $1) }) {
            // The automatic labels come by themselves.
            writer.define(chart.definition, chart.dimensions, chart.variables, to: &bytes)
        }
        return bytes + "end \(String(checksum(bytes[...]), radix: 16))\n".utf8
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    // MARK: Reading

    enum Fault: Error, Equatable {
        case damaged(String)
        case newer(String)
    }

    /// - Parameters:
    ///   - database: what the file does not say of its settings.
    ///   - lastAlive: Unix seconds at which the node was last known to run: so long a host that was connected had data.
    ///   - now, monotonic: microseconds.
    static func decode(
        _ bytes: [UInt8],
        guid: GUID,
        database: DatabaseSettings,
        lastAlive: Int64? = nil,
        now: Int64,
        monotonic: Int64
    ) throws(Fault) -> Host {
        let (head, stream) = try parts(bytes)
        let values = HostRecordValues(head)
        guard values["guid"].flatMap({ GUID($0) }) == guid else { throw .damaged("it is another host's") }
        guard let hostname = values["hostname"], let mode = values["mode"].flatMap(MemoryMode.init(rawValue:)),
            let history = values.number("history"), let updateEvery = values.number("update_every")
        else { throw .damaged("its hostname, mode, history or update every is missing") }
        let host = Host(
            guid: guid,
            identity: HostIdentity(values, hostname: hostname),
            settings: HostSettings(
                mode: mode,
                history: Int(clamping: history),
                updateEvery: min(Int(clamping: updateEvery), StoreLimits.standard.updateEvery),
                gapWhenLostIterationsAbove: database.gapWhenLostIterationsAbove,
                futureLimitSeconds: Int64(database.futureLimitSeconds)
            ),
            state: .archived,
            at: now
        )
        try read(stream, into: host, now: now)
        host.status.withLock { $0.restore(values, lastAlive: lastAlive, at: now, monotonic: monotonic) }
        return host
    }

    /// The lines before the stream, and the stream.
    private static func parts(_ bytes: [UInt8]) throws(Fault) -> (head: ArraySlice<UInt8>, stream: ArraySlice<UInt8>) {
        guard bytes.starts(with: magic.utf8), let first = bytes.firstIndex(of: newline) else {
            throw .damaged("it does not begin as one")
        }
        let number = String(decoding: bytes[magic.utf8.count..<first], as: UTF8.self)
        guard number == String(version) else {
            throw Int(number).map { $0 > version } == true ? .newer("version \(number)") : .damaged("it has no version")
        }
        guard bytes.last == newline, let last = bytes.dropLast().lastIndex(of: newline) else {
            throw .damaged("its end is missing")
        }
        let end = String(decoding: bytes[(last + 1)..<(bytes.count - 1)], as: UTF8.self)
        guard end.hasPrefix("end "), let sum = UInt64(end.dropFirst(4), radix: 16) else {
            throw .damaged("its end is missing")
        }
        guard sum == checksum(bytes[...last]) else { throw .damaged("its checksum is wrong") }
        var start = first + 1
        while start <= last, let end = bytes[start...].firstIndex(of: newline) {
            if bytes[start..<end].elementsEqual("stream".utf8) {
                return (bytes[(first + 1)..<start], bytes[(end + 1)..<(last + 1)])
            }
            start = end + 1
        }
        throw .damaged("it has no charts")
    }

    private static func read(_ stream: ArraySlice<UInt8>, into host: Host, now: Int64) throws(Fault) {
        let session = Ingest.Session(
            dialect: .stream,
            thread: "",
            plugin: "",
            updateEvery: host.settings.updateEvery
        )
        var ingest = Ingest(host: host, session: session, reporter: Nobody())
        var decoder = StreamDecoder(mayCarryFrames: false)
        let result = stream.withUnsafeBytes { ingest.feed($0, through: &decoder, now: now) }
        guard result == .more, ingest.samples == 0 else { throw .damaged("its charts are not understood") }
    }

    /// What a file's lines are worth saying was said when they came over the wire.
    private struct Nobody: Reporter {
        func report(_ event: Event) {}
    }
}

/// The names and values of a record's head. Unknown names are left alone: a later version may have more.
struct HostRecordValues {
    private var values: [String: [String]] = [:]

    init(_ head: ArraySlice<UInt8>) {
        for line in head.split(separator: HostRecord.newline) {
            guard let space = line.firstIndex(of: 0x20) else { continue }
            let name = String(decoding: line[..<space], as: UTF8.self)
            values[name, default: []].append(
                String(decoding: PercentEncoding.decode(line[(space + 1)...]), as: UTF8.self)
            )
        }
    }

    subscript(_ name: String) -> String? { values[name]?.last }
    func number(_ name: String) -> Int64? { self[name].flatMap { Int64($0) } }
    func all(_ name: String) -> [String] { values[name] ?? [] }
}
