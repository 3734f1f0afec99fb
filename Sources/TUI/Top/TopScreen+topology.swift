internal import Status

extension TopPainter {
    var topologyRows: Range<Int> {
        let bottom = body.upperBound - (body.count >= 8 ? 2 : 0)
        return body.lowerBound..<max(body.lowerBound, bottom)
    }

    /// The way of the metrics: children, proxies, this node, and where it streams on.
    mutating func drawTopology() {
        let nodes = state.topology
        let rows = topologyRows
        let chosen = nodes.firstIndex { $0.id == state.selectedNode } ?? 0
        let first = firstShown(chosen, of: nodes.count, in: rows.count)
        let trunks = trunks(nodes)
        let names = nodes.indices.map { trunks[$0] + nodes[$0].name + (nodes[$0].isFolded ? " [+]" : "") }
        let width = min(max(20, names.map { displayWidth(of: $0) }.max() ?? 0), max(12, grid.columns / 2 - 4))
        for (row, index) in zip(rows, first..<nodes.count) {
            let node = nodes[index]
            let name = padded(shortened(names[index], width), width)
            let column = grid.put("  " + name, row: row, column: 0, role: node.kind == .child ? .plain : .accent)
            grid.put("  " + node.facts, row: row, column: column, role: node.role)
            if index == chosen {
                grid.put(appearance.pointer, row: row, column: 0, role: .accent)
                grid.select(row: row)
            }
        }
        guard rows.upperBound < body.upperBound else { return }
        let way = nodes.indices.contains(chosen) ? way(of: nodes, to: chosen) : ""
        grid.put(" way    " + way, row: body.upperBound - 2, column: 0, role: .quiet)
        let loops = state.document?.refusals.filter { $0.code == Topology.loopCode } ?? []
        let sources = Set(loops.map { $0.address ?? $0.hostname ?? "?" }).sorted().joined(separator: ", ")
        grid.put(
            loops.isEmpty
                ? " loops  none"
                : " loops  this node's own metrics came back from \(sources): refused, see 3 [\(Topology.loopCode)]",
            row: body.upperBound - 1,
            column: 0,
            role: loops.isEmpty ? .quiet : .bad
        )
    }

    /// The branches before each line.
    private func trunks(_ nodes: [TopologyNode]) -> [String] {
        var open: [Bool] = []
        return nodes.map { node in
            guard node.depth > 0 else { return "" }
            open =
                Array(open.prefix(node.depth - 1))
                + [Bool](repeating: false, count: max(0, node.depth - 1 - open.count))
            let before = open.map { $0 ? appearance.trunk : "   " }.joined()
            open.append(!node.isLast)
            if node.kind == .upstream { return before + appearance.onward }
            return before + (node.isLast ? appearance.lastBranch : appearance.branch)
        }
    }

    /// `web-01 > proxy-1 > mon-1 > archive:19999`, each hop with its lag.
    private func way(of nodes: [TopologyNode], to index: Int) -> String {
        let arrow = appearance.unicode ? " → " : " > "
        var parts: [String] = []
        var depth = nodes[index].depth
        if nodes[index].kind == .upstream { return nodes[0].name + arrow + nodes[index].name }
        for node in nodes[...index].reversed() where node.depth <= depth {
            let lag = state.hosts.first { $0.guid == node.hostGUID }?.lagSeconds
            parts.append(node.name + (node.depth > 0 && lag != nil ? " (\(Figures.lag(lag)))" : ""))
            depth = node.depth - 1
            if depth < 0 { break }
        }
        if let onward = nodes.first(where: { $0.kind == .upstream }) { parts.append(onward.name) }
        return parts.joined(separator: arrow)
    }
}
