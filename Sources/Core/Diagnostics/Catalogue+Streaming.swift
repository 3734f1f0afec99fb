// What a parent says of its children and a child of its parent (streaming protocol §3, §4, §11, §12, §16).

extension Condition {
    private static let receive = "STREAM [receive from [{ip}]:{port}]: "
    private static let receiveHost = "STREAM {host} [receive from [{ip}]:{port}]: "
    private static let send = "STREAM {host} [send to {destination}]: "
    private static let rejecting = "STREAM RCV '{host}' [from [{ip}]:{port}]: rejecting streaming connection; "

    // MARK: Refusals

    public static let refusedNoKey = Condition(
        "ND-F1",
        .error,
        receive + "request without an API key. Forbidding access.",
        recognised: [rejecting + "request without an API key (DENIED)", inAccessLog("ACCESS DENIED - NO KEY")],
        sentence: "A child asked to stream without an API key.",
        causes: [
            "`api key` is empty in the child's stream.conf", "the child reads another stream.conf than you think",
        ],
        fix: ["on the child, in stream.conf:", "[stream]", "    api key = A-KEY-THE-PARENT-HAS"]
    )

    public static let refusedNoHostname = Condition(
        "ND-F2",
        .error,
        receive + "request without a hostname. Forbidding access.",
        recognised: [rejecting + "request without a hostname (DENIED)", inAccessLog("ACCESS DENIED - NO HOSTNAME")],
        sentence: "A child asked to stream without saying its hostname.",
        causes: ["`hostname` is set to nothing in the child's netdata.conf", "the request comes from no Netdata"],
        fix: ["on the child, in netdata.conf:", "[global]", "    hostname = ITS-NAME"]
    )

    public static let refusedNoMachineGUID = Condition(
        "ND-F3",
        .error,
        receive + "request without a machine GUID. Forbidding access.",
        recognised: [
            rejecting + "request without a machine UUID (DENIED)", inAccessLog("ACCESS DENIED - NO MACHINE GUID"),
        ],
        sentence: "A child asked to stream without saying its machine GUID.",
        causes: ["the child's registry/netdata.public.unique.id is empty", "the request comes from no Netdata"],
        fix: ["on the child, remove lib/registry/netdata.public.unique.id and restart it: it makes a new one"]
    )

    public static let refusedKeyNotGUID = Condition(
        "ND-F4",
        .error,
        receive
            + "API key '{key}' is not valid GUID (use the command uuidgen to generate one). Forbidding access.",
        recognised: [
            rejecting + "API key is not a valid UUID (use the command uuidgen to generate one) (DENIED)",
            inAccessLog("ACCESS DENIED - INVALID KEY"),
        ],
        sentence: "The API key a child sent is no GUID.",
        causes: [
            "a word or a shortened key was typed in instead of a GUID", "a character was lost when it was copied",
        ],
        fix: ["ndstream keygen --stream-conf", "and put its two sections into both stream.conf"]
    )

    public static let refusedMachineNotGUID = Condition(
        "ND-F5",
        .error,
        receive + "machine GUID '{guid}' is not GUID. Forbidding access.",
        recognised: [
            rejecting + "machine UUID is not a valid UUID (DENIED)",
            inAccessLog("ACCESS DENIED - INVALID MACHINE GUID"),
        ],
        sentence: "The machine GUID a child sent is no GUID.",
        causes: ["the child's registry/netdata.public.unique.id was edited or cut"],
        fix: ["on the child, remove lib/registry/netdata.public.unique.id and restart it: it makes a new one"]
    )

    public static let refusedKeyIsMachine = Condition(
        "ND-F6",
        .error,
        receive + "API key '{key}' is a {type} GUID. Forbidding access.",
        recognised: [
            rejecting + "API key provided is a machine UUID (did you mix them up?) (DENIED)",
            inAccessLog("ACCESS DENIED - API KEY GIVEN IS NOT API KEY"),
        ],
        sentence: "The API key a child sent is the section of a machine in the parent's stream.conf.",
        causes: ["the child's machine GUID was put where its API key belongs"],
        fix: ["on the child, in stream.conf:", "[stream]", "    api key = A-KEY-THE-PARENT-HAS"]
    )

