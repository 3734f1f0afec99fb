import Glibc
import System

/// Compares text with a file in Tests/Fixtures/TLS. With `NDSTREAM_RECORD=1` in the environment the file is written instead:
/// look at what changed before it is committed.
/// - Returns: the lines that differ; `nil` where it is the same.
public func differences(_ text: String, fromGolden name: String) throws -> String? {
    let path = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Fixtures/TLS/" + name
    guard getenv("NDSTREAM_RECORD") == nil else {
        try Files.write(Array(text.utf8), to: path)
        return nil
    }
    let golden = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
    guard text != golden else { return nil }
    let (now, before) = (text.split(separator: "\n"), golden.split(separator: "\n"))
    let lost = before.filter { !now.contains($0) }.map { "- " + $0 }
    let new = now.filter { !before.contains($0) }.map { "+ " + $0 }
    return "\(path) differs:\n\((lost + new).joined(separator: "\n"))"
}

/// A text without what differs from run to run: ports, directories, dates, fingerprints.
public func steady(_ text: String) -> String {
    text.replacing(/(localhost|127\.0\.0\.1|another\.example):\d+/) { "\($0.1):PORT" }
        .replacing(/port '\d+'/, with: "port 'PORT'")
        .replacing(/\[localhost\]:\d+/, with: "[localhost]:PORT")
        .replacing(/\/tmp\/ndstream-self-test-\w+/, with: "/DIRECTORY")
        .replacing(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ?/, with: "DATE")
        .replacing(/([0-9A-F]{2}:){31}[0-9A-F]{2}/, with: "FINGERPRINT")
        .replacing(/on socket \d+/, with: "on socket NUMBER")
        .replacing(/STREAM child\d+/, with: "STREAM child")
        .replacing(/hostname 'child\d+'/, with: "hostname 'child'")
}
