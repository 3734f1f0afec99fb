import Glibc
import System
import Testing

/// `check-tls` looks at Debian's netdata 1.37.1.
@Suite(.serialized, .enabled(if: RealNetdata.isThere), .timeLimit(.minutes(10))) struct CheckTLSInteropTests {
    @Test func everyPortOfIt() throws {
        let certificates = Scratch("certificates")
        #expect(system("sh '\(packageDirectory)/Tests/Support/make-certificates.sh' '\(certificates.path)/all'") == 0)
        func path(_ name: String) -> String { "\(certificates.path)/all/\(name)" }
        let (standard, optional, forced) = (freePort(), freePort(), freePort())
        var options = RealNetdata.Options()
        let rights = "dashboard|streaming"
        options.extra = """
            [web]
                bind to = 127.0.0.1:\(standard) 127.0.0.1:\(optional)=\(rights)^SSL=optional 127.0.0.1:\(forced)=\(rights)^SSL=force
                ssl key = \(path("valid.key"))
                ssl certificate = \(path("valid.pem"))

            """
        let parent = try RealNetdata(options, port: optional)
        func expect(
            _ status: Int32,
            _ words: [String],
            _ arguments: String...,
            location: SourceLocation = #_sourceLocation
        ) throws {
            let scratch = Scratch("check-tls")
            let line = ([NodeUnderTest.binary, "check-tls"] + arguments).map { "'\($0)'" }.joined(separator: " ")
            let result = system("LC_ALL=C.UTF-8 \(line) > '\(scratch.path)/out' 2>&1")
            let output = contents(scratch.path + "/out")
            #expect(result >> 8 & 0xff == status, "\(output)", sourceLocation: location)
            for word in words { #expect(output.contains(word), "\(output)", sourceLocation: location) }
        }
        let before = parent.log
        let ca = path("ca.pem")
        try expect(0, ["is row 4, and it connects"], "127.0.0.1:\(optional):SSL", "--cafile", ca)
        try expect(0, ["is row 4, and it connects"], "127.0.0.1:\(forced):SSL", "--cafile", ca)
        try expect(1, ["ND-T20", "is row 4, and it will NOT connect"], "127.0.0.1:\(standard):SSL")
        try expect(1, ["Netdata < 1.40", "is row 3"], "127.0.0.1:\(optional)")
        try expect(1, ["only --key can tell which"], "127.0.0.1:\(standard)")
        // Nothing alarming is in its log.
        let after = parent.log.dropFirst(before.count)
        #expect(!after.contains("ERROR"), "\(after)")

        let key = RealNetdata.key
        try expect(1, ["closed silently", "ND-T360"], "127.0.0.1:\(optional)", "--key", key)
        try expect(1, ["closed silently", "ND-T360"], "127.0.0.1:\(standard)", "--key", key)
        try expect(1, ["is row 2", "answered HTTP 400", "ND-T362"], "127.0.0.1:\(forced)", "--key", key)
        try expect(0, ["accepted, version 5", "is row 5"], "127.0.0.1:\(forced):SSL", "--skip", "--key", key)
        parent.stop()
    }
}
