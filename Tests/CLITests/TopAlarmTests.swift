import Testing

/// Alarms in frames, in exit codes, and of a Netdata that is watched.
@Suite struct TopAlarmTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func document(warning: Int, critical: Int) -> [UInt8] {
        page(
            "200 OK",
            """
            {"schema":1,"at":1700000100,"node":{"hostname":"mon-1","guid":"g","version":"1","program":"ndstream",\
            "role":"parent"},"hosts":[{"guid":"g","hostname":"mon-1","state":"local","alarms":{"warning":\(warning),\
            "critical":\(critical),"total":9}}],"alarms":{"warning":\(warning),"critical":\(critical),"total":9,"raised":[\
            {"host_guid":"g","hostname":"mon-1","chart":"system.load","name":"load_average_1","status":"WARNING",\
            "since_at":1700000040,"value_text":"16.1 load","info":"system one-minute load average","silenced":true}]}}
            """
        )
    }

    @Test func framesHaveThem() throws {
        let bytes = document(warning: 3, critical: 1)
        let server = try TinyServer(directory.path + "/sock") { _ in bytes }
        defer { server.stop() }
        let text = try Program.run("top", "--once", server.path).output
        let columns = text.split(separator: "\n").dropFirst().prefix(2).map {
            $0.split(separator: " ").map(String.init)
        }
        let critical = try #require(columns[0].firstIndex(of: "CRIT"))
        #expect(columns[0][critical + 1] == "WARN" && Array(columns[1][critical...(critical + 1)]) == ["1", "3"])
        #expect(
            text.contains(
                "\nalarm: WARNING mon-1 system.load.load_average_1  16.1 load  system one-minute load average  for 1m  silenced\n"
            )
        )
        let table = try Program.run("top", "--once", "--csv", server.path).output.split(separator: "\r\n")
        #expect(table.first?.hasSuffix(",alarms_critical,alarms_warning") == true)
        #expect(table.last?.hasSuffix(",1,3") == true)
        #expect(try Program.run("top", "--once", "--json", server.path).output.contains("\"raised\":["))
    }

    @Test(arguments: [
        ("critical", 0, 1, 1), ("critical", 5, 0, 0), ("warning", 1, 0, 1), ("warning", 0, 1, 0), ("alarm", 1, 0, 1),
        ("alarm", 0, 1, 1), ("down,alarm", 0, 0, 0),
    ])
    func anExitCodeTellsOfThem(states: String, warning: Int, critical: Int, code: Int32) throws {
        let bytes = document(warning: warning, critical: critical)
        let server = try TinyServer(directory.path + "/sock") { _ in bytes }
        defer { server.stop() }
        #expect(try Program.run("top", "--once", "--fail-on", states, server.path).status == code)
    }

    @Test func whatIsNoStateIsNamed() throws {
        let result = try Program.run("top", "--once", "--fail-on", "alarms", directory.path + "/none")
        #expect(result.status == 64 && result.errors.contains("refused, critical, warning, alarm."))
    }

    /// One host is watched, of the other health is off since it left.
    @Test func aNetdatasAlarmsAreAskedFor() throws {
        let server = try TinyServer(directory.path + "/sock") { request in
            let path = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            func netdata(_ body: String) -> [UInt8] {
                page("200 OK", body, server: "Netdata Embedded HTTP Server v1.37.1")
            }
            let info = #"""
                {"version":"v1.37.1","uid":"g0","mirrored_hosts_status":[
                {"guid":"g0","hostname":"mon-1","reachable":true,"hops":0},
                {"guid":"g1","hostname":"web-01","reachable":false,"hops":1}],
                "alarms":{"normal":6,"warning":1,"critical":0},"memory-mode":"ram"}
                """#
            func alarms(_ isOn: Bool, _ status: String) -> String {
                """
                {"hostname":"x","status":\(isOn),"now":1,"alarms":{"system.load.load_average_1":{"name":"load_average_1",
                "chart":"system.load","class":"Utilization","disabled":false,"silenced":true,"recipient":"sysadmin",
                "source":"53@/etc/load.conf","info":"load","status":"\(status)","last_status_change":5,
                "value_string":"9 load"}}}
                """
            }
            switch path {
            case "/api/v1/info", "/host/g0/api/v1/info", "/host/g1/api/v1/info": return netdata(info)
            case "/host/g0/api/v1/alarms?active": return netdata(alarms(true, "WARNING"))
            case "/host/g1/api/v1/alarms?active": return netdata(alarms(false, "CRITICAL"))
            default: return page("404 Not Found", "no", server: "Netdata Embedded HTTP Server v1.37.1")
            }
        }
        defer { server.stop() }
        let result = try Program.run("top", "--once", "--json", server.path)
        #expect(result.status == 0)
        #expect(result.output.contains(#""alarms":{"warning":1,"critical":1,"total":14,"raised":[{"host_guid":"g1","#))
        #expect(result.output.contains(#""health":"on""#) && result.output.contains(#""health":"auto-off""#))
        #expect(result.output.contains(#""since_at":5,"value_text":"9 load","info":"load","class":"Utilization""#))
        #expect(result.output.contains(#""recipient":"sysadmin","source":"53@/etc/load.conf","silenced":true"#))
    }
}