    public static let refusedKeyNotEnabled = Condition(
        "ND-F7",
        .error,
        receive + "API key '{key}' is not allowed. Forbidding access.",
        recognised: [
            rejecting + "API key is not enabled in stream.conf (DENIED)",
            inAccessLog("ACCESS DENIED - KEY NOT ENABLED"),
        ],
        sentence: "The parent's stream.conf has no section for the API key, or the section is not enabled.",
        causes: [
            "the key was never added to the parent's stream.conf", "its section lacks `enabled = yes`",
            "the two keys differ in a character", "the parent was not told to reload",
        ],
        fix: ["on the parent, in stream.conf:", "[{key}]", "    enabled = yes", "then: kill -HUP the parent"]
    )

    public static let refusedKeyAddress = Condition(
        "ND-F8",
        .error,
        receive + "API key '{key}' is not permitted from this IP. Forbidding access.",
        recognised: [
            rejecting + "API key is not allowed from this IP (DENIED)",
            inAccessLog("ACCESS DENIED - KEY NOT ALLOWED FROM THIS IP"),
        ],
        sentence: "The section of the API key does not allow the address the child comes from.",
        causes: [
            "`allow from` lists other networks", "the child comes through NAT or another interface",
            "a loopback address is called `localhost` here, 127.0.0.1 never matches",
        ],
        fix: ["on the parent, in stream.conf, section [{key}]:", "    allow from = {ip} …what is there now…"]
    )

    public static let refusedMachineIsKey = Condition(
        "ND-F9",
        .error,
        receive + "machine GUID '{guid}' is a {type} GUID. Forbidding access.",
        recognised: [
            rejecting + "machine UUID is an API key (did you mix them up?) (DENIED)",
            inAccessLog("ACCESS DENIED - MACHINE GUID GIVEN IS NOT A MACHINE GUID"),
        ],
        sentence: "The machine GUID a child sent is an API key in the parent's stream.conf.",
        causes: ["the API key was put into the child's registry/netdata.public.unique.id"],
        fix: ["on the child, remove lib/registry/netdata.public.unique.id and restart it: it makes a new one"]
    )

    public static let refusedMachineNotEnabled = Condition(
        "ND-F10",
        .error,
        receive + "machine GUID '{guid}' is not allowed. Forbidding access.",
        recognised: [
            rejecting + "machine UUID is not enabled in stream.conf (DENIED)",
            inAccessLog("ACCESS DENIED - MACHINE GUID NOT ENABLED"),
        ],
        sentence: "The parent's stream.conf switches this machine off.",
        causes: ["its section says `enabled = no`"],
        fix: ["on the parent, in stream.conf:", "[{guid}]", "    enabled = yes"]
    )

    public static let refusedMachineAddress = Condition(
        "ND-F11",
        .error,
        receive + "Machine GUID '{guid}' is not permitted from this IP. Forbidding access.",
        recognised: [
            rejecting + "machine UUID is not allowed from this IP (DENIED)",
            inAccessLog("ACCESS DENIED - MACHINE GUID NOT ALLOWED FROM THIS IP"),
        ],
        sentence: "The section of this machine does not allow the address it comes from.",
        causes: ["`allow from` of the machine's section lists other addresses", "the machine moved"],
        fix: ["on the parent, in stream.conf, section [{guid}]:", "    allow from = {ip} …what is there now…"]
    )

