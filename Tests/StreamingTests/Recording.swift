import System
import Testing

@testable import Wire

/// A recorded connection of two real daemons: see Captures/README.md.
struct Recording {
    /// One read of the original parent.
    struct Read {
        /// Microseconds since the connection was made.
        var at: Int64
        var bytes: [UInt8]
    }

    let name: String
    let head: [UInt8]
    /// What followed the request, as it arrived.
    let reads: [Read]
    /// What the parent said first.
    let reply: String
    /// The stream in plain text.
    let text: String

    var streamCount: Int { reads.reduce(0) { $0 + $1.bytes.count } }

    /// Sessions without replication: what this parent would have agreed on.
    static let negotiable = [
        "06-v133-plain", "07-v133-lz4", "08-v133-lz4-oversized-message-discarded", "09-child133-parent137-lz4",
        "10-child137-parent133-lz4", "12a-v133-child-to-proxy", "12b-v133-proxy-own-host-to-parent",
        "12c-v133-proxied-child-to-parent", "16a-child211-parent133-first-try-dropped",
        "16b-child211-parent133-second-try", "18-child133-parent211-lz4", "19-child133-parent211-plain",
    ]

    init(_ name: String) throws {
        self.name = name
        let bytes = try Recording.bytes(name + ".child-to-parent.bin")
        let count = try #require(try StreamRequest.headLength(bytes))
        head = Array(bytes[..<count])
        let stream = Array(bytes[count...])
        reads = try Recording.reads(of: name, bytes, after: count)
        reply = try Recording.reply(name)
        let decoded = try? Recording.bytes(name + ".decoded.txt")
        text = String(decoding: decoded ?? stream, as: UTF8.self)
    }

    /// What a parent answered before the first command to its child.
    static func reply(_ name: String) throws -> String {
        let text = String(decoding: try bytes(name + ".parent-to-child.bin"), as: UTF8.self)
        let ends = ["REPLAY_CHART", "FUNCTION", "JSON"].compactMap { text.position(of: $0) }
        return String(text.prefix(ends.min() ?? text.count))
    }

    /// The head of a recorded request.
    static func request(_ name: String) throws -> [UInt8] {
        let bytes = try bytes(name + ".child-to-parent.bin")
        return Array(bytes[..<(try #require(try StreamRequest.headLength(bytes)))])
    }

    static func names(in folder: String, prefix: String) throws -> [String] {
        let suffix = ".child-to-parent.bin"
        return try Files.names(in: path(folder)).filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
            .map { folder + "/" + $0.dropLast(suffix.count) }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] { try Files.read(path(name), limit: 1 << 20) }

    private static func path(_ name: String, file: String = #filePath) -> String {
        "/" + file.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/Captures/" + name
    }

    /// `<seconds> c2p <bytes>` is one read; those of the request are left out.
    private static func reads(of name: String, _ bytes: [UInt8], after head: Int) throws -> [Read] {
        let timing = String(decoding: try Recording.bytes(name + ".timing.txt"), as: UTF8.self)
        var reads: [Read] = []
        var start = 0
        for line in timing.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[1] == "c2p", let count = Int(words[2]) else { continue }
            let end = start + count
            if end > head {
                let seconds = try #require(Double(words[0]))
                // Only milliseconds were recorded; a collection on the very second is a special case that is rarer in
                // life.
                let at = Int64(seconds * 1_000_000) + 137
                reads.append(Read(at: at, bytes: Array(bytes[max(start, head)..<end])))
            }
            start = end
        }
        try #require(start == bytes.count, "the timing of \(name) is of another recording")
        return reads
    }
}

extension String {
    /// Characters before the first occurrence.
    func position(of word: String) -> Int? {
        let mine = Array(self)
        let wanted = Array(word)
        guard mine.count >= wanted.count else { return nil }
        return (0...(mine.count - wanted.count)).first { mine[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }
}
