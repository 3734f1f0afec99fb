/// `Tests/Fixtures/Plugins`.
enum Fixtures {
    static let directory: String = {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return here.dropLast(2).joined(separator: "/") + "/Fixtures/Plugins"
    }()
}