    public static let refusedBusy = Condition(
        "ND-B1",
        .warning,
        level: .error,
        receive + "too busy to accept new streaming request. Will be allowed in {seconds} secs.",
        recognised: [
            rejecting + "rate limit, will accept new connection in {seconds} secs (BUSY)",
            "STREAM [receive from {ip}:{port}]: too busy to accept new streaming request. Will be allowed in {seconds} secs",
        ],
        sentence: "The parent takes one new child every so many seconds, and this one came too early.",
        causes: ["many children reconnect at once and `accept a streaming request every seconds` is set"],
        fix: [
            "nothing: the child tries again by itself", "for more: [web] accept a streaming request every seconds = 0",
        ]
    )

    public static let refusedAlreadyConnected = Condition(
        "ND-F12",
        .warning,
        level: .info,
        receiveHost
            + "multiple connections for same host detected - existing connection is active (within last {age} sec), rejecting new connection.",
        recognised: [
            rejecting
                + "multiple connections for the same host, old connection was last used {age} secs ago (ALREADY CONNECTED)",
            inAccessLog("REJECTED - ALREADY CONNECTED"),
        ],
        sentence: "A host with this machine GUID is already streaming here, so the newcomer was refused.",
        causes: [
            "two machines share one machine GUID, because one is a copy of the other",
            "one child streams here directly and through a proxy",
            "the old connection died unnoticed; it is dropped after 30 s",
        ],
        fix: [
            "on the copied machine:", "rm lib/registry/netdata.public.unique.id",
            "and restart it: it makes a GUID of its own",
        ]
    )

    public static let replacedDeadConnection = Condition(
        "ND-C1",
        .warning,
        level: .info,
        receiveHost
            + "multiple connections for same host detected - existing connection is dead ({age} sec), accepting new connection.",
        sentence: "The child came back before the parent had noticed that its old connection was dead.",
        causes: ["the network dropped without closing the connection", "the child's machine was restarted"],
        fix: ["nothing: the new connection has taken over"]
    )

    public static let refusedOwnGUID = Condition(
        "ND-F13",
        .error,
        "STREAM {host} [receive from {ip}:{port}]: denied to receive metrics, machine GUID [{guid}] is my own. Did you copy the parent/proxy machine GUID to a child, or is this an inter-agent loop?",
        recognised: [
            "STREAM {host} [receive from {ip}:{port}]: denied to receive metrics, machine GUID [{guid}] is my own. Did you copy the parent/proxy machine GUID to a child?",
            rejecting + "machine UUID is my own (LOCALHOST)",
            inAccessLog("DENIED - ATTEMPT TO RECEIVE METRICS FROM MACHINE_GUID IDENTICAL TO PARENT"),
        ],
        sentence: "Something streams to this parent under the parent's own machine GUID.",
        causes: [
            "the child's machine is a copy of the parent's", "the parent streams to itself, directly or through others",
        ],
        fix: [
            "on the copied machine:", "rm lib/registry/netdata.public.unique.id",
            "and restart it: it makes a GUID of its own",
        ]
    )

    public static let refusedRight = Condition(
        "ND-F14",
        .error,
        receive + "streaming is not allowed on this port or from this address. Forbidding access.",
        sentence: "The request came to a port, or from an address, that may not stream.",
        causes: [
            "`[web] bind to` gives the port other rights", "`[web] allow streaming from` does not list the address",
        ],
        fix: ["on the parent, in netdata.conf:", "[web]", "    allow streaming from = {ip} …what is there now…"]
    )

    public static let refusedRequest = Condition(
        "ND-F15",
        .error,
        receive + "request is not understood: {reason}. Forbidding access.",
        sentence: "A streaming request was malformed.",
        causes: ["the request comes from no Netdata"],
        fix: ["look at what connects from {ip}"]
    )

    public static let unusedParameter = Condition(
        "ND-P1",
        .info,
        receive + "request has parameter '{name}' = '{value}', which is not used.",
        recognised: [
            "STREAM [receive from [{ip}]:{port}]: request has parameter '{name}' = '{value}', which is not used."
        ],
        sentence: "The child told something about itself that this parent has no use for."
    )

    // MARK: A child's life at its parent

