import ArgumentParser

/// The table of commands.
@main
struct Ndstream: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ndstream",
        abstract: "Stream metrics between Netdata nodes.",
        discussion: """
            Collect a machine's metrics every second and stream them to a parent, be that \
            parent, and see what streams. Speaks Netdata's streaming protocol: agents and \
            parents of both kinds work together.

            EXAMPLES:
              ndstream keygen --stream-conf   # a key, and both stream.conf sections
              ndstream parent                 # take children on port 19999
              ndstream agent --destination PARENT:19999 --api-key KEY
              ndstream top                    # what streams into this machine
              ndstream tail                   # its log, explained
              ndstream tail --explain ND-F7   # what a code means, and the fix

            EXIT CODES:
              0   good                 69  unavailable
              1   a finding            70  our bug
              64  wrong usage          73  cannot create
              66  no input             74  I/O error
              68  host unknown         77  not permitted
                                       78  wrong configuration
            """,
        version: version,
        subcommands: subcommands
    )
}
