#if canImport(Glibc)
import Glibc
#endif

/// Files of Tests/Fixtures/Web.
enum Fixture {
    static func text(_ name: String, file: String = #filePath) -> String {
        String(decoding: bytes(name, file: file), as: UTF8.self)
    }

    static func bytes(_ name: String, file: String = #filePath) -> [UInt8] {
        let tests = file.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(tests)/Fixtures/Web/\(name)"
        guard let stream = fopen(path, "rb") else { fatalError("no fixture \(path)") }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
        return bytes
    }
}

/// A captured request and its answer.
struct GoldenPair {
    let name: String
    let target: String
    /// Header lines of the request.
    let asked: [(name: String, value: String)]
    let status: Int
    /// Header lines of the answer.
    let fields: [String]
    let body: String

    /// Pairs of a folder, from its index.
    static func all(in folder: String) -> [GoldenPair] {
        names(in: folder).map { GoldenPair(folder: folder, name: $0) }
    }

    static func names(in folder: String) -> [String] {
        Fixture.text("\(folder)/INDEX.tsv").split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
            .filter { !$0.isEmpty }
    }

    /// What was asked for.
    static func target(folder: String, name: String) -> String {
        String(Fixture.text("\(folder)/\(name).txt").split(separator: " ", maxSplits: 2)[1])
    }

    init(folder: String, name: String) {
        let text = Fixture.text("\(folder)/\(name).txt")
        let parts = Self.split(text)
        self.name = name
        target = String(parts.request.split(separator: " ")[1])
        asked = parts.request.split(separator: "\r\n").dropFirst().map { line in
            let colon = line.firstIndex(of: ":")!
            return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
        }
        let head = parts.head.split(separator: "\r\n").map(String.init)
        status = Int(head[0].split(separator: " ")[1]) ?? 0
        fields = Array(head.dropFirst())
        body = parts.body
    }

    func field(_ name: String) -> String? {
        fields.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }

    /// The values of all header lines with a name.
    func fields(_ name: String) -> [String] {
        fields.filter { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }

    private static func split(_ text: String) -> (request: String, head: String, body: String) {
        let bytes = Array(text.utf8)
        func end(after start: Int) -> Int {
            (start..<max(start, bytes.count - 3)).first { bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
                ?? bytes.count
        }
        let request = end(after: 0)
        let head = end(after: request + 4)
        func string(_ range: Range<Int>) -> String {
            String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
        }
        return (
            string(0..<request), string(min(request + 4, head)..<head), string(min(head + 4, bytes.count)..<bytes.count)
        )
    }
}