    public static let wantsToStream = Condition(
        "ND-I1",
        .info,
        "clients wants to STREAM metrics.",
        sentence: "A streaming request came in."
    )

    public static let receiverCreated = Condition(
        "ND-I2",
        .info,
        "STREAM {host} [{ip}]:{port}: receive thread created (task id {task})",
        sentence: "A child was let in."
    )

    public static let hostInitialized = Condition(
        "ND-I3",
        .info,
        "Host '{host}' (at registry as '{registry}') with guid '{guid}' initialized, os '{os}', timezone '{timezone}', tags '{tags}', program_name '{program}', program_version '{version}', update every {update}, memory mode {mode}, history entries {history}, streaming {streaming} (to '{destination}' with api key '{key}'), health {health}, cache_dir '{cache}', varlib_dir '{lib}', health_log '{healthlog}', alarms default handler '{handler}', alarms default recipient '{recipient}'",
        sentence: "This node has begun to mirror a host."
    )

    public static let receiverWilling = Condition(
        "ND-I4",
        .info,
        receiveHost
            + "client willing to stream metrics for host '{host}' with machine_guid '{guid}': update every = {update}, history = {history}, memory mode = {mode}, health {health},{encryption} tags '{tags}'",
        sentence: "The settings that will be used for the child."
    )

    public static let receiverInitializing = Condition(
        "ND-I5",
        .info,
        receiveHost + "initializing communication...",
        sentence: "The parent answers the child."
    )

    public static let receiverVersion = Condition(
        "ND-I6",
        .info,
        receiveHost + "Netdata is using the stream version {version}.",
        sentence: "The version that both ends speak."
    )

    public static let receiverFirstVersion = Condition(
        "ND-I7",
        .info,
        receiveHost + "Netdata is using first stream protocol.",
        sentence: "Both ends speak the oldest version: no labels, no compression, no replication."
    )

    public static let receiverCapabilities = Condition(
        "ND-I8",
        .info,
        receiveHost + "established link with negotiated capabilities: {capabilities} ",
        sentence: "The capabilities that both ends have."
    )

    public static let receiving = Condition(
        "ND-I9",
        .info,
        receiveHost + "receiving metrics...",
        recognised: [inAccessLog("CONNECTED")],
        sentence: "The child's metrics arrive."
    )

    public static let receiverEndOfFile = Condition(
        "ND-C2",
        .warning,
        level: .error,
        "STREAM {host} [receive from [{ip}]:{port}]: read failed: end of file",
        recognised: ["STREAM: {function}(): EOF while reading data from socket!", "read failed: end of file"],
        sentence: "The child closed the connection.",
        causes: ["the child was stopped or restarted", "the child's send buffer overflowed and it started over"],
        fix: ["look at the child's error.log at the same second"]
    )

    public static let receiverFailed = Condition(
        "ND-C3",
        .error,
        "STREAM {host} [receive from [{ip}]:{port}]: read failed: {reason}",
        sentence: "The connection to the child broke.",
        causes: ["the network between the two", "the child's machine went away"],
        fix: ["nothing: the child comes back by itself"]
    )

    public static let receiverTimeout = Condition(
        "ND-C4",
        .error,
        "STREAM {host} [receive from [{ip}]:{port}]: read failed: timeout while waiting for data on socket, nothing came for {seconds} seconds",
        recognised: ["STREAM: {function}(): timeout while waiting for data on socket!"],
        sentence: "The child is connected but has sent nothing for too long.",
        causes: ["the child hangs or is suspended", "the network dropped without closing the connection"],
        fix: ["nothing: the child may connect again at once"]
    )

    public static let receiverDisconnected = Condition(
        "ND-C5",
        .warning,
        level: .error,
        receiveHost + "disconnected (completed {updates} updates).",
        recognised: [inAccessLog("DISCONNECTED")],
        sentence: "A child's connection has ended.",
        causes: ["the line before says why"],
        fix: ["see the line before"]
    )

