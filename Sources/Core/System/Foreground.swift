import Glibc

/// A program that has the terminal for as long as it runs: an editor.
public enum Foreground {
    /// Runs a shell command with our standard descriptors and waits for its end. Meanwhile the keys that interrupt are
    /// the program's.
    ///
    /// - Parameters:
    ///   - command: shell text, `vi` or `code --wait` for example.
    ///   - argument: put behind it as one word, whatever it holds.
    /// - Returns: its exit code; 128 and the signal's number where a signal ended it; 127 where there is no such program.
    public static func run(_ command: String, _ argument: String) -> Int32 {
        let word =
            "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        let status = system(command + " " + word)
        guard status >= 0 else { return 127 }
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
    }
}
