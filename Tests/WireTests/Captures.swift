import Testing

@testable import Wire

#if canImport(Glibc)
import Glibc
#endif

/// The recorded connections of real daemons beside these tests: see Captures/README.md.
enum Captures {
    /// Plain sessions, as the child sent them.
    static let plain = [
        "01-v137-plain", "03a-v137-replication-first-connection", "03b-v137-replication-after-parent-restart",
        "04-v137-child-memory-mode-none", "06-v133-plain", "11a-v137-child-to-proxy",
        "11b-v137-proxy-own-host-to-parent",
        "11c-v137-proxied-child-to-parent", "12a-v133-child-to-proxy", "12b-v133-proxy-own-host-to-parent",
        "12c-v133-proxied-child-to-parent", "13b-v211-plain", "19-child133-parent211-plain",
    ]

    /// Sessions with LZ4 and what they say in plain text.
    static let compressed = [
        "02-v137-lz4", "05-v137-lz4-large-chart", "07-v133-lz4", "08-v133-lz4-oversized-message-discarded",
        "09-child133-parent137-lz4", "10-child137-parent133-lz4", "15-child211-parent137-lz4",
        "16a-child211-parent133-first-try-dropped", "16b-child211-parent133-second-try", "17-child137-parent211-lz4",
        "18-child133-parent211-lz4", "20-child211-reply14272-lz4",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        try read(folder + name)
    }

    /// The names of the files in a folder of the captures.
    static func names(in subfolder: String, suffix: String) throws -> [String] {
        let directory = try #require(opendir(folder + subfolder))
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name.hasSuffix(suffix) { names.append(String(name.dropLast(suffix.count))) }
        }
        return names.sorted()
    }

    /// What the child sent, split behind its request.
    static func stream(_ name: String) throws -> (head: ArraySlice<UInt8>, stream: [UInt8]) {
        let bytes = try bytes(name + ".child-to-parent.bin")
        let length = try #require(try StreamRequest.headLength(bytes))
        return (bytes[..<length], Array(bytes[length...]))
    }

    static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY)
        try #require(file >= 0, "cannot open \(path)")
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = Glibc.read(file, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    private static let folder: String = {
        let here = #filePath
        let tests = here.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        return tests + "/Fixtures/Captures/"
    }()
}
