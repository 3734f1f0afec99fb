import Collection
import Testing

/// A hand-made machine in two moments, and what netdata 1.37.1 made of the same files: `real-charts.tsv` and
/// `real-values.tsv` are its CHART, DIMENSION and SET lines. Left out of them is what it can't be told to read elsewhere than
/// in the real /proc and /sys: zram, semaphores, and that vda1 is a partition.
@Suite struct MachineTests {
    private func run() throws -> CollectorRun {
        let machine = try FakeMachine("first")
        let run = try CollectorRun(machine)
        run.tick(0)
        run.tick(1)
        try machine.become("second")
        run.tick(10)
        run.tick(11)
        return run
    }

    @Test func chartsAreTheOriginals() throws {
        let run = try run()
        let real = try CollectionFixtures.table("real-charts.tsv")
        var ours = Dictionary(
            uniqueKeysWithValues: ChartTable.lines(run.host).map { line -> (String, [String]) in
                let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                return (columns[0], columns)
            }
        )
        #expect(real.count > 200)
        for expected in real {
            let chart = expected[0]
            let found = ours.removeValue(forKey: chart)
            let line = try #require(found, "\(chart) is missing")
            for (column, value) in expected.enumerated() where column != 13 {
                #expect(line[column] == value, "\(chart), column \(column)")
            }
            #expect(
                line[13].split(separator: ";").map(trimmed).sorted()
                    == expected[13].split(separator: ";").map(trimmed).sorted(),
                "\(chart)"
            )
        }
        #expect(
            ours.keys.filter { !$0.hasPrefix("netdata.") && !$0.hasPrefix("system.clock") }.sorted() == [],
            "charts that the original doesn't have"
        )
    }

    @Test func valuesAreTheOriginals() throws {
        let values = try run().values.all
        let real = try CollectionFixtures.table("real-values.tsv")
        #expect(real.count > 500)
        for row in real {
            var expected = row[2].split(separator: " ").compactMap { Int64($0) }
            let place = CollectedValues.Place(chart: row[0], dimension: row[1])
            if row[0].hasPrefix("disk_util.") {
                // The original's first value is all time since the machine started, as if it had been one second.
                expected = expected.count > 1 ? Array(expected.dropFirst()) : [0]
            }
            #expect(values[place] == expected, "\(row[0]) \(row[1])")
        }
    }

    @Test func variablesAreTheOriginals() throws {
        let run = try run()
        #expect(run.hostVariables["active_processors"] == 2)
        #expect(run.hostVariables["tcp_max_orphans"] == 131_072)
        #expect(run.hostVariables["tcp_mem_low"] == 1_151_592)
        #expect(run.hostVariables["tcp_mem_pressure"] == 1_535_468)
        #expect(run.hostVariables["tcp_mem_high"] == 2_303_184)
        #expect(run.hostVariables["tcp_max_connections"] == -1)
        #expect(run.hostVariables["netfilter_conntrack_max"] == 262_144)
        #expect(run.hostVariables["ipc_semaphores_max"] == 1_024_000_000)
        #expect(run.hostVariables["ipc_semaphores_arrays_max"] == 32_000)
        #expect(run.variables("system.active_processes")["pidmax"] == 4_194_304)
        #expect(run.variables("net.eth0")["nic_speed_max"] == 1_000_000)
    }

    @Test func semaphoresAreSummedUp() throws {
        let values = try run().values
        #expect(values.of("system.ipc_semaphores", "semaphores") == [20])
        #expect(values.of("system.ipc_semaphore_arrays", "arrays") == [2])
    }

    private func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " })
    }
}
