import Glibc
import Testing

@testable import System

@Suite struct FilesTests {
    @Test func readsUpToTheLimitAndNoFurther() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/file"
            try Files.write(Array(repeating: 65, count: 1000), to: path)
            #expect(try Files.read(path, limit: 1000).count == 1000)
            #expect(throws: SystemError(operation: "read", subject: path, number: EFBIG)) {
                try Files.read(path, limit: 999)
            }
        }
    }

    @Test func readsFilesThatSayTheyAreEmpty() throws {
        #expect(try !Files.read("/proc/self/status", limit: 65_536).isEmpty)
    }

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryDirectory { directory throws in
            #expect(throws: SystemError(operation: "read", subject: directory, number: EISDIR)) {
                try Files.read(directory, limit: 10)
            }
            let fifo = directory + "/fifo"
            mkfifo(fifo, 0o600)
            // Would wait for a writer for ever if it were simply opened.
            #expect(throws: SystemError(operation: "read", subject: fifo, number: EINVAL)) {
                try Files.read(fifo, limit: 10)
            }
            #expect(throws: SystemError(operation: "open", subject: directory + "/none", number: ENOENT)) {
                try Files.read(directory + "/none", limit: 10)
            }
        }
    }

    @Test func replacesAWholeFileAndLeavesNothingBeside() throws {
        try withTemporaryDirectory { directory throws in
            let path = directory + "/file"
            try Files.write(Array("first".utf8), to: path)
            try Files.write(Array("second".utf8), to: path)
            #expect(try lines(path) == ["second"])
            #expect(try Files.names(in: directory) == ["file"])
        }
    }

    @Test func aFailedWriteKeepsTheOldFile() throws {
        #expect(throws: SystemError.self) { try Files.write([1], to: "/proc/ndstream-cannot-be-here") }
        try withTemporaryDirectory { directory throws in
            let path = directory + "/target"
            try Files.makeDirectories(path + "/in-the-way")
            #expect(throws: SystemError.self) { try Files.write([1], to: path) }
            #expect(try Files.names(in: directory) == ["target"])
        }
    }

    @Test func makesWhatIsMissingAbove() throws {
        try withTemporaryDirectory { directory throws in
            try Files.makeDirectories(directory + "/a/b")
            try Files.makeDirectories(directory + "/a/b")
            #expect(Files.isDirectory(directory + "/a/b"))
            try Files.write([1], to: directory + "/file")
            #expect(throws: SystemError.self) { try Files.makeDirectories(directory + "/file/b") }
        }
    }

    @Test func errorsNameTheCallTheFileAndTheReason() {
        let error = SystemError(operation: "open", subject: "/x", number: EACCES)
        #expect("\(error)" == "open /x: Permission denied (13)")
    }
}
