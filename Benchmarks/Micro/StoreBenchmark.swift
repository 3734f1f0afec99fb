import Basics
import Config
import Diagnostics
import Glibc
import Status
import Store
import System
import Wire

/// What thirty minutes of a real host take, in memory and on a disk: bytes for each sample that came (`SET`), and what taking
/// and reading them costs.
func benchmarkStore() {
    let recording = Recording()
    print("store: \(recording.samples) samples of 30 minutes")
    for mode in [MemoryMode.none, .ram] {
        let host = recording.host(mode)
        let spent = recording.feed(host) {}
        print("store, \(mode.rawValue): \(figure(spent * 1e9 / recording.samples)) ns a sample taken")
        if mode == .ram { measureMemory(host, recording) }
    }
    measureDisk(recording)
}

private func measureMemory(_ host: Host, _ recording: Recording) {
    host.withDatabase { $0.sealAll() }
    let bytes = host.withDatabase { $0.pointBytes }
    print("store, ram: \(figure(Double(bytes) / recording.samples)) bytes a sample, all of them sealed")
    var points = 0
    let started = processTime()
    for ref in host.withDatabase({ $0.refs }) {
        let copy = host.withDatabase { $0.shared(ref) }.copied()
        points += copy.count * copy.columns.count
    }
    print("store, ram: \(figure((processTime() - started) * 1e9 / Double(points))) ns a point read, gaps included")
}

private func measureDisk(_ recording: Recording) {
    var template = Array("/tmp/ndstream-store-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return }
    let directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { _ = system("rm -rf \(directory)") }
    let host = recording.host(.dbengine)
    guard
        let disk = try? DiskStore(
            cache: directory,
            settings: Configuration(role: .parent).database.diskEngine,
            clock: BenchmarkClock(),
            reporter: Silence()
        )
    else { return }
    disk.attach(host)
    var journal = 0
    var second = 0
    let spent = recording.feed(host) {
        disk.writeOnce()
        second += 1
        if second % 100 == 0 { journal = max(journal, disk.facts.engine?.journalBytes ?? 0) }
    }
    disk.writeOnce()
    host.withDatabase { $0.sealAll() }
    disk.writeOnce()
    disk.buildTiers(least: 1)
    disk.finishSegments()
    let facts = disk.facts
    let own = Double(facts.engine?.bytes ?? 0)
    let blocks = Double(facts.engine?.hosts.values.reduce(0, +) ?? 0)
    print("store, dbengine: \(figure(spent * 1e9 / recording.samples)) ns a sample taken and written, every second")
    disk.stop()
    print(
        "store, dbengine: \(figure(own / recording.samples)) bytes a sample on the disk, \(figure(blocks / recording.samples)) of them in blocks; tiers "
            + facts.tiers.map { figure(Double($0) / recording.samples) }.joined(separator: ", ")
            + " more; the journal at most \(figure(Double(journal) / 1e6)) MB"
    )
}

/// The recorded stream, in pieces of a second.
private struct Recording {
    private var text: [UInt8] = []
    /// Where a second ends, and its time in µs.
    private var seconds: [(end: Int, now: Int64)] = []
    private(set) var samples = 0.0

    init() {
        let path = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/host-30min.stream.xz"
        guard let pipe = popen("xz -dc \(path)", "r") else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while case let got = fread(&buffer, 1, buffer.count, pipe), got > 0 { text += buffer[..<got] }
        pclose(pipe)
        // One chart tells how time went.
        let prefix = Array("BEGIN \"system.cpu\" ".utf8)
        var now: Int64 = 1_700_000_000 * microsecondsPerSecond
        var line = 0
        while line < text.count {
            let end = text[line...].firstIndex(of: 10) ?? text.count
            if text[line] == UInt8(ascii: "S"), text[line..<end].starts(with: "SET ".utf8) { samples += 1 }
            if text[line] == UInt8(ascii: "B"), text[line..<end].starts(with: prefix) {
                seconds.append((line, now))
                let step = text[(line + prefix.count)..<end].reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
                now += step == 0 ? microsecondsPerSecond : step
            }
            line = end + 1
        }
        seconds.append((text.count, now))
    }

    func host(_ mode: MemoryMode) -> Host {
        Host(
            guid: GUID("11111111-2222-3333-4444-555555555555")!,
            identity: HostIdentity(hostname: "benchmark"),
            settings: HostSettings(mode: mode, history: 3600, futureLimitSeconds: 0),
            state: .live,
            at: 0
        )
    }

    /// - Returns: CPU seconds.
    func feed(_ host: Host, everySecond: () -> Void) -> Double {
        var ingest = Ingest(
            host: host,
            session: .init(dialect: .stream, thread: "BENCHMARK", plugin: "benchmark", updateEvery: 1),
            reporter: Silence()
        )
        var decoder = StreamDecoder(mayCarryFrames: false)
        let started = processTime()
        var start = 0
        for (end, now) in seconds {
            let result = text[start..<end].withUnsafeBytes { ingest.feed($0, through: &decoder, now: now) }
            precondition(result == .more, "the stream is valid")
            everySecond()
            start = end
        }
        return processTime() - started
    }
}

private func figure(_ number: Double) -> String {
    let thousandths = Int((number * 1000).rounded())
    let rest = String(abs(thousandths) % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
}

private struct BenchmarkClock: Clock {
    func now() -> Int64 { Int64(time(nil)) * microsecondsPerSecond }
    func monotonic() -> Int64 { now() }
}
