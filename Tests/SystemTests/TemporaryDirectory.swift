import Glibc

@testable import System

/// A directory of its own for a test, removed with what is in it.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/ndstream-test-XXXXXX".utf8CString)
    let path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    defer {
        for name in (try? Files.names(in: path)) ?? [] {
            let inner = path + "/" + name
            for deeper in (try? Files.names(in: inner)) ?? [] {
                rmdir(inner + "/" + deeper)
                unlink(inner + "/" + deeper)
            }
            if rmdir(inner) != 0 { unlink(inner) }
        }
        rmdir(path)
    }
    try body(path)
}

func lines(_ path: String) throws -> [String] {
    String(decoding: try Files.read(path, limit: 1 << 24), as: UTF8.self).split(separator: "\n").map(String.init)
}
