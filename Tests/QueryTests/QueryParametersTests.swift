import Testing

@testable import Store

struct QueryParametersTests {
    @Test func nothingGivenMeansTenMinutesOfEverything() {
        let parameters = QueryParameters([(name: String, value: String)]())
        #expect(parameters == QueryParameters())
        #expect(parameters.after == -600)
        #expect(parameters.before == 0)
        #expect(parameters.points == 0)
        #expect(parameters.grouping == .average)
    }
}
