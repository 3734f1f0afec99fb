import Basics
import Config
import Status
import Store
import Synchronization
import Transport

@testable import Web

/// A node's web API without a node: hosts as in the captured answers, a clock that stands still.
struct WebBench {
    let clock: ManualClock
    let hosts: Hosts
    var context: WebContext

    static let localGUID = GUID("11111111-aaaa-11ed-8000-0000000000aa")!
    static let childGUID = GUID("22222222-bbbb-11ed-8000-0000000000bb")!
    static let goldenGUID = GUID("33333333-cccc-11ed-8000-0000000000cc")!

    /// - Parameter now: Unix seconds.
    init(now: Int64 = GoldenDataset.start + 1640, facts: NodeFacts = NodeFacts(version: "1.2.3")) {
        clock = ManualClock(seconds: now)
        hosts = Hosts(local: Self.host(Self.localGUID, "nd-a", program: "ndstream", hops: 0, state: .local))
        context = WebContext(hosts: hosts, clock: clock, facts: { facts }, random: { 4711 })
        context.localOffset = { _ in 0 }
    }

    static func host(
        _ guid: GUID,
        _ name: String,
        program: String = "netdata",
        hops: Int = 1,
        state: HostState = .live,
        settings: HostSettings = HostSettings()
    ) -> Host {
        Host(
            guid: guid,
            identity: HostIdentity(
                hostname: name,
                os: "linux",
                timezone: "Etc/UTC",
                programName: program,
                programVersion: "v1.37.1",
                hops: hops
            ),
            settings: settings,
            state: state,
            at: 0
        )
    }

    var service: WebService { WebService(context) }

    func get(
        _ target: String,
        rights: Rights = .all,
        fields: [(name: String, value: String)] = [],
        method: HTTPRequest.Method = .get
    ) -> HTTPResponse {
        let request = HTTPRequest(method, target, fields: HTTPFields(fields), rights: rights, receivedAt: clock.now())!
        return service.answer(request)
    }

    func body(_ target: String) -> String { get(target).bodyText }

    /// Collects a chart of one dimension, once a second up to now.
    @discardableResult
    func collect(
        _ definition: ChartDefinition,
        _ dimensions: [DimensionDefinition],
        _ values: [[Int64]],
        on host: Host? = nil
    ) -> ChartRef {
        (host ?? hosts.local).withDatabase { database in
            var now = clock.now() - Int64(values.count - 1) * 1_000_000
            let ref = database.define(definition, now: now)!
            for dimension in dimensions { database.define(dimension, in: ref) }
            for row in values {
                _ = database.begin(ref, microseconds: 1_000_000, now: now, trusted: false)
                for (index, value) in row.enumerated() { _ = database.set(Int32(index), value) }
                _ = database.end(now: now)
                now += 1_000_000
            }
            return ref
        }
    }
}

extension HTTPResponse {
    var bodyText: String { String(decoding: body, as: UTF8.self) }
}
