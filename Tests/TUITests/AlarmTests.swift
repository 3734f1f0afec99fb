import Status
import Testing

@testable import TUI

/// The raised alarms of all hosts: the list, one of them, and what other views say of them.
@Suite struct AlarmTests {
    private let layout = TopLayout(page: 5, lines: 40)
    private let webGUID = "00000000-0000-4000-8000-000000000001"

    private func keys(_ text: String) -> [Key] { text.unicodeScalars.map { .character($0) } }

    private func state(_ keys: [Key] = [], _ document: StatusDocument = alarmDocument()) -> TopState {
        var state = TopState(source: "x", suggestedKey: "k", interval: 1)
        state.take(document, now: sampleNow)
        press(&state, keys)
        return state
    }

    private func press(_ state: inout TopState, _ keys: [Key]) {
        for key in keys { _ = state.press(key, layout: layout, now: sampleNow) }
    }

    private func picture(_ state: TopState, _ columns: Int, _ rows: Int, unicode: Bool = true) -> String {
        let appearance = Appearance(unicode: unicode)
        let grid = topScreen(state, rows: rows, columns: columns, appearance: appearance, now: sampleNow)
        for line in grid.lines { #expect(displayWidth(of: line) <= columns) }
        return grid.lines.joined(separator: "\n") + "\n"
    }

    private func names(_ state: TopState) -> [String] { state.alarms.rows.map { state.alarms.all[$0].alarm.name } }

    /// The page about the disk of web-01, with what the API told of it.
    private func opened() throws -> TopState {
        var state = state(keys("6/disk_space_usage") + [.enter, .enter])
        let key = try #require(state.alarmRequest)
        #expect(key == AlarmKey(host: webGUID, chart: "disk_space._", name: "disk_space_usage"))
        let alarms = try APIAlarms(json: Array(diskAlarm.utf8))
        let log = try APIAlarmLog(json: Array(diskAlarmLog.utf8))
        state.take(.detail(key, alarms.alarms["disk_space._.disk_space_usage"], log.entries))
        let minute = APIData(
            dimensions: ["avail", "used"],
            times: (0..<60).map { sampleNow - Double(59 - $0) },
            values: [(0..<60).map { 10 - Double($0 % 7) }, (0..<60).map { 90 + Double($0 % 7) }]
        )
        state.take(.minute(host: webGUID, chart: "disk_space._", minute))
        return state
    }

    @Test func theList() throws {
        try expectGolden(picture(state(keys("6")), 80, 24), "alarms-80x24.txt")
        try expectGolden(picture(state(keys("6j")), 140, 24), "alarms-140x24.txt")
        try expectGolden(picture(state(keys("6")), 60, 14, unicode: false), "alarms-60x14-ascii.txt")
        try expectGolden(picture(state(keys("6")), 40, 10, unicode: false), "alarms-40x10-ascii.txt")
        try expectGolden(picture(state(keys("6")), 20, 5, unicode: false), "alarms-20x5-ascii.txt")
        try expectGolden(picture(state(keys("6s")), 80, 14), "alarms-sort-80x14.txt")
    }

    @Test func oneAlarm() throws {
        let state = try opened()
        try expectGolden(picture(state, 80, 44), "alarm-80x44.txt")
        try expectGolden(picture(state, 60, 24, unicode: false), "alarm-60x24-ascii.txt")
        let asked = self.state(keys("6") + [.enter])
        try expectGolden(picture(asked, 80, 20), "alarm-frozen-80x20.txt")
    }

    @Test func everySizeIsDrawn() throws {
        var states = try [opened()]
        states.append(try opened())
        press(&states[1], keys("c"))
        states += ["6", "6s", "2", "1", "a", "6P", "6PP", "6/x"].map { state(keys($0)) }
        for state in states {
            for rows in stride(from: 1, through: 60, by: 7) {
                for columns in [1, 19, 20, 31, 41, 57, 77, 101, 160] {
                    _ = picture(state, columns, rows, unicode: rows.isMultiple(of: 2))
                }
            }
        }
    }

    @Test func otherViewsTellOfThem() throws {
        try expectGolden(picture(state(), 80, 24), "hosts-alarms-80x24.txt")
        try expectGolden(picture(state(keys("/web-01") + [.enter, .enter]), 80, 24), "host-alarms-80x24.txt")
        try expectGolden(picture(state(keys("a")), 100, 24), "attention-alarms-100x24.txt")
        try expectGolden(batchFrame(alarmDocument(), appearance: Appearance()), "batch-alarms.txt")
        let away = picture(state(keys("/web-03") + [.enter, .enter]), 100, 30)
        #expect(away.contains("frozen since") && away.contains("for 6m: its host is away"))
        let off = picture(state(keys("/batch") + [.enter, .enter]), 100, 30)
        #expect(off.contains("health is off: memory mode none"))
    }

    @Test func noneIsRaisedOrHealthIsOff() throws {
        var document = alarmDocument()
        document.alarms = .init(warning: 0, critical: 0, total: 388)
        #expect(picture(state(keys("6"), document), 80, 14).contains("No alarm is raised.  388 are watched."))
        document.alarms = .init(warning: 1, critical: 0, total: 388)
        #expect(picture(state(keys("6"), document), 80, 14).contains("this node does not list them"))
        document.alarms = nil
        document.hosts[0].health = "off"
        let off = picture(state(keys("6"), document), 80, 14)
        #expect(
            off.contains("health is off for") && off.contains("memory mode none") && off.contains("health enabled = no")
        )
    }

