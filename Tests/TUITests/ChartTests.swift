import Status
import Testing

@testable import TUI

/// The charts of a host: the list, one of them large, and what is asked of the node for it.
@Suite struct ChartTests {
    private let guid = "00000000-0000-4000-8000-000000000006"

    private func list() throws -> APICharts {
        func chart(_ id: String, _ priority: Int, _ units: String) -> String {
            #""\#(id)":{"id":"\#(id)","family":"cpu","context":"\#(id)","title":"Of \#(id)","units":"\#(units)","priority":\#(priority),"update_every":1,"first_entry":1699999500,"last_entry":1700000099,"dimensions":{"user":{"name":"user"}},"alarms":{}}"#
        }
        let charts = [
            chart("system.load", 200, "load"), chart("system.cpu", 100, "percentage"), chart("disk.sda", 300, "KiB/s"),
        ]
        return try APICharts(json: Array("{\"hostname\":\"x\",\"charts\":{\(charts.joined(separator: ","))}}".utf8))
    }

    /// A minute of which some seconds are missing.
    private func minute(_ count: Int = 60, gap: Range<Int> = 20..<30) -> APIData {
        APIData(
            dimensions: ["user", "system", "iowait"],
            times: (0..<count).map { sampleNow - Double(count - 1 - $0) },
            values: [
                (0..<count).map { gap.contains($0) ? nil : 20 + Double($0 % 10) * 4 },
                (0..<count).map { gap.contains($0) ? nil : 8 },
                (0..<count).map { gap.contains($0) ? nil : -Double($0) / 10 },
            ]
        )
    }

    /// The page of web-03, with its charts.
    private func state(_ keys: [Key] = []) throws -> TopState {
        var state = TopState(source: "x", suggestedKey: "k", interval: 1)
        var document = sampleDocument()
        document.hosts[7].gaps = [
            .init(fromAt: sampleNow - 39, toAt: sampleNow - 30, cause: "link", code: "ND-C3", filled: false)
        ]
        state.take(document, now: sampleNow)
        state.selectedGUID = guid
        press(&state, [.character("2")])
        state.take(.list(host: guid, try list()))
        for chart in ["system.cpu", "disk.sda"] { state.take(.minute(host: guid, chart: chart, minute())) }
        press(&state, keys)
        return state
    }

    private func press(_ state: inout TopState, _ keys: [Key]) {
        for key in keys { _ = state.press(key, layout: TopLayout(page: 5, lines: 40), now: sampleNow) }
    }

    private func picture(_ state: TopState, _ columns: Int, _ rows: Int, unicode: Bool = true) -> String {
        let appearance = Appearance(unicode: unicode)
        return topScreen(state, rows: rows, columns: columns, appearance: appearance, now: sampleNow).lines
            .joined(separator: "\n") + "\n"
    }

    @Test func theListOfCharts() throws {
        let state = try state([.character("c"), .down])
        #expect(state.charts.selected == "system.load", "they stand in the order of the dashboard")
        try expectGolden(picture(state, 80, 16), "charts-80x16.txt")
        try expectGolden(picture(state, 40, 12, unicode: false), "charts-40x12-ascii.txt")
        try expectGolden(picture(state, 140, 40), "host-140x40.txt")
    }

    @Test func theyAreFiltered() throws {
        var state = try state(
            [.character("c"), .character("/")] + "system !load".unicodeScalars.map { .character($0) }
        )
        #expect(state.charts.shown(state.chartFilter).map(\.id) == ["system.cpu"])
        press(&state, [.enter, .escape])
        #expect(state.charts.shown(state.chartFilter).count == 3)
        #expect(state.charts.hasFocus, "the filter goes first")
        press(&state, [.escape])
        #expect(!state.charts.hasFocus)
        #expect(state.view == .host)
    }

