import Basics
import Glibc
import System
import Testing

@Suite struct KeygenTests {
    @Test func aKeyIsAVersion4GUIDAndNothingElse() throws {
        let result = try Program.run("keygen")
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        #expect(result.output.hasSuffix("\n"))
        #expect(isVersion4(result.output.dropLast()))
    }

    @Test func manyKeysAreAllDifferent() throws {
        let keys = try Program.run("keygen", "-n", "5000").output.split(separator: "\n")
        #expect(keys.count == 5000)
        #expect(Set(keys).count == 5000)
        #expect(keys.allSatisfy { isVersion4($0) })
    }

    @Test(arguments: [
        ("plain", ""), ("urn", "urn:uuid:"), ("env", "NDSTREAM_STREAM_API_KEY="), ("json", "{\"key\":\""),
    ])
    func formatsAreForWhoReadsThem(_ format: String, _ start: String) throws {
        let output = try Program.run("keygen", "--format", format).output
        let end = format == "json" ? "\"}\n" : "\n"
        #expect(output.hasPrefix(start) && output.hasSuffix(end), "\(output)")
        #expect(isVersion4(output.dropFirst(start.count).dropLast(end.count)))
    }

    @Test func hexadecimalDigitsAreOneWord() throws {
        let lines = try Program.run("keygen", "--format", "hex", "-n", "3").output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.count == 32 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
    }

    /// Sent where everybody reads, a key is none.
    @Test func aFileThatEverybodyReadsIsWarnedOf() throws {
        let directory = try TemporaryDirectory()
        let command = "umask 022; \(Program.path) keygen > \(directory.path)/key"
        let open = try Program.run("/bin/sh", ["-c", command])
        #expect(open.status == 0)
        #expect(open.errors.contains("warning: everybody can read the file"))
        #expect(isVersion4(try directory.read("key").dropLast()))
        let closed = try Program.run(
            "/bin/sh",
            ["-c", "umask 077; rm \(directory.path)/key; \(command.dropFirst(11))"]
        )
        #expect(closed.errors.isEmpty)
    }

    @Test func theTwoSectionsShareOneKey() throws {
        let output = try Program.run("keygen", "--stream-conf").output
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("[") })
        let key = String(line.dropFirst().dropLast())
        #expect(isVersion4(key[...]))
        #expect(output.split(separator: "\n").contains { $0.hasSuffix("api key = \(key)") })
        let parts = output.split(separator: key, omittingEmptySubsequences: false)
        try expectGolden(parts.joined(separator: "KEY"), "stream-conf.txt")
        for line in output.split(separator: "\n") { #expect(line.count <= 80) }
    }

    /// Names are insisted on where children encrypt, though Netdata never looks at them.
    @Test func aParentWithTLS() throws {
        let output = try Program.run("keygen", "--stream-conf", "--parent", "mon.example:19999:SSL").output
        let key = try #require(output.firstMatch(of: /api key = (\S+)/)?.output.1)
        try expectGolden(output.replacing(key, with: "KEY"), "stream-conf-tls.txt")
        #expect(try Program.run("keygen", "--parent", "mon.example").status == 64)
        #expect(try Program.run("keygen", "--stream-conf", "--parent", "a b").status == 64)
    }

    @Test func childrenThatComeAndGoFromSomewhere() throws {
        let result = try Program.run("keygen", "--stream-conf", "--allow", "10.0.0.0/8 !*", "--ephemeral", "--key", key)
        try expectGolden(result.output, "stream-conf-ephemeral.txt")
    }

    private func isVersion4(_ text: Substring) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups[2].first == "4"
            && "89ab".contains(groups[3].first ?? " ")
            && groups.joined().allSatisfy { "0123456789abcdef".contains($0) }
    }
}

private let key = "5f2c0a9e-84d1-4b7c-9e35-0c61d2a7f3b8"

