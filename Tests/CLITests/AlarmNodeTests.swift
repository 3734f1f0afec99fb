import Glibc
import Status
import System
import Testing

/// Alarms of a running node, from a child's stream and a file of health.d to the handler, the files and the API.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AlarmNodeTests {
    private static let level = """
        template: level
              on: test.gauge
            calc: $v
           every: 1s
            warn: $this > 10
            crit: $this > 100
              to: somebody
            info: how high it is

        """

    private func node(health: String = "", key: String = "") throws -> AlarmNode {
        try AlarmNode(["level.conf": Self.level], health: health, key: key)
    }

    // MARK: What the web says

    @Test func aLiveAlarmIsWhereverTheWebSpeaksOfAlarms() throws {
        let node = try node()
        let child = try AlarmChild(node, value: 20)
        try node.wait("a call", child) { node.told("level") == ["WARNING"] }
        func ask(_ path: String) throws -> String { try node.get(path, of: "web-01") }
        #expect(try ask("/api/v1/info").contains("\"warning\": 1,"))
        let charts = try ask("/api/v1/charts")
        #expect(charts.contains("\"level\": {") && charts.contains("\"status\": \"WARNING\""))
        #expect(charts.contains("\"alarms_count\": 1,"))
        #expect(try ask("/api/v1/alarm_count?status=RAISED") == "[1]\n")
        #expect(try ask("/api/v1/badge.svg?chart=test.gauge&alarm=level").contains("20 things"))
        let shell = try ask("/api/v1/allmetrics?format=shell")
        #expect(shell.contains("NETDATA_ALARM_TEST_GAUGE_LEVEL_VALUE=\"20\"      # things\n"))
        #expect(shell.contains("NETDATA_ALARM_TEST_GAUGE_LEVEL_STATUS=\"WARNING\"\n"))
        #expect(try node.entries(of: "level", host: "web-01", status: "WARNING").count == 1)
        let document = try statusDocument(node.node)
        #expect(document.alarms?.warning == 1 && document.alarms?.raised.first?.name == "level")
        #expect(
            node.node.text("state/log/health.log").contains(
                "[web-01]: Sending notification for alarm 'test.gauge.level'"
            )
        )
        // How its handler ended is known once it has.
        try node.wait("the end of the handler", child) {
            try node.entries(of: "level", host: "web-01", status: "WARNING", "exec_code", "exec_failed") == [
                ["0", "false"]
            ]
        }
        child.value = 200
        try node.wait("critical", child) { node.told("level") == ["WARNING", "CRITICAL"] }
        child.value = 1
        try node.wait("clear", child) { node.told("level") == ["WARNING", "CRITICAL", "CLEAR"] }
        #expect(try ask("/api/v1/alarm_count?status=RAISED") == "[0]\n")
    }

    // MARK: Crashes

    @Test func aKilledNodeGoesOnWhereItWas() throws {
        let node = try node()
        var child = try AlarmChild(node, value: 20)
        try node.wait("a call", child) { node.told("level") == ["WARNING"] }
        let told = try #require(node.calls.first)
        // It is told first and written then: whoever is killed in between tells it again.
        try node.wait("it is on the disk that the handler ran", child) {
            node.node.text("state/lib/\(AlarmChild.guid)/health/health-log.db").split(separator: "\n").contains {
                line in
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                return fields.contains("level") && fields.count > 10 && (Int(fields[10], radix: 16) ?? 0) & 4 != 0
            }
        }
        node.node.signal(SIGKILL)
        #expect(try node.node.end() == -SIGKILL)
        try node.startAgain()
        child = try AlarmChild(node, value: 20)
        try node.wait("it is known that somebody was told", child) {
            node.node.text("state/log/health.log").contains(
                "[web-01]: Health not sending again notification for alarm 'test.gauge.level' status WARNING"
            )
        }
        #expect(node.calls.count == 1)
        child.value = 1
        try node.wait("a second call", child) { node.calls.count == 2 }
        let next = node.calls[1]
        #expect(next[9] == "CLEAR" && next[10] == "WARNING")
        #expect(next[3] == told[3], "the alarm's id")
        func number(_ call: [String], _ place: Int) -> Int { Int(call[place - 1]) ?? 0 }
        #expect(number(next, 3) > number(told, 3) && number(next, 5) > number(told, 5))
        #expect(number(told, 6) + number(next, 15) <= number(next, 6))
        let ids = try node.entries(of: "level", host: "web-01", status: "WARNING", "unique_id", "alarm_id")
        #expect(ids.count == 2 && Set(ids.map { $0[1] }) == [told[3]] && Set(ids.map { $0[0] }).count == 2)
    }

    // MARK: Signals

    private static let another = """
        template: another
              on: test.gauge
            calc: $v * 2
           every: 1s
            warn: $this > 10
              to: somebody
        """

    @Test(arguments: [SIGUSR2, SIGHUP]) func alarmsAreReadAgain(signal: Int32) throws {
        let node = try node()
        let child = try AlarmChild(node, value: 20)
        try node.wait("it is told", child) { node.told("level") == ["WARNING"] }
        try node.write(nil, to: "level.conf")
        try node.write("this is no alarm\n" + Self.another, to: "other.conf")
        node.node.signal(signal)
        try node.node.waitForLog(
            "Health configuration at line 1 of file '\(node.directory)/etc/health.d/other.conf' has no ':' and is ignored"
        )
        try node.wait(for: "WARNING", of: "test.gauge.another", child)
        #expect(try node.alarm("test.gauge.level", of: "web-01", "status") == nil)
        #expect(try node.entries(of: "level", host: "web-01", status: "REMOVED", "old_status") == [["\"WARNING\""]])
        #expect(node.node.text("state/log/health.log").contains("[web-01]: Reloading health."))
        // A file that is mended counts as a whole, and an alarm that comes back has its id and is not told again.
        try node.write(Self.level, to: "level.conf")
        node.node.signal(signal)
        try node.wait(for: "WARNING", child)
        try node.wait("it was told before", child) {
            node.node.text("state/log/health.log").contains(
                "not sending again notification for alarm 'test.gauge.level'"
            )
        }
        #expect(node.told("level") == ["WARNING"])
        let ids = try node.entries(of: "level", host: "web-01", status: "WARNING", "alarm_id")
        #expect(ids.count == 2 && Set(ids).count == 1)
    }

    @Test func aReloadSwitchesTheOwnHostsAlarmsOffAndOn() throws {
        let own = """
            alarm: lives
               on: netdata.uptime
             calc: $uptime
            every: 1s
             warn: $this >= 0
               to: somebody
            """
        let node = try AlarmNode(["own.conf": own])
        func isOn() throws -> Bool { try node.get("/api/v1/alarms?all").contains("\"status\": true") }
        func status() throws -> String? { try node.alarm("netdata.uptime.lives", of: "mon-1", "status") }
        try eventually("it is evaluated") { try isOn() && status() == "\"WARNING\"" }
        try eventually("it is told") { node.told("lives") == ["WARNING"] }
        #expect(node.calls.first?[28] == "", "the own host has no GUID there")
        try node.configure("[health]\n    enabled = no\n")
        node.node.signal(SIGHUP)
        try eventually("it is off") { try !isOn() }
        try eventually("it is said") {
            node.node.text("state/log/health.log").contains("[mon-1]: Health thread ended.")
        }
        let stamp = try node.alarm("netdata.uptime.lives", of: "mon-1", "last_updated")
        let begin = SystemClock().monotonic()
        try eventually("two seconds of nothing") { SystemClock().monotonic() - begin > 2_000_000 }
        #expect(try node.alarm("netdata.uptime.lives", of: "mon-1", "last_updated") == stamp)
        try node.configure("")
        node.node.signal(SIGHUP)
        try eventually("it is on again") { try isOn() && status() == "\"WARNING\"" }
    }

    // MARK: A child that goes

    /// With `auto`: who vanishes raises what watches his collection, told once; who leaves in order freezes it.
    @Test(arguments: [true, false]) func howAChildGoesDecides(vanishes: Bool) throws {
        let rule = """
            template: last_collected
                  on: test.gauge
                calc: $now - $last_collected_t
               every: 1s
                warn: $this > 3
                  to: somebody
            """
        let node = try AlarmNode(["watch.conf": rule], key: "    health enabled by default = auto\n")
        var child: AlarmChild? = try AlarmChild(node, value: 1)
        try node.wait(for: "CLEAR", of: "test.gauge.last_collected", try #require(child))
        if vanishes { child?.client.resetsAtItsEnd() }
        child = nil
        func health() throws -> Bool {
            try node.get("/api/v1/alarms?all", of: "web-01").contains("\"status\": true")
        }
        func status() throws -> String? { try node.alarm("test.gauge.last_collected", of: "web-01", "status") }
        if vanishes {
            try eventually("somebody is told") { node.calls.count == 1 }
            let call = node.calls[0]
            #expect(call[6] == "child_lost" && call[7] == "NOCHART" && call[9] == "WARNING" && call[0] == "somebody")
            #expect(call[17].hasPrefix("web-01 vanished (its connection broke off) at ") && call[28] == AlarmChild.guid)
            #expect(try status() == "\"WARNING\"")
            try node.node.waitForLog("child web-01 is lost: vanished (its connection broke off) at ")
            // They have risen, and that was all.
            try eventually("health is off") { try !health() }
        } else {
            try eventually("health is off") { try !health() }
            let begin = SystemClock().monotonic()
            try eventually("more than the alarm waits for") { SystemClock().monotonic() - begin > 5_000_000 }
            #expect(try status() == "\"CLEAR\"")
            #expect(node.calls.isEmpty)
        }
    }

    // MARK: Silence

    @Test func whatIsSilencedStaysSoThroughARestart() throws {
        let node = try node()
        #expect(try node.get("/api/v1/manage/health?cmd=SILENCE%20ALL") == "Auth Error\n")
        #expect(
            try node.manage("cmd=SILENCE&alarm=level")
                == "Alarm notifications silenced for alarms matching the selectors\nAlarm selector added\n"
        )
        var child = try AlarmChild(node, value: 20)
        try node.wait(for: "WARNING", child)
        #expect(try node.alarm("test.gauge.level", of: "web-01", "silenced") == "true")
        try node.wait("it is said", child) {
            node.node.text("state/log/health.log").contains(
                "alarm 'test.gauge.level' status WARNING (command API has disabled notifications)"
            )
        }
        let list = try node.manage("cmd=LIST")
        #expect(list.contains("\"type\": \"SILENCE\"") && list.contains("\"alarm\": \"level\""))
        node.node.signal(SIGTERM)
        #expect(try node.node.end() == 0)
        try node.startAgain()
        #expect(try node.manage("cmd=LIST") == list)
        child = try AlarmChild(node, value: 200)
        try node.wait(for: "CRITICAL", child)
        #expect(try node.alarm("test.gauge.level", of: "web-01", "silenced") == "true")
        #expect(node.calls.isEmpty)
        // A disabled one stays as it is; then all is as ever.
        #expect(try node.manage("cmd=DISABLE%20ALL") == "All health checks are disabled\n")
        try node.wait("it is disabled", child) {
            try node.alarm("test.gauge.level", of: "web-01", "disabled") == "true"
        }
        child.value = 1
        let begin = SystemClock().monotonic()
        try node.wait("some passes", child) { SystemClock().monotonic() - begin > 2_500_000 }
        #expect(try node.alarm("test.gauge.level", of: "web-01", "status") == "\"CRITICAL\"")
        #expect(try node.manage("cmd=RESET") == "All health checks and notifications are enabled\n")
        try node.wait(for: "CLEAR", child)
        child.value = 20
        try node.wait("a call", child) { node.told("level") == ["WARNING"] }
    }

    // MARK: No database

    @Test func nothingIsEvaluatedWhereNothingIsKept() throws {
        let node = try AlarmNode(
            ["level.conf": Self.level],
            health: "    enabled = yes\n",
            more: "[db]\n    mode = none\n",
            key: "    default memory mode = none\n    health enabled by default = yes\n"
        )
        let child = try AlarmChild(node, value: 20)
        try node.node.waitForLog("Host 'web-01' gets no health checks: nothing of it is kept with memory mode none.")
        try node.node.waitForLog(
            "health monitoring is disabled by [db] mode = none: a node can't have health monitoring without a database"
        )
        let begin = SystemClock().monotonic()
        try node.wait("some collections", child) { SystemClock().monotonic() - begin > 2_500_000 }
        #expect(try statusDocument(node.node).hosts.first { $0.hostname == "web-01" }?.health == "off")
        for host in ["mon-1", "web-01"] {
            #expect(try node.get("/api/v1/alarms?all", of: host).contains("\"status\": false"), "\(host)")
            #expect(try node.get("/api/v1/alarm_log", of: host) == "[\n]\n", "\(host)")
        }
        #expect(try node.get("/api/v1/alarms?all", of: "web-01").contains("level") == false)
        #expect(node.calls.isEmpty && !Files.exists(node.directory + "/state/lib/\(AlarmChild.guid)/health"))
    }
}
