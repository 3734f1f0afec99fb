import Diagnostics
import Testing

/// Lines of access.log (streaming protocol §16.2), of 1.37.1's and of ours.
@Suite struct AccessLogTests {
    private let matcher = TemplateMatcher()

    private func recognised(_ text: String) -> RecognisedLine { RecognisedLine(LogLine(text), matcher) }

    @Test(arguments: [
        ("ACCESS DENIED - NO KEY", "ND-F1"), ("ACCESS DENIED - NO HOSTNAME", "ND-F2"),
        ("ACCESS DENIED - NO MACHINE GUID", "ND-F3"), ("ACCESS DENIED - INVALID KEY", "ND-F4"),
        ("ACCESS DENIED - INVALID MACHINE GUID", "ND-F5"),
        ("ACCESS DENIED - API KEY GIVEN IS NOT API KEY", "ND-F6"), ("ACCESS DENIED - KEY NOT ENABLED", "ND-F7"),
        ("ACCESS DENIED - KEY NOT ALLOWED FROM THIS IP", "ND-F8"),
        ("ACCESS DENIED - MACHINE GUID GIVEN IS NOT A MACHINE GUID", "ND-F9"),
        ("ACCESS DENIED - MACHINE GUID NOT ENABLED", "ND-F10"),
        ("ACCESS DENIED - MACHINE GUID NOT ALLOWED FROM THIS IP", "ND-F11"), ("REJECTED - ALREADY CONNECTED", "ND-F12"),
        ("DENIED - ATTEMPT TO RECEIVE METRICS FROM MACHINE_GUID IDENTICAL TO PARENT", "ND-F13"),
        ("ACCESS DENIED - INVALID HOPS", "ND-F23"), ("CONNECTED", "ND-I9"), ("DISCONNECTED", "ND-C5"),
        ("FAILED - CANNOT REPLY", "ND-T349"), ("FAILED - SOCKET ERROR", "ND-C67"),
        ("FAILED - CANNOT ACQUIRE HOST", "ND-C66"), ("FAILED - BEATEN TO HOST CREATION", "ND-C66"),
        ("REJECTED -- DBENGINE MEMORY MODE NOT SUPPORTED", "ND-C66"), ("A NEW REASON", "ND-U0"),
    ])
    func everyMessage(message: String, code: String) {
        let line = recognised(
            "2026-11-22 09:26:25: STREAM: 8562 '[10.0.9.4]:54824' '\(message)' host 'h1' api key '99999999-2222-3333-4444-555555555555' machine guid 'cccccccc-2222-3333-4444-555555555555'"
        )
        #expect(line.condition?.code == code && line.isStreaming)
        guard code != "ND-U0" else { return }
        #expect(line.host == "h1" && line.values["ip"] == "10.0.9.4" && line.side == .parent)
        #expect(line.values["guid"] == "cccccccc-2222-3333-4444-555555555555")
        #expect(line.line.time == "2026-11-22 09:26:25")
    }

    /// What was not said is a dash, and no name.
    @Test func missingValues() {
        let line = recognised(
            "2026-11-22 09:26:25: STREAM: 8562 '[localhost]:54824' 'ACCESS DENIED - NO KEY' host '-' api key '-' machine guid '-'"
        )
        #expect(line.condition == .refusedNoKey && line.host == nil && line.isAbout { $0 == "localhost" })
    }

    @Test func linesOfTheWebServer() {
        let stream = recognised(
            "2026-11-22 09:26:25: 17: 8562 '[10.0.9.4]:54824' 'STREAM' (sent/all = 67/67 bytes -0%, prep/sent/total = 0.02/0.03/0.05 ms) 401 'key=a&hostname=b'"
        )
        #expect(stream.condition == .streamAnswered && stream.isStreaming && stream.side == .parent)
        #expect(stream.values["status"] == "401" && stream.values["ip"] == "10.0.9.4")
        let page = recognised(
            "2026-11-22 09:26:25: 17: 8562 '[10.0.9.4]:54824' 'DATA' (sent/all = 67/67 bytes -0%, prep/sent/total = 0.02/0.03/0.05 ms) 200 '/api/v1/info'"
        )
        #expect(page.condition == nil && !page.isStreaming)
        #expect(!recognised("2026-11-22 09:26:25: 17: 8562 '[10.0.9.4]:54824' 'CONNECTED'").isStreaming)
    }

    @Test func whatAParentAsks() {
        let line = recognised(
            "2026-11-22 09:26:25: STREAM: 8562 from '10.0.0.5:19999' for host 'web-01': REPLAY_CHART \"system.cpu\" \"true\" 0 0"
        )
        #expect(line.condition == .parentAsked && line.host == "web-01" && line.side == .child)
    }
}