/// Sections that become files, or a part of one.
@Suite struct KeyFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func mode(_ name: String) -> UInt32 {
        var status = stat()
        return stat(directory.path + "/" + name, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func bothFilesAreForOwnerAndGroupOnly() throws {
        let keys = directory.path + "/some/keys"
        let result = try Program.run("keygen", "--write", keys, "--key", key, "--parent", "mon.example:19999:SSL")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == "\(keys)/parent.stream.conf\n\(keys)/child.stream.conf\n")
        #expect(mode("some/keys/parent.stream.conf") == 0o640 && mode("some/keys/child.stream.conf") == 0o640)
        #expect(mode("some/keys") & 0o007 == 0)
        let parent = try directory.read("some/keys/parent.stream.conf")
        let child = try directory.read("some/keys/child.stream.conf")
        try expectGolden(parent + "--------\n" + child, "keygen-write.txt")
        // Nodes find nothing to correct in what becomes theirs.
        for (text, role) in [(parent, "parent"), (child, "agent")] {
            try directory.write(text, "stream.conf")
            let check = try Program.run(
                role,
                "--check",
                "--config-dir",
                directory.path,
                "--state-dir",
                directory.path + "/state"
            )
            #expect(check.status == 0, "\(check.output)")
        }
    }

    @Test func aKeyThatMayBeInUseIsNotWrittenOver() throws {
        try directory.write("mine\n", "child.stream.conf")
        let result = try Program.run("keygen", "--write", directory.path)
        #expect(result.status == 73)
        #expect(result.errors.contains("/child.stream.conf is there already: nothing was written"))
        #expect(result.output.isEmpty)
        #expect(try directory.read("child.stream.conf") == "mine\n")
        #expect(!Files.exists(directory.path + "/parent.stream.conf"))
    }

    @Test func whatCannotBeMadeHasACode() throws {
        try directory.write("", "file")
        let result = try Program.run("keygen", "--write", directory.path + "/file/keys")
        #expect(result.status == 73 && result.errors.contains("Not a directory"), "\(result.errors)")
        let append = try Program.run("keygen", "--append", directory.path + "/nowhere/stream.conf")
        #expect(append.status == 73 && append.errors.contains("No such file or directory"), "\(append.errors)")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can be somebody else")) func whatIsForbiddenHasACode() throws {
        chmod(directory.path, 0o755)
        try directory.write("[stream]\n", "stream.conf")
        let tool = ["--reuid", "65534", "--clear-groups", Program.path, "keygen", "--append"]
        let result = try Program.run("/usr/bin/setpriv", tool + [directory.path + "/stream.conf"])
        #expect(result.status == 77, "\(result.errors)")
        #expect(result.errors.contains("Permission denied"))
        #expect(try directory.read("stream.conf") == "[stream]\n")
    }

    /// Lines that nobody would write so, without an end, and owned by somebody.
    @Test(arguments: ["", "[stream]\n  enabled=no\n", "# caf\u{e9}\r\n[x]\r\n", "[stream]\n\t api key =x # no end"])
    func whatIsThereStaysByteForByte(_ before: String) throws {
        try directory.write(before, "stream.conf")
        let path = directory.path + "/stream.conf"
        chmod(path, 0o604)
        let owned = geteuid() == 0 && chown(path, 4711, 4712) == 0
        let result = try Program.run("keygen", "--append", path, "--key", key)
        #expect(result.status == 0, "\(result.errors)")
        let after = try directory.read("stream.conf")
        #expect(after.hasPrefix(before) && after.utf8.count > before.utf8.count)
        #expect(after.contains("[\(key)]"))
        #expect(before.contains("\r\n") == after.dropFirst(before.count).contains("\r\n"))
        var status = stat()
        stat(path, &status)
        #expect(status.st_mode & 0o7777 == 0o604)
        #expect(!owned || status.st_uid == 4711 && status.st_gid == 4712)
        #expect(try directory.read("stream.conf.1.bak") == before)
        #expect(mode("stream.conf.1.bak") == 0o604)
        #expect(result.errors.contains("\(path): [\(key)] is added; as it was: \(path).1.bak"))
        // The child's half is to be pasted.
        #expect(result.output.contains("\n    api key = \(key)\n") && !result.output.contains("type = api"))
        try twice(path, after)
    }

