import Diagnostics
import Testing

@testable import Config

/// Names in `allow … from`, as `allow … by dns` has it (web API §1).
struct AccessNamesTests {
    @Test(arguments: [
        ("*.example", true), ("web01", true), ("a.bad.cafe", true), ("dead.beef", true), ("my-host", true),
        ("ä.example", true), ("localhost", false), ("UNKNOWN", false), ("*", false), ("10.*", false), ("fd*", false),
        ("fe80::*", false), ("::ffff:10.*", false), ("192.168.1.?", false), ("web/8", false), ("a,b", false),
        ("[fe80::1]", false), ("", false),
    ])
    func someWordsCannotBeAddresses(_ word: String, _ isForNames: Bool) {
        #expect(AccessList.isForNames(word) == isForNames)
    }

    /// The list, the mode, and what becomes of 10.0.0.5 that is called a.example, of the same without a name, and whether its
    /// name is asked for.
    @Test(arguments: [
        ("*.example", AccessList.Names.heuristic, true, false, true), ("*.EXAMPLE", .heuristic, true, false, true),
        ("*.example", .ignored, false, false, false), ("*.example", .compared, true, false, true),
        ("localhost *.example", .heuristic, true, false, true), ("!*.example *", .heuristic, false, true, true),
        ("* !*.example", .heuristic, true, true, false), ("10.* *.example", .heuristic, true, true, false),
        ("10.0.0.0/8 *.example", .heuristic, true, true, false),
        ("!10.0.0.5 *.example", .heuristic, false, false, false),
        ("*.example !10.0.0.5", .heuristic, true, false, true), ("*", .compared, true, true, false),
        ("a*", .heuristic, false, false, false), ("a*", .compared, true, false, true),
        ("!a* *", .compared, false, true, true), ("b.example", .heuristic, false, false, true),
        ("", .heuristic, true, true, false), ("", .compared, true, true, false),
    ])
    func namesDecideWhereTheyMay(
        _ list: String,
        _ names: AccessList.Names,
        _ named: Bool,
        _ nameless: Bool,
        _ isAsked: Bool
    ) {
        let list = AccessList(list, names: names)
        #expect(list.allows("10.0.0.5", name: "a.example") == named)
        #expect(list.allows("10.0.0.5") == nameless)
        #expect(list.needsName(of: "10.0.0.5") == isAsked)
        // Where nobody asks, the name changes nothing.
        if !isAsked { #expect(named == nameless) }
    }

    @Test func everyListHasItsOption() {
        let lists = ["connections", "dashboard", "badges", "streaming", "netdata.conf", "management"]
        for list in lists {
            for mode in ["yes", "no", "heuristic"] {
                let web = load(
                    netdata: "[web]\nallow \(list) from = localhost *.example\nallow \(list) by dns = \(mode)\n"
                ).web
                let all = [
                    web.allowConnections, web.allowDashboard, web.allowBadges, web.allowStreaming,
                    web.allowNetdataConf, web.allowManagement,
                ]
                let changed = all[lists.firstIndex(of: list)!]
                #expect(changed.names.rawValue.contains(mode), "\(list) \(mode)")
                #expect(changed.allows("10.0.0.5", name: "a.example") == (mode != "no"))
                #expect(all.count { $0.description == changed.description } == 1)
            }
        }
        #expect(load(netdata: "[web]\n").web.allowNetdataConf.names == .ignored)
        #expect(load(netdata: "[web]\n").web.allowRegistry.names == .heuristic)
        let registry = load(netdata: "[registry]\nallow from = *.example\nallow by dns = no\n").web.allowRegistry
        #expect(!registry.allows("10.0.0.5", name: "a.example"))
    }

    /// A name is no mistake where names are compared.
    @Test func aNameIsAFindingOnlyWhereItIsNotCompared() {
        func codes(_ text: String) -> [String] {
            load(netdata: text).findings.filter { $0.condition == .configAllowsUnmatchable }.map(\.short)
        }
        #expect(codes("[web]\nallow dashboard from = *.example\n").isEmpty)
        #expect(codes("[web]\nallow dashboard from = *.example\nallow dashboard by dns = no\n").count == 1)
        #expect(codes("[web]\nallow netdata.conf from = *.example\n").count == 1)
        #expect(codes("[web]\nallow dashboard from = 10.0.0.1,10.0.0.2 [fe80::1]\n").count == 2)
    }
}
