// Hosts through time: what becomes of them when they leave, change, expire, and when the node starts again; and who asks for
// another one's place.

extension Condition {
    private static let receiveHost = "STREAM {host} [receive from [{ip}]:{port}]: "

    // MARK: Who may not have a place

    public static let hostRival = Condition(
        "ND-F20",
        .error,
        receiveHost
            + "machine GUID '{guid}' is used by two machines: '{owner}' at [{ownerip}]:{ownerport} streams here and stays, "
            + "'{rival}' at [{ip}]:{port} is refused.",
        sentence: "Two machines stream under one machine GUID; the one that came first stays.",
        causes: [
            "one is a copy of the other: a cloned virtual machine, an image with the GUID in it, a restored backup",
            "the child streams here directly and through a proxy as well",
        ],
        fix: [
            "on '{rival}' ({ip}), which is the copy unless you know better:",
            "rm /var/lib/netdata/registry/netdata.public.unique.id   # ndstream: lib/registry/ below its state",
            "and restart it: it makes a GUID of its own",
        ]
    )

    public static let hostRivalGone = Condition(
        "ND-F21",
        .info,
        "STREAM {host}: no second machine has asked for machine GUID '{guid}' for {seconds} seconds, it was '{rival}' at [{ip}]:{port}.",
        sentence: "A second machine with the same machine GUID has given up, or has a GUID of its own now."
    )

    public static let refusedLoop = Condition(
        "ND-F22",
        .error,
        receiveHost
            + "this node's own metrics come back after {hops} hops: the parents stream in a circle. Forbidding access.",
        sentence: "The parents stream to one another in a circle, so this node was offered its own host.",
        causes: ["a parent that this node streams to streams back here, directly or through others"],
        fix: ["on {ip}, in stream.conf: take this node out of [stream] destination"]
    )

    public static let refusedHops = Condition(
        "ND-F23",
        .error,
        "STREAM [receive from [{ip}]:{port}]: request has invalid hops '{hops}'. Forbidding access.",
        recognised: [inAccessLog("ACCESS DENIED - INVALID HOPS")],
        sentence: "A child's request says something impossible about the number of nodes it went through.",
        causes: ["the request comes from no Netdata", "parents stream in a circle without end"],
        fix: ["look at what connects from {ip}"]
    )

    // MARK: Coming and going

    public static let hostReconfigured = Condition(
        "ND-H1",
        .info,
        "Host '{host}' has {what} {wanted} from this connection on, it was {before}.",
        sentence: "The configuration of a host was changed and counts since its child has connected again."
    )

    public static let receiverVanished = Condition(
        "ND-H2",
        .error,
        receiveHost + "read failed: connection timed out, the child does not answer any more",
        sentence: "The child's machine or the network to it is gone; nobody closed the connection.",
        causes: ["the child's machine lost power or was suspended", "the network between the two is down"],
        fix: ["nothing here: the child comes back by itself when it can"]
    )

    public static let partialCommand = Condition(
        "ND-H3",
        .warning,
        level: .error,
        receiveHost + "sent a partial command '{line}' before the connection ended, it is ignored.",
        sentence: "The child's connection ended in the middle of a line.",
        causes: [
            "the child closed a connection that was too slow for what it collects", "the child was killed",
            "the network broke",
        ],
        fix: ["where it happens again and again, in the child's stream.conf:", "    buffer size bytes = 41943040"]
    )

    public static let healthNeedsDatabase = Condition(
        "ND-H4",
        .info,
        "Host '{host}' gets no health checks: nothing of it is kept with memory mode none.",
        sentence: "Health was asked for a host, but there is nothing to check where nothing is kept."
    )

    public static let healthPostponed = Condition(
        "ND-H5",
        .info,
        "Postponing health checks for {seconds} seconds, on host '{host}', because it was just connected.",
        sentence: "Alarms of a host wait for a moment after it has connected."
    )

    public static let chartsDiffer = Condition(
        "ND-H6",
        .warning,
        level: .info,
        "STREAM {host}: charts of the child differ from what this parent keeps: {difference}.",
        sentence: "The child collects at another pace than the parent keeps, so charts look different on the two.",
        causes: [
            "`update every` differs between the child's netdata.conf and this parent", "the child was reconfigured",
        ],
        fix: [
            "give both the same, on the child in netdata.conf [db] update every, or here in stream.conf:", "[{guid}]",
            "    update every = {child}",
        ]
    )

    // MARK: The file of a host

    public static let hostsKnown = Condition(
        "ND-H7",
        .info,
        "{count} hosts are known from before, below '{directory}'.",
        sentence: "The node lists the hosts that streamed here before it was started."
    )

    public static let hostFileDamaged = Condition(
        "ND-H8",
        .warning,
        level: .error,
        "Host file '{file}' is damaged: {reason}. It is set aside as '{aside}'; the host is known again when its child connects.",
        sentence: "What was remembered of a host could not be read.",
        causes: ["the machine lost power while it was written", "the disk has errors", "the file was edited"],
        fix: ["nothing: the host's child writes it anew", "rm {aside}   # when you have looked at it"]
    )

    public static let hostFileNewer = Condition(
        "ND-H9",
        .warning,
        level: .error,
        "Host file '{file}' is of a newer ndstream: {reason}. It is set aside as '{aside}'.",
        sentence: "A file was written by a newer version of ndstream, which this one cannot read.",
        causes: ["ndstream was downgraded"],
        fix: ["run the newer version again after: mv {aside} {file}", "or nothing: the host's child writes it anew"]
    )

    public static let hostFileNotWritten = Condition(
        "ND-H10",
        .warning,
        level: .error,
        "Host file '{file}' cannot be written: {reason}.",
        sentence: "What is known of a host cannot be kept, so it will be unknown after a restart.",
        causes: ["the disk is full", "the directory belongs to another user"],
        fix: ["make room, or make the cache directory writable"]
    )

    public static let parentEnded = Condition(
        "ND-H11",
        .warning,
        level: .info,
        "STREAM {host}: this parent ended while the child was connected.",
        sentence: "The host was streaming when this node stopped or crashed.",
        causes: ["this node was killed or crashed", "the machine lost power"],
        fix: ["nothing: the child connects again by itself"]
    )

    // MARK: The end of a host

    public static let hostForgottenBecause = Condition(
        "ND-H12",
        .info,
        "Host '{host}' with machine guid '{guid}' is forgotten: {reason}.",
        sentence: "Why a host was removed."
    )

    public static let hostRecalled = Condition(
        "ND-H13",
        .info,
        "Host '{host}' with machine guid '{guid}' had been forgotten and is known again from '{file}'.",
        sentence: "The child of a forgotten host has come back, and the host's file was still there."
    )
}

extension Catalogue {
    static let hosts: [Condition] = [
        .hostRival, .hostRivalGone, .refusedLoop, .refusedHops, .hostReconfigured, .receiverVanished, .partialCommand,
        .healthNeedsDatabase, .healthPostponed, .chartsDiffer, .hostsKnown, .hostFileDamaged, .hostFileNewer,
        .hostFileNotWritten, .parentEnded, .hostForgottenBecause, .hostRecalled,
    ]
}
