import Config
import System

/// Where a node writes.
enum NodeDirectories {
    /// Makes what is missing.
    static func make(_ configuration: Configuration) throws(StartFailure) {
        let directories = configuration.directories
        for path in [directories.lib, directories.cache, directories.log, directories.run, directories.registry] {
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
}
