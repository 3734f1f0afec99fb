import Basics
import Config
import Status
import Store
import Synchronization
import System
import Testing
import Transport

@testable import Health

/// What is printed of alarms, beside captured answers of 1.37.1.
@Suite struct AlarmAnswerTests {
    private static let defaults = AlarmDefaults(
        handler: "/usr/lib/netdata/plugins.d/alarm-notify.sh",
        configurationDirectory: "/etc/netdata",
        nodeRegistryHostname: "nd-a"
    )

    // MARK: Alarms as they were captured

    private static func fixture(_ name: String) throws -> String {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return String(decoding: try Files.read("/\(tests)/Fixtures/\(name)", limit: 1 << 20), as: UTF8.self)
    }

    /// The body of a captured answer.
    private static func captured(_ name: String) throws -> String {
        let parts = try fixture("Web/live/\(name).txt").split(separator: "\r\n\r\n", maxSplits: 2)
        return String(parts[2])
    }

    private static func definitions() throws -> [AlarmDefinition] {
        HealthFile(Array(try fixture("Health/test-alarms.conf").utf8), path: "/etc/netdata/health.d/test.conf")
            .definitions
    }

    private static func alarm(
        _ definition: AlarmDefinition,
        id: UInt32,
        chart: String = "test.gauge",
        name: String = "test.gauge",
        units: String,
        info: String = "",
        every: Int
    ) -> Alarm {
        let host = Host(
            guid: GUID("11111111-aaaa-11ed-8000-0000000000aa")!,
            identity: HostIdentity(hostname: "nd-a"),
            settings: HostSettings(),
            state: .local,
            at: 0
        )
        let ref = host.withDatabase { $0.define(ChartDefinition(id: chart), now: 1)! }
        var alarm = Alarm(
            rule: AlarmRule(definition),
            id: id,
            name: definition.name,
            chart: ref,
            chartID: chart,
            chartName: name,
            context: chart,
            family: "tfam",
            units: units,
            info: info,
            lookupDimensions: definition.lookup?.dimensions ?? "",
            updateEvery: every,
            delay: NotificationDelay(definition.delay)
        )
        alarm.isListed = true
        return alarm
    }

    /// `t_gauge`, `t_rep` and `t_undef` as the captured daemon had them.
    private static func alarms() throws -> [Alarm] {
        let definitions = try definitions()
        func named(_ name: String) throws -> AlarmDefinition { try #require(definitions.first { $0.name == name }) }
        var gauge = alarm(
            try named("t_gauge"),
            id: 1_795_339_398,
            units: "widgets",
            info: "test gauge of tfam on disk one is high",
            every: 2
        )
        gauge.chartGreen = 10
        gauge.chartRed = 90
        gauge.set(.clear, 4, changed: 1_795_339_596, updated: 1_795_339_848, window: 1_795_339_843...1_795_339_845)
        gauge.delay.note(from: .critical, to: .clear, now: 1_795_339_596)
        var repeating = alarm(
            try named("t_rep"),
            id: 1_795_339_399,
            units: "units",
            info: "repeating",
            every: 3
        )
        repeating.set(
            .critical,
            482,
            changed: 1_795_339_403,
            updated: 1_795_339_848,
            window: 1_795_339_841...1_795_339_845
        )
        repeating.delay.note(from: .clear, to: .critical, now: 1_795_339_403)
        repeating.warningRepeatEvery = 10
        repeating.criticalRepeatEvery = 7
        repeating.lastRepeat = 1_795_339_845
        repeating.timesRepeat = 60
        var undefined = alarm(
            try named("t_undef"),
            id: 1_795_339_400,
            units: "units",
            info: "undefined",
            every: 5
        )
        undefined.set(.clear, .nan, changed: 1_795_339_364, updated: 1_795_339_845, window: 0...0)
        undefined.delay.note(from: .uninitialized, to: .clear, now: 1_795_339_364)
        return [gauge, repeating, undefined]
    }

    private let head = AlarmsDocument.Head(
        hostname: "nd-a",
        latestUniqueID: 1_795_339_504,
        isOn: true,
        now: 1_795_339_848
    )

    private func request(_ query: String) -> HTTPRequest { HTTPRequest(.get, "/api/v1/alarms" + query)! }

    /// The captured answer goes on where these alarms end.
    private func expectBeginning(_ bytes: [UInt8], of name: String) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let end = "\n\t}\n}\n"
        #expect(text.hasSuffix(end))
        let captured = try Self.captured(name)
        #expect(captured.hasPrefix(text.dropLast(end.count)), "\(text)")
        #expect(text.count > 300)
    }