    @Test func theWorstAndNewestComeFirst() {
        var state = state(keys("6"))
        #expect(names(state).prefix(3) == ["load_average_1", "disk_space_usage", "1m_received_traffic_overflow"])
        press(&state, keys("r"))
        #expect(names(state).last == "load_average_1")
        press(&state, keys("s") + [.down, .enter])
        #expect(state.alarms.sort == .age && names(state).last == "10min_cpu_usage")
        press(&state, keys(">"))
        #expect(state.alarms.sort == .host && names(state).first == "ram_in_use")
        press(&state, keys(">>"))
        #expect(state.alarms.sort == .alarm && names(state).first == "10min_cpu_usage")
        press(&state, keys(">"))
        #expect(state.alarms.sort == .status)
        press(&state, keys("<<"))
        #expect(state.alarms.sort == .chart && names(state).first == "disk_space_usage")
    }

    @Test(arguments: [
        ("critical", 2), ("!critical", 4), ("state:critical|warning", 6), ("state:warning", 4),
        ("host:web-0 !host:web-03", 4),
        ("silenced", 1), ("disabled", 1), ("frozen", 1), ("!silenced !disabled !frozen", 3), ("chart:system.", 3),
        ("alarm:cpu", 1), ("class:util", 6), ("to:sysadmin", 6), ("to:dba", 0), ("age<10m", 3), ("age>1h", 2),
        ("eth0", 2),
        ("MEMORY", 1), ("!", 6), ("", 6),
    ])
    func filters(text: String, count: Int) {
        let state = state(keys("6/" + text))
        #expect(state.prompt?.failure == nil)
        #expect(state.alarms.rows.count == count)
    }

    @Test(arguments: ["state:bad", "state:", "lag>5s", "age<soon"])
    func wrongFilters(text: String) {
        var state = state(keys("6/"))
        press(&state, keys("critical "))
        press(&state, keys(text))
        #expect(state.prompt?.failure != nil)
        #expect(picture(state, 100, 14).contains(state.prompt?.failure ?? "?"))
    }

