import System
import Testing

/// The short form of `make kills`: a parent killed five times in each mode that has a disk.
@Suite(.enabled(if: Tools.has("/usr/bin/python3")), .timeLimit(.minutes(10))) struct KillTests {
    @Test(arguments: ["dbengine", "map"]) func atMostTwoSecondsAreMissing(mode: String) throws {
        let result = try Program.run(
            "/usr/bin/env",
            ["python3", root + "/Tests/Example/kills.py", "--short", "--modes", mode],
            environment: ["NDSTREAM_BINARY=" + Program.path]
        )
        print(result.output)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
}
