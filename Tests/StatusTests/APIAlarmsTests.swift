import Glibc
import Status
import Testing

/// What a screen reads of a node's alarms.
@Suite struct APIAlarmsTests {
    /// The body of an answer that a Netdata 1.37.1 gave.
    private func answer(_ name: String) throws -> [UInt8] {
        let root = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let file = try #require(fopen("\(root)/Fixtures/Web/live/\(name).txt", "r"))
        defer { fclose(file) }
        var all = [UInt8](repeating: 0, count: 1 << 16)
        let text = String(decoding: all[..<fread(&all, 1, all.count, file)], as: UTF8.self)
        let start = try #require(text.firstIndex { $0 == "{" || $0 == "[" })
        return Array(text[start...].utf8)
    }

    @Test func whatANetdataAnswers() throws {
        let read = try APIAlarms(json: try answer("alarms-active"))
        #expect(read.isOn && read.alarms.count == 5)
        let alarm = try #require(read.alarms["test.gauge.t_rep"])
        #expect(alarm.name == "t_rep" && alarm.chart == "test.gauge" && alarm.status == "CRITICAL")
        #expect(alarm.critical == "$this > 40" && alarm.warning == nil && alarm.calculation == nil)
        #expect(alarm.recipient == "dba" && alarm.source == "29@/etc/netdata/health.d/test.conf")
        #expect(alarm.valueText == "482 units" && alarm.lastStatusChange == 1_795_339_403)
        #expect(alarm.lookupMethod == "average" && alarm.lookupAfter == -5 && alarm.delayMultiplier == 1)
        #expect(alarm.isSilenced == false && alarm.isDisabled == false && alarm.red == nil)
        let load = read.alarms["system.load.load_average_15"]
        #expect(load?.warning == "($this * 100 / $load_cpu_number) > (($status >= $WARNING) ? 175 : 200)")
    }

    /// Expressions come fit for HTML.
    @Test(arguments: [
        ("a &lt; b &amp;&amp; c", "a < b && c"), ("&quot;&#39;&#x27;&#x2F;", "\"''/"),
        ("a & b &nbsp; &", "a & b &nbsp; &"),
        ("&amp;gt;", "&gt;"), ("", ""), ("plain", "plain"),
    ])
    func entities(escaped: String, plain: String) throws {
        let text = escaped.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
        let json =
            #"{"status":false,"alarms":{"c.a":{"name":"a","chart":"c","status":"WARNING","info":"","source":"","calc":"\#(text)"}}}"#
        let read = try APIAlarms(json: Array(json.utf8))
        #expect(!read.isOn && read.alarms["c.a"]?.calculation == plain)
    }

    @Test func changesOfAlarms() throws {
        let json = #"""
            [{"unique_id":3,"name":"a","chart":"c","when":12,"status":"WARNING","old_status":"CLEAR","value_string":"1 x",
            "old_value_string":"-","command":"sudo /etc/netdata/edit-config health.d/load.conf=53=h","value":null},
            {"name":"b","chart":"c","when":11,"status":"REMOVED","old_status":"CLEAR"}]
            """#
        let log = try APIAlarmLog(json: Array(json.utf8))
        #expect(log.entries.map(\.name) == ["a", "b"] && log.entries[0].when == 12)
        #expect(log.entries[0].command == "sudo /etc/netdata/edit-config health.d/load.conf=53=h")
        #expect(log.entries[1].valueText == nil && log.entries[1].oldStatus == "CLEAR")
    }

    @Test func whatIsNoneIsAnError() {
        for json in ["", "[]", "{}", #"{"status":true}"#, #"{"status":true,"alarms":{"a":{}}}"#] {
            #expect(throws: StatusReadError.self) { try APIAlarms(json: Array(json.utf8)) }
        }
        for json in ["", "{}", "[1]", #"[{"name":"a"}]"#] {
            #expect(throws: StatusReadError.self) { try APIAlarmLog(json: Array(json.utf8)) }
        }
    }
}
