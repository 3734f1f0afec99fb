import Glibc
import System
import Testing

/// A terminal in tmux, on a server of its own.
struct Screen {
    let directory: String

    init(directory: String) throws {
        self.directory = directory
        try Files.write([], to: directory + "/in")
    }

    private func tmux(_ arguments: [String]) -> String {
        let words = (["tmux", "-S", directory + "/tmux", "-u", "-f", "/dev/null"] + arguments)
            .map { "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'" }
        guard let pipe = popen(words.joined(separator: " ") + " 2>&1", "r") else { return "" }
        defer { pclose(pipe) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Parameter locale: what `LC_ALL` is for the command.
    func start(_ command: String, columns: Int = 80, rows: Int = 24, locale: String = "C.UTF-8") throws {
        let size = ["-x", "\(columns)", "-y", "\(rows)"]
        let said = tmux(["new-session", "-d"] + size + ["LC_ALL=\(locale); export LC_ALL; " + command])
        try #require(said.isEmpty, "\(said)")
    }

    /// What a person sees.
    var text: String { tmux(["capture-pane", "-p"]) }

    /// The same with the escapes that make it bold and coloured.
    var styled: String { tmux(["capture-pane", "-p", "-e"]) }

    /// The command that runs in the terminal now, a child of the shell in it.
    var command: pid_t? {
        get throws {
            let shell = tmux(["display-message", "-p", "#{pane_pid}"]).filter { $0.isNumber }
            let children = try Files.read("/proc/\(shell)/task/\(shell)/children", limit: 4096)
            return pid_t(String(decoding: children, as: UTF8.self).filter { $0.isNumber })
        }
    }

    func press(_ keys: String...) { for key in keys { _ = tmux(["send-keys", key]) } }

    func resize(columns: Int, rows: Int) { _ = tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"]) }

    /// The terminal goes away with whatever runs in it, as when its window is closed.
    func end() { _ = tmux(["kill-server"]) }
}
