import Basics
import Config
import FaultyFiles
import Testing
import Transport

@testable import Web

/// What a registry remembers, within which bounds, and what it says (web API §10).
struct RegistryTests {
    private static let own = RegistryBench.own
    private static let other = RegistryBench.other

    // MARK: Bounds

    private func registry(_ bench: RegistryBench) -> Registry { bench.keeper.look { $0 } }

    /// Who came once only goes first, then who has been away longest.
    @Test func peopleAreForgottenBeyondTheLimit() {
        var limits = RegistryLimits()
        limits.persons = 32
        let bench = RegistryBench(limits: limits)
        let faithful = bench.newcomer()
        bench.visit(faithful, Self.own, "http://a/")
        var others: [GUID] = []
        for _ in 1..<32 {
            bench.web.clock.advance(seconds: 1)
            others.append(bench.newcomer())
        }
        #expect(registry(bench).persons.count == 32)
        #expect(bench.events.codes.isEmpty)
        bench.web.clock.advance(seconds: 1)
        let last = bench.newcomer()
        #expect(registry(bench).persons.count == 31)
        #expect(bench.events.codes == ["ND-W39"])
        let left = Set(registry(bench).persons.keys)
        #expect(left == Set([faithful, last] + others.dropFirst(2)))
    }

    @Test func aPersonHasSoManyDashboards() {
        var limits = RegistryLimits()
        limits.linksOfPerson = 3
        let bench = RegistryBench(limits: limits)
        let person = bench.newcomer(Self.own, "http://0/")
        for index in 1...2 {
            bench.web.clock.advance(seconds: 1)
            bench.visit(person, Self.own, "http://\(index)/")
        }
        bench.web.clock.advance(seconds: 1)
        bench.visit(person, Self.own, "http://0/")
        #expect(registry(bench).persons[person]?.links.map(\.url) == ["http://0/", "http://1/", "http://2/"])
        bench.visit(person, Self.own, "http://3/")
        #expect(registry(bench).persons[person]?.links.map(\.url) == ["http://0/", "http://2/", "http://3/"])
    }

    @Test func aMachineHasSoManyURLs() {
        var limits = RegistryLimits()
        limits.urlsOfMachine = 2
        let bench = RegistryBench(limits: limits)
        for index in 0..<2 { bench.visit(nil, Self.own, "http://\(index)/") }
        #expect(registry(bench).machines[Self.own]?.addresses.map(\.url) == ["http://0/", "http://1/"])
        bench.web.clock.advance(seconds: 1)
        bench.visit(nil, Self.own, "http://2/")
        #expect(registry(bench).machines[Self.own]?.addresses.map(\.url) == ["http://1/", "http://2/"])
    }

    @Test func machinesAreForgottenBeyondTheLimit() {
        var limits = RegistryLimits()
        limits.machines = 2
        let bench = RegistryBench(limits: limits)
        let third = WebBench.goldenGUID
        for (machine, count) in [(Self.own, 1), (Self.other, 2), (third, 2)] {
            bench.visit(nil, machine, "http://a/")
            bench.web.clock.advance(seconds: 1)
            #expect(registry(bench).machines.count == count)
        }
        #expect(Set(registry(bench).machines.keys) == [Self.other, third])
    }

    @Test func textsTakeSoMuchMemory() {
        // A person's link has URL and name, a machine's the URL.
        let url = "http://a/" + String(repeating: "x", count: 91)
        for (limit, persons) in [(2 * 201, 2), (2 * 201 - 1, 1), (201, 1)] {
            var limits = RegistryLimits()
            limits.textBytes = limit
            let bench = RegistryBench(limits: limits)
            bench.visit(nil, Self.own, url)
            bench.web.clock.advance(seconds: 1)
            bench.visit(nil, Self.other, url)
            #expect(registry(bench).persons.count == persons, "\(limit)")
            #expect(registry(bench).textBytes <= limit)
        }
    }

