import Basics
import Diagnostics
import Glibc
import Status
import Store
import Wire

/// What the store needs for a thousand children of 20 charts of 5 dimensions, after their definitions, after a minute and after
/// five: resident bytes, without connections. All children tick in turn, as they do in life.
func benchmarkMemory() {
    let (children, charts, dimensions) = (1000, 20, 5)
    let model = StreamModel(charts: charts, dimensions: dimensions)
    let now: Int64 = 1_700_000_000 * microsecondsPerSecond
    let before = residentBytes()
    var hosts: [Host] = []
    for child in 0..<children {
        let host = Host(
            guid: GUID("11111111-2222-3333-4444-" + String(100_000_000_000 + child))!,
            identity: HostIdentity(hostname: "child\(child)"),
            settings: HostSettings(mode: .ram, history: 3600, futureLimitSeconds: 0),
            state: .live,
            at: 0
        )
        feed(model.definitions, to: host, now)
        hosts.append(host)
    }
    func report(_ name: String, points: Int) {
        let bytes = residentBytes() - before
        let metrics = children * charts * dimensions
        print(
            "memory, \(name): \(bytes >> 20) MiB; bytes a child \(bytes / children), a chart \(bytes / children / charts), "
                + "a metric \(bytes / metrics)" + (points > 0 ? ", a point \(bytes / metrics / points)" : "")
        )
    }
    report("defined", points: 0)
    for second in 0..<300 {
        let tick = model.tick(second)
        for host in hosts { feed(tick, to: host, now) }
        if second == 60 { report("after a minute", points: 60) }
    }
    report("after five minutes", points: 299)
}

private func feed(_ text: [UInt8], to host: Host, _ now: Int64) {
    var ingest = Ingest(
        host: host,
        session: .init(dialect: .stream, thread: "BENCHMARK", plugin: "benchmark", updateEvery: 1),
        reporter: Silence()
    )
    var decoder = StreamDecoder(mayCarryFrames: false)
    let result = text.withUnsafeBytes { ingest.feed($0, through: &decoder, now: now) }
    precondition(result == .more, "the stream is valid")
}

/// The second number of /proc/self/statm, in bytes.
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let numbers = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
        separator: " "
    )
    return numbers.count > 1 ? (Int(numbers[1]) ?? 0) * 4096 : 0
}
