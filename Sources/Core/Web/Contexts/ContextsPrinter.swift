import Basics
import Store

/// Writes contexts as 1.37.1 does: a member a line, tabs, no blank after a colon (web API §8.4).
struct ContextsPrinter {
    private let options: ContextsRequest.Options
    private let host: GUID
    private(set) var body: [UInt8] = []
    private var depth = 0
    private var isFirst = true

    init(_ options: ContextsRequest.Options, host: GUID) {
        self.options = options
        self.host = host
    }

    // MARK: Answers

    mutating func all(_ tree: ContextTree, _ identity: HostIdentity) {
        body.append("{")
        nested {
            $0.headMember("hostname", identity.hostname)
            $0.headMember("machine_guid", $0.host.description)
            $0.headMember("node_id", "")
            $0.headMember("claim_id", identity.claimID ?? "")
            if $0.options.contains(.labels) { $0.labels("host_labels", identity.labels) }
            $0.object("contexts") { printer in
                for context in tree.contexts { printer.object(context.id) { $0.print(context) } }
            }
        }
        body.append("\n}")
    }

    mutating func one(_ context: ContextTree.Context) {
        body.append("\n\t\t{")
        depth = 2
        nested { $0.print(context) }
        body.append("\n\t\t}")
    }

    // MARK: Parts

    private mutating func print(_ context: ContextTree.Context) {
        let merged = MergedContext(context)
        text("title", merged.title)
        text("units", merged.units)
        text("family", merged.family)
        text("chart_type", merged.type.rawValue)
        number("priority", merged.priority)
        let span = context.span
        times(span)
        state(span)
        if options.contains(.queue) { queue(span) }
        guard options.contains(.charts) else { return }
        object("charts") { printer in
            for chart in context.charts { printer.object(chart.definition.id) { $0.print(chart) } }
        }
    }

    private mutating func print(_ chart: ContextTree.Chart) {
        let definition = chart.definition
        identifier(definition.id)
        text("name", definition.name)
        text("context", definition.context)
        text("title", definition.title)
        text("units", definition.units)
        text("family", definition.family)
        text("chart_type", definition.type.rawValue)
        number("priority", Int64(definition.priority))
        number("update_every", Int64(definition.updateEvery))
        times(chart.span)
        state(chart.span)
        if options.contains(.labels) { labels("labels", definition.labelsAutomaticFirst) }
        guard options.contains(.dimensions) else { return }
        object("dimensions") { printer in
            for dimension in chart.dimensions {
                printer.object(dimension.id) {
                    $0.identifier(definition.id, dimension.id)
                    $0.text("name", dimension.name)
                    $0.times(dimension.span)
                    $0.state(dimension.span, archived: "")
                }
            }
        }
    }

    private mutating func times(_ span: ContextTree.Span) {
        number("first_time_t", span.first)
        number("last_time_t", span.last)
        flag("collected", span.isCollected)
    }

    /// - Parameter archived: what is said of something that is there and not collected.
    private mutating func state(_ span: ContextTree.Span, archived: String = "ARCHIVED ") {
        if options.contains(.deleted) { flag("deleted", span.isEmpty) }
        guard options.contains(.flags) else { return }
        let state = span.isCollected ? "COLLECTED " : span.isEmpty ? "DELETED " : archived
        text("flags", state + "LIVE_RETENTION " + (span.isHidden ? "HIDDEN " : ""))
    }

    /// There is no queue of contexts to a cloud: the members that clients may look for say that nothing was ever sent.
    private mutating func queue(_ span: ContextTree.Span) {
        text("queued_reasons", "")
        for name in ["last_queued", "scheduled_dispatch", "last_dequeued", "dispatches", "hub_version"] {
            number(name, 0)
        }
        number("version", span.first)
        text("pp_reasons", "")
        for name in ["pp_last_queued", "pp_last_dequeued", "pp_executed"] { number(name, 0) }
    }

    /// A chart's, or a dimension's: made of the names, so that it is the same after every start and on every parent.
    private mutating func identifier(_ chart: String, _ dimension: String? = nil) {
        guard options.contains(.uuids) else { return }
        text("uuid", GUID(naming: [host.description, chart] + (dimension.map { [$0] } ?? [])).description)
    }

    // MARK: JSON

    private mutating func nested(_ content: (inout ContextsPrinter) -> Void) {
        let wasFirst = isFirst
        isFirst = true
        depth += 1
        content(&self)
        depth -= 1
        isFirst = wasFirst
    }

    private mutating func key(_ name: String, _ colon: StaticString = ":") {
        body.append(isFirst ? "\n" : ",\n")
        isFirst = false
        for _ in 0..<depth { body.append("\t") }
        body.append(quoted: name)
        body.append(colon)
    }

    private mutating func object(_ name: String, _ content: (inout ContextsPrinter) -> Void) {
        key(name, ": {")
        nested(content)
        body.append("\n")
        for _ in 0..<depth { body.append("\t") }
        body.append("}")
    }

    private mutating func labels(_ name: String, _ labels: [Label]) {
        object(name) { printer in for label in labels { printer.text(label.key, label.value) } }
    }

    private mutating func headMember(_ name: String, _ value: String) {
        key(name, ": ")
        body.append(quoted: value)
    }

    private mutating func text(_ name: String, _ value: String) {
        key(name)
        body.append(quoted: value)
    }

    private mutating func number(_ name: String, _ value: Int64) {
        key(name)
        body.append(number: value)
    }

    private mutating func flag(_ name: String, _ value: Bool) {
        key(name)
        body.append(value ? "true" : "false")
    }
}
