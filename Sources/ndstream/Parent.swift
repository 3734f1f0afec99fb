import ArgumentParser
import Config
import Node

import struct ArgumentParser.Option

struct Parent: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mirror children: take their streams, keep and serve their metrics.",
        usage: "ndstream parent [--api-key <guid>]... [<options>]",
        discussion: """
            Takes the streams of ndstream's agents and Netdata's children that come with a key it knows, keeps their \
            metrics in memory, and serves them on the same port as Netdata's /api/v1. Collects its own machine too.

            EXAMPLES:
              ndstream parent                        # port 19999, keys of stream.conf
              ndstream parent --bind '*:20000' --api-key KEY
              ndstream parent --check                # are configuration and database good?
              ndstream parent --status               # who streams into the one that runs
              ndstream parent --edit stream.conf     # change it, checked, in one step
              ndstream parent --print-config --host GUID   # what decides for a child

            SIGNALS:
              HUP   read the configuration again, reopen the logs; drops no child;
                    a file with errors changes nothing and is named in the log
              TERM  end; so does INT

            EXIT CODES:
              0   ended as asked; with --check: nothing wrong
              1   --check: warnings, or a damaged database
              64  wrong usage
              69  --status: no parent runs here; --edit: no editor, or another edits
              73  cannot create a directory, the machine GUID or a socket
              74  I/O error
              77  --status, --edit: not permitted
              78  the configuration has errors; --edit: so it was not written
            """
    )

    @Option(help: ArgumentHelp("Where to listen, like [web] bind to: ADDRESS:PORT or unix:/PATH.", valueName: "list"))
    var bind: String?

    @Option(help: ArgumentHelp("A key that children may stream with; repeat it for more.", valueName: "guid"))
    var apiKey: [String] = []

    @OptionGroup var node: NodeArguments

    func run() throws {
        var options = node.options(.parent)
        options.overrides.bind = bind
        options.overrides.apiKeys = apiKey
        try node.perform(options)
    }
}
