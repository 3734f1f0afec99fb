public import Config
import Diagnostics
import Glibc
import System

/// The configuration as it stands on this machine.
extension NodeOptions {
    /// Reads all layers. Nothing is written.
    public func loadConfiguration() -> Configuration {
        let circumstances = Layout.Circumstances(
            role: role,
            userID: geteuid(),
            environment: ProcessEnvironment.values,
            overrides: overrides,
            workingDirectory: Files.workingDirectory,
            directoryExists: { Files.isDirectory($0) }
        )
        return Configuration.load(circumstances, hostname: ProcessEnvironment.hostname) { path in
            do throws(SystemError) {
                return .bytes(try Files.read(path, limit: ConfigLimits().fileBytes + 1))
            } catch {
                return error.number == ENOENT || error.number == ENOTDIR
                    ? .missing : .unreadable(reason: error.reason)
            }
        }
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
