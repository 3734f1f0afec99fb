import Config
import System

/// Where a node writes.
enum NodeDirectories {
    /// Makes what is missing. A node can do without its logs and without a cache in this version; it says so itself.
    static func make(_ configuration: Configuration) throws(StartFailure) {
        let directories = configuration.directories
        for path in [directories.cache, directories.log] { try? Files.makeDirectories(path) }
        for path in [directories.lib, directories.run, directories.registry] {
            do throws(SystemError) {
                try Files.makeDirectories(path)
            } catch {
                throw StartFailure(
                    sentence: "cannot make the directory \(path): \(error.reason). "
                        + "Give a place that can be written to: --state-dir DIR",
                    code: 73
                )
            }
        }
    }

    /// Keeps the directory of the state for this node alone: two nodes there would be one and the same host.
    static func lock(_ configuration: Configuration) throws(StartFailure) -> DirectoryLock {
        let lib = configuration.directories.lib
        do throws(SystemError) {
            if let lock = try DirectoryLock.take(lib) { return lock }
        } catch {
            throw StartFailure(sentence: error.description, code: 74)
        }
        throw StartFailure(
            sentence:
                "another node runs with \(lib): an agent and a parent on one machine, or two of either, each need a "
                + "place of their own: --state-dir DIR",
            code: 73
        )
    }
}
