import ArgumentParser
import Config
import Glibc
import Node

import struct ArgumentParser.Option

struct Parent: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mirror children: take their streams, keep and serve their metrics.",
        discussion: """
            Takes the streams of agents and Netdata children that come with a key it knows, keeps their metrics, and serves
            them on the same port as Netdata's /api/v1. Collects its own machine too.

            EXAMPLES:
              ndstream parent                             # /etc/ndstream or /etc/netdata, port 19999
              ndstream parent --bind '*:20000' --api-key KEY --memory-mode ram
              ndstream parent --check                     # what is wrong with the configuration, and where
              ndstream parent --status                    # the running parent's status document, JSON

            SIGNALS:
              HUP reads the configuration again without dropping a child, TERM ends.
            """
    )

    @Option(help: ArgumentHelp("Where to listen, as [web] bind to.", valueName: "list"))
    var bind: String?

    @Option(help: ArgumentHelp("A key that children may come with. May be repeated.", valueName: "guid"))
    var apiKey: [String] = []

    @Flag(help: "Print the status document of the parent that runs here, and exit.")
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
