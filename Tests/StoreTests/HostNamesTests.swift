import Basics
import Status
import Synchronization
import Testing

@testable import Store

/// Hosts are found by what they are called now.
@Suite struct HostNamesTests {
    private func host(_ number: UInt8, _ name: String) -> Host {
        Host(
            guid: GUID("00000000-0000-4000-8000-0000000000\(number < 10 ? "0" : "")\(number)")!,
            identity: HostIdentity(hostname: name),
            settings: HostSettings(),
            state: .live,
            at: 0
        )
    }

    @Test func aHostIsFoundByItsNameAsLongAsItHasIt() {
        let hosts = Hosts(local: host(1, "parent"))
        let web = hosts.add(host(2, "web"))
        #expect(hosts.host(named: "web") === web)
        hosts.rename(web, to: "front")
        #expect(hosts.host(named: "web") == nil)
        #expect(hosts.host(named: "front") === web)
        let other = hosts.add(host(3, "front"))
        hosts.remove(web.guid)
        #expect(hosts.host(named: "front") === other)
        #expect(hosts.removeAll { $0.guid == other.guid }.count == 1)
        #expect(hosts.host(named: "front") == nil)
        // Somebody who holds a host that is forgotten may rename it: it is not found for that.
        hosts.rename(other, to: "back")
        #expect(hosts.host(named: "back") == nil && hosts.count == 1)
    }

    /// Games of coming, going and renaming: the index says what a look at all hosts would.
    @Test func theIndexIsWhatALookAtAllWouldFind() {
        let seed = UInt64.random(in: 0...(.max))
        print("seed of the names: \(seed)")
        var random = SeededGenerator(seed: seed)
        let hosts = Hosts(local: host(1, "parent"))
        let all = (2..<12 as Range<UInt8>).map { host($0, "n\($0 % 4)") }
        for _ in 0..<2000 {
            let one = all.randomElement(using: &random)!
            switch Int.random(in: 0..<3, using: &random) {
            case 0: _ = hosts.add(one)
            case 1: hosts.remove(one.guid)
            default: hosts.rename(one, to: "n\(Int.random(in: 0..<4, using: &random))")
            }
            for name in (0..<4).map({ "n\($0)" }) {
                let namesakes = hosts.all().filter { $0.hostname == name }
                let found = hosts.host(named: name)
                #expect(namesakes.isEmpty ? found == nil : namesakes.contains { $0 === found })
            }
        }
    }
}