    /// What a file brings counts like what was learned, and has the same bounds; the last of somebody's links are kept.
    @Test func whatAFileBringsHasItsBounds() {
        var limits = RegistryLimits()
        (limits.persons, limits.machines, limits.linksOfPerson, limits.urlsOfMachine) = (2, 2, 2, 2)
        limits.textBytes = 2 * 11 + 2 * 10 + 10
        var registry = Registry(limits: limits)
        let guids = (0..<3).map { GUID(naming: ["\($0)"]) }
        let visits = Registry.Visits(at: 5)
        func person(_ links: Int) -> Registry.Person {
            let links = (0..<links).map {
                Registry.Link(url: "http://a/\($0)", machine: guids[0], name: "n", visits: visits)
            }
            return Registry.Person(visits: visits, links: links)
        }
        func machine(_ addresses: Int) -> Registry.Machine {
            let addresses = (0..<addresses).map { Registry.Address(url: "http://a/\($0)", visits: visits) }
            return Registry.Machine(visits: visits, addresses: addresses)
        }
        registry.restore(person(3), as: guids[0])
        registry.restore(machine(3), as: guids[0])
        #expect(registry.persons[guids[0]]?.links.map(\.url) == ["http://a/1", "http://a/2"])
        #expect(registry.machines[guids[0]]?.addresses.map(\.url) == ["http://a/1", "http://a/2"])
        #expect(registry.textBytes == 2 * 11 + 2 * 10)
        // Somebody is known already, and another's texts are too long by a byte.
        registry.restore(person(0), as: guids[0])
        registry.restore(person(1), as: guids[1])
        #expect(registry.persons[guids[0]]?.links.count == 2 && registry.persons.count == 1)
        registry.restore(machine(1), as: guids[1])
        #expect(registry.machines.count == 2 && registry.textBytes == limits.textBytes)
        for guid in guids {
            registry.restore(person(0), as: guid)
            registry.restore(machine(0), as: guid)
        }
        #expect(registry.persons.count == 2 && registry.machines.count == 2)
    }

    @Test func sumsOfTextsAreRight() {
        let seed = UInt64.random(in: 1 ... .max)
        print("seed \(seed)")
        var state = seed
        func random(_ limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        var limits = RegistryLimits()
        (limits.persons, limits.machines, limits.linksOfPerson, limits.urlsOfMachine) = (20, 6, 4, 3)
        limits.textBytes = 1500
        var registry = Registry(limits: limits)
        let people = (0..<40).map { GUID(naming: ["p\($0)"]) }
        let machines = (0..<10).map { GUID(naming: ["m\($0)"]) }
        for time in 0..<3000 {
            registry.apply(
                RegistryEntry(
                    kind: random(8) == 0 ? .deletion : .access,
                    time: Int64(time / 3),
                    person: people[random(40)],
                    machine: machines[random(10)],
                    name: String(repeating: "n", count: random(20)),
                    url: "http://" + String(repeating: "u", count: random(30))
                )
            )
            if random(200) == 0 { registry.expire(before: Int64(time / 3 - 100)) }
            let links = registry.persons.values.flatMap(\.links).reduce(0) { $0 + $1.textBytes }
            let addresses = registry.machines.values.flatMap(\.addresses).reduce(0) { $0 + $1.textBytes }
            #expect(registry.textBytes == links + addresses)
            #expect(registry.persons.count <= 20 && registry.machines.count <= 6)
            #expect(registry.persons.values.allSatisfy { $0.links.count <= 4 })
            #expect(registry.machines.values.allSatisfy { $0.addresses.count <= 3 })
        }
    }

    @Test func whoIsAwayTooLongIsForgotten() {
        for (days, isKnown) in [(9, true), (11, false)] {
            let bench = RegistryBench(options: ["registry expire idle persons days": "10"])
            let person = bench.newcomer()
            bench.web.clock.advance(seconds: Int64(days) * 86_400)
            let answer = bench.visit(person, Self.own, "http://b/")
            #expect(answer.bodyText.contains("\"person_guid\": \"\(person)\"") == isKnown)
            #expect(RegistryBench.urls(answer).count == (isKnown ? 2 : 1))
        }
    }

    // MARK: Cookies

    @Test func whoBringsNoCookieGetsOneToBring() {
        let bench = RegistryBench()
        let hostile: [(name: String, value: String)] = [
            ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("Origin", "http://evil.example"),
            ("Referer", "http://evil.example/"),
        ]
        for cookie in [nil, "", "a=b", "netdata_registry_id=", "xnetdata_registry_id=\(Self.own)"] {
            let answer = bench.ask(
                "action=access&machine=\(Self.own)&name=n&url=http://evil.example/",
                cookie: cookie,
                more: hostile
            )
            // Where the browser is sent is this node's setting and nothing else.
            #expect(answer.bodyText == "{ \"status\": \"redirect\", \"registry\": \"http://127.0.0.1:20300\" }")
            #expect(!answer.fields.contains { $0.name == "Location" })
        }
        #expect(registry(bench).persons.isEmpty)
        #expect(bench.files.paths.isEmpty)
    }

    @Test func withoutThatEverybodyIsSomebody() {
        let bench = RegistryBench(options: ["verify browser cookies support": "no"])
        let answer = bench.ask("action=access&machine=\(Self.own)&name=n&url=http://a/")
        #expect(answer.bodyText.contains("\"status\": \"ok\""))
        #expect(registry(bench).persons.count == 1)
    }

    @Test func cookiesSayWhoseAndForHowLong() {
        func lines(_ options: [String: String]) -> [String] {
            let bench = RegistryBench(options: options, persons: [Self.own])
            return bench.visit(nil, Self.own, "http://a/").fields.filter { $0.name == "Set-Cookie" }.map(\.value)
        }
        let person = GUID(random: [0x11, 0x11, 0x11, 0x11, 0xaa, 0xaa, 0x11, 0xed, 0x80, 0, 0, 0, 0, 0, 0, 0xaa])
        let plain = "netdata_registry_id=\(person); Expires=Wed, 02 Dec 2026 09:30:48 GMT"
        let days = ["registry expire idle persons days": "10"]
        #expect(lines(days) == [plain, plain + "; ; SameSite=None; Secure"])
        #expect(
            lines(days.merging(["registry domain": "example.com"]) { $1 })
                == [plain, plain + "; Domain=example.com; SameSite=None; Secure"]
        )
    }

