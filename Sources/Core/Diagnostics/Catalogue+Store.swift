// What can be wrong with commands of a child or a plugin, and what the store notices (streaming protocol §8, collectors
// §3, web API §5).

extension Condition {
    // MARK: Commands of a child

    public static let chartWithoutID = Condition(
        "ND-P30",
        .error,
        "requested a CHART, without a type.id, on host '{host}'. Disabling it.",
        recognised: ["PLUGINSD: 'host:{host}' requested a CHART, without a type.id. Disabling it."],
        sentence: "The child defined a chart without saying which, and was disconnected.",
        causes: ["a plugin of the child writes a chart id without a dot"],
        fix: ["on the child, look for the plugin that makes this chart and switch it off"]
    )

    public static let dimensionWithoutID = Condition(
        "ND-P31",
        .error,
        "requested a DIMENSION, without an id, host '{host}' and chart '{chart}'. Disabling it.",
        sentence: "The child defined a dimension without an id, and was disconnected.",
        causes: ["a plugin of the child writes an empty dimension id"],
        fix: ["on the child, look for the plugin that makes chart {chart} and switch it off"]
    )

    public static let dimensionWithoutChart = Condition(
        "ND-P32",
        .error,
        "requested a DIMENSION, without a CHART, on host '{host}'. Disabling it.",
        recognised: ["PLUGINSD: command DIMENSION requires a chart defined via command CHART, but is not set."],
        sentence: "The child defined a dimension before any chart, and was disconnected.",
        causes: ["the stream was changed or lost a part on its way", "what sends is no Netdata"],
        fix: ["nothing: the child connects again by itself"]
    )

    public static let beginOfUnknownChart = Condition(
        "ND-P33",
        .error,
        "requested a BEGIN on chart '{chart}', which does not exist on host '{host}'. Disabling it.",
        recognised: ["PLUGINSD: 'host:{host}/chart:{chart}' got a BEGIN but chart does not exist."],
        sentence: "The child sent values of a chart that it had not defined, and was disconnected.",
        causes: ["the chart's definition was lost, often because it was too long for the child's compression"],
        fix: ["nothing: the child connects again and defines its charts anew"]
    )

    public static let beginWithoutID = Condition(
        "ND-P34",
        .error,
        "requested a BEGIN without a chart id for host '{host}'. Disabling it.",
        recognised: ["PLUGINSD: 'host:{host}' got a BEGIN without a chart id."],
        sentence: "The child sent values without saying of which chart, and was disconnected.",
        causes: ["the stream was changed or lost a part on its way", "what sends is no Netdata"],
        fix: ["nothing: the child connects again by itself"]
    )

    public static let setWithoutDimension = Condition(
        "ND-P35",
        .error,
        "requested a SET on chart '{chart}' of host '{host}', without a dimension. Disabling it.",
        recognised: ["PLUGINSD: 'host:{host}/chart:{chart}' got a SET, without a dimension."],
        sentence: "The child sent a value without saying of which dimension, and was disconnected.",
        causes: ["a plugin of the child writes an empty dimension id"],
        fix: ["on the child, look for the plugin that makes chart {chart} and switch it off"]
    )

    public static let setWithoutBegin = Condition(
        "ND-P36",
        .error,
        "requested a SET on dimension {dimension} with value {value} on host '{host}', without a BEGIN. Disabling it.",
        recognised: ["PLUGINSD: command SET requires a chart defined via command CHART, but is not set."],
        sentence: "The child sent a value outside of any collection, and was disconnected.",
        causes: ["the stream was changed or lost a part on its way", "what sends is no Netdata"],
        fix: ["nothing: the child connects again by itself"]
    )

    public static let setOfUnknownDimension = Condition(
        "ND-P37",
        .error,
        "requested a SET to dimension with id '{dimension}' on stats '{name}' ({chart}) on host '{host}', which does not exist. Disabling it.",
        recognised: ["PLUGINSD: 'host:{host}/chart:{chart}/dim:{dimension}' got a SET but dimension does not exist."],
        sentence: "The child sent a value of a dimension that it had not defined, and was disconnected.",
        causes: [
            "the dimension's definition was lost", "a plugin of the child sets a dimension that it never defined",
        ],
        fix: ["nothing: the child connects again and defines its charts anew"]
    )

