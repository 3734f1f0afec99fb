import Diagnostics
import Testing

@testable import Config

/// The file that somebody begins with who has none.
@Suite struct TemplateTests {
    private func template(_ file: Option.File) -> String { load(netdata: "", stream: "").template(file) }

    @Test func asItIsItChangesNothing() {
        let configuration = load(netdata: template(.netdata), stream: template(.stream))
        #expect(configuration.findings.isEmpty, "\(configuration.findings)")
        let changes = ConfigurationChanges(from: load(netdata: "", stream: ""), to: configuration)
        #expect(changes == ConfigurationChanges(from: configuration, to: configuration))
    }

    @Test(arguments: Option.File.allCases) func everyOptionIsInItWithItsSentence(_ file: Option.File) {
        let text = template(file)
        for option in Option.all where option.file == file && option.name != "NAME" {
            #expect(text.contains("\n    # \(option.name) ="), "[\(option.section)] \(option.name)")
            #expect(text.contains("# \(option.sentence) ("), "[\(option.section)] \(option.name)")
        }
    }

    /// Whoever removes every # has what counts anyway.
    @Test func withoutTheMarksEachOptionHasItsDefault() {
        func uncommented(_ file: Option.File) -> String {
            var section = ""
            return template(file).split(separator: "\n", omittingEmptySubsequences: false).map { line in
                if line.hasPrefix("[") { section = String(line.dropFirst().dropLast()) }
                let text = line.drop { $0 == " " || $0 == "#" }
                let name = text.prefix { $0 != "=" }
                let isOption = Option.named(section, name.last == " " ? String(name.dropLast()) : String(name)) != nil
                return line.hasPrefix("    # ") && isOption && !section.hasSuffix("NAME") ? "    " + text : String(line)
            }.joined(separator: "\n")
        }
        let set = load(netdata: uncommented(.netdata), stream: uncommented(.stream))
        let unset = load(netdata: "", stream: "")
        for option in Option.all where !option.isTemplate && option.defaultValue != .none {
            let value = set.settings.explicit(option.section, option.name)
            #expect(value != nil, "[\(option.section)] \(option.name)")
            let default_ = unset.settings.value(option.section, option.name)?.value ?? ""
            #expect(value?.value == default_, "[\(option.section)] \(option.name)")
        }
    }

    @Test func anExampleThatIsTakenAsItIsIsAnError() {
        let stream = template(.stream).split(separator: "\n").map(String.init)
        let key = stream.firstIndex(of: "[API_KEY]")!
        let enabled = stream[key...].firstIndex { $0.hasPrefix("    # enabled =") }!
        var edited = stream
        edited[enabled] = "    enabled = yes"
        #expect(
            load(netdata: "[db]\nmode = ram", stream: edited.joined(separator: "\n")).problems.first?.hasPrefix(
                "ND-K44"
            ) == true
        )
    }
}
