import Testing

@testable import Collection

@Suite struct ProcFileTests {
    @Test func aFileIsReadAnewEachTime() throws {
        let machine = try FakeMachine()
        machine.write("/proc/one", "1 2\n")
        let file = ProcFile(machine.root + "/proc/one")
        let buffer = ReadBuffer()
        #expect(file.read(into: buffer).map { String(decoding: $0, as: UTF8.self) } == "1 2\n")
        machine.write("/proc/one", "3\n")
        #expect(file.read(into: buffer).map { String(decoding: $0, as: UTF8.self) } == "3\n")
        #expect(file.readNumber(into: buffer) == 3)
        machine.write("/proc/one", "")
        #expect(file.read(into: buffer)?.isEmpty == true)
        #expect(file.readNumber(into: buffer) == nil)
    }

    @Test func aFileMayAppearLater() throws {
        let machine = try FakeMachine()
        let file = ProcFile(machine.root + "/late")
        let buffer = ReadBuffer()
        #expect(file.read(into: buffer) == nil)
        machine.write("/late", "1")
        #expect(file.readNumber(into: buffer) == 1)
    }

    @Test func aFolderIsNoFile() throws {
        let machine = try FakeMachine()
        #expect(ProcFile(machine.root).read(into: ReadBuffer()) == nil)
    }

    @Test func theBufferGrowsUpToItsLimit() throws {
        let machine = try FakeMachine()
        let buffer = ReadBuffer(limit: 100_000)
        for size in [0, 1, 4095, 4096, 16_384, 16_385, 99_999, 100_000] {
            machine.write("/file", [UInt8](repeating: 0x61, count: size))
            #expect(ProcFile(machine.root + "/file").read(into: buffer)?.count == size)
        }
        machine.write("/file", [UInt8](repeating: 0x61, count: 100_001))
        let file = ProcFile(machine.root + "/file")
        #expect(file.read(into: buffer) == nil)
        machine.write("/file", "7")
        #expect(file.readNumber(into: buffer) == 7)
    }
}