    @Test func alarmsAreListedAsByTheOriginal() throws {
        let alarms = try Self.alarms()
        try expectBeginning(AlarmsDocument(head, alarms, defaults: Self.defaults).full(), of: "alarms-all")
        try expectBeginning(AlarmsDocument(head, alarms, defaults: Self.defaults).values(), of: "alarms_values")
        let active = AlarmsDocument.asked(request("?active"), alarms)
        try expectBeginning(AlarmsDocument(head, active, defaults: Self.defaults).full(), of: "alarms-active")
    }

    @Test(arguments: [
        ("", 1), ("?active", 1), ("?all", 3), ("?all&active", 1), ("?active&all", 3), ("?all=1", 1),
        ("?active&all=", 1),
        ("?format=json&all", 3), ("%3Fall&format=json", 3),
    ])
    func bareWordsSayWhichAlarms(_ query: String, _ count: Int) throws {
        #expect(AlarmsDocument.asked(request(query), try Self.alarms()).count == count)
    }

    @Test func alarmsOfAChartThatWasNeverCollectedAreNotListed() throws {
        var alarms = try Self.alarms()
        alarms[1].isListed = false
        #expect(AlarmsDocument.asked(request("?all"), alarms).map(\.name) == ["t_gauge", "t_undef"])
        #expect(AlarmCount([]).count(alarms) == 0)
    }

    /// Alarms go by the word of `on:`, templates by the chart's id; what the original leaves as it is would be no JSON.
    @Test func textsAreQuotedAndExpressionsEscaped() throws {
        let file = HealthFile(
            Array(
                """
                alarm: t_a
                on: test.othername
                lookup: sum -4s at -2s every 5s unaligned absolute percentage min2max null2zero match-names match-ids of inc|"x&y'z"
                delay: up 1 down 2 multiplier 1.256 max 100
                warn: $inc / 2 > 0
                class: <Cl&ass>
                to: <to>&'x' "y"
                template: t_b
                on: test.other
                lookup: average -3s anomaly-bit absolute
                warn: $this > 5
                options: no-clear-notification
                """.utf8
            ),
            path: "/h/health.d/x.conf"
        )
        let alarms = file.definitions.map {
            Self.alarm(
                $0,
                id: 7,
                chart: "test.other",
                name: "test.othername",
                units: "a\"b",
                info: "e \\ f <b>",
                every: 3
            )
        }
        let body = String(decoding: AlarmsDocument(head, alarms, defaults: Self.defaults).full(), as: UTF8.self)
        for expected in [
            "\"test.othername.t_a\": {", "\"test.other.t_b\": {", "\"chart\": \"test.othername\"",
            "\"class\": \"<Cl&ass>\"",
            #""recipient": "<to>&'x' \"y\"""#, #""units": "a\"b""#, #""info": "e \\ f <b>""#,
            #""lookup_dimensions":"inc|hid"#.replacing("hid", with: "&quot;x&amp;y&#x27;z&quot;"),
            "\"lookup_options\": \"min2max absolute null2zero percentage unaligned\"",
            "\"lookup_options\": \"absolute anomaly-bit\"", "\"delay_multiplier\": 1.256000",
            "\"warn\":\"$inc &#x2F; 2 &gt; 0\"",
            "\"times_repeat\": 0,\n\t\t\t\"no_clear_notification\": true,\n\t\t\t\"db_after\"",
            "\"recipient\": \"root\"", "\"exec\": \"/usr/lib/netdata/plugins.d/alarm-notify.sh\"",
        ] {
            #expect(body.contains(expected), "\(expected) in \(body)")
        }
    }