    private func zoomed(_ keys: [Key] = []) throws -> TopState {
        var state = try state([.character("c"), .enter])
        let request = try #require(state.chartRequest(layout: TopLayout(page: 5, lines: 40)))
        state.take(.zoom(host: guid, try #require(request.zoom), minute()))
        press(&state, keys)
        return state
    }

    @Test func oneChartFillsTheView() throws {
        try expectGolden(picture(try zoomed(), 80, 24), "zoom-80x24.txt")
        try expectGolden(picture(try zoomed([.character("b"), .down]), 80, 24), "zoom-blocks-80x24.txt")
        try expectGolden(picture(try zoomed([.down, .down]), 60, 18, unicode: false), "zoom-60x18-ascii.txt")
        let shown = picture(try zoomed(), 80, 24)
        #expect(shown.contains("link ND-C3, not filled"), "a gap has its cause")
    }

    @Test func whatIsOlderThanTheChartIsNoGap() throws {
        var state = try state([.character("c"), .enter])
        let request = try #require(state.chartRequest(layout: TopLayout(page: 5, lines: 40))?.zoom)
        var old = minute(60, gap: 0..<20)
        old.times = (0..<60).map { 1_699_999_500 - 200 + Double($0) * 10 }
        state.take(.zoom(host: guid, request, old))
        #expect(picture(state, 80, 24).contains("older than what is kept"))
    }

    @Test func onlyWhatIsSeenIsAskedFor() throws {
        var layout = TopLayout(page: 5, lines: 40)
        layout.chartRows = 2
        layout.plotPoints = 140
        var state = try state([.character("c"), .down])
        #expect(state.chartRequest(layout: layout)?.visible == ["system.load", "system.cpu"])
        press(&state, [.enter, .character("]"), .left])
        let zoom = try #require(state.chartRequest(layout: layout)?.zoom)
        #expect(zoom == .init(chart: "system.load", seconds: 900, end: Int(sampleNow) - 450, points: 140))
        press(&state, [.right])
        #expect(state.chartRequest(layout: layout)?.zoom?.end == nil, "that is now again")
        press(&state, [.escape, .escape, .escape])
        #expect(state.chartRequest(layout: layout) == nil)
    }

    @Test func anotherHostHasOtherCharts() throws {
        var state = try state([.character("c")])
        press(&state, [.right])
        #expect(state.charts.list.isEmpty)
        #expect(state.charts.hasFocus)
        state.take(.list(host: guid, try list()))
        #expect(state.charts.list.isEmpty, "an answer that comes too late is of another host")
        #expect(picture(state, 80, 14).contains("asking for its charts"))
    }

    @Test func plotsKeepWithinTheirPlace() {
        for marker in PlotMarker.allCases {
            for (rows, columns) in [(1, 12), (2, 10), (5, 40), (40, 200), (1, 1), (0, 0)] {
                var grid = Grid(rows: rows + 2, columns: columns + 2, unicode: true)
                let series = [
                    Plot.Series(values: [nil, 1e300, -1e300, .infinity, 0, 3], role: .series0),
                    Plot.Series(values: [], role: .series1),
                ]
                Plot(series, marker: marker).draw(
                    on: &grid,
                    rows: 1..<(rows + 1),
                    columns: 1..<(columns + 1),
                    Appearance()
                )
                for (index, cell) in grid.cells.enumerated() {
                    let (row, column) = (index / (columns + 2), index % (columns + 2))
                    let isInside = (1...max(rows, 1)).contains(row) && (1...max(columns, 1)).contains(column)
                    #expect(isInside || cell.scalar == " ", "\(marker) \(rows)x\(columns)")
                }
            }
        }
    }

    @Test func valuesAreSpreadAndJoined() {
        #expect(resampled([1, 2, 3, 4], to: 2) == [1.5, 3.5])
        #expect(resampled([1, nil], to: 4) == [1, 1, nil, nil])
        #expect(resampled([nil, nil, 3, nil], to: 2) == [nil, 3])
        #expect(resampled([], to: 3).isEmpty)
        #expect(Figures.value(0.034) == "0.03")
        #expect(Figures.value(12) == "12")
        #expect(Figures.value(-1240.4) == "-1240")
        #expect(Figures.value(184_000) == "184k")
        #expect(Figures.value(nil) == "-")
    }
}
