import Glibc

/// A file of Tests/Fixtures/Store.
func fixture(_ name: String, file: String = #filePath) -> String {
    let directory = file.split(separator: "/").dropLast(2).joined(separator: "/")
    let path = "/\(directory)/Fixtures/Store/\(name)"
    guard let handle = fopen(path, "r") else { fatalError("no fixture \(path)") }
    defer { fclose(handle) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, handle), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
