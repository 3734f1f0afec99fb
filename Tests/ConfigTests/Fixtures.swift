import Glibc
import Testing

@testable import Config

private let directory = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/Config/"

func fixture(_ name: String) throws -> String {
    let file = try #require(fopen(directory + name, "r"), "no fixture \(name)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while true {
        let byte = getc(file)
        if byte < 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes.append(UInt8(truncatingIfNeeded: byte))
    }
}

/// Compares a text that people read with the one checked in. With `UPDATE_GOLDENS` in the environment it is written
/// instead, to be read and committed.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    if getenv("UPDATE_GOLDENS") != nil {
        let file = try #require(fopen(directory + name, "w"))
        fputs(text, file)
        fclose(file)
    }
    let expected = try fixture(name)
    guard text != expected else { return }
    let lines = zip(text.split(separator: "\n"), expected.split(separator: "\n"))
    let difference = lines.first { $0 != $1 }.map { "\n  now:    \($0)\n  golden: \($1)" } ?? "one is longer"
    Issue.record("\(name) differs: \(difference)", sourceLocation: sourceLocation)
}
