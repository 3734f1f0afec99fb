internal import Status

extension TopPainter {
    /// The second line: what comes in and goes out, and what the node costs.
    func totals(_ document: StatusDocument) -> Line {
        let node = document.node
        var text = ""
        if let totals = document.totals { text = " " + totalParts(totals, of: node).joined(separator: "   ") }
        var line = Line(text)
        let picture = Sparkline.text(totalHistory(document), width: 12, unicode: appearance.unicode)
        if !picture.allSatisfy({ $0 == " " }) { line = line.with("   ").with(picture, .good) }
        var own = ""
        if let cpu = node.cpuPercent { own += "   cpu \(Figures.decimal(cpu, 0))%" }
        if let memory = node.residentBytes { own += "   \(Figures.memory(memory))" }
        if grid.columns >= 120, let bytes = document.store?.bytes { own += "   store \(Figures.memory(bytes))" }
        return line.with(own, .quiet)
    }

    private func totalParts(_ totals: StatusDocument.Totals, of node: StatusDocument.Node) -> [String] {
        var parts: [String] = []
        if takesStreams(node, totals) {
            var text = "in " + Figures.rate(totals.inBytesPerSecond)
            if let wire = totals.inBytesPerSecond, let raw = totals.inRawBytesPerSecond, wire > 0 {
                text += " of \(Figures.rate(raw)) raw (\(Figures.decimal(raw / wire, 1))x)"
            }
            parts.append(text)
        }
        parts.append("\(Figures.short(totals.samplesPerSecond)) samples/s")
        if let out = totals.outBytesPerSecond, out > 0 { parts.append("out " + Figures.rate(out)) }
        return parts
    }

    private func totalHistory(_ document: StatusDocument) -> [Int] {
        var sums = [Int](repeating: 0, count: StatusLimits.historySeconds)
        for host in document.hosts {
            let history = host.historyBytesPerSecond.suffix(sums.count)
            let start = sums.count - history.count
            for (index, value) in history.enumerated() { sums[start + index] &+= value }
        }
        return sums
    }
}
