import Basics
import Config
import Diagnostics
import FaultyFiles
import Store
import Synchronization
import System
import Transport

@testable import Web

/// A node that is a registry, with files in memory.
struct RegistryBench {
    static let path = "/lib/registry"
    static let own = GUID("11111111-aaaa-11ed-8000-0000000000aa")!
    static let other = GUID("22222222-bbbb-11ed-8000-0000000000bb")!
    static let trial = "netdata_registry_id=give-me-back-this-cookie-now--please"

    let files: FaultyFiles
    let events = RegistryEvents()
    var web: WebBench
    let keeper: RegistryKeeper

    /// - Parameters:
    ///   - now: Unix seconds.
    ///   - options: of `[registry]`, beside those that make it one.
    ///   - persons: who comes, one after the other; then whoever.
    init(
        now: Int64 = 1_795_339_848,
        options: [String: String] = [:],
        web: [String: String] = [:],
        limits: RegistryLimits = RegistryLimits(),
        files: FaultyFiles = FaultyFiles(),
        persons: [GUID] = []
    ) {
        let given = [
            "enabled": "yes", "registry to announce": "http://127.0.0.1:20300",
            "registry db file": Self.path + "/registry.db", "registry log file": Self.path + "/registry-log.db",
        ]
        let settings = Settings(["registry": given.merging(options) { $1 }, "web": web])
        self.files = files
        self.web = WebBench(now: now, facts: NodeFacts(version: "1.2.3", settings: settings))
        keeper = RegistryKeeper(
            RegistrySettings(settings),
            limits: limits,
            files: files,
            clock: self.web.clock,
            reporter: events
        )
        keeper.open()
        self.web.context.registry = keeper
        let numbers = Mutex(persons.flatMap(Self.words))
        let others = Mutex<UInt32>(0)
        self.web.context.random = {
            numbers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                ?? others.withLock { number in
                    number += 1
                    return number
                }
        }
        _ = self.web.hosts.add(WebBench.host(WebBench.childGUID, "nd-b"))
    }

    /// The random numbers that make this GUID.
    private static func words(_ guid: GUID) -> [UInt32] {
        let digits = Array(guid.description.utf8).compactMap(hexadecimalDigit)
        return (0..<4).map { word in
            (0..<4).reduce(UInt32(0)) { sum, byte in
                let place = word * 8 + byte * 2
                return sum | UInt32(digits[place] << 4 | digits[place + 1]) << UInt32(byte * 8)
            }
        }
    }

    /// - Parameter cookie: a line; a person's GUID is brought as a browser does.
    func ask(_ query: String, cookie: String? = nil, more: [(name: String, value: String)] = []) -> HTTPResponse {
        let lines = cookie.map { [(name: "Cookie", value: $0)] } ?? []
        return web.get("/api/v1/registry?" + query, fields: lines + more)
    }

    /// A visit of a dashboard.
    @discardableResult
    func visit(_ person: GUID?, _ machine: GUID, _ url: String, name: String = "n") -> HTTPResponse {
        let cookie = person.map { "netdata_registry_id=\($0)" } ?? Self.trial
        return ask("action=access&machine=\(machine)&name=\(name)&url=\(PercentEncoding.encode(url))", cookie: cookie)
    }

    /// Somebody new comes.
    func newcomer(_ machine: GUID = RegistryBench.own, _ url: String = "http://a/") -> GUID {
        let answer = visit(nil, machine, url)
        return GUID(answer.bodyText.firstMatch(of: /person_guid": "([^"]*)"/).map { String($0.1) } ?? "")!
    }

    /// The URLs of an answer's list, in its order.
    static func urls(_ response: HTTPResponse) -> [String] {
        response.bodyText.matches(of: /\[ "[^"]*", "([^"]*)"/).map { String($0.1) }
    }

    /// The same node again, on what is left in its files.
    func restarted(_ files: FaultyFiles? = nil) -> RegistryBench {
        RegistryBench(
            now: web.clock.now() / microsecondsPerSecond,
            limits: keeper.look { $0.limits },
            files: files ?? self.files.afterCrash()
        )
    }
}

/// Remembers what was reported.
final class RegistryEvents: Reporter {
    private let list = Mutex<[Event]>([])
    func report(_ event: Event) { list.withLock { $0.append(event) } }
    var codes: [String] { list.withLock { $0.map(\.condition.code) } }
    var texts: [String] { list.withLock { $0.map(\.text) } }
}
