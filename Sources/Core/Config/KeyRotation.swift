public import Basics

/// How a key is replaced by another while children stream: the new one beside the old, the children one after the other,
/// then the old one away.
public struct KeyRotation: Sendable {
    private let old: GUID
    private let new: GUID
    private let file: ConfigFile
    private let header: ConfigFile.Header

    /// - Returns: `nil` where the file has no section of the old key.
    public init?(_ old: GUID, to new: GUID, in file: ConfigFile) {
        guard let header = file.headers.first(where: { GUID($0.section) == old }) else { return nil }
        self.old = old
        self.new = new
        self.file = file
        self.header = header
    }

    /// What to do, to be read and to be pasted: everything but the lines to paste is a comment.
    public var text: String {
        """
        # ---- 1. the PARENT's stream.conf: the new key beside the old one ----------
        # The old one is in line \(header.line) of
        # \(file.path)
        # and stays there. The new one gets the same settings:

        \(newSection)
        # then tell the parent: kill -HUP its process


        # ---- 2. each CHILD's stream.conf: the new key in place of the old one ------
        # One after the other, whenever it suits: both keys count.

        [stream]
            api key = \(new)

        # then restart the child\(others)


        # ---- 3. the PARENT's stream.conf: the old key away, when nobody uses it ----
        # Which key a host has come with, the parent tells by its first and last digits:
        # ndstream top, or for all hosts: ndstream parent --status --json. To find out
        # who was forgotten, switch the old key off before you remove it; who streams
        # goes on until it comes again:

        # [\(old)]
        #     enabled = no

        # then tell the parent: kill -HUP its process, and remove the section later

        """
    }

    /// All that the old section says, in the order in which it says it; of what it says twice the last.
    private var newSection: String {
        let entries = file.entries.filter { GUID($0.section) == old }
        var lines = "[\(new)]\n"
        for (index, entry) in entries.enumerated()
        where !entries[(index + 1)...].contains(where: { $0.name == entry.name }) {
            lines += "    \(entry.name) = \(entry.value)\n"
        }
        return lines
    }

    /// Where else the file has the old key: it is a child itself, or passes on what it gets.
    private var others: String {
        file.entries.filter { GUID($0.value) == old }
            .map { "\n# here too: line \($0.line), \($0.name)" }.joined()
    }
}
