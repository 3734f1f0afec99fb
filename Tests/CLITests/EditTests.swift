import Glibc
import System
import Testing

/// `--edit`: what an editor leaves is checked before it takes the file's place.
@Suite(.serialized, .timeLimit(.minutes(10))) struct EditTests {
    private let directory: TemporaryDirectory
    private let key = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"

    init() throws {
        directory = try TemporaryDirectory()
        try Files.makeDirectories(directory.path + "/etc")
    }

    /// An editor that runs shell text on the file, `$1`.
    private func editor(_ text: String) throws -> String {
        try directory.write("#!/bin/sh\n\(text)\n", "editor")
        chmod(directory.path + "/editor", 0o755)
        return "EDITOR=" + directory.path + "/editor"
    }

    private func edit(
        _ editor: String...,
        file: String = "stream.conf",
        role: String = "parent"
    ) throws -> Program.Result {
        try Program.run(
            Program.path,
            [role, "--edit", file, "--config-dir", directory.path + "/etc", "--state-dir", directory.path + "/s"],
            environment: editor
        )
    }

    private var names: [String] { (try? Files.names(in: directory.path + "/etc")) ?? [] }

    @Test(arguments: ["agent", "parent"]) func whoHasNoFileBeginsWithEveryOption(_ role: String) throws {
        let editor = try editor("cp \"$1\" \(directory.path)/seen; printf '[%s]\\nenabled = yes\\n' \(key) >> \"$1\"")
        let result = try edit(editor, role: role)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.isEmpty)
        let seen = try directory.read("seen")
        #expect(seen.contains("\n[stream]\n") && seen.contains("# enabled = no\n") && seen.contains("\n[API_KEY]\n"))
        #expect(try directory.read("etc/stream.conf") == seen + "[\(key)]\nenabled = yes\n")
        #expect(result.errors.contains("\(directory.path)/etc/stream.conf is written"))
        #expect(result.errors.contains("no \(role) runs here now: it is read at the next start"))
        #expect(names == ["stream.conf"], "nothing is left behind")
        var status = stat()
        #expect(stat(directory.path + "/etc/stream.conf", &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(!Files.exists(directory.path + "/s"), "no node was started")
    }

    @Test func errorsAreNamedAndNothingIsWritten() throws {
        try directory.write("[stream]\nenabled = no\n", "etc/stream.conf")
        let result = try edit(try editor("echo 'api key = XXXXXXXXXXX' >> \"$1\""))
        #expect(result.status == 78)
        #expect(result.errors.contains("\(directory.path)/etc/stream.conf:3: error: 'XXXXXXXXXXX' of 'api key'"))
        #expect(result.errors.contains("[ND-K81]"))
        #expect(result.errors.contains("stream.conf is as it was"))
        #expect(try directory.read("etc/stream.conf") == "[stream]\nenabled = no\n")
        #expect(names == ["stream.conf"])
    }

    @Test func warningsAreSaidAndDoNotHold() throws {
        let result = try edit(try editor("printf '[db]\\nretenton = 5\\n' > \"$1\""), file: "netdata.conf")
        #expect(result.status == 0)
        #expect(result.errors.contains("did you mean 'retention'?"))
        #expect(try directory.read("etc/netdata.conf") == "[db]\nretenton = 5\n")
    }

    @Test func errorsOfAnotherFileDoNotHold() throws {
        try directory.write("[db\nmode = ram\n", "etc/netdata.conf")
        let result = try edit(try editor("printf '[%s]\\nenabled = yes\\n' \(key) > \"$1\""))
        #expect(result.status == 0, "\(result.errors)")
        #expect(names == ["netdata.conf", "stream.conf"])
    }

    @Test func whatIsNotChangedIsNotWritten() throws {
        let result = try edit(try editor("true"))
        #expect(result.status == 0 && result.errors.contains("nothing was changed"))
        #expect(names.isEmpty)
    }

    @Test func anEditorThatFailsChangesNothing() throws {
        let result = try edit(try editor("echo x > \"$1\"; exit 3"))
        #expect(result.status == 1 && result.errors.contains("ended with code 3"))
        #expect(names.isEmpty)
        let missing = try edit("EDITOR=/no/such/editor", file: "stream.conf")
        #expect(missing.status == 1 && missing.errors.contains("code 127"))
    }

    @Test func visualComesBeforeEditor() throws {
        let result = try edit("EDITOR=/no/such/editor", "VISUAL=true", file: "stream.conf")
        #expect(result.status == 0)
        #expect(try edit().status == 69, "no editor and no terminal")
    }

    @Test func plainFilesAreWritten() throws {
        let editor = try editor("printf '[exporting:global]\\nenabled = no\\n' > \"$1\"")
        #expect(try edit(editor, file: "exporting.conf").status == 0)
        #expect(try directory.read("etc/exporting.conf").contains("enabled = no"))
        let alarm = "alarm: x\non: system.cpu\nevery: 10s\nwarn: $this > 1\n"
        let writes = try self.editor("printf 'alarm: x\\non: system.cpu\\nevery: 10s\\nwarn: $this > 1\\n' > \"$1\"")
        #expect(try edit(writes, file: "health.d/cpu.conf").status == 0)
        #expect(try directory.read("etc/health.d/cpu.conf") == alarm)
        let useless = try edit(try self.editor("echo 'alarm: x' > \"$1\""), file: "health.d/cpu.conf")
        #expect(useless.status == 78 && useless.errors.contains("health.d/cpu.conf:1: error: "), "\(useless.errors)")
        #expect(try directory.read("etc/health.d/cpu.conf") == alarm, "it is as it was")
        let broken = try edit(try self.editor("echo '[a' >> \"$1\""), file: "exporting.conf")
        #expect(broken.status == 78 && broken.errors.contains("exporting.conf:3: error: "), "\(broken.errors)")
    }

    @Test(arguments: [
        "/etc/passwd", "../stream.conf", "other.conf", "health.d/../x.conf", "health.d/", "health.d/.x.conf", "",
    ])
    func nothingElseIsEdited(_ name: String) throws {
        let result = try edit(try editor("echo x > \"$1\""), file: name)
        #expect(result.status == 64 && result.errors.contains("--edit wants netdata.conf"))
    }

    @Test func twoDoNotEditAtOnce() throws {
        let first = try Program.start(
            ["parent", "--edit", "stream.conf", "--config-dir", directory.path + "/etc"],
            directory: directory.path(with: "in"),
            environment: [
                try editor("touch \(directory.path)/open; while [ -e \(directory.path)/open ]; do sleep 0.05; done")
            ]
        )
        try eventually("the first edits") { Files.exists(directory.path + "/open") }
        let second = try edit("EDITOR=true", file: "stream.conf")
        #expect(second.status == 69 && second.errors.contains("somebody else edits"))
        unlink(directory.path + "/open")
        #expect(Program.wait(first) == 0)
        #expect(try edit("EDITOR=true", file: "stream.conf").status == 0)
    }

    @Test func aSignalLeavesNothingBehind() throws {
        let id = try Program.start(
            ["parent", "--edit", "stream.conf", "--config-dir", directory.path + "/etc"],
            directory: directory.path(with: "in"),
            environment: [try editor("touch \(directory.path)/open; sleep 30")]
        )
        try eventually("it edits") { Files.exists(directory.path + "/open") }
        kill(id, SIGTERM)
        #expect(Program.wait(id) == 128 + SIGTERM)
        #expect(names.isEmpty)
    }

    // MARK: On a terminal

    @Test(.enabled(if: Tools.has("/usr/bin/tmux"))) func onATerminalItAsks() throws {
        let screen = try Screen(directory: directory.path)
        defer { screen.end() }
        _ = try editor(
            "echo 'oops = 1' >> \"$1\"; [ -e \(directory.path)/good ] && printf '[db]\\nmode = ram\\n' > \"$1\"; true"
        )
        try directory.write("[db\n", "etc/netdata.conf")
        let command =
            "EDITOR=\(directory.path)/editor \(Program.path) parent --edit netdata.conf --config-dir \(directory.path)/etc; "
            + "echo \"ended $?\"; cat"
        try screen.start(command)
        try eventually("it asks") { screen.text.contains("What now? (e)dit again") }
        #expect(screen.text.contains("error: "))
        screen.press("y", "Enter")
        try eventually("it asks again") { screen.text.components(of: "What now?") == 2 }
        try directory.write("", "good")
        screen.press("e", "Enter")
        try eventually("it ends") { screen.text.contains("ended 0") }
        #expect(try directory.read("etc/netdata.conf") == "[db]\nmode = ram\n")
    }

    @Test(.enabled(if: Tools.has("/usr/bin/tmux")), arguments: [("x", 78, false), ("s", 1, true)])
    func leavingAndSavingAnyway(_ answer: String, _ code: Int, _ isWritten: Bool) throws {
        let screen = try Screen(directory: directory.path)
        defer { screen.end() }
        _ = try editor("printf '[db\\nmode = ram\\n' > \"$1\"")
        let command =
            "EDITOR=\(directory.path)/editor \(Program.path) parent --edit netdata.conf --config-dir \(directory.path)/etc; "
            + "echo \"ended $?\"; cat"
        try screen.start(command)
        try eventually("it asks") { screen.text.contains("What now?") }
        screen.press(answer, "Enter")
        try eventually("it ends") { screen.text.contains("ended \(code)") }
        #expect(names == (isWritten ? ["netdata.conf"] : []))
    }
}

extension TemporaryDirectory {
    /// The same directory with an empty file in it, for a program's standard input.
    fileprivate func path(with name: String) throws -> String {
        try write("", name)
        return path
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