    // MARK: The log

    /// Every entry of a captured log is read, and printed as it was.
    @Test(arguments: ["Health/alarm_log.json", "Web/live/alarm_log-chart.txt", "Web/live/alarm_log.txt"])
    func entriesArePrintedAsByTheOriginal(_ name: String) throws {
        let text = try Self.fixture(name)
        let body = text.split(separator: "\r\n\r\n").last.map(String.init) ?? text
        // The last entry of an answer that was cut is no whole one.
        let objects = body.split(separator: "\n\t{\n").dropFirst().filter { $0.contains("\"old_value\"") }
        #expect(objects.count > 1)
        let entries = objects.map { Self.entry(String($0)) }
        var identity = HostIdentity(hostname: "nd-a", timezone: "Etc/UTC")
        identity.abbreviatedTimezone = "UTC"
        let printed = String(
            decoding: AlarmLogDocument(identity, entries, defaults: Self.defaults).json(),
            as: UTF8.self
        )
        #expect(printed.hasSuffix("\n]\n"))
        #expect(body.hasPrefix(printed.dropLast(3)))
        if name.hasSuffix("json") { #expect(body == printed) }
    }

    @Test func anEmptyLogIsAnEmptyList() throws {
        let empty = AlarmLogDocument(HostIdentity(hostname: "h"), [], defaults: Self.defaults).json()
        #expect(String(decoding: empty, as: UTF8.self) == (try Self.captured("alarm_log-after")))
    }

    /// What a captured object says.
    private static func entry(_ object: String) -> AlarmEntry {
        var members: [String: String] = [:]
        for line in object.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            let text = value.hasSuffix(",") ? value.dropLast() : value
            let plain = text.hasPrefix("\"") ? text.dropFirst().dropLast() : text
            members[line[..<colon].filter { $0 != "\t" && $0 != "\"" }] = String(plain).replacing("&#x2F;", with: "/")
        }
        func text(_ name: String) -> String { members[name].map { $0 == "null" ? "" : $0 } ?? "" }
        func number(_ name: String) -> Int { Int(text(name)) ?? 0 }
        func status(_ name: String) -> AlarmStatus {
            AlarmStatus.allCases.first { $0.name == text(name) } ?? .undefined
        }
        var entry = AlarmEntry(
            uniqueID: UInt32(number("unique_id")),
            alarmID: UInt32(number("alarm_id")),
            eventID: UInt32(number("alarm_event_id")),
            name: text("name"),
            chart: text("chart"),
            context: text("context"),
            family: text("family"),
            classification: text("class"),
            component: text("component"),
            type: text("type"),
            handler: text("exec"),
            recipient: text("recipient"),
            source: text("source"),
            units: text("units"),
            info: text("info"),
            when: number("when"),
            duration: number("duration"),
            nonClearDuration: number("non_clear_duration"),
            status: status("status"),
            oldStatus: status("old_status"),
            value: Double(text("value")) ?? .nan,
            oldValue: Double(text("old_value")) ?? .nan,
            delay: number("delay"),
            delayUpTo: number("delay_up_to_timestamp")
        )
        entry.updatesID = UInt32(number("updates_id"))
        entry.updatedByID = UInt32(number("updated_by_id"))
        entry.lastRepeat = number("last_repeat")
        entry.handlerRunAt = number("exec_run")
        entry.handlerCode = number("exec_code")
        let flags: [(String, AlarmEntry.Flags)] = [
            ("processed", .processed), ("updated", .updated), ("exec_failed", .handlerFailed), ("silenced", .silenced),
            ("no_clear_notification", .noClearNotification),
        ]
        for (name, flag) in flags where text(name) == "true" { entry.flags.insert(flag) }
        return entry
    }

