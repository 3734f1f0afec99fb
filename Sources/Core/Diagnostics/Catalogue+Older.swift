// Lines that only other generations of the original write, and the code of those that nobody knows.

/// What access.log has of a streaming request beside error.log (streaming protocol §16.2).
func inAccessLog(_ message: String) -> String {
    "STREAM: {task} '[{ip}]:{port}' '\(message)' host '{host}' api key '{key}' machine guid '{guid}'"
}

extension Condition {
    /// What `tail` calls a streaming line that is in no catalogue.
    public static let unrecognised = Condition(
        "ND-U0",
        .info,
        "{line}",
        sentence: "This line is in no catalogue; it is shown as it came."
    )

    public static let newClient = Condition(
        "ND-I60",
        .info,
        "STREAM [receive from [{ip}]:{port}]: new client connection.",
        sentence: "A streaming request came in."
    )

    public static let readyToSend = Condition(
        "ND-I61",
        .info,
        "STREAM {host} [send]: ready - sending metrics...",
        recognised: [
            "STREAM {host} [send to {destination}]: established communication - sending metrics...",
            "STREAM {host} [send to {destination}]: enabling metrics streaming...",
        ],
        sentence: "The parent takes this host's metrics."
    )

    public static let clearingDefinitions = Condition(
        "ND-I62",
        .info,
        "Clearing stream_collected_metrics flag in charts of host {host}",
        sentence: "All definitions are sent again on the new connection."
    )

    public static let compressorReset = Condition(
        "ND-I63",
        .info,
        "STREAM_COMPRESSION: Compressor Reset",
        recognised: ["STREAM_COMPRESSION: Compressor resets stream fast!"],
        sentence: "Compression begins anew on the new connection."
    )

    public static let senderEnding = Condition(
        "ND-I64",
        .info,
        "STREAM {host} [send]: sending thread cleans up...",
        recognised: [
            "STREAM {host} [send]: waiting for the sending thread to stop...",
            "STREAM {host} [send]: sending thread has exited.",
            "STREAM {host} [send]: sending thread detaches itself.",
        ],
        sentence: "This node stops streaming a host."
    )

    public static let destinationAdded = Condition(
        "ND-I65",
        .info,
        "STREAM: added streaming destination No {number}: '{destination}' to host '{host}'",
        sentence: "One of the parents that this node may stream to."
    )

    public static let threadNoted = Condition(
        "ND-I66",
        .info,
        "thread created with task id {task}",
        recognised: [
            "set name of thread {task} to {name}", "thread with task id {task} finished",
            "cannot request detach of newly created {name} thread. pthread_detach() failed with code {number}",
        ],
        sentence:
            "A thread of the program begins, has a name, has ended, or had ended before its maker looked: harmless, each of them."
    )

    public static let streamAnswered = Condition(
        "ND-I67",
        .info,
        "{client}: {task} '[{ip}]:{port}' 'STREAM' (sent/all = {sent}/{all} bytes {saved}, prep/sent/total = {times} ms) {status} '{request}'",
        sentence: "The web server has handed a streaming request over, or refused it: 401 no, 409 twice, 503 later."
    )

    public static let parentAsked = Condition(
        "ND-I68",
        .info,
        "STREAM: {task} from '{destination}' for host '{host}': {command}",
        sentence: "What a parent asked of this child: REPLAY_CHART for points that it lacks, FUNCTION for a table."
    )

    public static let hostNotToBeHad = Condition(
        "ND-C66",
        .error,
        "STREAM {host} [receive from [{ip}]:{port}]: failed to find/create host structure.",
        recognised: [
            inAccessLog("FAILED - CANNOT ACQUIRE HOST"), inAccessLog("FAILED - BEATEN TO HOST CREATION"),
            inAccessLog("REJECTED -- DBENGINE MEMORY MODE NOT SUPPORTED"),
            "Multiple receivers connected for {host} concurrently, cancelling this one...",
        ],
        sentence: "The parent let the child in and then had no place for its host, so it closed the connection.",
        causes: [
            "the same child connected twice at the same moment", "the parent lacks memory or disk",
            "a Netdata before 1.34 was asked for dbengine that was built without it",
        ],
        fix: ["nothing, if the child is connected now", "else look at the parent's error.log at the same second"]
    )

    public static let answerNotSent = Condition(
        "ND-C67",
        .warning,
        inAccessLog("FAILED - SOCKET ERROR"),
        sentence: "The child was gone before the parent could answer it.",
        causes: ["the child was stopped, or gave up waiting", "the network between the two"],
        fix: ["nothing: the child comes back by itself"]
    )

    public static let bufferDiscarded = Condition(
        "ND-C60",
        .warning,
        level: .error,
        "STREAM {host} [send]: discarding {bytes} bytes of metrics already in the buffer.",
        recognised: [
            "STREAM {host} [send to {destination}]: discarding {bytes} bytes of metrics already in the buffer."
        ],
        sentence: "What was collected while no parent was connected is thrown away; the parent will have a gap.",
        causes: ["the connection before this one broke"],
        fix: ["see the lines before for why it broke"]
    )

    public static let willRetry = Condition(
        "ND-C62",
        .warning,
        level: .error,
        "STREAM CONNECT '{host}' [to {destination}]: {reason} - will retry in {seconds} secs, at {date}",
        sentence: "An attempt to reach a parent failed; another one follows.",
        causes: ["the reason in the line"],
        fix: ["on the parent: grep STREAM error.log"]
    )

    public static let noParents = Condition(
        "ND-C63",
        .warning,
        level: .info,
        "STREAM PARENTS '{host}': no parents available ({skipped} skipped but useful, {useless} skipped not useful, {potential} potential)",
        sentence: "No parent can be tried at the moment.",
        causes: ["all of them failed a moment ago"],
        fix: ["see the earlier lines that say how each failed"]
    )

    public static let streamInfoUnreadable = Condition(
        "ND-C64",
        .info,
        "STREAM PARENTS '{host}': failed to parse stream info response from '{destination}', JSON data: {json}",
        sentence:
            "The parent is older than the child and does not answer its first question; streaming works all the same."
    )

    public static let notAStream = Condition(
        "ND-C65",
        .error,
        "file descriptor given is not a valid stream",
        sentence: "The connection ended before it could become a stream.",
        causes: ["the child closed it while the parent answered"],
        fix: ["nothing: the child connects again by itself"]
    )

    public static let logFlood = Condition(
        "ND-L60",
        .warning,
        level: .error,
        "{program} LOG FLOOD PROTECTION too many logs ({logs} logs in {elapsed} seconds, threshold is set to {threshold} logs in {period} seconds). Preventing more logs from process '{program}' for {seconds} seconds.",
        sentence: "So many lines were written that the following ones are left out for a while.",
        causes: ["one condition repeats: the lines before show which"],
        fix: ["cure that condition", "or in netdata.conf: [logs] errors to trigger flood protection = 2000"]
    )
}

extension Catalogue {
    static let older: [Condition] = [
        .unrecognised, .newClient, .readyToSend, .clearingDefinitions, .compressorReset, .senderEnding,
        .destinationAdded, .threadNoted, .streamAnswered, .parentAsked, .hostNotToBeHad, .answerNotSent,
        .bufferDiscarded, .willRetry, .noParents, .streamInfoUnreadable, .notAStream, .logFlood,
    ]
}
