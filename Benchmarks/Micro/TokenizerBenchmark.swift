import Basics
import Glibc
import Wire

/// What the tokenizer costs a line, without storing: nanoseconds of CPU, plain and LZ4, fed as a socket would.
///
/// Two hundred charts with one to eleven dimensions each, in a hundred rounds. `instructions` of the same is what
/// `valgrind --tool=callgrind` says, see Benchmarks/README.md.
func benchmarkTokenizer() {
    let text = tokenizerInput(rounds: 100)
    let lines = text.reduce(into: 0) { $0 += $1 == 0x0a ? 1 : 0 }
    let sets = lines - 100 * 200 * 2
    measure("tokenizer, plain", lines: lines, sets: sets) {
        var decoder = StreamDecoder(mayCarryFrames: false)
        return feed(text, in: 65_536, to: &decoder)
    }
    let frames = compressed(text)
    measure("tokenizer, LZ4", lines: lines, sets: sets) {
        var decoder = StreamDecoder(mayCarryFrames: true)
        return feed(frames, in: 65_536, to: &decoder)
    }
}

/// Adds up all it gets, so that nothing can be left out.
private struct SumSink: CommandSink {
    var sum: Int64 = 0
    var sets = 0

    @inline(__always)
    mutating func begin(_ chart: Word, _ microseconds: Int64) -> Bool {
        sum &+= microseconds &+ Int64(chart.count)
        return true
    }

    @inline(__always)
    mutating func set(_ dimension: Word, _ value: Int64) -> Bool {
        sum &+= value &+ Int64(dimension.count)
        sets &+= 1
        return true
    }

    @inline(__always)
    mutating func end(_ lines: UnsafeBufferPointer<UInt8>) -> Bool { true }

    mutating func rset(_ dimension: Word, _ value: Word, _ flags: Word) -> Bool {
        sets &+= 1
        return true
    }

    mutating func command(_ keyword: Keyword, _ words: borrowing Words) -> Bool { true }

    mutating func unknown(_ line: Word) -> Bool { false }
}

private func tokenizerInput(rounds: Int) -> [UInt8] {
    var text: [UInt8] = []
    var state: UInt64 = 1
    for _ in 0..<rounds {
        for chart in 0..<200 {
            text += "BEGIN \"some_type.chart_\(chart)\" 1000000\n".utf8
            for dimension in 0..<(chart % 11 + 1) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // A third is zero, as on real hosts.
                let value = dimension % 3 == 0 ? 0 : Int64(bitPattern: state) >> Int64(40 + dimension)
                text += "SET \"dim\(dimension)\" = \(value)\n".utf8
            }
            text += "END\n".utf8
        }
    }
    return text
}

private func compressed(_ text: [UInt8]) -> [UInt8] {
    var frames: [UInt8] = []
    guard var encoder = FrameEncoder(cut: .atLineEnds) else { return frames }
    var start = 0
    text.withUnsafeBytes { bytes in
        // One frame for each chart's update, as children send them.
        while let end = text[start...].firstRange(of: "\nEND\n".utf8)?.upperBound {
            try? encoder.encode(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), into: &frames)
            start = end
        }
    }
    return frames
}

private func feed(_ bytes: [UInt8], in piece: Int, to decoder: inout StreamDecoder) -> Int {
    var sink = SumSink()
    bytes.withUnsafeBytes { all in
        var start = 0
        while start < all.count {
            let end = min(start + piece, all.count)
            guard decoder.feed(UnsafeRawBufferPointer(rebasing: all[start..<end]), to: &sink) == .more else { return }
            start = end
        }
    }
    return sink.sets
}

/// The best of ten runs.
private func measure(_ name: String, lines: Int, sets: Int, _ body: () -> Int) {
    var best = Int64.max
    for _ in 0..<10 {
        let start = processNanoseconds()
        let seen = body()
        best = min(best, processNanoseconds() - start)
        precondition(seen == sets, "the benchmark's own stream must be understood")
    }
    let perLine = Double(best) / Double(lines)
    let perSet = Double(best) / Double(sets)
    print(
        "\(name): \(rounded(perLine)) ns CPU a line, \(rounded(perSet)) ns CPU a SET, \(rounded(1000 / perLine)) M lines/s"
    )
}

private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

private func processNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
