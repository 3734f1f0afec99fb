import Diagnostics
import Status
import Store
import Synchronization
import Testing

@testable import Streaming

/// What the end of a connection says of a host that comes through proxies.
@Suite struct ProxiedDepartureTests {
    /// A proxy closes the connection also when it is stopped itself, so its farewell is not the child's.
    @Test(arguments: [(1, GapCause.childStopped), (2, .link), (8, .link)])
    func aProxysFarewellIsNotTheChilds(hops: Int, cause: GapCause) throws {
        let bench = ParentBench()
        for outage in [30, 0] {
            let child = try bench.accepted(request(more: "&hops=\(hops)"))
            child.send("CHART a.b '' 't' 'u' 'f' 'c' line 1 1\nDIMENSION d '' absolute 1 1\n")
            for _ in 0..<20 {
                bench.wait(seconds: 1)
                child.send("BEGIN a.b 1000000\nSET d = 1\nEND\n")
            }
            child.leave()
            bench.wait(seconds: Int64(outage))
        }
        let gaps = try bench.host().status.withLock { $0.gaps }
        #expect(gaps.map(\.cause) == [cause.rawValue])
        #expect(gaps.first?.filled != true)
        #expect(gaps.first?.code == Condition.receiverEndOfFile.code)
    }
}
