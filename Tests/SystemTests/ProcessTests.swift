import Glibc
import Testing

@testable import System

/// Programs started by us: their surroundings, their pipes, their end.
struct ProcessTests {
    @Test func outputErrorsAndExitCodeComeBack() throws {
        var process = try Process.start(.shell("echo out; echo err >&2; exit 7", environment: []))
        #expect(everything(process.output) == "out\n")
        #expect(everything(process.errors) == "err\n")
        #expect(waitForExit(&process) == .code(7))
    }

    @Test func environmentAndDirectoryAreTheGivenOnesOnly() throws {
        let process = try Process.start(.shell("/usr/bin/env; pwd", environment: ["ONE=1", "TWO=a b"], directory: "/"))
        let lines = everything(process.output).split(separator: "\n").map(String.init)
        #expect(lines.contains("ONE=1"))
        #expect(lines.contains("TWO=a b"))
        #expect(!lines.contains { $0.hasPrefix("HOME=") })
        #expect(lines.last == "/")
    }

    @Test func inputReachesIt() throws {
        let process = try Process.start(.shell("read line; echo \"got $line\"", environment: []))
        _ = write(process.input, "ping\n", 5)
        #expect(everything(process.output) == "got ping\n")
    }

    @Test func noDescriptorOfOursIsInherited() throws {
        let leaked = Glibc.open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        let process = try Process.start(.shell("ls /proc/$$/fd", environment: ["PATH=/bin:/usr/bin"]))
        #expect(everything(process.output).split(separator: "\n") == ["0", "1", "2"])
    }

    @Test func signalsAreUnblockedAndDefault() throws {
        signal(SIGPIPE, SIG_IGN)
        var process = try Process.start(.shell("exec cat /proc/self/status", environment: path))
        let text = everything(process.output)
        #expect(text.contains("SigBlk:\t0000000000000000"))
        // 32 and 33 belong to the C library, which lets nobody set them.
        let ignored = text.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }!.dropFirst(8)
        #expect(UInt64(ignored, radix: 16)! & ~0x1_8000_0000 == 0)
        #expect(waitForExit(&process) == .code(0))
    }

    @Test func itLeadsAGroupOfItsOwn() throws {
        let process = try Process.start(.shell("exec cat", environment: ["PATH=/bin:/usr/bin"]))
        #expect(getpgid(process.id) == process.id)
    }

    @Test func aProgramThatIsNotThereIsAnError() {
        #expect(throws: SystemError(operation: "exec", subject: "/nonexistent", number: ENOENT)) {
            _ = try Process.start(Process.Command(path: "/nonexistent", arguments: ["x"], environment: []))
        }
    }

    @Test func aDirectoryThatIsNotThereIsAnError() {
        #expect(throws: SystemError.self) {
            _ = try Process.start(.shell("true", environment: [], directory: "/nonexistent"))
        }
    }

    @Test func endTerminatesPolitely() throws {
        var process = try Process.start(
            .shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done", environment: path)
        )
        #expect(nextLine(process.output) == "ready\n")
        #expect(process.end() == .code(5))
        #expect(process.poll() == .code(5))
    }

    @Test func endKillsWhatIgnoresTerm() throws {
        var process = try Process.start(
            .shell("trap '' TERM; echo ready; while :; do sleep 0.01; done", environment: path)
        )
        #expect(nextLine(process.output) == "ready\n")
        #expect(process.end(graceMilliseconds: 20) == .signal(SIGKILL))
    }

    /// What a program leaves running in its group ends when the program has ended.
    @Test func nothingOfTheGroupIsLeft() throws {
        var process = try Process.start(.shell("sleep 1000 & echo $!; exit 0", environment: path))
        let left = Int32(nextLine(process.output).dropLast())!
        #expect(waitForExit(&process) == .code(0))
        #expect(eventually { kill(left, 0) != 0 || isZombie(left) })
    }

    @Test func whatIsLeftGoesOnWhereItIsSpared() throws {
        var process = try Process.start(.shell("sleep 1000 & echo $!; exit 3", environment: path))
        let left = Int32(nextLine(process.output).dropLast())!
        defer { kill(left, SIGKILL) }
        #expect(eventually { process.poll(sparesOthers: true) == .code(3) })
        usleep(20_000)
        #expect(kill(left, 0) == 0 && !isZombie(left))
    }

    @Test func aMuteOneHasNothingButItsErrors() throws {
        var command = Process.Command.shell(
            "cat; echo out; for fd in 0 1; do test /proc/self/fd/$fd -ef /dev/null && echo $fd >&2; done",
            environment: path
        )
        command.isMute = true
        var process = try Process.start(command)
        #expect(process.input == -1 && process.output == -1)
        #expect(everything(process.errors) == "0\n1\n")
        #expect(waitForExit(&process) == .code(0))
    }

    @Test func itEndsWithItsOwner() throws {
        var id: Int32 = 0
        do {
            let process = try Process.start(.shell("exec sleep 1000", environment: path))
            id = process.id
        }
        #expect(kill(id, 0) != 0)
    }

    /// The kernel ends it when the thread that started it is gone, for then there is nobody to do it.
    @Test func itEndsWithTheThreadThatStartedIt() throws {
        nonisolated(unsafe) var id: Int32 = 0
        var thread = pthread_t()
        withUnsafeMutablePointer(to: &id) { pointer in
            pthread_create(
                &thread,
                nil,
                { argument in
                    if let process = try? Process.start(.shell("exec sleep 1000", environment: path)) {
                        argument!.assumingMemoryBound(to: Int32.self).pointee = process.id
                        // Forgotten on purpose: its deinit would end it.
                        leak(process)
                    }
                    return nil
                },
                pointer
            )
            pthread_join(thread, nil)
        }
        #expect(id > 0)
        var status: Int32 = 0
        #expect(waitpid(id, &status, 0) == id)
        #expect(status & 0x7f == SIGKILL)
    }
}

private let path = ["PATH=/bin:/usr/bin"]

private func leak(_ process: consuming Process) {
    let box = UnsafeMutablePointer<Process>.allocate(capacity: 1)
    box.initialize(to: process)
}

private func waitForExit(_ process: inout Process) -> Process.Exit? {
    for _ in 0..<60_000 {
        if let exit = process.poll() { return exit }
        usleep(1000)
    }
    return nil
}

private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<60_000 {
        if condition() { return true }
        usleep(1000)
    }
    return false
}

private func isZombie(_ process: Int32) -> Bool {
    let file = Glibc.open("/proc/\(process)/stat", O_RDONLY)
    guard file >= 0 else { return true }
    defer { close(file) }
    return everything(file).contains(") Z ")
}

private func everything(_ file: Int32) -> String {
    var text = nextLine(file)
    while true {
        let line = nextLine(file)
        if line.isEmpty { return text }
        text += line
    }
}

/// A line, or what is left at the end of the file; waits at most 10 s for a byte.
private func nextLine(_ file: Int32) -> String {
    var bytes: [UInt8] = []
    var waiting = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
    while poll(&waiting, 1, 10_000) > 0 {
        var byte: UInt8 = 0
        guard read(file, &byte, 1) == 1 else { break }
        bytes.append(byte)
        if byte == 10 { break }
    }
    return String(decoding: bytes, as: UTF8.self)
}
