import Basics
import Diagnostics
import Store
import Wire

/// A plugin's output on its way into the own host's database (collectors §3).
final class IngestedOutput: PluginOutput {
    private let file: PluginFile
    private let clock: any Clock
    private let reporter: any Reporter
    private var parser = LineParser()
    private var ingest: Ingest

    init(file: PluginFile, updateEvery: Int, host: Host, clock: any Clock, reporter: any Reporter) {
        self.file = file
        self.clock = clock
        self.reporter = reporter
        let session = Ingest.Session(
            dialect: .plugin,
            thread: "PLUGINSD[\(file.name)]",
            plugin: file.name + ".plugin",
            updateEvery: updateEvery
        )
        ingest = Ingest(host: host, session: session, reporter: reporter)
    }

    var collections: Int { ingest.updates }

    func feed(_ bytes: UnsafeRawBufferPointer) -> PluginOutputResult {
        let now = clock.now()
        switch ingest.feed(bytes, through: &parser, now: now) {
        case .more: return .goesOn
        case .lineTooLong:
            let values = ["path": file.path, "limit": "\(parser.limit)"]
            reporter.report(Event(.pluginLineTooLong, at: now, thread: ingest.session.thread, values: values))
            return .stopped
        case .stopped:
            // Free text may be a passing trouble; everything else would come again (collectors §3).
            return ingest.ending?.condition == .unknownCommand ? .stopped : .disabled
        }
    }
}
