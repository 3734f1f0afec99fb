import ArgumentParser
import Basics
import Glibc
import System

import struct Config.Destination

struct Keygen: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make API keys.",
        discussion: """
            An API key is a random GUID that a parent and its children share. This prints one, from the kernel's random \
            source, and nothing else; or, with --stream-conf, the two sections that use it.

            EXAMPLES:
              ndstream keygen                 # one key
              ndstream keygen -n 5            # five, one per line
              ndstream keygen --stream-conf   # ready to paste, for both ends
              ndstream keygen --stream-conf --parent mon.example:19999:SSL

            EXIT CODES:
              0   good
              64  wrong usage
            """
    )

    @Option(name: [.customShort("n"), .customLong("count")], help: "Make this many keys, one per line.")
    var count = 1

    @Flag(help: "Print the sections of stream.conf for the parent and for each child, with a new key in both.")
    var streamConf = false

    @Option(
        help: """
            With --stream-conf: the parent as the children reach it. With :SSL they stream encrypted and insist on its \
            name, which Netdata never looks at.
            """
    )
    var parent: String?

    func validate() throws {
        guard count >= 1, count <= 1_000_000 else {
            throw ValidationError("-n wants 1 to 1000000 keys; '\(count)' is not.")
        }
        if let parent {
            guard streamConf else { throw ValidationError("--parent belongs to --stream-conf.") }
            guard (try? Destination(parent, defaultPort: "19999")) != nil, !parent.contains(where: \.isWhitespace)
            else {
                throw ValidationError("--parent wants HOST[:PORT][:SSL]; '\(parent)' is none.")
            }
        }
        if streamConf, count != 1 { throw ValidationError("--stream-conf makes one key: leave out -n.") }
    }

    func run() {
        guard !streamConf else {
            writeAll(streamSections(key: newKey(), parent: parent ?? "PARENT:19999"), to: STDOUT_FILENO)
            return
        }
        var text = ""
        for _ in 0..<count {
            text += newKey() + "\n"
            if text.utf8.count > 65_536 {
                guard writeAll(text, to: STDOUT_FILENO) else { return }
                text = ""
            }
        }
        writeAll(text, to: STDOUT_FILENO)
    }

    private func newKey() -> String {
        GUID(random: SystemRandom.bytes(16)).description
    }
}

/// The two ends of one key.
private func streamSections(key: String, parent: String) -> String {
    let verification =
        !parent.lowercased().hasSuffix(":ssl")
        ? ""
        : """
            # the parent's certificate must be for the name in destination
            ssl verify hostname = yes
            # where the system does not know its authority: that one's certificate
            # CAfile = /PATH/TO/ca.pem

        """
    return """
        # ---- the PARENT's stream.conf: whoever has this key may stream here ----------

        [\(key)]
            type = api
            enabled = yes
            # from where: * is a wildcard, ! excludes, the first match counts
            allow from = *
            # what becomes of the children's metrics
            default memory mode = ram
            default history = 3600

        # then tell the parent: kill -HUP its process


        # ---- each CHILD's stream.conf: put the parent's name or address here ---------

        [stream]
            enabled = yes
            destination = \(parent)
            api key = \(key)
        \(verification)
        # then restart the child, and watch it arrive: ndstream top, on the parent

        """
}