    @Test func theChoiceStaysOnItsAlarm() throws {
        var state = state(keys("6jj"))
        let chosen = try #require(state.alarms.selected)
        #expect(chosen.name == "1m_received_traffic_overflow")
        var next = alarmDocument()
        next.alarms?.raised.removeFirst()
        state.take(next, now: sampleNow + 1)
        #expect(state.alarms.selected == chosen && state.alarms.selectedRow == 1)
        // The list is left for another that has it.
        next.alarms?.raised.removeAll { $0.name == chosen.name }
        state.take(next, now: sampleNow + 2)
        #expect(state.alarms.selectedRow == 0)
    }

    @Test func anAlarmThatEndsIsStillThePage() throws {
        var state = try opened()
        var next = alarmDocument()
        next.alarms?.raised.removeAll { $0.name == "disk_space_usage" }
        state.take(next, now: sampleNow + 1)
        let shown = picture(state, 80, 24)
        #expect(shown.contains("disk_space._.disk_space_usage   is not raised any more") && shown.contains("history"))
        press(&state, [.escape])
        #expect(!state.alarms.isOpen && state.alarms.selectedRow == nil, "the filter leaves none")
        press(&state, [.escape])
        #expect(state.alarms.selectedRow == 0)
    }

    @Test func keysOpenAndLeave() throws {
        var state = try opened()
        #expect(state.chartRequest(layout: layout)?.visible == ["disk_space._"])
        press(&state, keys("c"))
        #expect(state.charts.isZoomed && state.alarmRequest == nil)
        #expect(state.chartRequest(layout: layout)?.zoom?.chart == "disk_space._")
        press(&state, [.character("]"), .left])
        #expect(state.charts.window == 2 && state.charts.end != nil)
        press(&state, [.escape])
        #expect(!state.charts.isZoomed && state.alarms.isOpen)
        #expect(
            state.press(.character("y"), layout: layout, now: 0)
                == .copy("sudo /etc/netdata/edit-config health.d/disks.conf   # line 12\n")
        )
        press(&state, [.escape])
        #expect(!state.alarms.isOpen && state.alarmRequest == nil && !state.alarms.filter.isEmpty)
        press(&state, [.escape])
        #expect(state.alarms.filter.isEmpty && state.view == .alarms)
        press(&state, [.right, .right])
        #expect(state.alarms.isOpen, "the next one")
        press(&state, keys("2"))
        #expect(state.view == .host && !state.charts.isZoomed)
        press(&state, keys("1") + [.backTab])
        #expect(state.view == .alarms)
        press(&state, [.tab])
        #expect(state.view == .hosts)
    }

    @Test func aHostLeadsToItsAlarms() throws {
        var state = state(keys("/edge") + [.enter, .enter])
        press(&state, keys("6"))
        #expect(state.alarms.selected?.name == "ram_in_use")
    }

    @Test func attentionLeadsToTheAlarm() throws {
        var state = state(keys("a"))
        let index = try #require(
            state.attention.firstIndex {
                $0.target == .alarm(.init(host: webGUID, chart: "disk_space._", name: "disk_space_usage"))
            }
        )
        // What is silenced, disabled or of a host that is away asks for nothing.
        #expect(state.attention.count { $0.label != nil } == 3)
        #expect(state.attention[index].isError && state.attention[index].place == "/etc/netdata/health.d/disks.conf:12")
        // Below problems of connections that are as bad.
        #expect(state.attention.prefix(index).allSatisfy { $0.isError && $0.label == nil })
        press(&state, Array(repeating: Key.down, count: index) + [.enter])
        #expect(state.view == .alarms && state.alarms.isOpen && state.alarms.selected?.name == "disk_space_usage")
    }

    /// A lost child raises as many alarms as it has charts, and is one thing to look at.
    @Test func whatManyChartsSayAlikeIsOneThingToLookAt() throws {
        var document = alarmDocument()
        let first = try #require(document.alarms?.raised.first { $0.hostGUID == webGUID && $0.isCritical })
        var others = (1...200).map { number in
            var alarm = first
            alarm.chart = "disk.d\(number)"
            return alarm
        }
        // One that says something else, one of another host, one that is less bad.
        others[0].info = "another"
        others[1].hostGUID = "another"
        others[2].status = "WARNING"
        let before = state(keys("a"), document).attention.filter { $0.label != nil }
        document.alarms?.raised += others
        let shown = state(keys("a"), document).attention.filter { $0.label != nil }
        #expect(shown.count == before.count + 3)
        let all = try #require(shown.first { $0.text.hasPrefix(before[0].text) })
        #expect(all.text == before[0].text + ", on 198 charts")
    }

    @Test func newsOfAnotherAlarmIsDropped() throws {
        var state = try opened()
        let other = AlarmKey(host: "x", chart: "y", name: "z")
        state.take(.failure(other, "no"))
        state.take(.detail(other, nil, []))
        #expect(state.alarms.failure == nil && state.alarms.selectedDetail?.entries.count == 3)
        state.take(.failure(try #require(state.alarmRequest), "nobody answers"))
        #expect(state.alarms.failure == "nobody answers")
    }

    @Test func privacyHidesNames() throws {
        var document = alarmDocument()
        document.alarms?.raised[0].info = "web-03 at 10.0.4.16 is slow"
        document.alarms?.raised[1].chart = "httpcheck_web-02.status"
        for view in ["6", "6\r", "a", "1", "2"] {
            let pressed = view.unicodeScalars.map { $0 == "\r" ? Key.enter : .character($0) }
            let shown = picture(state(keys("PP") + pressed, document), 140, 40)
            for secret in ["web-0", "10.0.", "sysadmin", "edge-nyc"] {
                #expect(!shown.contains(secret), "\(secret) in \(view)")
            }
        }
        var opened = try opened()
        #expect(picture(opened, 80, 44).contains("edit-config"))
        press(&opened, keys("PP"))
        #expect(!picture(opened, 80, 44).contains("edit-config"))
        #expect(state(keys("PP6jj"), document).alarms.selected?.chart == "net.eth0", "it is asked for as it is called")
    }

    /// Names from peers neither move the cursor nor push columns about.
    @Test func textsOfPeersHarmNothing() {
        var document = alarmDocument()
        document.alarms?.raised[0].name = "\u{1b}[2J\nx"
        document.alarms?.raised[0].info = "\u{1b}]0;x\u{7}\n\u{202e}"
        document.alarms?.raised[0].valueText = "機械機械機械機械機械機械機械"
        document.alarms?.raised[0].source = "\u{9b}31m"
        document.alarms?.raised[0].status = "DREAMING"
        for keys in [keys("6"), keys("6") + [.enter], keys("a")] {
            let shown = picture(state(keys, document), 80, 24)
            #expect(
                !shown.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || $0.value == 0x9b || $0.value == 0x202e }
            )
        }
    }

    /// A picture of thousands costs what one of a few does: nothing is sorted while it is drawn.
    @Test func thousandsAreDrawnQuickly() {
        func state(_ count: Int) -> TopState {
            var document = sampleDocument()
            document.hosts = (0..<1000).map { number in
                var many = host("node-\(number)", .live, 1)
                many.guid = "\(number)"
                return many
            }
            var alarms = StatusDocument.Alarms(warning: count, critical: 0, total: 200_000)
            alarms.raised = (0..<count).map { number in
                var alarm = StatusDocument.RaisedAlarm(
                    hostGUID: "\(number % 1000)",
                    hostname: "node-\(number % 1000)",
                    chart: "system.cpu",
                    name: "alarm_\(number)",
                    status: "WARNING"
                )
                alarm.sinceAt = sampleNow - Double(number)
                return alarm
            }
            document.alarms = alarms
            return self.state(keys("6"), document)
        }
        func fastest(_ state: TopState) -> Duration {
            (0..<20).map { _ in ContinuousClock().measure { _ = picture(state, 140, 40) } }.min()!
        }
        var many = state(5000)
        #expect(fastest(many) < fastest(state(50)) * 3)
        press(&many, [.end])
        #expect(many.alarms.selectedRow == 4999)
    }
}
