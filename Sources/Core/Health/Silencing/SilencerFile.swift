public import Config
import Diagnostics
import Glibc
public import System

/// `LIBDIR/health.silencers.json`: what silences alarms survives a restart (web API §11).
public struct SilencerFile: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// What was kept, and what is wrong with it. A file that is not there holds nothing; of one that is damaged nothing counts,
    /// and it stays as it is until the next command.
    public func load() -> (silencers: Silencers, finding: Finding?) {
        let content: [UInt8]
        do throws(SystemError) {
            content = try Files.read(path, limit: Silencers.jsonLimit)
        } catch {
            guard error.number != ENOENT else { return (Silencers(), nil) }
            return (Silencers(), finding(.silencersUnreadable, ["reason": error.reason]))
        }
        do throws(Silencers.Fault) {
            return (try Silencers(json: content), nil)
        } catch {
            let place = "\(error.sentence), at byte \(error.offset)"
            return (Silencers(), finding(.silencersDamaged, ["reason": place]))
        }
    }

    /// Replaces the file as a whole.
    public func save(_ silencers: Silencers) throws(SystemError) {
        try Files.write(silencers.json(), to: path, mode: 0o640)
    }

    private func finding(_ condition: Condition, _ values: [String: String]) -> Finding {
        Finding(condition, at: .file(path: path, line: 0), values.merging(["file": path]) { $1 })
    }
}
