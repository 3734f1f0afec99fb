import ArgumentParser
import Config
import Node

import struct ArgumentParser.Option

struct Agent: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Collect this machine and stream it to a parent.",
        usage: "ndstream agent [--destination <list> --api-key <guid>] [<options>]",
        discussion: """
            Collects the machine every second, runs Netdata's external plugins, and streams everything to the first \
            parent that takes it. All it needs is a destination and a key. Without a netdata.conf it keeps nothing on \
            this machine and listens nowhere.

            EXAMPLES:
              ndstream agent --destination parent.example --api-key KEY
              ndstream agent --config-dir /etc/netdata   # as Netdata's child was
              ndstream agent --check                     # is the configuration good?
              ndstream agent --status                    # does the one that runs send?
              ndstream agent --edit stream.conf          # change it, checked, in one step

            SIGNALS:
              HUP   read the configuration again, reopen the logs
              USR1  try the parent now, without waiting
              TERM  end; so does INT

            EXIT CODES:
              0   ended as asked; with --check: nothing wrong
              1   --check: warnings
              64  wrong usage
              69  --status: no agent runs here; --edit: no editor, or another edits
              73  cannot create a directory or the machine GUID
              74  I/O error
              77  --status, --edit: not permitted
              78  the configuration has errors; --edit: so it was not written
            """
    )

    @Option(
        help: ArgumentHelp(
            "The parents to try, in this order: HOST, HOST:PORT, [IPv6]:PORT or unix:/PATH, with blanks between them.",
            valueName: "list"
        )
    )
    var destination: String?

    @Option(help: ArgumentHelp("A key that the parent knows: see ndstream keygen.", valueName: "guid"))
    var apiKey: String?

    @OptionGroup var node: NodeArguments

    func run() throws {
        var options = node.options(.agent)
        options.overrides.destination = destination
        options.overrides.apiKeys = [apiKey].compactMap { $0 }
        try node.perform(options)
    }
}
