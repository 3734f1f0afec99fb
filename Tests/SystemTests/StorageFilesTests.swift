import Glibc
import Testing

@testable import System

@Suite struct StorageFilesTests {
    private let files = SystemFiles()

    @Test func writtenAndRead() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a"
            let file = try files.open(path, .create)
            try file.writeAll([1, 2, 3, 4], at: 0)
            try file.writeAll([9], at: 2)
            try file.synchronise()
            #expect(try file.bytes(at: 1, count: 10) == [2, 9, 4])
            #expect(try file.bytes(at: 4, count: 10) == [])
            try file.truncate(to: 2)
            #expect(try file.size() == 2)
            #expect(try files.size(of: path) == 2)
            try files.rename(path, to: directory + "/b")
            try files.synchroniseDirectory(directory)
            #expect(try files.names(in: directory) == ["b"])
            let other = try files.open(directory + "/b", .update)
            try files.remove(directory + "/b")
            // Who has it open can go on reading.
            #expect(try other.bytes(at: 0, count: 9) == [1, 2])
            #expect(try files.freeSpace(in: directory) > 0)
        }
    }

    @Test func whatCannotBeOpened() throws {
        try withTemporaryDirectory { directory in
            _ = try files.open(directory + "/a", .create)
            func number(_ name: String, _ opening: StorageOpening) -> Int32? {
                do throws(SystemError) {
                    _ = try files.open(directory + "/" + name, opening)
                    return nil
                } catch {
                    return error.number
                }
            }
            #expect(number("a", .create) == EEXIST)
            #expect(number("b", .read) == ENOENT)
            mkfifo(directory + "/fifo", 0o600)
            #expect(number("fifo", .read) == EINVAL)
            symlink(directory + "/a", directory + "/link")
            #expect(number("link", .update) == ELOOP)
        }
    }

    @Test func aDirectoryIsKeptForOne() throws {
        try withTemporaryDirectory { directory in
            let lock = try files.lock(directory)
            #expect(lock != nil)
            #expect(try files.lock(directory) == nil)
            withExtendedLifetime(lock) {}
        }
    }
}
