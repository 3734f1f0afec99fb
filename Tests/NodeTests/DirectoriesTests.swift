import Config
import Glibc
import System
import Testing

@testable import Node

@Suite struct DirectoriesTests {
    @Test func whatIsMissingIsMade() throws {
        let scratch = try Scratch()
        try NodeDirectories.make(try scratch.configuration())
        #expect(try Files.names(in: scratch.path + "/state") == ["cache", "lib", "log", "run"])
        #expect(Files.isDirectory(scratch.path + "/state/lib/registry"))
    }

    @Test func withoutLogsItGoesOn() throws {
        let scratch = try Scratch()
        try scratch.write("", "state/log")
        try scratch.write("", "state/cache")
        try NodeDirectories.make(try scratch.configuration())
        #expect(Files.isDirectory(scratch.path + "/state/run"))
    }

    @Test(arguments: ["lib", "run"]) func withoutStateItDoesNot(name: String) throws {
        let scratch = try Scratch()
        try scratch.write("", "state/\(name)")
        let configuration = try scratch.configuration()
        let error = try #require(throws: StartFailure.self) { try NodeDirectories.make(configuration) }
        #expect(error.code == 73)
        #expect(error.sentence.hasPrefix("cannot make the directory \(scratch.path)/state/\(name)"))
    }

    @Test func theStateBelongsToOneNode() throws {
        let scratch = try Scratch()
        let configuration = try scratch.configuration()
        try NodeDirectories.make(configuration)
        do {
            let lock = try NodeDirectories.lock(configuration)
            let error = try #require(throws: StartFailure.self) { try NodeDirectories.lock(configuration) }
            #expect(error.code == 73 && error.sentence.contains("\(scratch.path)/state/lib"))
            withExtendedLifetime(lock) {}
        }
        _ = try NodeDirectories.lock(configuration)
        #expect(try Files.names(in: scratch.path + "/state/lib") == ["registry"])
    }
}
