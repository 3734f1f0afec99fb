import Testing

@Suite struct ExitCodeTests {
    private func expect(
        _ arguments: [String],
        _ status: Int32,
        _ sentence: String,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let result: Program.Result =
            switch arguments.count {
            case 1: try Program.run(arguments[0])
            case 2: try Program.run(arguments[0], arguments[1])
            case 3: try Program.run(arguments[0], arguments[1], arguments[2])
            default: try Program.run(arguments[0], arguments[1], arguments[2], arguments[3])
            }
        #expect(result.status == status, sourceLocation: location)
        #expect(result.errors.contains(sentence), "\(result.errors)", sourceLocation: location)
        #expect(result.output.isEmpty, sourceLocation: location)
    }

    @Test func wrongUsageIs64() throws {
        try expect(["nonsense"], 64, "Unexpected argument")
        try expect(["top", "--nonsense"], 64, "Unknown option '--nonsense'")
        try expect(["top", "-n", "0"], 64, "-n wants a number of frames, 1 or more; '0' is not.")
        try expect(["top", "-d", "0.4"], 64, "-d wants 0.5 to 3600 seconds; '0.4' is not.")
        try expect(["top", "-d", "3601"], 64, "-d wants 0.5 to 3600 seconds")
        try expect(["top", "--once", "-n", "2"], 64, "--once is -n 1")
        try expect(["top", "[::1"], 64, "is no place to ask")
        try expect(
            ["top", "--tls", "http://a"],
            64,
            "'http://a' is not encrypted: write https://, or leave out --tls."
        )
        try expect(["top", "--tls", "unix:/a"], 64, "A unix socket is never encrypted")
        try expect(["top", "--tls"], 64, "--tls and --ca want a SOURCE")
        try expect(["keygen", "-n", "0"], 64, "-n wants 1 to 1000000 keys; '0' is not.")
        try expect(["keygen", "-n", "1000001"], 64, "-n wants 1 to 1000000 keys")
        try expect(["keygen", "--stream-conf", "-n", "2"], 64, "leave out -n")
        try expect(["tail", "-n", "-1"], 64, "")
        try expect(["tail", "-n", "1000001"], 64, "-n wants 0 to 1000000 lines")
        try expect(["tail", "--explain", "ND-Q1"], 64, "There is no code 'ND-Q1'.")
        try expect(["tail", "-g", "("], 64, "-g wants an extended regular expression; '(' is none: ")
        try expect(
            ["tail", "--since", "soon"],
            64,
            "--since wants a time; 'soon' is none. Understood are 10m, 2h, 14:05"
        )
        try expect(["tail", "--until", "25:00"], 64, "--until wants a time; '25:00' is none.")
        try expect(["tail", "--since=1h", "--until=2h"], 64, "Nothing is between --since 1h and --until 2h.")
        try expect(["tail", "--code", "ND-F7,ND-Q1"], 64, "--code: there is no code 'ND-Q1'.")
        try expect(["tail", "--until-code", "Q*"], 64, "--until-code: there is no code 'Q*'.")
        try expect(["tail", "--timeout", "0"], 64, "--timeout wants seconds, more than 0; '0.0' is not.")
        try expect(["tail", "--json", "-o", "raw"], 64, "--json is -o json: give one of the two.")
        try expect(["tail", "-", "-"], 64, "Standard input can be read once: give one -.")
        try expect(["tail", "--level", "bad"], 64, "'bad'")
        try expect(["check-tls", "udp:host"], 64, "is no destination")
        try expect(["check-tls"], 64, "Whom to look at?")
        try expect(["check-tls", "host", "--timeout", "61"], 64, "--timeout wants 1 to 60 seconds")
        try expect(["check-tls", "host", "--key", "x"], 64, "--key wants a GUID; 'x' is none.")
        try expect(["check-tls", "--explain", "ND-Q1"], 64, "There is no code 'ND-Q1'.")
        try expect(["check-tls", "host", "--parent-conf", "x"], 64, "leave out one")
    }

    @Test func whoIsNotThereHasACode() throws {
        try expect(["top", "--once", "unix:/nowhere/parent.sock"], 69, "nobody answers at unix:/nowhere/parent.sock")
        try expect(["top", "--once", "localhost:1"], 69, "nobody answers at localhost:1: Connection refused")
        try expect(["top", "--once", "no-such-host.invalid"], 68, "Cannot resolve host 'no-such-host.invalid'")
        try expect(["check-tls", "localhost:1", "--child-conf", "/nowhere"], 78, "/nowhere: No such file or directory")
        try expect(["top", "--ca", "/nowhere/ca.pem", "localhost:1"], 66, "/nowhere/ca.pem: No such file or directory")
        try expect(["top", "--ca", "/dev/null", "localhost:1"], 66, "/dev/null: no certificate or crl found")
        try expect(["tail", "--no-follow", "/nowhere/error.log"], 66, "No such file or directory")
        try expect(["tail", "--no-follow", "/tmp"], 74, "Is a directory")
    }
}
