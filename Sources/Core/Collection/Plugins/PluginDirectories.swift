import System

/// A plugin's program: `DIRECTORY/NAME.plugin`.
public struct PluginFile: Sendable, Equatable {
    /// The file's name without `.plugin`: what the configuration and the logs call it.
    public let name: String
    public let path: String
}

/// The directories that are searched for plugins (collectors §1).
enum PluginDirectories {
    /// Every plugin there is, in the directories' order; of two of one name the first counts.
    /// - Parameter unreadable: called for each directory that cannot be listed.
    static func scan(_ directories: [String], unreadable: (SystemError) -> Void) -> [PluginFile] {
        var found: [PluginFile] = []
        for directory in directories {
            let names: [String]
            do {
                names = try Files.names(in: directory)
            } catch {
                unreadable(error)
                continue
            }
            for file in names.sorted() where file.hasSuffix(".plugin") && file.utf8.count > ".plugin".utf8.count {
                let name = String(file.dropLast(".plugin".count))
                if !found.contains(where: { $0.name == name }) {
                    found.append(PluginFile(name: name, path: directory + "/" + file))
                }
            }
        }
        return found
    }
}