    /// Nothing is doubled, and nothing is kept of what was not changed.
    private func twice(_ path: String, _ content: String) throws {
        let result = try Program.run("keygen", "--append", path, "--key", key.uppercased())
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("[\(key)] is there already: nothing was changed"))
        #expect(try directory.read("stream.conf") == content)
        #expect(!Files.exists(path + ".2.bak"))
        let other = try Program.run("keygen", "--append", path)
        #expect(other.status == 0 && other.errors.contains("stream.conf.2.bak"))
        #expect(try directory.read("stream.conf").hasPrefix(content))
        #expect(try directory.read("stream.conf.2.bak") == content)
    }

    @Test func aNewFileIsForOwnerAndGroupOnly() throws {
        let result = try Program.run("keygen", "--append", directory.path + "/stream.conf", "--key", key)
        #expect(result.status == 0, "\(result.errors)")
        #expect(mode("stream.conf") == 0o640)
        #expect(try directory.read("stream.conf").hasPrefix("[\(key)]\n"))
        #expect(!Files.exists(directory.path + "/stream.conf.1.bak"))
    }

    @Test(arguments: [
        ("enabled = no\n", "enabled = no"), ("type = machine\nenabled = yes\n", "type = machine"),
        ("allow from = 10.*\n", "'enabled' is missing"), ("enabled = yes\nallow from = 10.*\n", "allow from = 10.*"),
    ])
    func anotherSectionOfTheKeyIsNotTouched(_ lines: String, _ difference: String) throws {
        let before = "\n[\(key.uppercased())]\n" + lines
        try directory.write(before, "stream.conf")
        let result = try Program.run("keygen", "--append", directory.path + "/stream.conf", "--key", key)
        #expect(result.status == 1)
        #expect(
            result.errors.contains("stream.conf:2: [\(key)] is there already, but \(difference): nothing was changed")
        )
        #expect(result.output.isEmpty)
        #expect(try directory.read("stream.conf") == before)
    }

    @Test func whoeverEditsIsWaitedFor() throws {
        let lock = try #require(try DirectoryLock.take(directory.path))
        let result = try Program.run("keygen", "--append", directory.path + "/stream.conf")
        #expect(result.status == 69 && result.errors.contains("somebody else edits"), "\(result.errors)")
        withExtendedLifetime(lock) {}
    }

    @Test func wrongUsage() throws {
        for arguments in [
            ["--write", "a", "--append", "b"], ["--check", key, "-n", "2"], ["--ephemeral"], ["--allow", "*"],
            ["--stream-conf", "--allow", " "], ["--append", "a", "--allow", "10.*\n!*"], ["--key", key],
            ["--write", "a", "--key", "x"], ["--rotate", "x"], ["--format", "env", "-n", "2"], ["--format", "xml"],
            ["--stream-conf", "--format", "hex"], ["--config-dir", "/"],
        ] {
            let result = try Program.run(Program.path, ["keygen"] + arguments)
            #expect(result.status == 64 && result.output.isEmpty, "\(arguments): \(result.errors)")
        }
    }
}

