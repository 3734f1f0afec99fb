// What can be wrong with the bytes of a stream, and the answers that the streaming room's part doesn't have.

private let receive = "STREAM {host} [receive from [{ip}]:{port}]: "
private let send = "STREAM {host} [send to {destination}]: "

extension Condition {
    public static let unknownCommand = Condition(
        "ND-P10",
        .error,
        "sent command '{command}' which is not known by netdata, for host '{host}'. Disabling it.",
        recognised: ["PLUGINSD: parser_action('{command}') failed on line {line}: {text}"],
        sentence: "The child sent a command that this version of the protocol does not have, and was disconnected.",
        causes: [
            "the child uses capabilities that were not agreed on", "a proxy or another program changed the stream",
            "two lines ran into each other, because a quote or a newline was within a name",
        ],
        fix: [
            "nothing: the child connects again by itself",
            "if it returns: update the child, or look at the command's text",
        ]
    )

    public static let lineTooLong = Condition(
        "ND-P11",
        .error,
        receive + "received line exceeds {limit} bytes. Disconnecting.",
        recognised: ["STREAM: received line exceeds {limit} bytes. Truncating it."],
        sentence: "A line was longer than any child's line may be, and the child was disconnected.",
        causes: ["what sends is no Netdata", "a chart with an enormous title or label"],
        fix: ["look at what connects from {ip}"]
    )

    public static let frameWithoutHeader = Condition(
        "ND-Z10",
        .error,
        receive + "compressed frame expected, but its header is {bytes}.",
        recognised: ["multiplexed uncompressed data in compressed stream!"],
        sentence: "A compressed stream is out of step: where a frame should start there is none.",
        causes: ["something between the two changed or lost bytes", "what sends is no Netdata"],
        fix: [
            "nothing: the child connects again by itself",
            "if it returns: [stream] enable compression = no on the child",
        ]
    )

    public static let frameDamaged = Condition(
        "ND-Z11",
        .error,
        receive + "compressed frame cannot be decompressed: {reason}.",
        sentence: "A compressed block is damaged. Everything after it refers to it, so the child was disconnected.",
        causes: ["something between the two changed bytes", "a fault in the child's compression"],
        fix: [
            "nothing: the child connects again by itself",
            "if it returns: [stream] enable compression = no on the child",
        ]
    )

    public static let frameTooLong = Condition(
        "ND-Z12",
        .error,
        receive + "compressed frame holds {size} bytes of text, at most {limit} are accepted.",
        recognised: [
            "received a compressed message of {size} bytes, which is bigger than the max compressed message size supported of {limit}. Ignoring message."
        ],
        sentence:
            "A small compressed block would have become a huge text, as no child's does, and the child was disconnected.",
        causes: ["what sends is no Netdata"],
        fix: ["look at what connects from {ip}"]
    )

    public static let requestNotSent = Condition(
        "ND-C30",
        .error,
        send + "failed to send HTTP header to remote netdata.",
        sentence: "The connection to the parent broke before the request was sent.",
        causes: ["the parent closes connections from this address", "the network between the two"],
        fix: ["on the parent, in netdata.conf: [web] allow connections from"]
    )

    public static let parentHasVirtualNode = Condition(
        "ND-C31",
        .error,
        send + "remote server rejected this stream, the host we are trying to stream is its vnode.",
        sentence: "The parent has a virtual node with the machine GUID of this one.",
        causes: ["a virtual node of the parent was given this machine's GUID"],
        fix: ["on the parent: give the virtual node a GUID of its own", "ndstream keygen"]
    )
}

extension Catalogue {
    static let wire: [Condition] = [
        .unknownCommand, .lineTooLong, .frameWithoutHeader, .frameDamaged, .frameTooLong, .requestNotSent,
        .parentHasVirtualNode,
    ]
}