/// Whom lines are about that are in no catalogue.
@Suite struct UnknownLineTests {
    @Test(
        arguments: [
            ("STREAM web-01 [send to p:1]: new words", "web-01"),
            ("STREAM RCV 'web-01' [from [i]:1]: new words", "web-01"),
            ("STREAM SND 'a b' [to p:1]: new words", "a b"), ("STREAM RCV '' [from [i]:1]: new words", nil),
            ("STREAM: new words", nil), ("STREAM new words", nil), ("STREAM RCV 'open", "open"),
        ] as [(String, String?)]
    )
    func hosts(message: String, host: String?) {
        let line = RecognisedLine(LogLine("time=1 level=error msg=\"\(message)\""), TemplateMatcher())
        #expect(line.condition == .unrecognised && line.host == host && line.severity == .error)
    }
}

/// Lines that come through the system's logs.
@Suite struct SystemLogTests {
    @Test func theJournalsObjects() {
        let line = LogLine(
            #"{"__REALTIME_TIMESTAMP":"1795339583000007","PRIORITY":"3","SYSLOG_IDENTIFIER":"netdata","THREAD_TAG":"STREAM_SENDER[a]","MESSAGE":"STREAM a [send to b:1]: failed to connect","ND_NIDL_NODE":"a","ND_SRC_IP":"10.0.0.9","__CURSOR":"s=1;i=2","_PID":"5"}"#
        )
        #expect(line.level == .error && line.program == "netdata" && line.thread == "STREAM_SENDER[a]")
        #expect(line.message == "STREAM a [send to b:1]: failed to connect" && line.time == "1795339583000007")
        #expect(line.node == "a" && line.address == "10.0.0.9" && line.cursor == "s=1;i=2")
    }

    /// A message that is no UTF-8 comes as the numbers of its bytes.
    @Test func messagesOfBytes() {
        #expect(LogLine(#"{"MESSAGE":[104, 105,255],"PRIORITY":"6"}"#).message == "hi\u{fffd}")
        #expect(LogLine(#"{"MESSAGE":[104,300],"msg":"m"}"#).message == "m")
        #expect(LogLine(#"{"MESSAGE":null}"#).message == #"{"MESSAGE":null}"#)
    }

    /// What a service writes to its standard error is a whole line of ours within the journal's.
    @Test func linesWithinLines() {
        let line = LogLine(
            #"{"__REALTIME_TIMESTAMP":"1795339583000007","PRIORITY":"6","SYSLOG_IDENTIFIER":"ndstream","MESSAGE":"2026-11-22 09:26:23: ndstream ERROR : STREAM_SENDER[a] : STREAM a [send to b:1]: failed to connect"}"#
        )
        #expect(line.message == "STREAM a [send to b:1]: failed to connect" && line.thread == "STREAM_SENDER[a]")
        #expect(line.time == "1795339583000007" && line.program == "ndstream")
    }

    @Test(arguments: ["netdata[812]", "netdata"]) func syslog(tag: String) {
        let line = LogLine("Nov 22 09:26:23 mon-1 \(tag): STREAM a [send to b:1]: failed to connect")
        #expect(line.time == "Nov 22 09:26:23" && line.program == "netdata")
        #expect(line.message == "STREAM a [send to b:1]: failed to connect")
        let whole = LogLine(
            "Nov  2 09:26:23 mon-1 \(tag): ERROR : STREAM_SENDER[a] : STREAM a [send to b:1]: failed to connect"
        )
        #expect(whole.thread == "STREAM_SENDER[a]" && whole.level == .error)
        #expect(LogLine("Nov 22 09:26:23 mon-1 no tag here").message == "Nov 22 09:26:23 mon-1 no tag here")
    }

    @Test func cutAnywhere() {
        for line in [
            "Nov 22 09:26:23 mon-1 netdata[812]: STREAM a", #"{"MESSAGE":[104,105],"PRIORITY":"6","__CURSOR":"s"}"#,
            "2026-11-22 09:26:25: STREAM: 8562 '[10.0.9.4]:54824' 'ACCESS DENIED - NO KEY' host 'h1' api key '-' machine guid '-'",
        ] {
            let bytes = Array(line.utf8)
            let matcher = TemplateMatcher()
            for end in 0...bytes.count {
                _ = RecognisedLine(LogLine(bytes[..<end]), matcher).likeness
                _ = RecognisedLine(LogLine(bytes[end...]), matcher).likeness
            }
        }
    }
}
