/// The page of the program or of one of its commands.
struct CommandPage {
    let command: CommandDescription
    /// The words that call it: `ndstream`, `agent`.
    let path: [String]
    let source: String
    private let parts: [DiscussionPart]

    init(_ command: CommandDescription, path: [String], source: String) {
        self.command = command
        self.path = path
        self.source = source
        parts = DiscussionPart.parts(of: command.discussion ?? "")
    }

    var name: String { path.joined(separator: "-") }

    /// - Parameter others: the names of the pages it points to, each with its section.
    func text(seeAlso others: [String]) -> String {
        var page = Roff(name, section: 1, source: source)
        page.section("NAME")
        let summary = (command.abstract ?? "").drop { $0 == " " }
        page.put("\(name) - \(summary.prefix(1).lowercased() + summary.dropFirst().prefix { $0 != "." })")
        page.section("SYNOPSIS")
        page.put(escaped: synopsis)
        page.section("DESCRIPTION")
        for line in parts[0].lines where !line.isEmpty { page.paragraph(line) }
        if let commands = command.subcommands?.filter({ $0.commandName != "help" }), !commands.isEmpty {
            page.section("COMMANDS")
            for command in commands { page.item(command.commandName, command.abstract ?? "") }
            page.paragraph("Each has a page of its own: man \(name)-COMMAND; and --help.")
        }
        putOptions(&page)
        for part in parts.dropFirst() where !["EXAMPLES", "EXIT CODES"].contains(part.title) {
            page.section(part.title)
            for (tag, meaning) in part.lines.flatMap(tagged) { page.item(tag, meaning) }
        }
        if let examples = part("EXAMPLES") {
            page.section("EXAMPLES")
            page.verbatim(examples.lines)
        }
        putPlaces(&page, "FILES", Places.files(of: path.last ?? ""))
        putPlaces(&page, "ENVIRONMENT", Places.environment(of: path.last ?? ""))
        if let codes = part("EXIT CODES") {
            page.section("EXIT STATUS")
            let codes = codes.lines.flatMap(tagged).sorted { Int($0.0) ?? 0 < Int($1.0) ?? 0 }
            for (code, meaning) in codes { page.item(code, meaning) }
        }
        page.section("SEE ALSO")
        page.put(escaped: others.filter { !$0.hasPrefix(name + "(") }.map(reference).joined(separator: ",\n"))
        return page.text
    }

    private func part(_ title: String) -> DiscussionPart? { parts.first { $0.title == title } }

    // MARK: Options

    private var options: [CommandDescription.Argument] { (command.arguments ?? []).filter(\.shouldDisplay) }

    private var synopsis: String {
        guard command.subcommands?.isEmpty != false else {
            return Roff.bold(name) + " " + Roff.italic("COMMAND") + " [" + Roff.italic("OPTION") + "]..."
        }
        let words = options.map { option -> String in
            let word = option.kind == "positional" ? Roff.italic(option.valueName ?? "") : typed(option, all: false)
            let shown = option.isRepeating ? word + "..." : word
            return option.isOptional ? "[" + shown + "]" : shown
        }
        return ([Roff.bold(path.joined(separator: " "))] + words).joined(separator: "\n")
    }

    private func putOptions(_ page: inout Roff) {
        let positionals = options.filter { $0.kind == "positional" }
        if !positionals.isEmpty {
            page.section("ARGUMENTS")
            for option in positionals { page.item(escaped: Roff.italic(option.valueName ?? ""), meaning(option)) }
        }
        page.section("OPTIONS")
        for option in options where option.kind != "positional" {
            page.item(escaped: typed(option, all: true), meaning(option))
        }
    }

    /// An option as it is typed, with its value.
    private func typed(_ option: CommandDescription.Argument, all: Bool) -> String {
        let names = (option.names ?? []).sorted { $0.text.count < $1.text.count }.map(\.text)
        let shown = all ? names : Array(names.suffix(1))
        let value = option.kind == "option" ? " " + Roff.italic(option.valueName ?? "value") : ""
        return shown.map { Roff.bold($0) }.joined(separator: ", ") + value
    }

    private func meaning(_ option: CommandDescription.Argument) -> String {
        var text = option.abstract ?? ""
        if let values = option.allValues, !values.isEmpty { text += " One of: " + values.joined(separator: ", ") + "." }
        if let value = option.defaultValue { text += " (default: \(value))" }
        return text
    }

    // MARK: Places and codes

    private func putPlaces(_ page: inout Roff, _ title: String, _ places: [(String, String)]) {
        guard !places.isEmpty else { return }
        page.section(title)
        for (place, meaning) in places { page.item(escaped: Roff.italic(place), meaning) }
    }

    /// `64  wrong usage` and its like; help may have two columns of them.
    private func tagged(_ line: String) -> [(String, String)] {
        var fields: [String] = []
        var rest = line[...]
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " }
            var end = rest.startIndex
            while end < rest.endIndex, !rest[end...].hasPrefix("  ") { end = rest.index(after: end) }
            if end > rest.startIndex { fields.append(String(rest[..<end])) }
            rest = rest[end...]
        }
        return stride(from: 0, to: fields.count - 1, by: 2).map { (fields[$0], fields[$0 + 1]) }
    }

    private func reference(_ page: String) -> String {
        let name = page.prefix { $0 != "(" }
        return Roff.bold(String(name)) + Roff.escaped(String(page.dropFirst(name.count)))
    }
}