    @Test(arguments: [
        ("1@/etc/netdata/health.d/test.conf", "sudo /etc/netdata/edit-config health.d/test.conf=1=nd-a"),
        ("53@/usr/lib/netdata/conf.d/health.d/load.conf", "sudo /etc/netdata/edit-config health.d/load.conf=53=nd-a"),
        ("2@/x/health.d/sub/a@b.conf", "sudo /etc/netdata/edit-config health.d/sub/a@b.conf=2=nd-a"),
        ("2@/alarms/a.conf", "sudo /etc/netdata/edit-config health.d/a.conf=2=nd-a"),
        ("", ""),
    ])
    func theCommandOpensTheAlarmsFile(_ source: String, _ command: String) {
        #expect(Self.defaults.editCommand(source: source) == command)
    }

    // MARK: Counting

    @Test(arguments: [
        ("", 1), ("status=RAISED", 1), ("status=CLEAR", 2), ("status=clear", 1), ("status=WARNING", 0),
        ("status=REMOVED&status=CLEAR", 2), ("status=CLEAR&context=test.gauge", 2), ("status=CLEAR&context=nope", 0),
        ("status=CLEAR&context=test.*", 0), ("status=CLEAR&ctx=a&context=test.gauge", 2),
        ("status=CLEAR&ctx=a,test.gauge", 2), ("status=CLEAR&ctx=a%7Ctest.gauge", 2), ("context=", 1),
    ])
    func alarmsAreCounted(_ query: String, _ count: Int) throws {
        let request = HTTPRequest(.get, "/api/v1/alarm_count?" + query)!
        #expect(AlarmCount(request.parameters).count(try Self.alarms()) == count)
    }

    // MARK: Variables

