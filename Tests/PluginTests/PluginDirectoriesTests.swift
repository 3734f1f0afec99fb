import System
import Testing

@testable import Collection

/// Where plugins are looked for (collectors §1).
struct PluginDirectoriesTests {
    @Test func theFirstOfANameCountsAndOtherFilesDoNot() {
        let fixtures = Fixtures.directory + "/Directories"
        var failures: [String] = []
        let files = PluginDirectories.scan([fixtures + "/first", fixtures + "/missing", fixtures + "/second"]) {
            failures.append($0.subject)
        }
        #expect(files.map(\.name) == ["both", "one", "two"])
        #expect(
            files.map(\.path)
                == ["/first/both.plugin", "/first/one.plugin", "/second/two.plugin"].map { fixtures + $0 }
        )
        #expect(failures == [fixtures + "/missing"])
    }

    @Test func pathsReachTheShellAsTheyAre() {
        #expect(shellQuoted("/a b/it's $x") == "'/a b/it'\\''s $x'")
    }
}
