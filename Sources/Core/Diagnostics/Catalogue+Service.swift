// A configuration in service: what kind of node it makes, what a reload changes, what somebody forgot in it.

extension Catalogue {
    static let service: [Condition] = [
        .nodeType, .webForcesOff, .countsAfterRestart, .countsFromNextConnection,
        .configPlaceholder, .configSectionTwice, .configDestinationIsSelf, .configProxyIncomplete,
        .configSocketPathTooLong, .streamChanged, .keyDisabledInService, .logNotMoved,
    ]
}

// MARK: The kind of node

extension Condition {
    public static let nodeType = Condition(
        "ND-K77",
        .info,
        "This node is a {type}: memory mode {mode}, web mode {web}, stream enabled {stream}; exporting {exporting}, "
            + "alarms {alarms}, dashboard {dashboard}; {children}.",
        sentence: "What the three settings that decide it make of this node, and what it can do for that reason."
    )
    public static let webForcesOff = Condition(
        "ND-K78",
        .info,
        "The API and the registry are off, because [web] mode = none: this node listens to no port.",
        sentence: "There cannot be a registry without an API, nor a parent without a port."
    )
    public static let countsAfterRestart = Condition(
        "ND-K80",
        .warning,
        "Changed, but it counts for this node only after a restart: {options}",
        sentence:
            "SIGHUP reads the whole configuration, but what a node is built from stays until it is started again.",
        causes: ["an option was changed that decides where the node listens, what it keeps, or what it runs"],
        fix: ["restart the node when it suits you"]
    )
    public static let countsFromNextConnection = Condition(
        "ND-K85",
        .info,
        "Changed, and it counts for each child from its next connection on: {options}",
        sentence: "Children that are connected stay under the terms they were let in with."
    )
    public static let streamChanged = Condition(
        "ND-K87",
        .info,
        "The options of [stream] have changed: this node's stream begins anew with them.",
        sentence:
            "SIGHUP: the connection to the parent is made again, to the destinations and with the key of the new file. "
            + "Children that are streamed on follow when they connect the next time."
    )
    public static let keyDisabledInService = Condition(
        "ND-K88",
        .warning,
        "The key {key} is not enabled any more: {count} children that came with it stay until they disconnect, new ones "
            + "are refused",
        sentence: "A key that is taken away closes the door, but throws nobody out.",
        causes: ["the key was disabled, or its section was removed, while children were connected with it"],
        fix: ["restart the node if they are to leave at once"]
    )
    public static let logNotMoved = Condition(
        "ND-K89",
        .error,
        "The log cannot go to {path}: {reason}. It goes on where it was.",
        sentence: "SIGHUP: the new place of a log cannot be written to, so the old one is kept and no line is lost.",
        causes: ["the directory does not exist", "it belongs to somebody else"],
        fix: ["make the directory and let the user that runs ndstream write there", "then: kill -HUP the node"]
    )
}

// MARK: What was forgotten

extension Condition {
    public static let configPlaceholder = Condition(
        "ND-K81",
        .error,
        "'{value}' of '{name}' stands for a key and has not been replaced",
        sentence: "An example was taken as it is, so there is no key that anybody could know.",
        causes: ["the example's X, KEY or API_KEY was left where a key belongs"],
        fix: ["make a key, ndstream keygen, and give it to both ends"]
    )
    public static let configSectionTwice = Condition(
        "ND-K82",
        .info,
        "[{section}] stands in this file twice, first in line {first}: both are read as one",
        sentence: "The same section begins again further down; for what is in both of them the later line counts.",
        fix: ["put both together, so that nobody looks at the wrong one"]
    )
    public static let configDestinationIsSelf = Condition(
        "ND-K83",
        .warning,
        "the destination '{value}' is this node itself: a node does not take its own metrics",
        sentence: "The stream would arrive at the port that this node listens on.",
        causes: ["the parent's and the child's file were mixed up", "the address of the parent was not filled in"],
        fix: ["write the address of the parent, or set [stream] enabled = no on the parent"]
    )
    public static let configProxyIncomplete = Condition(
        "ND-K84",
        .error,
        "[{section}] wants its children streamed on, but there is no {missing}",
        sentence: "A proxy needs a destination and a key for what it streams on, of its own or of [stream].",
        causes: ["only one of the options of a proxy was set"],
        fix: ["set {options} in [{section}], or destination and api key in [stream]"]
    )
    public static let configSocketPathTooLong = Condition(
        "ND-K86",
        .error,
        "the path of the admin socket, {path}, has {length} bytes; a socket's path may have {limit}",
        sentence: "The kernel takes only short paths for unix sockets, so nobody could ask this node for its status.",
        causes: ["the state directory lies deep in the file system"],
        fix: ["name a shorter one: --state-dir DIR, or [directories] run = DIR"]
    )
}