    /// Names, their order and which of them have a value, as a daemon listed them for the same charts; of the whole host the order
    /// is that of charts here.
    @Test func variablesAreThoseOfTheOriginal() throws {
        let captured = try Self.fixture("Health/alarm_variables.json")
        let host = Self.host()
        let definitions = try Self.definitions()
        func alarm(_ name: String, _ chart: String, _ value: Double) -> Alarm {
            var definition = definitions[0]
            definition.name = name
            var alarm = Self.alarm(definition, id: 1, chart: chart, units: "", every: 1)
            alarm.value = value
            if chart == "test.gauge" { (alarm.chartGreen, alarm.chartRed) = (10, 90) }
            return alarm
        }
        let alarms = [
            alarm("t_gauge", "test.gauge", 4), alarm("t_rep", "test.gauge", 1), alarm("t_undef", "test.gauge", .nan),
            alarm("t_other", "test.other", .nan), alarm("t_oth2", "test.other", 50), alarm("t_dead", "test.dead", .nan),
            alarm("t_tpl", "test.gauge", 1), alarm("t_ab", "test.other", 0), alarm("t_fe_hid", "test.other", 8),
            alarm("t_fe_inc", "test.other", 1),
        ]
        let charts = host.take { database, ref in
            database.snapshot(of: ref).map { AlarmVariables.Chart(snapshot: $0, latest: database.latest(of: ref)) }
        }
        func json(_ chart: String) throws -> String {
            let variables = try #require(
                AlarmVariables(
                    of: chart,
                    hostname: "nd-a",
                    charts: charts,
                    alarms: alarms,
                    hostVariables: ["hv": 12.25]
                )
            )
            return String(decoding: variables.json(), as: UTF8.self)
        }
        func parts(_ body: String) -> [[String]] {
            let lines = body.split(separator: "\n").map { line in
                String(line).replacing(/-?[0-9]+\.[0-9]{5}\b/, with: "N").replacing(",", with: "")
            }
            let host = lines.firstIndex { $0.contains("host_variables") }!
            return [Array(lines[..<host]), lines[host...].sorted()]
        }
        #expect(parts(try json("test.other")) == parts(captured))
        #expect(
            try json("test.gauge").contains(
                "\t\"chart_variables\": {\n\t\t\"lim\": 77.00000,\n\t\t\"last_collected_t\": "
            )
        )
        #expect(try json("test.gauge").contains("\t\t\"val\": 2.00000,\n\t\t\"val_raw\": 20.00000,\n"))
        #expect(
            AlarmVariables(of: "nope", hostname: "", charts: charts, alarms: [], hostVariables: [:]) == nil
        )
    }

    /// The charts that the captured daemon had.
    private static func host() -> Host {
        let host = Host(
            guid: GUID("11111111-aaaa-11ed-8000-0000000000aa")!,
            identity: HostIdentity(hostname: "nd-a"),
            settings: HostSettings(),
            state: .local,
            at: 0
        )
        var now: Int64 = 1_795_734_000_000_000
        host.withDatabase { database in
            let gauge = database.define(
                ChartDefinition(id: "test.gauge", family: "tfam", context: "test.gauge"),
                now: now
            )!
            database.define(DimensionDefinition(id: "val", divisor: 10), in: gauge)
            database.define(DimensionDefinition(id: "two", name: "second"), in: gauge)
            _ = database.setVariable("lim", 77, of: gauge)
            let other = database.define(
                ChartDefinition(id: "test.other", name: "othername", family: "tfam", context: "test.other"),
                now: now
            )!
            database.define(DimensionDefinition(id: "a-b", name: "a b"), in: other)
            database.define(DimensionDefinition(id: "hid", options: .hidden), in: other)
            database.define(DimensionDefinition(id: "inc", algorithm: .incremental), in: other)
            _ = database.setVariable("olim", 5, of: other)
            let dead = database.define(
                ChartDefinition(id: "test.dead", family: "dfam", context: "test.dead"),
                now: now
            )!
            database.define(DimensionDefinition(id: "d"), in: dead)
            for second in 1...5 {
                for (chart, values) in [(gauge, [20, Int64(second)]), (other, [7, 8, Int64(second)])] {
                    database.begin(chart, microseconds: 1_000_000, now: now, trusted: false)
                    for (index, value) in values.enumerated() { database.set(Int32(index), value) }
                    database.end(now: now)
                }
                now += 1_000_000
            }
        }
        return host
    }

    // MARK: Endpoints

    @Test func aHostWithoutHealthAnswersInTheSameShape() throws {
        let host = Self.host()
        let answers = HealthAnswers(host, nil, defaults: Self.defaults, now: 1_795_734_005)
        func body(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }
        #expect(
            body(answers.alarms(request("?all")))
                == "{\n\t\"hostname\": \"nd-a\",\n\t\"latest_alarm_log_unique_id\": 0,\n\t\"status\": false,\n\t\"now\": 1795734005,"
                + "\n\t\"alarms\": {\n\n\t}\n}\n"
        )
        #expect(body(answers.log(HTTPRequest(.get, "/api/v1/alarm_log?after=abc")!)) == "[\n]\n")
        #expect(answers.log(HTTPRequest(.get, "/api/v1/alarm_log?after=-1")!).isCacheable)
        #expect(body(answers.count(request(""))) == "[0]\n")
        #expect(!answers.values(request("")).isCacheable)
        let variables = HTTPRequest(.get, "/api/v1/alarm_variables?chart=test.othername")!
        #expect(answers.variables(variables).isCacheable)
        #expect(body(answers.variables(variables)).contains("\"chart\": \"test.other\""))
        let missing = answers.variables(HTTPRequest(.get, "/api/v1/alarm_variables")!)
        #expect(missing.status == 400 && body(missing) == "No chart id is given at the request.")
        let unknown = answers.variables(HTTPRequest(.get, "/api/v1/alarm_variables?chart=%3Cnix%3E")!)
        #expect(unknown.status == 404 && body(unknown) == "Chart is not found: &lt;nix&gt;")
    }
}

extension Alarm {
    /// What an evaluation leaves.
    fileprivate mutating func set(
        _ status: AlarmStatus,
        _ value: Double,
        changed: Int,
        updated: Int,
        window: ClosedRange<Int>
    ) {
        self.status = status
        self.value = value
        lastStatusChange = changed
        lastUpdated = updated
        nextUpdate = updated + updateEvery
        windowAfter = window.lowerBound
        windowBefore = window.upperBound
    }
}