    public static let endWithoutBegin = Condition(
        "ND-P38",
        .error,
        "requested an END, without a BEGIN on host '{host}'. Disabling it.",
        recognised: ["PLUGINSD: command END requires a chart defined via command BEGIN, but is not set."],
        sentence: "The child closed a collection that it had not opened, and was disconnected.",
        causes: ["the stream was changed or lost a part on its way", "what sends is no Netdata"],
        fix: ["nothing: the child connects again by itself"]
    )

    public static let labelCommitWithoutChart = Condition(
        "ND-P39",
        .warning,
        level: .error,
        "requested CLABEL_COMMIT on host '{host}', without a BEGIN, ignoring it.",
        recognised: ["PLUGINSD: 'host:{host}' got CLABEL_COMMIT, without a CHART or BEGIN. Ignoring it."],
        sentence: "The child labelled a chart without saying which; the labels are ignored.",
        causes: ["a plugin of the child writes labels before its charts"],
        fix: ["nothing: only the labels of one chart are missing"]
    )

    public static let malformedChartLabel = Condition(
        "ND-P40",
        .warning,
        level: .error,
        "Ignoring malformed or empty CHART LABEL command.",
        sentence: "A label of a chart came without key, value or source; it is ignored.",
        causes: ["a plugin of the child writes an incomplete label"],
        fix: ["nothing: only one label of one chart is missing"]
    )

    public static let malformedHostLabel = Condition(
        "ND-P41",
        .warning,
        level: .error,
        "Ignoring malformed or empty LABEL command.",
        recognised: ["PLUGINSD: ignoring malformed or empty LABEL command."],
        sentence: "A label of the child came without key, value or source; it is ignored.",
        causes: ["an empty value under [host labels] in the child's netdata.conf"],
        fix: ["nothing: only one label of the host is missing"]
    )

    public static let variableWithoutName = Condition(
        "ND-P42",
        .error,
        "requested a VARIABLE on host '{host}', without a variable name. Disabling it.",
        sentence: "The child set a variable without a name, and was disconnected.",
        causes: ["a plugin of the child writes an incomplete VARIABLE"],
        fix: ["on the child, look for the plugin that does it and switch it off"]
    )

    public static let variableEmpty = Condition(
        "ND-P43",
        .warning,
        level: .error,
        "cannot set {scope} VARIABLE '{variable}' on host '{host}' to an empty value",
        sentence: "A variable came without a value; it keeps the one it has.",
        causes: ["a plugin of the child had nothing to write"],
        fix: ["nothing, unless an alarm uses ${variable}"]
    )

    public static let chartVariableWithoutChart = Condition(
        "ND-P44",
        .warning,
        level: .error,
        "cannot find/create CHART VARIABLE '{variable}' on host '{host}' without a chart",
        sentence: "A variable of a chart came outside of any chart; it is ignored.",
        causes: ["a plugin of the child writes VARIABLE CHART before its chart"],
        fix: ["nothing, unless an alarm uses ${variable}"]
    )

    public static let variableNotANumber = Condition(
        "ND-P45",
        .warning,
        level: .error,
        "the value '{value}' of VARIABLE '{variable}' on host '{host}' cannot be parsed as a number",
        sentence: "The value of a variable is no number; it counts as 0.",
        causes: ["a plugin of the child writes text where a number belongs"],
        fix: ["nothing, unless an alarm uses ${variable}"]
    )

    public static let variableWithLeftovers = Condition(
        "ND-P46",
        .warning,
        level: .error,
        "the value '{value}' of VARIABLE '{variable}' on host '{host}' has leftovers: '{rest}'",
        sentence: "Only the first part of a variable's value is a number; that part counts.",
        causes: ["a plugin of the child writes a unit behind the number"],
        fix: ["nothing, unless an alarm uses ${variable}"]
    )

    public static let claimMalformed = Condition(
        "ND-P47",
        .error,
        "Command CLAIMED_ID came malformed {expected} parameters are expected but {received} received",
        sentence: "The child's cloud identity came incomplete, and the child was disconnected.",
        causes: ["what sends is no Netdata"],
        fix: ["nothing: the child connects again by itself"]
    )

    public static let claimHostNotGUID = Condition(
        "ND-P48",
        .error,
        "1st parameter (host GUID) to CLAIMED_ID command is not valid GUID. Received: \"{value}\".",
        sentence: "The child's cloud identity names no machine, and the child was disconnected.",
        causes: ["what sends is no Netdata"],
        fix: ["nothing: the child connects again by itself"]
    )

