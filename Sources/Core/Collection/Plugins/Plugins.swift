public import Basics
public import Config
public import Diagnostics
import Glibc
import System

/// All external plugins of a node: finds them, runs them, ends them. Used by one thread, that of the ``CollectionLoop``.
public final class Plugins {
    private let settings: PluginSettings
    private let directories: [String]
    private let directoriesAreBuiltIn: Bool
    private let environment: [String]
    private let directory: String?
    private let clock: any Clock
    private let reporter: any Reporter
    private let makeOutput: (PluginFile) -> any PluginOutput
    private(set) var plugins: [ExternalPlugin] = []
    private var nextScan: Int64 = 0
    private var ending = false
    /// Directories and errnos that have been complained about.
    private var complained: Set<String> = []

    /// - Parameters:
    ///   - directories: where `*.plugin` files are.
    ///   - directoriesAreBuiltIn: whether nobody asked for these: then it is no failure that one does not exist.
    ///   - environment: `NAME=value`, all that the plugins get (``PluginEnvironment/variables(inherited:)``).
    ///   - directory: where they start: the configuration directory.
    ///   - makeOutput: makes what takes the output of one run.
    public init(
        settings: PluginSettings,
        directories: [String],
        directoriesAreBuiltIn: Bool = false,
        environment: [String],
        directory: String?,
        clock: any Clock,
        reporter: any Reporter,
        makeOutput: @escaping (PluginFile) -> any PluginOutput
    ) {
        self.settings = settings
        self.directories = directories
        self.directoriesAreBuiltIn = directoriesAreBuiltIn
        self.environment = environment
        self.directory = directory
        self.clock = clock
        self.reporter = reporter
        self.makeOutput = makeOutput
    }

    /// Looks for new plugins when it is time to, starts what is due, ends what is to end.
    public func step() {
        let now = clock.monotonic()
        if !ending, nextScan <= now {
            nextScan = now &+ Int64(settings.checkEverySeconds) &* microsecondsPerSecond
            scan()
        }
        for plugin in plugins { plugin.step() }
    }

    /// Microseconds until ``step()`` has something to do.
    public var microsecondsToNextStep: Int64 {
        var least = ending ? Int64.max : max(0, nextScan &- clock.monotonic())
        for plugin in plugins {
            if let own = plugin.microsecondsToNextStep { least = min(least, own) }
        }
        return least
    }

    /// How many run at the moment.
    public var running: Int { plugins.count { $0.run != nil } }

    /// Asks every running plugin to end, and starts none any more; ``step()`` until ``running`` is 0.
    public func stop() {
        ending = true
        for plugin in plugins {
            if let run = plugin.run { plugin.report(.pluginStopping, ["pid": "\(run.process.id)"]) }
            plugin.stop()
            plugin.disable()
        }
    }

    /// Adds the descriptors to watch, two places for each plugin.
    func watch(_ list: inout [pollfd]) {
        for plugin in plugins {
            let output = plugin.phase == .running ? plugin.run?.process.output ?? -1 : -1
            let errors = plugin.run?.errorsOpen ?? false ? plugin.run?.process.errors ?? -1 : -1
            // A negative descriptor is skipped by poll.
            list.append(pollfd(fd: output, events: Int16(POLLIN), revents: 0))
            list.append(pollfd(fd: errors, events: Int16(POLLIN), revents: 0))
        }
    }

    /// Reads what is ready, one buffer from each, so that a plugin that floods leaves the others their turn.
    /// - Parameter list: what ``watch(_:)`` has added, after poll.
    func serve(_ list: ArraySlice<pollfd>, _ buffer: UnsafeMutableRawBufferPointer) {
        var index = list.startIndex
        for plugin in plugins where index + 1 < list.endIndex {
            if list[index + 1].revents != 0 { plugin.errorsReady(buffer) }
            if list[index].revents != 0 { plugin.outputReady(buffer) }
            index += 2
        }
    }

    private func scan() {
        let files = PluginDirectories.scan(directories) { error in
            guard complained.insert("\(error.number) \(error.subject)").inserted else { return }
            reporter.report(
                Event(
                    directoriesAreBuiltIn && error.number == ENOENT
                        ? .pluginDirectoryMissing : .pluginDirectoryUnreadable,
                    at: clock.now(),
                    thread: "PLUGINSD",
                    values: ["directory": error.subject]
                )
            )
        }
        for file in files where !plugins.contains(where: { $0.file.name == file.name }) && settings.isEnabled(file.name)
        {
            plugins.append(
                ExternalPlugin(
                    file: file,
                    updateEvery: settings.updateEvery(file.name),
                    options: settings.commandOptions(file.name),
                    environment: environment,
                    directory: directory,
                    clock: clock,
                    reporter: reporter,
                    makeOutput: { [makeOutput] in makeOutput(file) }
                )
            )
        }
    }
}
