import Basics
import Store

/// Prints a query's result in one of the formats, byte for byte as the original does (web API §7.6).
struct DataPrinter {
    let request: DataRequest
    let result: QueryResult
    /// Of the host that was asked, for the wrapper's `id`.
    let hostname: String
    /// How many tiers the wrapper speaks of.
    let storageTiers: Int
    private(set) var calendar: LocalCalendar
    private let table: DataTable
    private var bytes: [UInt8] = []

    init(
        _ request: DataRequest,
        _ result: QueryResult,
        hostname: String,
        storageTiers: Int = 1,
        calendar: LocalCalendar = LocalCalendar(offset: LocalCalendar.systemOffset)
    ) {
        self.request = request
        self.result = result
        self.hostname = hostname
        self.storageTiers = storageTiers
        self.calendar = calendar
        table = DataTable(result)
        bytes.reserveCapacity(1024 + table.rowCount * (24 + 12 * table.names.count))
    }

    private var options: QueryOptions { request.query.options }
    private var isWrapped: Bool { options.contains(.jsonwrap) }

    /// The body of the answer.
    mutating func print() -> [UInt8] {
        switch request.format {
        case .jsonp:
            bytes.append(text: request.google.responseHandler ?? "callback")
            bytes.append("(")
            printWrapped()
            bytes.append(");")
        case .dataSource:
            bytes.append(text: request.google.responseHandler ?? "google.visualization.Query.setResponse")
            bytes.append("({version:'")
            bytes.append(text: request.google.version)
            bytes.append("',reqId:'")
            bytes.append(text: request.google.requestID)
            if request.google.signature >= result.plan.last {
                bytes.append("',status:'error',errors:[{reason:'not_modified',message:'Data not modified'}]});")
                break
            }
            bytes.append("',status:'ok',sig:'")
            bytes.append(number: result.plan.last)
            bytes.append("',table:")
            printWrapped()
            bytes.append("});")
        default:
            printWrapped()
        }
        return bytes
    }

    private mutating func printWrapped() {
        guard isWrapped else {
            printTable()
            return
        }
        var wrapper = DataWrapper(request: request, result: result, hostname: hostname, storageTiers: storageTiers)
        wrapper.printHead(table, to: &bytes)
        let quote: Unicode.Scalar = options.contains(.googleJSON) ? "'" : "\""
        if request.format.isText { bytes.append(character: quote) }
        let extremes = printTable()
        if request.format.isText { bytes.append(character: quote) }
        // The other formats have no place for them.
        if options.contains(.anomalyRates), request.format == .json { printAnomalyRates() }
        wrapper.printTail(extremes ?? result.extremes, to: &bytes)
    }

    /// Nothing here calls a point anomalous: the rates are what the original says then.
    private mutating func printAnomalyRates() {
        bytes.append(options.contains(.googleJSON) ? ",\n   anomaly_rates: " : ",\n   \"anomaly_rates\": ")
        printJSON(everywhere: "0")
    }

    /// - Returns: the smallest and largest value printed, where they differ from the result's.
    @discardableResult
    private mutating func printTable() -> (Double, Double)? {
        switch request.format {
        case .json, .jsonp: printJSON()
        case .dataTable, .dataSource: printDataTable()
        case .csv: printSeparated(CSVShape(separator: ",", end: isWrapped ? "\\n" : "\r\n"))
        case .tsv: printSeparated(CSVShape(separator: isWrapped ? "\\t" : "\t", end: isWrapped ? "\\n" : "\r\n"))
        case .markdown: printSeparated(CSVShape(separator: "|", end: isWrapped ? "\\n" : "\r\n", hasRule: true))
        case .html: printHTML()
        case .csvJSONArray: printCSVJSONArray()
        case .ssv: return printTotals(separator: " ")
        case .ssvComma: return printTotals(separator: ",")
        case .array:
            bytes.append("[")
            defer { bytes.append("]") }
            return printTotals(separator: ",")
        }
        return nil
    }

    private mutating func printTotals(separator: StaticString) -> (Double, Double) {
        let table = table
        var extremes: (Double, Double)?
        table.forEachRow { index, row in
            if index > 0 { bytes.append(separator) }
            let total = table.total(row)
            bytes.append(decimal: total)
            // Nulls count as 0 here too (web API §7.5).
            let number = total.isNaN ? 0 : total
            extremes = extremes.map { (min($0.0, number), max($0.1, number)) } ?? (number, number)
        }
        return extremes ?? (0, 0)
    }
}

