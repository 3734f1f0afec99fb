import System
import Testing

/// Compares text with a file in Tests/Fixtures/TUI. With `NDSTREAM_RECORD=1` in the environment the files are written
/// instead: look at what changed before it is committed.
func expectGolden(_ text: String, _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
    let path = fixture(name)
    if Environment.isRecording {
        try Files.write(Array(text.utf8), to: path)
        return
    }
    let expected = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
    #expect(text == expected, "\(name) differs", sourceLocation: location)
}

private func fixture(_ name: String) -> String {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Fixtures/TUI/" + name
}
