public import Config
import Diagnostics
import Glibc
import System

/// The configuration as it stands on this machine.
extension NodeOptions {
    /// Reads all layers. Nothing is written.
    ///
    /// - Parameters:
    ///   - replaced: a file that is looked at as if it held something else, before that is put in its place.
    ///   - content: what it would hold.
    public func loadConfiguration(replacing replaced: String? = nil, with content: [UInt8] = []) -> Configuration {
        Configuration.load(circumstances, hostname: ProcessEnvironment.hostname) { path in
            if path == replaced { return .bytes(content) }
            do throws(SystemError) {
                return .bytes(try Files.read(path, limit: ConfigLimits().fileBytes + 1))
            } catch {
                return error.number == ENOENT || error.number == ENOTDIR
                    ? .missing : .unreadable(reason: error.reason)
            }
        }
    }

    /// Where things are before any file has a say.
    public var layout: Layout { Layout(circumstances) }

    private var circumstances: Layout.Circumstances {
        Layout.Circumstances(
            role: role,
            userID: geteuid(),
            environment: ProcessEnvironment.values,
            overrides: overrides,
            workingDirectory: Files.workingDirectory,
            directoryExists: { Files.isDirectory($0) }
        )
    }
}

/// What the process was started with.
enum ProcessEnvironment {
    static var values: [String: String] {
        var values: [String: String] = [:]
        for entry in Environment.variables {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return values
    }

    static var hostname: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
