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

    private func isVersion4(_ text: Substring) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups[2].first == "4"
            && "89ab".contains(groups[3].first ?? " ")
            && groups.joined().allSatisfy { "0123456789abcdef".contains($0) }
    }
}
