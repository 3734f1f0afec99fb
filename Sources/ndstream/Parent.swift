import ArgumentParser
import Config
import Glibc
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
              ndstream parent --check                # is the configuration good?
              ndstream parent --status | jq .totals  # what runs here, as JSON

            SIGNALS:
              HUP   read the configuration again, reopen the logs; drops no child
              TERM  end; so does INT

            EXIT CODES:
              0   ended as asked; with --check: nothing wrong
              1   --check: warnings
              64  wrong usage
              69  --status: no parent runs here
              73  cannot create a directory, the machine GUID or a socket
              74  I/O error
              77  --status: not permitted
              78  the configuration has errors
            """
    )

    @Option(help: ArgumentHelp("Where to listen, like [web] bind to: ADDRESS:PORT or unix:/PATH.", valueName: "list"))
    var bind: String?

    @Option(help: ArgumentHelp("A key that children may stream with; repeat it for more.", valueName: "guid"))
    var apiKey: [String] = []

    @Flag(help: "Print the status document of the parent that runs here, then exit.")
    var status = false

    @OptionGroup var node: NodeArguments

    func run() throws {
        if status {
            try printStatus()
            return
        }
        var options = node.options(.parent)
        options.overrides.bind = bind
        options.overrides.apiKeys = apiKey
        try node.perform(options)
    }

    private func printStatus() throws {
        let socket = NodePaths(stateDirectory: node.stateDir).adminSocket(.parent)
        let source = try StatusSource("unix:" + socket)
        do throws(StatusFailure) {
            writeAll(try StatusClient(source).fetch().json + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
        } catch {
            throw failure("parent", error.sentence, error.status)
        }
    }
}
