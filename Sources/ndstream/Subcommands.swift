import ArgumentParser

/// In the order of the help: what runs, what prepares, what watches.
let subcommands: [any ParsableCommand.Type] = [
    Agent.self, Parent.self, Keygen.self, CheckTLS.self, Tail.self, Top.self,
]
