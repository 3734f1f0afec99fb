import Basics
import Diagnostics
import Glibc
import Status
import Store
import Wire

/// dump
func benchmarkStore() {
    let path = "/tmp/rec.stream"
    guard let file = fopen(path, "r") else { return }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
        let got = fread(&buffer, 1, buffer.count, file)
        if got <= 0 { break }
        text += buffer[..<got]
    }
    fclose(file)
    let host = Host(
        guid: GUID("11111111-2222-3333-4444-555555555555")!,
        identity: HostIdentity(hostname: "benchmark"),
        settings: HostSettings(mode: .ram, history: 3600, futureLimitSeconds: 0),
        state: .live,
        at: 0
    )
    var ingest = Ingest(
        host: host,
        session: .init(dialect: .stream, thread: "BENCHMARK", plugin: "benchmark", updateEvery: 1),
        reporter: Silence()
    )
    var decoder = StreamDecoder(mayCarryFrames: false)
    var now: Int64 = 1_700_000_000 * microsecondsPerSecond
    let started = processTime()
    let prefix = Array("BEGIN \"system.cpu\" ".utf8)
    var from = 0
    var line = 0
    func feed(to end: Int) {
        let result = text[from..<end].withUnsafeBytes { ingest.feed($0, through: &decoder, now: now) }
        precondition(result == .more, "the stream is valid")
        from = end
    }
    while line < text.count {
        var end = line
        while end < text.count, text[end] != 10 { end += 1 }
        if text[line] == 66, text[line..<end].starts(with: prefix) {
            feed(to: line)
            var number: Int64 = 0
            for byte in text[(line + prefix.count)..<end] { number = number * 10 + Int64(byte - 48) }
            now += number == 0 ? 1_000_000 : number
        }
        line = end + 1
    }
    feed(to: text.count)
    let spent = processTime() - started
    print("fed \(ingest.samples) samples in \(spent) s")
    let out = fopen("/tmp/codes2.bin", "w")!
    let bytes = host.withDatabase { $0.pointBytes }
    print("points \(bytes) bytes, \(Double(bytes) / Double(ingest.samples)) a sample")
    let refs = host.withDatabase { $0.refs }
    let t2 = processTime()
    var all = 0
    for ref in refs { let p = host.withDatabase { $0.points(of: ref) }; all += p.count * p.columns.count }
    print("read \(all) points in \((processTime() - t2) * 1e9 / Double(all)) ns each")
    var chart: UInt32 = 0
    for ref in refs {
        let points = host.withDatabase { $0.points(of: ref) }
        let definition = host.withDatabase { $0.snapshot(of: ref) }!
        chart += 1
        for (index, column) in points.columns.enumerated() {
            var head: [UInt32] = [chart, UInt32(index), UInt32(column.count), UInt32(points.step), UInt32(definition.dimensions[index].algorithm.rawValue)]
            fwrite(&head, 4, 5, out)
            column.withUnsafeBytes { _ = fwrite($0.baseAddress!, 1, $0.count, out) }
        }
    }
    fclose(out)
}