    public static let receiverEnded = Condition(
        "ND-I10",
        .info,
        receiveHost + "receive thread ended (task id {task})",
        sentence: "Everything of a child's connection is put away."
    )

    public static let hostRenamed = Condition(
        "ND-I11",
        .warning,
        level: .info,
        "Host '{before}' has been renamed to '{host}'. If this is not intentional it may mean multiple hosts are using the same machine_guid.",
        sentence: "A known machine GUID came back with another hostname.",
        causes: ["the machine was renamed", "two machines share one machine GUID"],
        fix: ["if both exist: rm lib/registry/netdata.public.unique.id on one of them and restart it"]
    )

    public static let programChanged = Condition(
        "ND-I12",
        .info,
        "Host '{host}' switched program version from '{before}' to '{version}'",
        sentence: "The child came back with another version of its program."
    )

    public static let programNameChanged = Condition(
        "ND-I14",
        .info,
        "Host '{host}' switched program name from '{before}' to '{version}'",
        sentence: "The child came back as another program."
    )

    private static let restart = "Restart netdata here to apply the new settings."
    private static let keepsItsSettings = ["the configuration was changed while the host was known"]
    private static let applyThem = ["restart this parent when a gap does no harm"]

    public static let hostUpdateEveryDiffers = Condition(
        "ND-K60",
        .warning,
        level: .error,
        "Host '{host}' has an update frequency of {before} seconds, but the wanted one is {wanted} seconds. " + restart,
        sentence: "A known host keeps the update every it was first seen with.",
        causes: ["the child's `update every` was changed"] + keepsItsSettings,
        fix: applyThem
    )

    public static let hostHistoryDiffers = Condition(
        "ND-K61",
        .warning,
        level: .error,
        "Host '{host}' has history of {before} entries, but the wanted one is {wanted} entries. " + restart,
        sentence: "A known host keeps the history it was first seen with.",
        causes: keepsItsSettings,
        fix: applyThem
    )

    public static let hostModeDiffers = Condition(
        "ND-K62",
        .warning,
        level: .error,
        "Host '{host}' has memory mode '{before}', but the wanted one is '{wanted}'. " + restart,
        sentence: "A known host keeps the memory mode it was first seen with.",
        causes: keepsItsSettings,
        fix: applyThem
    )

    public static let hostForgotten = Condition(
        "ND-I13",
        .info,
        "Host '{host}' with machine guid '{guid}' is obsolete - cleaning up.",
        sentence: "A host that was away for longer than `cleanup orphan hosts after secs` is forgotten."
    )

    // MARK: A parent as its child sees it

    public static let senderNotConfigured = Condition(
        "ND-C24",
        .error,
        "STREAM [send]: cannot enable sending thread - information is missing.",
        sentence: "Streaming is enabled, but the destination or the API key is missing.",
        causes: ["`[stream] destination` or `api key` is empty"],
        fix: ["in stream.conf:", "[stream]", "    destination = PARENT:19999", "    api key = A-KEY-THE-PARENT-HAS"]
    )

    public static let senderCreated = Condition(
        "ND-I20",
        .info,
        "STREAM {host} [send]: thread created (task id {task})",
        sentence: "This node begins to stream a host."
    )

    public static let connecting = Condition(
        "ND-I21",
        .info,
        "STREAM {host}: attempting to connect to '{destination}' (default port: {port})...",
        recognised: ["STREAM {host} [send to {destination}]: connecting..."],
        sentence: "A parent is being dialled."
    )

    public static let cannotConnect = Condition(
        "ND-C10",
        .error,
        send + "failed to connect",
        recognised: [send + "failed to connect: {reason}"],
        sentence: "The parent could not be reached.",
        causes: [
            "the line before says why: an errno for each address, or that the name has none",
            "the parent is not running, or listens on another port", "a firewall between the two", "the name is wrong",
        ],
        fix: ["ndstream check-tls {destination}", "on the parent: is it up, and does [web] bind to name this port?"]
    )

