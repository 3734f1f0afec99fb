import Status
import Testing

/// What a screen reads of a node's API.
@Suite struct APIChartsTests {
    @Test func rowsComeInTheOrderOfTime() throws {
        let json = #"{"labels":["time","user","system"],"data":[[12,1.5,null],[11,0,-2],[10,null,null]]}"#
        let data = try APIData(json: Array(json.utf8))
        #expect(data.dimensions == ["user", "system"])
        #expect(data.times == [10, 11, 12])
        #expect(data.values == [[nil, 0, 1.5], [nil, -2, nil]])
    }

    @Test func whatIsNoTableIsAnError() {
        for json in ["[]", "", "No chart id is given", #"{"labels":1,"data":[]}"#] {
            #expect(throws: StatusReadError.self) { try APIData(json: Array(json.utf8)) }
        }
        // Rows that don't fit the labels are no rows.
        let data = try? APIData(json: Array(#"{"labels":["time","a"],"data":[[1],[2,3,4],[],[5,6]]}"#.utf8))
        #expect(data?.times == [5])
        #expect(data?.values == [[6]])
    }

    @Test func mirroredHosts() throws {
        let json = #"""
            {"version":"v1.37.1","uid":"g0","mirrored_hosts":["a","b"],"mirrored_hosts_status":[
            {"guid":"g0","hostname":"a","reachable":true,"hops":0,"claim_id":null,"node_id":null},
            {"guid":"g1","hostname":"b","reachable":false,"hops":1}],
            "alarms":{"normal":3,"warning":1,"critical":0},"os_name":"Debian","charts-count":7}
            """#
        let info = try APIInfo(json: Array(json.utf8))
        #expect(info.mirrored.map(\.reachable) == [true, false])
        #expect(info.charts == 7)
        #expect(info.metrics == nil)
        #expect(throws: StatusReadError.self) { try APIInfo(json: Array("{}".utf8)) }
    }
}
