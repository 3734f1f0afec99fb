internal import Status

/// Keys in the charts of a host.
extension ChartsState {
    /// Into the past or back by half of what is shown; the right edge never passes the present.
    mutating func pan(by direction: Int, now: Double) {
        let seconds = Self.windows[window].seconds
        let moved = (end ?? Int(now)) + direction * seconds / 2
        end = moved >= Int(now) ? nil : max(moved, seconds)
    }

    mutating func nextMarker() {
        let all = PlotMarker.allCases
        marker = all[((all.firstIndex(of: marker) ?? 0) + 1) % all.count]
    }
}

extension TopState {
    /// - Returns: whether the key means something for a chart over the whole view.
    mutating func pressInZoom(_ key: Key, _ now: Double) -> Bool {
        switch key {
        case .left: charts.pan(by: -1, now: now)
        case .right: charts.pan(by: 1, now: now)
        case .character("0"): charts.end = nil
        case .character("A"): charts.dimension = nil
        default: return false
        }
        return true
    }

    mutating func moveChart(_ distance: Int) {
        let shown = charts.shown(chartFilter)
        guard !shown.isEmpty else { return }
        let index = shown.firstIndex { $0.id == charts.selected } ?? 0
        charts.selected = shown[min(max(index &+ distance, 0), shown.count - 1)].id
    }

    /// Through the dimensions of the zoomed chart; before the first one all are equal.
    mutating func moveDimension(_ distance: Int) {
        let count = charts.zoomed?.data.dimensions.count ?? 0
        guard count > 0 else { return }
        let next = (charts.dimension ?? -1) &+ distance
        charts.dimension = next < 0 ? nil : min(next, count - 1)
    }
}