    public static let senderInitializing = Condition(
        "ND-I22",
        .info,
        send + "initializing communication...",
        sentence: "The parent accepted the connection."
    )

    public static let senderWaiting = Condition(
        "ND-I23",
        .info,
        send + "waiting response from remote netdata...",
        sentence: "The request was sent."
    )

    public static let established = Condition(
        "ND-I24",
        .info,
        send + "established link with negotiated capabilities: {capabilities} ",
        recognised: [
            "STREAM {host} [send to {destination}]: established communication with a parent using protocol version {version} - ready to send metrics..."
        ],
        sentence: "The parent takes this host's metrics."
    )

    public static let establishedVersion = Condition(
        "ND-I25",
        .info,
        send
            + "established communication with a parent using protocol version {version} - ready to send metrics...",
        sentence: "The parent takes this host's metrics, in a version without capabilities."
    )

    public static let sending = Condition(
        "ND-I26",
        .info,
        "STREAM {host} [send]: sending metrics to parent...",
        recognised: ["STREAM {host} [send]: sending metrics..."],
        sentence: "Metrics are on their way."
    )

    public static let uncompressed = Condition(
        "ND-Z1",
        .warning,
        level: .info,
        "Stream is uncompressed! One of the agents ({destination} <-> {host}) does not support compression OR compression is disabled.",
        sentence: "The stream is not compressed although this end would compress.",
        causes: ["the parent's stream.conf says `enable compression = no`", "the parent is older than 1.33"],
        fix: ["on the parent, in stream.conf:", "[stream]", "    enable compression = yes"]
    )

    public static let notReady = Condition(
        "ND-C11",
        .warning,
        level: .error,
        "STREAM {host} [send]: not ready - collected metrics are not sent to parent.",
        recognised: ["STREAM {host} [send]: not ready - discarding collected metrics."],
        sentence: "Metrics were collected while no parent was connected; the parent will have a gap.",
        causes: ["no parent has accepted this host yet: the lines around it say why"],
        fix: ["see the lines before and after"]
    )

    public static let parentDenied = Condition(
        "ND-C12",
        .error,
        send + "remote server denied access, probably we don't have the right API key?.",
        recognised: ["STREAM {host} [send to {destination}]: remote server denied access for [{host}]."],
        sentence: "The parent refuses this node: its error.log says why.",
        causes: ["the API key is not in the parent's stream.conf", "it is not enabled, or not from this address"],
        fix: ["on the parent: ndstream top, view 3, or grep STREAM error.log"]
    )

    public static let parentBusy = Condition(
        "ND-C13",
        .warning,
        level: .error,
        send + "remote server is currently busy, we should try later.",
        sentence: "The parent takes children one by one and asks this one to come later.",
        causes: ["the parent has `accept a streaming request every seconds` set", "the parent has just started"],
        fix: ["nothing: this node tries again by itself"]
    )

    public static let parentHasHost = Condition(
        "ND-C14",
        .error,
        send + "remote server rejected this stream, the host we are trying to stream is already streamed to it.",
        recognised: ["STREAM {host} [send to {destination}]: remote server already receives metrics for [{host}]."],
        sentence: "The parent already receives this host from somewhere else.",
        causes: ["another machine has this machine's GUID", "an old connection is not known to be dead yet (30 s)"],
        fix: ["if this machine was copied:", "rm lib/registry/netdata.public.unique.id", "and restart this node"]
    )

    public static let parentIsHost = Condition(
        "ND-C15",
        .error,
        send + "remote server rejected this stream, the host we are trying to stream is its localhost.",
        recognised: ["STREAM {host} [send to {destination}]: remote server is the localhost for [{host}]."],
        sentence: "The parent has the same machine GUID as this node.",
        causes: ["this machine is a copy of the parent's", "the destination is this node itself"],
        fix: ["if this machine was copied:", "rm lib/registry/netdata.public.unique.id", "and restart this node"]
    )

