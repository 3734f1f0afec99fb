import Basics
import Store
import Testing
import Transport

@testable import Web

/// Who asks the same in the same second gets the same answer, and never an old one.
@Suite struct RecentAnswersTests {
    private let target = "/api/v1/data?chart=x.y&after=-5&format=csv"

    private func bench() -> WebBench {
        let bench = WebBench()
        bench.collect(ChartDefinition(id: "x.y"), [DimensionDefinition(id: "d")], [[1], [2], [3]])
        return bench
    }

    @Test func itIsKeptForTheSecond() {
        let bench = bench()
        let first = bench.body(target)
        #expect(bench.context.recentAnswers.bytes == first.utf8.count + target.utf8.count)
        #expect(bench.body(target) == first)
        _ = bench.body("/api/v1/data?chart=x.y&after=-4&format=csv")
        #expect(bench.context.recentAnswers.bytes > 2 * target.utf8.count + first.utf8.count)
        bench.clock.advance(seconds: 1)
        _ = bench.body(target)
        #expect(
            bench.context.recentAnswers.bytes <= first.utf8.count + target.utf8.count,
            "the second before is forgotten"
        )
    }

    @Test func whatHasChangedIsAnsweredAnew() throws {
        let bench = bench()
        bench.clock.advance(seconds: 2)
        let first = bench.body(target)
        // Another value in the same second of the node's clock.
        bench.hosts.local.withDatabase { database in
            let chart = database.find("x.y")!
            let now = (database.lastUpdated + 1) * microsecondsPerSecond
            database.begin(chart, microseconds: microsecondsPerSecond, now: now, trusted: true)
            database.set(0, 4)
            database.end(now: now)
        }
        #expect(bench.body(target) != first)
        bench.hosts.local.withDatabase { database in
            _ = database.define(DimensionDefinition(id: "new"), in: database.find("x.y")!)
        }
        #expect(bench.body(target).contains("new"))
    }

    @Test func thereIsALimitForOneAndForAll() {
        let answers = RecentAnswers()
        let stamp = bench().hosts.local.withDatabase { $0.stamp(of: $0.find("x.y")!)! }
        func question(_ number: Int, _ second: Int64 = 7) -> RecentAnswers.Question {
            RecentAnswers.Question(host: WebBench.localGUID, target: "/\(number + 100)", second: second, stamp: stamp)
        }
        func answer(_ bytes: Int, status: Int = 200) -> HTTPResponse {
            HTTPResponse(status: status, body: [UInt8](repeating: 32, count: bytes))
        }
        answers.keep(answer(RecentAnswers.largest - 3), to: question(0))
        answers.keep(answer(10, status: 404), to: question(1))
        #expect(answers.bytes == 0)
        answers.keep(answer(RecentAnswers.largest - 4), to: question(2))
        #expect(answers.bytes == RecentAnswers.largest)
        for number in 3..<20 { answers.keep(answer(RecentAnswers.largest - 4), to: question(number)) }
        #expect(answers.bytes == RecentAnswers.limit)
        #expect(answers.answer(to: question(2)) != nil && answers.answer(to: question(19)) == nil)
        #expect(answers.answer(to: question(2, 8)) == nil)
    }
}