    public static let claimNotGUID = Condition(
        "ND-P49",
        .error,
        "2nd parameter (Claim ID) to CLAIMED_ID command is not valid GUID. Received: \"{value}\".",
        sentence: "The child's cloud identity is no GUID, and the child was disconnected.",
        causes: ["cloud.d/claimed_id on the child was edited or cut"],
        fix: ["on the child, claim it again or remove cloud.d/claimed_id"]
    )

    public static let claimOfAnotherHost = Condition(
        "ND-P50",
        .warning,
        level: .error,
        "Claim ID is for host \"{guid}\" but it came over connection for \"{own}\"",
        sentence: "The child sent another machine's cloud identity; it is ignored.",
        causes: ["a proxy mixes up its children"],
        fix: ["nothing: metrics are not concerned"]
    )

    public static let timestampSent = Condition(
        "ND-P51",
        .warning,
        level: .error,
        "STREAM {host} from {ip}: Child negotiated version {version} but sent TIMESTAMP!",
        sentence: "The child sent a command of a version that was not agreed on; it is ignored.",
        causes: ["an early 1.33 child"],
        fix: ["nothing, or update the child"]
    )

    public static let childDisabled = Condition(
        "ND-P52",
        .error,
        "called DISABLE on host '{host}'. Disabling it.",
        sentence: "The child asked to be disconnected.",
        causes: ["a program that plays a child sends DISABLE"],
        fix: ["look at the program that streams as {host}"]
    )

    // MARK: Commands of a plugin

    public static let pluginCommandWithoutChart = Condition(
        "ND-G60",
        .error,
        "PLUGINSD: command {command} requires a chart defined via command {by}, but is not set. Disabling it.",
        sentence: "A plugin used a chart before it defined or opened one, and is stopped.",
        causes: ["the plugin writes its lines in a wrong order", "the plugin prints text to stdout"],
        fix: ["run the plugin by hand and look at the line before its first {command}"]
    )

    public static let pluginChartWithoutID = Condition(
        "ND-G61",
        .error,
        "PLUGINSD: 'host:{host}' got a CHART, without a type.id. Disabling it.",
        sentence: "A plugin defined a chart without a type.id, and is stopped.",
        causes: ["the plugin writes a chart id without a dot"],
        fix: ["run the plugin by hand and look at its CHART lines"]
    )

    public static let pluginDimensionWithoutID = Condition(
        "ND-G62",
        .error,
        "PLUGINSD: 'host:{host}/chart:{chart}' got a DIMENSION, without an id. Disabling it.",
        sentence: "A plugin defined a dimension without an id, and is stopped.",
        causes: ["the plugin writes an empty dimension id"],
        fix: ["run the plugin by hand and look at its DIMENSION lines"]
    )

    public static let pluginBeginOfUnknownChart = Condition(
        "ND-G63",
        .error,
        "PLUGINSD: 'host:{host}/chart:{chart}' got a BEGIN but chart does not exist. Disabling it.",
        sentence: "A plugin sent values of a chart that it had not defined, and is stopped.",
        causes: ["the plugin does not define the chart", "the plugin writes another id than in its CHART line"],
        fix: ["run the plugin by hand and compare its CHART and BEGIN lines"]
    )

    public static let pluginBeginWithoutID = Condition(
        "ND-G64",
        .error,
        "PLUGINSD: 'host:{host}' got a BEGIN without a chart id. Disabling it.",
        sentence: "A plugin sent values without saying of which chart, and is stopped.",
        causes: ["the plugin writes an empty chart id"],
        fix: ["run the plugin by hand and look at its BEGIN lines"]
    )

    public static let pluginSetWithoutDimension = Condition(
        "ND-G65",
        .error,
        "PLUGINSD: 'host:{host}/chart:{chart}' got a SET, without a dimension. Disabling it.",
        sentence: "A plugin sent a value without saying of which dimension, and is stopped.",
        causes: ["the plugin writes an empty dimension id"],
        fix: ["run the plugin by hand and look at its SET lines"]
    )

    public static let pluginSetOfUnknownDimension = Condition(
        "ND-G66",
        .error,
        "PLUGINSD: 'host:{host}/chart:{chart}/dim:{dimension}' got a SET but dimension does not exist. Disabling it.",
        sentence: "A plugin sent a value of a dimension that it had not defined, and is stopped.",
        causes: [
            "the plugin does not define the dimension", "the plugin writes another id than in its DIMENSION line",
        ],
        fix: ["run the plugin by hand and compare its DIMENSION and SET lines"]
    )

