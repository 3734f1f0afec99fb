import Basics
import Diagnostics

final class AlarmLogFile: Sendable {
    init(directory: String, hostname: String, host: String, lines: Int, clock: any Clock, reporter: any Reporter) {}
    func load(limit: Int) -> [AlarmEntry] { [] }
    func append(_ entries: [AlarmEntry]) {}
}