/// JSON.
extension DataPrinter {
    /// - Parameter everywhere: what stands instead of each value.
    private mutating func printJSON(everywhere: StaticString? = nil) {
        let table = table
        let hasObjectRows = options.contains(.objectRows)
        bytes.append("{\n \"labels\": [\"time\"")
        for name in table.names.isEmpty ? ["no data"] : table.names {
            bytes.append(",")
            bytes.append(quoted: name)
        }
        bytes.append("],\n    \"data\":\n [\n")
        if everywhere == nil, !hasObjectRows, !options.contains(.googleJSON) {
            let start = RowStart(" [ ", options.contains(.milliseconds) ? .milliseconds : .seconds, calendar)
            table.print(to: &bytes, start, separator: UInt8(ascii: ","), "],\n", last: "]")
        } else {
            printRows(everywhere, areObjects: hasObjectRows)
        }
        bytes.append(table.isEmpty ? "]\n}" : "\n]\n}")
    }

    /// Rows that not many ask for.
    private mutating func printRows(_ everywhere: StaticString?, areObjects: Bool) {
        let table = table
        let keys = areObjects ? table.names.map { [UInt8]("\"".utf8) + escapedBytes($0) + [UInt8]("\": ".utf8) } : []
        let first: StaticString = areObjects ? " { \"time\": " : " [ "
        let next: StaticString = areObjects ? ",\n { \"time\": " : ",\n [ "
        table.forEachRow { index, row in
            bytes.append(index > 0 ? next : first)
            printTime(table.time(index))
            for (column, value) in row.enumerated() {
                bytes.append(",")
                if areObjects { bytes += keys[column] }
                if let everywhere { bytes.append(everywhere) } else { bytes.append(decimal: value) }
            }
            bytes.append(areObjects ? "}" : "]")
        }
    }

    private func escapedBytes(_ text: String) -> [UInt8] {
        var escaped: [UInt8] = []
        escaped.append(escaped: text)
        return escaped
    }

    private mutating func printTime(_ time: Int64) {
        if options.contains(.googleJSON) {
            bytes.append("new ")
            printDate(time)
            return
        }
        bytes.append(number: time)
        if options.contains(.milliseconds) { bytes.append("000") }
    }

    /// `Date(2026,10,22,9,0,5)`: months count from 0.
    private mutating func printDate(_ time: Int64) {
        let civil = calendar.time(time)
        bytes.append("Date(")
        bytes.append(number: civil.year)
        for part in [civil.month - 1, civil.day, civil.hour, civil.minute, civil.second] {
            bytes.append(",")
            bytes.append(number: part)
        }
        bytes.append(")")
    }

    /// Google's DataTable: two columns of annotations say where a counter was reset.
    private mutating func printDataTable() {
        let table = table
        let isGoogle = options.contains(.googleJSON)
        let quote: Unicode.Scalar = isGoogle ? "'" : "\""
        // JSON with double quotes, or JavaScript with single ones and bare names.
        func key(_ name: String) -> String { isGoogle ? name : "\"\(name)\"" }
        func text(_ value: String) -> String { isGoogle ? "'\(value)'" : "\"\(value)\"" }
        func column(_ label: String, _ type: String, role: String? = nil) -> String {
            let plain =
                "{\(key("id")):\(text("")),\(key("label")):\(label),\(key("pattern")):\(text(""))"
                + ",\(key("type")):\(text(type))"
            return plain + (role.map { ",\(key("p")):{\(key("role")):\(text($0))}" } ?? "") + "}"
        }
        bytes.append("{\n ")
        bytes.append(text: key("cols"))
        bytes.append(":\n [\n        ")
        bytes.append(text: column(text("time"), "datetime"))
        bytes.append(",\n        ")
        bytes.append(text: column(text(""), "string", role: "annotation"))
        bytes.append(",\n        ")
        bytes.append(text: column(text(""), "string", role: "annotationText"))
        for name in table.names {
            var label: [UInt8] = []
            label.append(quoted: name, quote: quote)
            bytes.append(",\n     ")
            bytes.append(text: column(String(decoding: label, as: UTF8.self), "number"))
        }
        bytes.append("\n  ],\n    ")
        bytes.append(text: key("rows"))
        bytes.append(":\n [\n")
        let (open, value) = ("        {\(key("c")):[{\(key("v")):", "},{\(key("v")):")
        let annotation = value + text("RESET OR OVERFLOW") + value + text("The counters have been wrapped.")
        let nothing = value + "null" + value + "null"
        table.forEachRow { index, row in
            if index > 0 { bytes.append(",\n") }
            bytes.append(text: open)
            bytes.append(character: quote)
            printDate(table.time(index))
            bytes.append(character: quote)
            bytes.append(text: !table.resets.isEmpty && table.resets[index] ? annotation : nothing)
            for number in row {
                bytes.append(text: value)
                bytes.append(decimal: number)
            }
            bytes.append("}]}")
        }
        bytes.append(table.isEmpty ? "]\n}" : "\n]\n}")
    }
}

