import Basics
import Diagnostics
import Glibc
import System
import Testing

@testable import Config
@testable import Node

/// The machine GUID on disk (storage §5).
@Suite struct MachineGUIDTests {
    private let scratch: Scratch
    private let name = "state/lib/registry/netdata.public.unique.id"

    init() throws { scratch = try Scratch() }

    private func file(adopts: Bool = false, netdata: String = "", stream: String = "") throws -> MachineGUIDFile {
        try scratch.write("0123456789abcdef\n", "machine-id")
        return MachineGUIDFile(
            try scratch.configuration(netdata: netdata, stream: stream),
            adopts: adopts,
            machineIDFile: scratch.path + "/machine-id"
        )
    }

    @Test func isMadeOnceAndNeverChanged() throws {
        let first = try file().obtain()
        let written = try scratch.read(name)
        #expect(written == first.guid.description && written.utf8.count == 36)
        #expect(first.findings.isEmpty)
        #expect(Array(written)[14] == "4")
        for _ in 0..<3 { #expect(try file().obtain().guid == first.guid) }
        #expect(try file(adopts: true).obtain().guid == first.guid)
        #expect(try scratch.read(name) == written)
    }

    @Test func lookingWritesNothing() throws {
        let (identity, findings) = try file().inspect()
        #expect(identity == .new(because: .missing) && findings.isEmpty)
        #expect(!Files.exists(scratch.path + "/state"))
    }

    @Test func anyCaseIsTakenAndLeftAsItIsWritten() throws {
        try scratch.write(machineGUID.uppercased() + "\n", name)
        #expect(try file().obtain().guid == GUID(machineGUID))
        #expect(try scratch.read(name) == machineGUID.uppercased() + "\n")
    }

    @Test func aDamagedOneIsReplacedAndSaid() throws {
        for damaged in ["", "nonsense", String(machineGUID.dropLast()), String(repeating: "x", count: 4000)] {
            try scratch.write(damaged, name)
            let (guid, findings) = try file().obtain()
            #expect(findings.codes == ["ND-K55"])
            #expect(try scratch.read(name) == guid.description)
        }
    }

    @Test func oneThatCameWithAPackageIsReplacedAndSaid() throws {
        try scratch.write("8a795b0c-2311-11e6-8563-000c295076a6", name)
        let (guid, findings) = try file().obtain()
        #expect(findings.codes == ["ND-K56"])
        #expect(guid != GUID("8a795b0c-2311-11e6-8563-000c295076a6"))
    }

    /// To take it for missing would make this node another one, and nobody could bring the old one back.
    @Test func anUnreadableOneStopsTheNodeAndStays() throws {
        let path = scratch.path + "/" + name
        let unreadable: [() throws -> Void] = [
            { try Files.makeDirectories(path) }, { symlink(path, path) }, { mkfifo(path, 0o600) },
            { try scratch.write(String(repeating: " ", count: 5000), name) },
        ]
        try Files.makeDirectories(scratch.path + "/state/lib/registry")
        for make in unreadable {
            try make()
            var before = stat()
            lstat(path, &before)
            #expect(try file().inspect().findings.codes == ["ND-K75"])
            let error = try #require(throws: StartFailure.self) { try file().obtain() }
            #expect(error.code == 73)
            #expect(error.sentence.hasPrefix("Cannot read the machine GUID of '\(path)': "))
            var after = stat()
            #expect(lstat(path, &after) == 0 && after.st_ino == before.st_ino)
            if rmdir(path) != 0 { unlink(path) }
        }
    }

    @Test func whereNothingCanBeWrittenTheNodeDoesNotStart() throws {
        // A file where the directory should be: nobody can write there, not even root.
        try scratch.write("", "state/lib/registry")
        let error = try #require(throws: StartFailure.self) { try file().obtain() }
        #expect(error.code == 73)
        #expect(
            error.sentence.contains("Cannot create unique machine id file") && error.sentence.contains("--state-dir")
        )
    }

    @Test func anotherNetdatasIsTakenOnlyIfAsked() throws {
        try scratch.write(machineGUID, "netdata/registry/netdata.public.unique.id")
        var configuration = try scratch.configuration()
        configuration = try adoptable(from: "netdata", configuration)
        let own = try MachineGUIDFile(configuration, adopts: false).obtain().guid
        #expect(own != GUID(machineGUID))
        #expect(try MachineGUIDFile(configuration, adopts: true).obtain().guid == own)
        unlink(scratch.path + "/" + name)
        #expect(try MachineGUIDFile(configuration, adopts: true).obtain().guid == GUID(machineGUID))
        #expect(try scratch.read(name) == machineGUID)
    }

    @Test func nothingToTakeOverIsSaid() throws {
        let configuration = try adoptable(from: "nowhere", try scratch.configuration())
        #expect(MachineGUIDFile(configuration, adopts: true).inspect().findings.codes == ["ND-K76"])
        let (_, findings) = try MachineGUIDFile(configuration, adopts: true).obtain()
        #expect(findings.codes == ["ND-K76"])
        #expect(MachineGUIDFile(configuration, adopts: true).inspect().findings.isEmpty)
    }

    /// An image that already held the file.
    @Test func aCloneIsSaid() throws {
        let guid = try file().obtain().guid
        #expect(try file().inspect().findings.isEmpty)
        let clone = try file()
        try scratch.write("fedcba9876543210\n", "machine-id")
        let (identity, findings) = clone.inspect()
        #expect(identity == .known(guid) && findings.codes == ["ND-K57"])
        #expect(findings[0].message.contains(guid.description))
    }

    @Test func itsOwnGUIDAsAKeyIsSaid() throws {
        try scratch.write(machineGUID, name)
        let stream = "[\(machineGUID)]\n type = api\n enabled = yes\n"
        #expect(try file(stream: stream).inspect().findings.codes == ["ND-K50"])
        #expect(try file(stream: stream).obtain().findings.codes == ["ND-K50"])
    }

    /// A configuration whose Netdata keeps its GUID beneath this directory.
    private func adoptable(from directory: String, _ configuration: Configuration) throws -> Configuration {
        var configuration = configuration
        configuration.adoptableGUIDFile = scratch.path + "/\(directory)/registry/netdata.public.unique.id"
        return configuration
    }
}