    public static let parentInternalError = Condition(
        "ND-C16",
        .error,
        send + "remote server is encountered an internal error, we should try later.",
        sentence: "The parent has trouble of its own.",
        causes: ["the parent's disk or memory"],
        fix: ["look at the parent's error.log"]
    )

    public static let parentInitializing = Condition(
        "ND-C17",
        .info,
        send + "remote server is initializing, we should try later.",
        sentence: "The parent has just been started."
    )

    public static let parentForbidsPort = Condition(
        "ND-C18",
        .error,
        send + "server is not replying properly (is it a netdata?).",
        recognised: [
            send + "remote node response is not understood, is it Netdata?.",
            send + "remote node response is not understood, is it Netdata?. It says: {evidence}",
        ],
        sentence: "What answered is no Netdata that takes this stream.",
        causes: [
            "the line after it says who answered, and what",
            "the port belongs to another program", "the parent's port may not stream (`bind to … = dashboard`)",
            "the parent wants TLS on this port: add :SSL to the destination",
        ],
        fix: ["ndstream check-tls {destination}"]
    )

    public static let parentSilent = Condition(
        "ND-C19",
        .error,
        send + "remote netdata does not respond.",
        sentence: "The parent accepted the connection and said nothing, or closed it without a word.",
        causes: [
            "the line after it says which of the two",
            "the parent is older than 1.35: it closes without a word when it refuses",
            "`[web] allow connections from` of the parent does not list this address", "the parent hangs",
        ],
        fix: ["on the parent: grep STREAM error.log"]
    )

    public static let destinationSkipped = Condition(
        "ND-C61",
        .warning,
        level: .info,
        "STREAM {host}: skipping destination '{destination}' (default port: {port}) due to last error (code: {number}, {reason}), will retry it in {seconds} seconds",
        sentence: "This parent failed a moment ago and is not tried again yet.",
        causes: ["the reason in the line"],
        fix: ["see the earlier line that says how it failed"]
    )

    public static let connectionClosed = Condition(
        "ND-C20",
        .error,
        send + "connection closed by far end. Restarting connection",
        recognised: ["STREAM {host} [send to {destination}]: connection closed by far end."],
        sentence: "The parent closed the connection.",
        causes: ["the parent was stopped or restarted", "the parent did not like a line: see its error.log"],
        fix: ["nothing: this node connects again at once"]
    )

    public static let connectionFailed = Condition(
        "ND-C21",
        .error,
        send + "failed to send metrics - closing connection - we have sent {bytes} bytes on this connection.",
        sentence: "The connection to the parent broke while something was sent.",
        causes: ["the network between the two", "the parent's machine went away"],
        fix: ["nothing: this node connects again at once"]
    )

    public static let sendTimeout = Condition(
        "ND-C22",
        .error,
        send
            + "could not send metrics for {seconds} seconds - closing connection - we have sent {bytes} bytes on this connection via {attempts} send attempts.",
        sentence: "Nothing could be sent for `timeout seconds`.",
        causes: ["the parent hangs", "the network dropped without closing the connection"],
        fix: ["nothing: this node connects again at once"]
    )

    public static let bufferOverflow = Condition(
        "ND-C23",
        .error,
        send
            + "too many data pending - buffer is {size} bytes long, {unsent} unsent - we have sent {total} bytes in total, {bytes} on this connection. Closing connection to flush the data.",
        recognised: [
            "STREAM {host} [send to {destination}]: buffer full ({size}-bytes) after {bytes} bytes. Restarting connection",
            "STREAM {host} [send to {destination}]: buffer full (allocated {size} bytes) after sending {bytes} bytes. Restarting connection",
        ],
        sentence: "The link to the parent is slower than what is collected, so the buffer filled up.",
        causes: ["a slow or lossy link", "an overloaded parent"],
        fix: ["in stream.conf:", "[stream]", "    enable compression = yes", "    buffer size bytes = 41943040"]
    )