/// What is said of a key, and how it is replaced.
@Suite struct KeyCheckTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            """
            [stream]
                enabled = yes
                destination = up.example
                api key = 0c9d6a15-2f7b-4e83-b1a4-5d0e9f8c7b6a

            [\(key.uppercased())]
                enabled = yes
                # which is said twice
                default history = 3600
                allow from = 10.*
                default history = 7200
                default proxy api key = \(key)

            [aaaa1111-2b3c-4d5e-8f90-123456789abc]
                type = machine
                enabled = yes

            [b7e23ec2-9af5-4b3d-8c76-1f0e2d3c4b5a]
                enabled = no

            """,
            "stream.conf"
        )
    }

    private func run(_ arguments: String..., input: String = "") throws -> Program.Result {
        let state = directory.path + "/state"
        try Files.makeDirectories(state + "/lib/registry")
        try Files.write(
            Array("d1f4c3b2-a596-4788-9a0b-c1d2e3f40516".utf8),
            to: state + "/lib/registry/netdata.public.unique.id"
        )
        var result = try Program.run(
            Program.path,
            ["keygen"] + arguments + ["--config-dir", directory.path],
            input: input,
            environment: ["NDSTREAM_STATE_DIR=\(state)"]
        )
        result.output = result.output.replacing(directory.path, with: "DIR")
        result.errors = result.errors.replacing(directory.path, with: "DIR")
        return result
    }

    @Test func whatThereIsToSayOfAKey() throws {
        let keys = [
            key, "0C9D6A15-2F7B-4E83-B1A4-5D0E9F8C7B6A", "b7e23ec2-9af5-4b3d-8c76-1f0e2d3c4b5a",
            "aaaa1111-2b3c-4d5e-8f90-123456789abc", "d1f4c3b2-a596-4788-9a0b-c1d2e3f40516",
            "5f2c0a9e-84d1-4b7c-9e35-0c61d2a7f3b9", "6e1d4c8b-0a9f-4d2e-8b7c-3f5a6e7d8c9b",
            "00000000-0000-0000-0000-000000000000", "77777777-7777-7777-7777-777777777777",
            "11111111-2222-3333-4444-555555555555", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "12345678-1234-1234-1234-123456789abc", "8a795b0c-2311-11e6-8563-000c295076a6",
            "2fa1b6c0-7d3e-11ee-b962-0242ac120002", "018bd2f4-7c3a-7b21-9d5e-4f60718293a4",
            "c3e1a9d0-7b5f-5c2e-a184-96d7f0b3e251", "c3e1a9d0-7b5f-4c2e-1184-96d7f0b3e251",
            "", "MyAPIKey", "[API_KEY]", "{\(key)}", "urn:uuid:\(key)", "5f2c0a9e84d14b7c9e350c61d2a7f3b8",
            "5f2c0a9e-84d1-4b7c-9e35-0c61d2a7f3b", "5f2c0a9e-84d1-4b7c-9e35-0c61d2a7f3bO",
        ]
        var text = ""
        for key in keys {
            let result = try run("--check", key)
            #expect(result.errors.isEmpty)
            text += "$ ndstream keygen --check '\(key)'\n\(result.output)exit \(result.status)\n\n"
        }
        try expectGolden(text, "keygen-check.txt")
    }

    /// So that nobody sees it in the list of processes.
    @Test func aKeyFromStandardInput() throws {
        let piped = try run("--check", "-", input: " \(key) \nnever looked at\n")
        #expect(piped.output == (try run("--check", key).output) && piped.status == 0)
        #expect(try run("--check", "-").status == 66)
    }

    @Test func aRotationHasItsSteps() throws {
        let result = try run("--rotate", key)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let new = try #require(result.output.firstMatch(of: /\n    api key = (\S+)/)?.output.1)
        #expect(GUID(new) != nil && new != key)
        try expectGolden(result.output.replacing(new, with: "NEW"), "keygen-rotate.txt")
        for line in result.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        // The old settings with the new key.
        try directory.write(result.output, "stream.conf")
        let check = try run("--check", String(new))
        #expect(check.output.contains("stands here: an API key of this parent's children"), "\(check.output)")
    }

    @Test func aKeyThatIsNotThereCannotBeReplaced() throws {
        let result = try run("--rotate", "6e1d4c8b-0a9f-4d2e-8b7c-3f5a6e7d8c9b")
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("looked at DIR/stream.conf"))
        #expect(try directory.read("stream.conf").contains("[stream]"))
    }
}
