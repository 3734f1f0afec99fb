import ArgumentParser
import Config
import Node

import struct ArgumentParser.Option

struct Agent: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Collect this machine and stream it to a parent.",
        discussion: """
            Collects the machine every second, runs Netdata's external plugins, and streams everything to the first parent
            that takes it. Without a netdata.conf it keeps nothing and listens nowhere: all you need is a destination
            and a key. Destinations: HOST, HOST:PORT, [IPv6]:PORT, unix:/PATH; several are tried in their order.

            EXAMPLES:
              ndstream agent --destination parent.example --api-key KEY
              ndstream agent --config-dir /etc/netdata    # an existing Netdata's configuration, unchanged
              ndstream agent --check                      # what is wrong with the configuration, and where

            SIGNALS:
              HUP reads the configuration again, USR1 retries now, TERM ends.
            """
    )

    @Option(help: ArgumentHelp("The parents to stream to.", valueName: "list"))
    var destination: String?

    @Option(help: ArgumentHelp("The API key that the parent has: see ndstream keygen.", valueName: "guid"))
    var apiKey: String?

    @OptionGroup var node: NodeArguments

    func run() throws {
        var options = node.options(.agent)
        options.overrides.destination = destination
        options.overrides.apiKeys = [apiKey].compactMap { $0 }
        try node.perform(options)
    }
}
