import System
import Testing

@testable import Collection

/// Where plugins are looked for (collectors §1).
struct PluginDirectoriesTests {
    @Test(arguments: [
        (
            "\"/usr/lib/netdata/plugins.d\" \"/etc/netdata/custom-plugins.d\"",
            ["/usr/lib/netdata/plugins.d", "/etc/netdata/custom-plugins.d"]
        ),
        ("/a /b,/c\t/d", ["/a", "/b", "/c", "/d"]),
        ("'/with blank' \"/it's\"", ["/with blank", "/it's"]),
        ("\"/open end", ["/open end"]),
        ("", []), (" , ,, \"\" ", []),
    ])
    func aListIsSplitAtBlanksAndCommasOutsideQuotes(_ list: String, _ paths: [String]) {
        #expect(PluginDirectories(list: list).paths == paths)
    }

    @Test func twentyDirectoriesAreTheMost() {
        let many = (1...21).map { "/d\($0)" }
        #expect(PluginDirectories(list: many.prefix(20).joined(separator: " ")).paths.count == 20)
        #expect(PluginDirectories(list: many.joined(separator: " ")).paths == Array(many.prefix(20)))
    }

    @Test func theFirstOfANameCountsAndOtherFilesDoNot() {
        let fixtures = Fixtures.directory + "/Directories"
        var failures: [String] = []
        let files = PluginDirectories(paths: [fixtures + "/first", fixtures + "/missing", fixtures + "/second"])
            .scan { failures.append($0.subject) }
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
