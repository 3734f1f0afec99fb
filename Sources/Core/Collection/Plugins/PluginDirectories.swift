public import System

/// A plugin's program: `DIRECTORY/NAME.plugin`.
public struct PluginFile: Sendable, Equatable {
    /// The file's name without `.plugin`: what the configuration and the logs call it.
    public let name: String
    public let path: String
}

/// The directories that are searched for plugins (collectors §1).
public struct PluginDirectories: Sendable {
    /// More than these are not looked at.
    public static let atMost = 20

    public let paths: [String]

    public init(paths: [String]) {
        self.paths = Array(paths.prefix(Self.atMost))
    }

    /// - Parameter list: `[directories] plugins`: paths, in quotes or not, between blanks or commas.
    public init(list: String) {
        self.init(paths: Self.split(list))
    }

    static func split(_ list: String) -> [String] {
        var paths: [String] = []
        var current: [UInt8] = []
        var quote: UInt8?
        var started = false
        func finish() {
            if started, !current.isEmpty { paths.append(String(decoding: current, as: UTF8.self)) }
            current = []
            started = false
        }
        for byte in list.utf8 {
            if let open = quote {
                if byte == open { quote = nil } else { current.append(byte) }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
                started = true
            } else if byte == 0x20 || byte == UInt8(ascii: ",") || (byte >= 9 && byte <= 13) {
                finish()
            } else {
                current.append(byte)
                started = true
            }
        }
        finish()
        return paths
    }

    /// Every plugin there is, in the directories' order; of two of one name the first counts.
    /// - Parameter unreadable: called for each directory that cannot be listed.
    public func scan(unreadable: (SystemError) -> Void) -> [PluginFile] {
        var found: [PluginFile] = []
        for directory in paths {
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
