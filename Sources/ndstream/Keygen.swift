import ArgumentParser
import Basics
import Glibc
import System

import struct Config.Destination
import struct Config.KeySections

struct Keygen: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make API keys.",
        usage: """
            ndstream keygen [-n <count>] [--format <format>]
            ndstream keygen --stream-conf|--write <dir>|--append <file> [<options>]
            ndstream keygen --check <key>|--rotate <key> [--config-dir <dir>]
            """,
        discussion: """
            An API key is a random GUID that a parent and its children share. This prints one, from the kernel's random \
            source, and nothing else; or the two sections of stream.conf that use it; or what there is to say of a key, \
            and how to replace it.

            EXAMPLES:
              ndstream keygen                 # one key
              ndstream keygen -n 5            # five, one per line
              ndstream keygen --format env    # NDSTREAM_STREAM_API_KEY=...
              ndstream keygen --stream-conf   # ready to paste, for both ends
              ndstream keygen --stream-conf --parent mon.example:19999:SSL
              ndstream keygen --stream-conf --allow '10.0.0.0/8 !*' --ephemeral
              ndstream keygen --write keys    # keys/parent.stream.conf, and child's
              ndstream keygen --append /etc/ndstream/stream.conf
              ndstream keygen --check KEY     # is it good, and who uses it here?
              ndstream keygen --check - < key # the same, out of sight of ps
              ndstream keygen --rotate KEY    # how to replace it, step by step

            EXIT CODES:
              0   good
              1   --check: there is something to correct; --append: the section is
                  there already, and another; --rotate: the old key is not there
              64  wrong usage
              66  cannot open input
              69  somebody else edits a file of the directory
              73  cannot create output; --write: a file is there already
              74  I/O error
              77  permission denied
            """
    )

    @Option(name: [.customShort("n"), .customLong("count")], help: "Make this many keys, one per line.")
    var count = 1

    @Option(
        help: ArgumentHelp(
            "How keys are printed: plain, urn (urn:uuid:...), hex (32 digits), json (an object for each), or env (the "
                + "variable that an agent reads).",
            valueName: "format"
        )
    )
    var format = KeyFormat.plain

    @Flag(help: "Print the sections of stream.conf for the parent and for each child, with a new key in both.")
    var streamConf = false

    @Option(
        help: ArgumentHelp(
            "Write them to parent.stream.conf and child.stream.conf in this directory, for their owner and group only.",
            valueName: "dir"
        )
    )
    var write: String?

    @Option(
        help: ArgumentHelp(
            "Add the parent's section to this stream.conf, unless it has it, and print the child's. What is there stays "
                + "as it is, and is kept beside it as FILE.1.bak.",
            valueName: "file"
        )
    )
    var append: String?

    @Option(
        help: ArgumentHelp(
            "With sections: the parent as the children reach it. With :SSL they stream encrypted and insist on its name, "
                + "which Netdata never looks at.",
            valueName: "host:port:SSL"
        )
    )
    var parent: String?

    @Option(
        help: ArgumentHelp(
            "With sections: from where children may come, as allow from has it. (default: *)",
            valueName: "patterns"
        )
    )
    var allow: String?

    @Flag(help: "With sections: children that come and go, and that nobody need miss.")
    var ephemeral = false

    @Option(help: ArgumentHelp("With sections: this key instead of a new one.", valueName: "key"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Say whether this is a good key, and where stream.conf has it. - reads it from standard input.",
            valueName: "key"
        )
    )
    var check: String?

    @Option(
        help: ArgumentHelp("Print how to replace this key by a new one while children stream.", valueName: "key")
    )
    var rotate: String?

    @Option(
        help: ArgumentHelp("With --check and --rotate: look at stream.conf in this directory.", valueName: "dir")
    )
    var configDir: String?

    /// Whether sections are made, and not only keys.
    private var makesSections: Bool { streamConf || write != nil || append != nil }

    func validate() throws {
        guard count >= 1, count <= 1_000_000 else {
            throw ValidationError("-n wants 1 to 1000000 keys; '\(count)' is not.")
        }
        let asked = [streamConf, write != nil, append != nil, check != nil, rotate != nil].count { $0 }
        guard asked <= 1 else {
            throw ValidationError("--stream-conf, --write, --append, --check and --rotate: one at a time.")
        }
        if asked == 1, count != 1 { throw ValidationError("That is about one key: leave out -n.") }
        if asked == 1, format != .plain { throw ValidationError("--format is for keys alone.") }
        if format == .env, count != 1 { throw ValidationError("--format env makes one key: leave out -n.") }
        if configDir != nil, check == nil, rotate == nil {
            throw ValidationError("--config-dir goes with --check or --rotate.")
        }
        if !makesSections {
            let options = [
                ("--parent", parent != nil), ("--allow", allow != nil), ("--ephemeral", ephemeral),
                ("--key", key != nil),
            ]
            if let option = options.first(where: \.1) {
                throw ValidationError("\(option.0) belongs to --stream-conf, --write or --append.")
            }
        }
        try validateValues()
    }

    private func validateValues() throws {
        if let parent {
            guard (try? Destination(parent, defaultPort: "19999")) != nil, !parent.contains(where: \.isWhitespace)
            else {
                throw ValidationError("--parent wants HOST[:PORT][:SSL]; '\(parent)' is none.")
            }
        }
        if let allow, allow.allSatisfy(\.isWhitespace) || allow.contains(where: \.isNewline) {
            throw ValidationError("--allow wants patterns in one line, like '10.* !*': an empty list allows everybody.")
        }
        for (name, text) in [("--key", key), ("--rotate", rotate)] {
            guard let text, GUID(text) == nil else { continue }
            throw ValidationError("\(name) wants a GUID, 36 characters; '\(text)' is none.")
        }
    }

    func run() throws {
        if let check { return try KeyCheck(configDirectory: configDir).check(check) }
        if let rotate, let old = GUID(rotate) { return try KeyCheck(configDirectory: configDir).rotate(old, to: .new) }
        guard makesSections else { return printKeys() }
        let sections = KeySections(
            key: key.flatMap { GUID($0) } ?? .new,
            parent: parent ?? "PARENT:19999",
            allowFrom: allow ?? "*",
            isEphemeral: ephemeral
        )
        if let write {
            try KeyFiles(sections).write(to: write)
        } else if let append {
            try KeyFiles(sections).append(to: append)
        } else {
            warnOfReaders()
            writeAll(sections.text, to: STDOUT_FILENO)
        }
    }

    private func printKeys() {
        warnOfReaders()
        var text = ""
        for _ in 0..<count {
            text += format.line(.new) + "\n"
            if text.utf8.count > 65_536 {
                guard writeAll(text, to: STDOUT_FILENO) else { return }
                text = ""
            }
        }
        writeAll(text, to: STDOUT_FILENO)
    }

    /// A key in a file that everybody can read is none.
    private func warnOfReaders() {
        var status = stat()
        guard fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & S_IROTH != 0
        else { return }
        complain(
            "keygen",
            "warning: everybody can read the file that this goes to (umask 077 before would make it yours)"
        )
    }
}

/// `--format`.
enum KeyFormat: String, ExpressibleByArgument, CaseIterable {
    case plain
    case urn
    case hex
    case json
    case env

    func line(_ key: GUID) -> String {
        switch self {
        case .plain: key.description
        case .urn: "urn:uuid:\(key)"
        case .hex: key.description.filter { $0 != "-" }
        case .json: "{\"key\":\"\(key)\"}"
        case .env: "NDSTREAM_STREAM_API_KEY=\(key)"
        }
    }
}

extension GUID {
    fileprivate static var new: GUID { GUID(random: SystemRandom.bytes(16)) }
}