    public static let compressionDeactivated = Condition(
        "ND-Z2",
        .warning,
        level: .error,
        "STREAM_COMPRESSION: Deactivating compression to avoid stream corruption",
        sentence: "One line was too long for a compressed frame, so this node goes on without compression.",
        causes: ["a chart with an enormous title or id"],
        fix: ["see the line before for its size"]
    )

    public static let compressionFailed = Condition(
        "ND-Z3",
        .warning,
        level: .error,
        "STREAM_COMPRESSION: Compression Failed - Message size {size} above compression buffer limit: 16384",
        recognised: ["Message size above limit: {size}"],
        sentence: "One line is too long for a compressed frame.",
        causes: ["a chart with an enormous title or id"],
        fix: ["nothing: the stream goes on without compression"]
    )

    public static let restartingWithoutCompression = Condition(
        "ND-Z4",
        .info,
        "STREAM_COMPRESSION {host} [send to {destination}]: Restarting connection without compression",
        recognised: ["STREAM {host} [send to {destination}]: Restarting connection without compression."],
        sentence: "The connection is opened again as version 4."
    )

    public static let compressionTooOld = Condition(
        "ND-Z5",
        .warning,
        level: .info,
        "STREAM_COMPRESSION: LZ4 {version} is older than 1.9.0, compression is disabled.",
        sentence: "The installed LZ4 library is too old for a compressed stream.",
        causes: ["liblz4 of an old distribution"],
        fix: ["install liblz4 1.9.0 or later"]
    )

    public static let senderStopping = Condition(
        "ND-I27",
        .info,
        "STREAM {host} [send]: signaling sending thread to stop...",
        sentence: "This node stops streaming a host."
    )

    public static let senderStopped = Condition(
        "ND-I28",
        .info,
        "STREAM {host} [send]: sending thread now exits.",
        sentence: "This node has stopped streaming a host."
    )

    public static let unknownCommandFromParent = Condition(
        "ND-P2",
        .info,
        level: .error,
        send + "received unknown command over connection: {line}",
        recognised: ["STREAM {host} [send to {destination}] received command over connection: {line}"],
        sentence: "The parent asked for something this node does not do."
    )
}

extension Catalogue {
    static let streaming: [Condition] = [
        .refusedNoKey, .refusedNoHostname, .refusedNoMachineGUID, .refusedKeyNotGUID, .refusedMachineNotGUID,
        .refusedKeyIsMachine, .refusedKeyNotEnabled, .refusedKeyAddress, .refusedMachineIsKey,
        .refusedMachineNotEnabled, .refusedMachineAddress, .refusedBusy, .refusedAlreadyConnected,
        .replacedDeadConnection, .refusedOwnGUID, .refusedRight, .refusedRequest, .unusedParameter,
        .wantsToStream, .receiverCreated, .hostInitialized, .receiverWilling, .receiverInitializing, .receiverVersion,
        .receiverFirstVersion, .receiverCapabilities, .receiving, .receiverEndOfFile, .receiverFailed,
        .receiverTimeout, .receiverDisconnected, .receiverEnded, .hostRenamed, .programChanged, .programNameChanged,
        .hostUpdateEveryDiffers, .hostHistoryDiffers, .hostModeDiffers, .hostForgotten,
        .senderNotConfigured, .senderCreated, .connecting, .cannotConnect, .senderInitializing, .senderWaiting,
        .established, .establishedVersion, .sending, .uncompressed, .notReady, .parentDenied, .parentBusy,
        .parentHasHost, .parentIsHost, .parentInternalError, .parentInitializing, .parentForbidsPort, .parentSilent,
        .destinationSkipped,
        .connectionClosed, .connectionFailed, .sendTimeout, .bufferOverflow, .compressionDeactivated,
        .compressionFailed, .restartingWithoutCompression, .compressionTooOld, .senderStopping, .senderStopped,
        .unknownCommandFromParent,
    ]
}