    // MARK: What it takes

    @Test func textsAreCutToTheirLength() {
        let bench = RegistryBench(options: ["max URL length": "20", "max URL name length": "10"])
        let person = bench.newcomer(Self.own, "http://a/" + String(repeating: "u", count: 11))
        bench.visit(
            person,
            Self.own,
            "http://b/" + String(repeating: "u", count: 12),
            name: String(repeating: "n", count: 11)
        )
        bench.visit(person, Self.own, "http://c/" + String(repeating: "u", count: 9) + "é%C3%A9", name: "ééééé")
        let links = registry(bench).persons[person]?.links ?? []
        #expect(links.map(\.url.utf8.count) == [20, 20, 20])
        #expect(links.map(\.name) == ["n", String(repeating: "n", count: 10), "ééééé"])
        let texts = RegistryTexts(longestURL: 20, longestName: 9)
        #expect(texts.name("ééééé") == "éééé")
    }

    /// Other people follow these links.
    @Test(arguments: [
        "javascript:alert(1)", "data:text/html,x", "//evil.example/", "ftp://a/", "HTTP", "a", " http://a/",
    ])
    func onlyWebPagesAreDashboards(_ url: String) {
        let bench = RegistryBench()
        let answer = bench.visit(nil, Self.own, url)
        #expect(answer.status == 412)
        #expect(answer.bodyText.contains("\"status\": \"failed\""))
        #expect(registry(bench).persons.isEmpty)
    }

    @Test func hostileTextsStayInTheirStrings() {
        let bench = RegistryBench()
        let url = "http://a/\"\\\n\t\r\u{1}<b>"
        let answer = bench.ask(
            "action=access&machine=\(Self.own)&name=%22%5C%0a%09%3Cb%3E&url=\(PercentEncoding.encode(url))",
            cookie: RegistryBench.trial
        )
        #expect(isJSON(answer.bodyText))
        #expect(
            RegistryBench.urls(bench.restarted().visit(registry(bench).persons.keys.first, Self.other, "http://b/"))
                .count == 2
        )
        #expect(bench.restarted().events.codes.isEmpty)
    }

    @Test func whoeverMaySeeDashboardsNeedNotSeeTheRegistry() {
        let bench = RegistryBench()
        let target = "/api/v1/registry?action=access&machine=\(Self.own)&name=n&url=http://a/"
        #expect(bench.web.get(target, rights: .dashboard).status == 403)
        #expect(bench.web.get(target, rights: .registry).status == 200)
    }
}
