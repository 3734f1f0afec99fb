import Config
import Diagnostics
import Glibc
import System
import Testing

@testable import Node

@Suite struct ConfigurationFilesTests {
    @Test func findingsNameFileAndLine() throws {
        let scratch = try Scratch()
        let configuration = try scratch.configuration(
            netdata: "[db]\n mode = ram\n retenton = 7\n",
            stream: "[stream]\n enabled = maybe\nnonsense\n"
        )
        let warnings = configuration.findings.filter { $0.severity > .info }
        #expect(
            warnings.map { "\($0.file):\($0.line ?? 0) \($0.condition.code)" } == [
                "\(scratch.path)/etc/netdata.conf:3 ND-K14", "\(scratch.path)/etc/stream.conf:2 ND-K21",
                "\(scratch.path)/etc/stream.conf:3 ND-K2",
            ]
        )
        #expect(warnings.first?.advice?.contains("retention") == true)
        #expect(warnings[1].message.contains("maybe") && warnings[1].message.contains("yes and no are accepted"))
    }

    @Test func whatStandsInPlaceOfAFileIsNamedAndNeverWaitedFor() throws {
        for kind in ["directory", "fifo", "loop"] {
            let scratch = try Scratch()
            try Files.makeDirectories(scratch.path + "/etc")
            let path = scratch.path + "/etc/netdata.conf"
            switch kind {
            case "directory": mkdir(path, 0o755)
            case "fifo": mkfifo(path, 0o600)
            default: symlink(path, path)
            }
            let configuration = scratch.options().loadConfiguration()
            let finding = try #require(configuration.findings.first { $0.condition == .configUnreadable }, "\(kind)")
            #expect(finding.file == path)
            #expect(configuration.files == [path])
        }
    }

    @Test func nothingIsWritten() throws {
        let scratch = try Scratch()
        _ = try scratch.configuration(netdata: "[db]\n mode = ram\n")
        #expect(try Files.names(in: scratch.path) == ["etc"])
    }

    @Test func theHostIsCalledAsTheSystemCallsIt() throws {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, 255)
        let expected = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let scratch = try Scratch()
        #expect(try scratch.configuration().global.hostname == expected)
        #expect(try scratch.configuration(netdata: "[global]\n hostname = web01\n").global.hostname == "web01")
    }
}
