import Diagnostics
import Testing

/// One line per layout, as the programs wrote them.
@Suite struct LogLineTests {
    private func expect(
        _ text: String,
        time: String? = nil,
        program: String? = nil,
        level: LogLine.Level? = nil,
        thread: String? = nil,
        message: String,
        errno: String? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let line = LogLine(text)
        #expect(line.time == time, sourceLocation: location)
        #expect(line.program == program, sourceLocation: location)
        #expect(line.level == level, sourceLocation: location)
        #expect(line.thread == thread, sourceLocation: location)
        #expect(line.message == message, sourceLocation: location)
        #expect(line.errno == errno, sourceLocation: location)
    }

    @Test func theLayoutWithThreads() {
        expect(
            "2026-11-22 09:26:23: netdata ERROR : WEB_SERVER[static1] : STREAM [receive from [localhost]:54786]: request without an API key. Forbidding access. (errno 11, Resource temporarily unavailable)",
            time: "2026-11-22 09:26:23",
            program: "netdata",
            level: .error,
            thread: "WEB_SERVER[static1]",
            message: "STREAM [receive from [localhost]:54786]: request without an API key. Forbidding access.",
            errno: "11, Resource temporarily unavailable"
        )
        expect(
            "2026-11-22 09:26:23: ndstream INFO  : MAIN : ready",
            time: "2026-11-22 09:26:23",
            program: "ndstream",
            level: .info,
            thread: "MAIN",
            message: "ready"
        )
    }

    @Test func theLayoutBeforeThreads() {
        expect(
            "2017-02-25 01:57:44: netdata: ERROR: Failed to connect to '10.11.12.1', port '19999' (errno 111, Connection refused)",
            time: "2017-02-25 01:57:44",
            program: "netdata",
            level: .error,
            message: "Failed to connect to '10.11.12.1', port '19999'",
            errno: "111, Connection refused"
        )
        expect(
            "2017-02-25 01:58:04: netdata: INFO : STREAM costa-pc [send to 10.11.12.1:19999]: initializing communication...",
            time: "2017-02-25 01:58:04",
            program: "netdata",
            level: .info,
            message: "STREAM costa-pc [send to 10.11.12.1:19999]: initializing communication..."
        )
    }

    @Test func withoutADate() {
        expect(
            "netdata INFO : STREAM_SENDER[child01] : STREAM_COMPRESSION: Compressor Reset",
            program: "netdata",
            level: .info,
            thread: "STREAM_SENDER[child01]",
            message: "STREAM_COMPRESSION: Compressor Reset"
        )
        expect(
            "ERROR : STREAM_SENDER[CHILD HOSTNAME] : STREAM child HOSTNAME [send to P:1]: failed to connect",
            level: .error,
            thread: "STREAM_SENDER[CHILD HOSTNAME]",
            message: "STREAM child HOSTNAME [send to P:1]: failed to connect"
        )
    }

    @Test func keyValueLines() {
        expect(
            #"time=2026-11-22T09:26:23.123+00:00 comm=netdata source=daemon level=warning tid=8 thread="STREAM_SENDER[a b]" msg="STREAM CONNECT 'a' said \"no\" \\ twice""#,
            time: "2026-11-22T09:26:23.123+00:00",
            program: "netdata",
            level: .warning,
            thread: "STREAM_SENDER[a b]",
            message: #"STREAM CONNECT 'a' said "no" \ twice"#
        )
        expect("level=notice errno=\"11, x\" msg=plain", level: .info, message: "plain", errno: "11, x")
        expect("time=5 but no message", message: "time=5 but no message")
    }

    @Test func anythingElseIsMessage() {
        expect("", message: "")
        expect("hello", message: "hello")
        expect("2026-11-22 09:26:23: hello world", time: "2026-11-22 09:26:23", message: "hello world")
        expect("2026-11-22 09:26:2x: hello", message: "2026-11-22 09:26:2x: hello")
        expect("netdata ERROR without a colon", message: "netdata ERROR without a colon")
        expect(
            "2026-11-22 09:26:23: netdata LOG FLOOD PROTECTION too many logs",
            time: "2026-11-22 09:26:23",
            message: "netdata LOG FLOOD PROTECTION too many logs"
        )
    }

    @Test func lineEndsOfWindowsAndBadBytes() {
        expect("hello\r", message: "hello")
        #expect(LogLine([0x61, 0xff, 0x62]).message == "a\u{fffd}b")
    }

    @Test func theHostOfAThread() {
        #expect(LogLine("ERROR : STREAM_SENDER[web-01] : x").threadHost == "web-01")
        #expect(LogLine("ERROR : STREAM_RECEIVER[web-01,[10.0.0.4]:51234] : x").threadHost == "web-01")
        #expect(LogLine("ERROR : WEB_SERVER[static1] : x").threadHost == nil)
        #expect(LogLine("ERROR : STREAM_SENDER : x").threadHost == nil)
    }

    /// Every line cut at every byte is still a line.
    @Test func aLineCutAnywhereIsRead() {
        let lines = [
            "2026-11-22 09:26:23: netdata ERROR : STREAM_SENDER[a] : m (errno 11, x)",
            "2017-02-25 01:57:44: netdata: ERROR: m", #"time=1 level=info thread=a msg="b\" c" errno=5"#,
        ]
        for line in lines {
            let bytes = Array(line.utf8)
            for end in 0...bytes.count {
                _ = LogLine(bytes[..<end])
                _ = LogLine(bytes[end...])
            }
        }
    }

    /// The errno decides where the catalogue knows it, and nowhere else.
    @Test(arguments: [
        ("Failed to connect to 'a', port '1' (errno 111, Connection refused)", "ND-C78"),
        ("Failed to connect to 'a', port '1' (errno 110, Connection timed out)", "ND-C79"),
        ("Failed to connect to 'a', port '1' (errno 101, Network is unreachable)", "ND-C80"),
        ("Failed to connect to 'a', port '1' (errno 24, Too many open files)", "ND-C81"),
        ("Failed to connect to 'a', port '1' (errno 1, Operation not permitted)", "ND-C82"),
        ("Failed to connect to 'a', port '1' (errno 2, No such file or directory)", "ND-C83"),
        ("Failed to connect to 'a', port '1' (errno 71, Protocol error)", "ND-C84"),
        ("Failed to connect to 'a', port '1'", "ND-C84"),
        ("Cannot resolve host 'a', port '1': Name or service not known", "ND-C85"),
        ("Cannot resolve host 'a', port '1': Temporary failure in name resolution", "ND-C86"),
        ("STREAM h [send to p]: failed to connect (errno 111, Connection refused)", "ND-C10"),
        ("STREAM [receive from [i]:1]: request without an API key. Forbidding access. (errno 11, x)", "ND-F1"),
    ])
    func errnosOfTheCatalogue(message: String, code: String) {
        let line = RecognisedLine(
            LogLine("2026-11-22 09:26:23: netdata ERROR : MAIN : \(message)".utf8),
            TemplateMatcher()
        )
        #expect(line.condition?.code == code)
    }
}
