import Basics
import Collection
import Synchronization
import Testing
import Transport

@testable import Node

@Suite struct WebCountersTests {
    @Test func countsWhatIsAnswered() throws {
        let clock = ManualClock()
        let counters = WebCounters()
        let durations = Mutex<[Int64]>([300, 100, 50])
        let router = counters.counting(
            { request in
                Route(isHeavy: request.path.hasSuffix("/data")) { _ in
                    clock.advance(microseconds: durations.withLock { $0.removeFirst() })
                    return HTTPResponse.text(200, "12345")
                }
            },
            clock: clock
        )
        for target in ["/api/v1/info", "/api/v1/data?chart=a", "/host/x/api/v1/data"] {
            let request = try #require(HTTPRequest(.get, target))
            let route = router(request)
            #expect(route.isHeavy == target.contains("/data"))
            #expect(route.service(request).body == Array("12345".utf8))
        }
        var figures = NodeFigures()
        counters.fill(&figures)
        #expect(figures.requests == 3 && figures.bytesSent == 15 && figures.dataQueries == 2)
        #expect(figures.responseAverage == 150 && figures.responseMaximum == 300)
        // Totals stay; averages are of the time since.
        var later = NodeFigures()
        counters.fill(&later)
        #expect(later.requests == 3 && later.responseAverage == nil && later.responseMaximum == nil)
    }
}
