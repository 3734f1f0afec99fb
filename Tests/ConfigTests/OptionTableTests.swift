import Testing

@testable import Config
@testable import Diagnostics

@Suite struct OptionTableTests {
    @Test func noNameMeansTwoThings() {
        var seen: Set<Option.Name> = []
        for option in Option.all {
            for name in [option.id] + option.aliases {
                #expect(seen.insert(name).inserted, "[\(name.section)] \(name.name)")
            }
        }
    }

    @Test func noVariableMeansTwoThings() {
        var seen: [String: Option.Name] = [:]
        for option in Option.all {
            guard let variable = option.environmentName else { continue }
            let names = [variable] + option.aliases.map { Option.environmentName($0.section, $0.name) }
            for name in Set(names) {
                #expect(seen[name] == nil, "\(name) is \(option.id) and \(String(describing: seen[name]))")
                seen[name] = option.id
            }
            #expect(!Settings.locationVariables.contains(variable))
        }
    }

    @Test func everyDefaultIsAccepted() {
        for option in Option.all {
            guard case .text(let text) = option.defaultValue else { continue }
            let reading = Reading(text, of: option, in: Settings())
            #expect(reading.oddities.isEmpty, "[\(option.section)] \(option.name) = \(text)")
        }
    }

    @Test func defaultsThatAreOtherOptionsExist() {
        for option in Option.all {
            guard case .option(let other) = option.defaultValue else { continue }
            #expect(Option.named(other.section, other.name) != nil, "[\(option.section)] \(option.name)")
        }
    }

    @Test func defaultsThatArePartsOfOtherOptionsExist() {
        for option in Option.all {
            guard case .part(let other, let divisor) = option.defaultValue else { continue }
            #expect(Option.named(other.section, other.name) != nil, "[\(option.section)] \(option.name)")
            #expect(divisor > 1)
            let reading = Reading(Settings().fallback(of: option)?.value ?? "", of: option, in: Settings())
            #expect(reading.oddities.isEmpty && reading.number > 0, "[\(option.section)] \(option.name)")
        }
    }

    @Test func everyOptionIsDescribedInASentence() {
        for option in Option.all {
            #expect(option.sentence.hasSuffix("."), "[\(option.section)] \(option.name)")
            #expect(option.sentence.first?.isUppercase == true)
            #expect(!option.kind.accepted.isEmpty)
        }
    }

    /// Storage §1 and streaming protocol §15.4.
    @Test(arguments: [
        ("global", "memory mode", "db", "mode"), ("global", "history", "db", "retention"),
        ("global", "update every", "db", "update every"),
        ("global", "cleanup orphan hosts after seconds", "db", "cleanup orphan hosts after secs"),
        ("global", "cleanup obsolete charts after seconds", "db", "cleanup obsolete charts after secs"),
        ("global", "delete orphan hosts files", "db", "delete orphan hosts files"),
        ("global", "delete obsolete charts files", "db", "delete obsolete charts files"),
        ("global", "gap when lost iterations above", "db", "gap when lost iterations above"),
        ("global", "page cache size", "db", "dbengine page cache size MB"),
        ("db", "page cache size", "db", "dbengine page cache size MB"),
        ("global", "dbengine disk space", "db", "dbengine disk space MB"),
        ("global", "dbengine multihost disk space", "db", "dbengine multihost disk space MB"),
        ("global", "config directory", "directories", "config"),
        ("global", "stock config directory", "directories", "stock config"),
        ("global", "log directory", "directories", "log"), ("global", "web files directory", "directories", "web"),
        ("global", "cache directory", "directories", "cache"), ("global", "lib directory", "directories", "lib"),
        ("global", "home directory", "directories", "home"), ("global", "lock directory", "directories", "lock"),
        ("global", "plugins directory", "directories", "plugins"),
        ("health", "health configuration directory", "directories", "health config"),
        ("health", "stock health configuration directory", "directories", "stock health config"),
        ("registry", "registry db directory", "directories", "registry"), ("global", "debug log", "logs", "debug"),
        ("global", "error log", "logs", "error"), ("global", "access log", "logs", "access"),
        ("global", "facility log", "logs", "facility"), ("global", "debug flags", "logs", "debug flags"),
        ("global", "errors flood protection period", "logs", "errors flood protection period"),
        ("global", "errors to trigger flood protection", "logs", "errors to trigger flood protection"),
        ("global", "bind to", "web", "bind to"), ("global", "bind socket to IP", "web", "bind to"),
        ("global", "default port", "web", "default port"), ("global", "port", "web", "default port"),
        ("global", "http port listen backlog", "web", "listen backlog"),
        ("global", "disconnect idle web clients after seconds", "web", "disconnect idle clients after seconds"),
        ("global", "TZ environment variable", "environment variables", "TZ"),
        ("plugins", "PATH environment variable", "environment variables", "PATH"),
        ("stream", "timeout", "stream", "timeout seconds"),
        ("stream", "buffer size", "stream", "buffer size bytes"),
        ("stream", "reconnect delay", "stream", "reconnect delay seconds"),
        ("API_KEY", "default memory", "API_KEY", "default memory mode"),
        ("API_KEY", "db", "API_KEY", "default memory mode"), ("MACHINE_GUID", "db", "MACHINE_GUID", "memory mode"),
        ("API_KEY", "retention", "API_KEY", "default history"),
        ("MACHINE_GUID", "replication step", "MACHINE_GUID", "seconds per replication step"),
        ("API_KEY", "health enabled", "API_KEY", "health enabled by default"),
    ])
    func otherNamesMeanTheSame(_ section: String, _ name: String, _ meantSection: String, _ meant: String) {
        #expect(Option.meant(by: Option.Name(section, name))?.id == Option.Name(meantSection, meant))
    }

    @Test func variablesAreNamedAfterSectionAndName() {
        #expect(Option.named("db", "mode")?.environmentName == "NDSTREAM_DB_MODE")
        #expect(
            Option.named("web", "allow netdata.conf from")?.environmentName == "NDSTREAM_WEB_ALLOW_NETDATA_CONF_FROM"
        )
        #expect(
            Option.named("db", "memory deduplication (ksm)")?.environmentName == "NDSTREAM_DB_MEMORY_DEDUPLICATION_KSM"
        )
        #expect(Option.named("API_KEY", "enabled")?.environmentName == nil)
    }

    @Test func conditionsHaveAllTheirParts() {
        let conditions = Catalogue.config
        #expect(Set(conditions.map(\.code)).count == conditions.count, "no code twice")
        for condition in conditions {
            #expect(!condition.sentence.isEmpty && condition.code.hasPrefix("ND-K"))
            guard condition.severity > .info else { continue }
            #expect(!condition.causes.isEmpty && !condition.fix.isEmpty, "\(condition.code)")
        }
    }
}