/// Text in columns.
extension DataPrinter {
    struct CSVShape {
        var separator: StaticString
        var end: ShortText
        /// Markdown's line under the head.
        var hasRule = false
    }

    private mutating func printSeparated(_ shape: CSVShape) {
        let table = table
        bytes.append("time")
        for name in table.names.isEmpty ? ["no data"] : table.names {
            bytes.append(shape.separator)
            bytes.append(text: isWrapped ? String(decoding: escapedBytes(name), as: UTF8.self) : name)
        }
        bytes.append(short: shape.end)
        if shape.hasRule {
            bytes.append(":---:")
            for _ in 0..<max(1, table.names.count) { bytes.append("|:---:") }
            bytes.append(short: shape.end)
        }
        var start = RowStart("", timeForm, calendar)
        guard shape.separator.utf8CodeUnitCount > 1 else {
            table.print(to: &bytes, start, separator: shape.separator.utf8Start.pointee, shape.end)
            return
        }
        table.forEachRow { index, row in
            start.set(table.time(index))
            bytes.append(short: start.text)
            for value in row {
                bytes.append(shape.separator)
                bytes.append(decimal: value)
            }
            bytes.append(short: shape.end)
        }
    }

    private mutating func printHTML() {
        let table = table
        let quote: StaticString = isWrapped ? "\\\"" : "\""
        let end: StaticString = isWrapped ? "\\n" : "\n"
        bytes.append("<html>")
        bytes.append(end)
        bytes.append("<center>")
        bytes.append(end)
        let attributes: [(name: StaticString, value: StaticString)] = [
            ("<table border=", "0"), (" cellpadding=", "5"), (" cellspacing=", "5"),
        ]
        for attribute in attributes {
            bytes.append(attribute.name)
            bytes.append(quote)
            bytes.append(attribute.value)
            bytes.append(quote)
        }
        bytes.append(">")
        bytes.append(end)
        bytes.append("<tr><td>time</td>")
        for name in table.names.isEmpty ? ["no data"] : table.names {
            bytes.append("<td>")
            let escaped = htmlEscaped(name)
            bytes.append(text: isWrapped ? String(decoding: escapedBytes(escaped), as: UTF8.self) : escaped)
            bytes.append("</td>")
        }
        bytes.append("</tr>")
        bytes.append(end)
        var start = RowStart("", timeForm, calendar)
        table.forEachRow { index, row in
            bytes.append("<tr><td>")
            start.set(table.time(index))
            bytes.append(short: start.text)
            for value in row {
                bytes.append("</td><td>")
                bytes.append(decimal: value)
            }
            bytes.append("</td></tr>")
            bytes.append(end)
        }
        for line: StaticString in ["</table>", "</center>", "</html>"] {
            bytes.append(line)
            bytes.append(end)
        }
    }

    private mutating func printCSVJSONArray() {
        let table = table
        bytes.append("[\n[\"time\"")
        for name in table.names.isEmpty ? ["no data"] : table.names {
            bytes.append(",")
            bytes.append(quoted: name)
        }
        bytes.append("]")
        table.print(to: &bytes, RowStart(",\n[", timeForm, calendar), separator: UInt8(ascii: ","), "]")
        bytes.append("\n]")
    }

    /// A date, or the epoch where the options ask for it.
    private var timeForm: RowStart.Form {
        options.contains(.milliseconds) ? .milliseconds : options.contains(.seconds) ? .seconds : .date
    }
}
