import ArgumentParser
import Glibc
import TUI

/// `--status`: what the node that runs here knows, as text or as the document itself.
///
/// - Parameters:
///   - role: `agent` or `parent`.
///   - run: the directory of its admin socket.
func printStatus(of role: String, run: String, asJSON: Bool) throws {
    let source = try StatusSource("unix:\(run)/\(role).sock")
    do throws(StatusFailure) {
        let (document, text) = try StatusClient(source).fetch()
        guard !asJSON else {
            writeAll(text + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
            return
        }
        let appearance = Appearance(unicode: Terminal.takeLocale(), utcOffset: localOffset())
        writeAll(statusText(document, appearance: appearance), to: STDOUT_FILENO)
    } catch {
        if error.status == .unavailable { complain(role, "no \(role) runs here") }
        throw failure(role, error.sentence, error.status)
    }
}