    public static let pluginCalledDisable = Condition(
        "ND-G67",
        .warning,
        level: .info,
        "plugin called DISABLE. Disabling it.",
        sentence: "A plugin found nothing to collect here and asked not to be started again.",
        causes: ["what the plugin watches is not installed or not configured"],
        fix: ["nothing, unless you expect its charts: then look at what it wrote before"]
    )

    // MARK: The store

    public static let chartTooOld = Condition(
        "ND-S1",
        .warning,
        level: .info,
        "'{chart}': too old data (last updated at {updated}, last collected at {collected}). Resetting it. Will not store the next entry.",
        sentence: "A chart was silent for longer than its history reaches, so it starts anew and what it had is gone.",
        causes: ["its source was down for a long time", "a clock was set", "the machine was suspended"],
        fix: ["nothing", "for a longer memory: [db] retention"]
    )

    public static let timeRefused = Condition(
        "ND-S2",
        .warning,
        level: .error,
        "'{chart}' of host '{host}': {microseconds} microseconds lead {ahead} seconds ahead of this machine's clock. Dropping the entry.",
        sentence: "What was collected would be stored too far in the future, so it was dropped and counted.",
        causes: ["the child's clock jumped or was never set", "a load test or a replay runs faster than time"],
        fix: ["check the child's clock: chronyc tracking", "for replays: [db] future limit = 0"]
    )

    public static let limitReached = Condition(
        "ND-S3",
        .error,
        "host '{host}' exceeds the limit of {limit} {what}. Ignoring the rest.",
        sentence: "A host defines more than this node takes from one host; the surplus is ignored, the rest is kept.",
        causes: ["a plugin makes a new chart or dimension for everything it sees", "what sends is no Netdata"],
        fix: ["on {host}, find the plugin behind the charts whose names never repeat, and limit it"]
    )

    public static let obsoleteCollected = Condition(
        "ND-S4",
        .warning,
        level: .error,
        "Chart '{chart}' has the OBSOLETE flag set, but it is collected.",
        sentence: "A chart that was declared gone got values again; it is a normal chart again.",
        causes: ["a device came back", "a plugin marks charts obsolete too early"],
        fix: ["nothing"]
    )

    public static let chartNameTaken = Condition(
        "ND-S5",
        .info,
        "RRDSET: chart name '{name}' on host '{host}' already exists.",
        sentence: "Two charts of a host want the same name; the second keeps the one it had."
    )

    public static let chartUpdated = Condition(
        "ND-S6",
        .info,
        "Collector updated metadata for chart {chart}",
        sentence: "A chart's title, units or the like changed."
    )

    public static let modeNotServed = Condition(
        "ND-S7",
        .warning,
        level: .info,
        "memory mode '{mode}' keeps nothing on disk here: host '{host}' uses '{served}'.",
        sentence: "This node keeps history in memory only; it is lost when the node stops.",
        causes: ["the configuration asks for {mode}"],
        fix: ["[db] mode = ram", "to say that this is intended"]
    )
}

extension Catalogue {
    static let store: [Condition] = [
        .chartWithoutID, .dimensionWithoutID, .dimensionWithoutChart, .beginOfUnknownChart, .beginWithoutID,
        .setWithoutDimension, .setWithoutBegin, .setOfUnknownDimension, .endWithoutBegin, .labelCommitWithoutChart,
        .malformedChartLabel, .malformedHostLabel, .variableWithoutName, .variableEmpty, .chartVariableWithoutChart,
        .variableNotANumber, .variableWithLeftovers, .claimMalformed, .claimHostNotGUID, .claimNotGUID,
        .claimOfAnotherHost, .timestampSent, .childDisabled, .pluginCommandWithoutChart, .pluginChartWithoutID,
        .pluginDimensionWithoutID, .pluginBeginOfUnknownChart, .pluginBeginWithoutID, .pluginSetWithoutDimension,
        .pluginSetOfUnknownDimension, .pluginCalledDisable, .chartTooOld, .timeRefused, .limitReached,
        .obsoleteCollected, .chartNameTaken, .chartUpdated, .modeNotServed,
    ]
}
