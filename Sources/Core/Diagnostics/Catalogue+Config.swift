extension Catalogue {
    static let config: [Condition] =
        configFiles + configNames + configValues + configStreaming + configKeys + configNode

    private static let configFiles: [Condition] = [
        .configOutsideSection, .configNoEquals, .configUnclosedSection, .configTextAfterSection, .configNoName,
        .configZeroByte, .configNotUTF8, .configTooLarge, .configMoreFindings, .configUnreadable,
        .configUserFileMissing, .configStockFileMissing, .configDirectoryWithoutFiles,
    ]
    private static let configNames: [Condition] = [
        .configRenamed, .configUnknownName, .configUnknownSection, .configMisplacedSection, .configSetTwice,
        .configTwoNames, .configUnknownVariable, .configLineBreak,
    ]
    private static let configValues: [Condition] = [
        .configNoBoolean, .configNoTriState, .configNoNumber, .configTextAfterNumber, .configOctal, .configOutOfRange,
        .configUnknownWord, .configInvalidMemoryMode, .configNoGUID, .configAddressUnreadable, .configUnknownRight,
        .configNoRights, .configEncryptionWithoutRights, .configUnknownEncryption, .configAllowsLoopbackAddress,
        .configAllowsUnmatchable, .configAllowsNobody,
    ]
    private static let configStreaming: [Condition] = [
        .configNoHost, .configDestinationUnreadable, .configDestinationTwice, .configStreamIncomplete,
        .configStreamNotEnabled, .configAgentWithoutParent,
    ]
    private static let configKeys: [Condition] = [
        .configSectionNoGUID, .configTemplateLeft, .configTypeGuessed, .configTypeUnknown, .configMixedNames,
        .configKeyNotEnabled, .configExampleKey, .configKeyIsMachine, .configKeysWithoutWeb,
    ]
    private static let configNode: [Condition] = [
        .configHealthWithoutDatabase, .configTierTooCoarse, .configForeignDirectory, .configNoHome, .identityInvalid,
        .identityBanned,
        .identityCloned, .identityNotWritable, .identityUnreadable, .identityNotAdopted,
    ]
}

// MARK: The text of a file

extension Condition {
    public static let configOutsideSection = Condition(
        "ND-K1",
        .warning,
        level: .error,
        "CONFIG: ignoring line {line} ('{text}') of file '{file}', it is outside all sections.",
        sentence: "A line stands before the first [section], so nobody reads it.",
        causes: ["the section's line is missing or behind a #"],
        fix: ["put the [section] it belongs to in a line above it"]
    )
    public static let configNoEquals = Condition(
        "ND-K2",
        .warning,
        level: .error,
        "CONFIG: ignoring line {line} ('{text}') of file '{file}', there is no = in it.",
        sentence: "A line is neither a [section], nor name = value, nor a comment.",
        causes: ["a value was continued on the next line, which these files can't do", "a comment lacks its #"],
        fix: ["write it as name = value, or put a # in front"]
    )
    public static let configUnclosedSection = Condition(
        "ND-K3",
        .error,
        "'{text}' has no closing ]: read as [{section}]",
        sentence:
            "The line of a section lacks its bracket; other readers would put what follows into the section above.",
        causes: ["a typing mistake"],
        fix: ["write [{section}]"]
    )
    public static let configTextAfterSection = Condition(
        "ND-K4",
        .warning,
        "'{text}' follows [{section}] in the same line: {read}",
        sentence: "A section's line holds more than the section.",
        causes: ["a line break was lost when the lines were copied"],
        fix: ["give it a line of its own"]
    )
    public static let configNoName = Condition(
        "ND-K5",
        .warning,
        "'{text}' has no name in front of the =: ignored",
        sentence: "A value stands without its option.",
        causes: ["a typing mistake"],
        fix: ["write it as name = value"]
    )
    public static let configZeroByte = Condition(
        "ND-K6",
        .error,
        "a zero byte: the line is ignored",
        sentence: "The file holds bytes that no text has.",
        causes: ["the file is damaged, UTF-16, or no text at all"],
        fix: ["write the file again, as UTF-8"]
    )
    public static let configNotUTF8 = Condition(
        "ND-K7",
        .warning,
        "'{text}' is not UTF-8: what can't be read became '\u{fffd}'",
        sentence: "The file is in another encoding.",
        causes: ["it was written as Latin-1 or the like"],
        fix: ["convert it: iconv -f latin1 -t utf-8"]
    )
    public static let configTooLarge = Condition(
        "ND-K8",
        .error,
        "larger than {limit} bytes: nothing is read from here on",
        sentence: "The file is larger than any configuration, so its end is not read.",
        causes: ["it is no configuration file"],
        fix: ["make it smaller"]
    )
    public static let configMoreFindings = Condition(
        "ND-K9",
        .warning,
        "{count} more findings in this file are not shown",
        sentence: "A file has so many findings that only the first are shown.",
        causes: ["it is no configuration file"],
        fix: ["correct the ones above and look again"]
    )
    public static let configUnreadable = Condition(
        "ND-K10",
        .error,
        "cannot be read: {reason}",
        sentence: "A configuration file exists but can't be read.",
        causes: ["its permissions, or it is no regular file"],
        fix: ["let the user that runs ndstream read it"]
    )
    public static let configUserFileMissing = Condition(
        "ND-K11",
        .info,
        "CONFIG: cannot load user config '{file}'. Will try stock config.",
        sentence: "There is no such file in the configuration directory, which is normal."
    )
    public static let configStockFileMissing = Condition(
        "ND-K12",
        .info,
        "CONFIG: cannot load stock config '{file}'. Running with internal defaults.",
        sentence: "There is no such file in the stock directory either, so defaults count, which is normal."
    )
}

extension Condition {
    public static let configDirectoryWithoutFiles = Condition(
        "ND-K59",
        .warning,
        "there is neither netdata.conf nor stream.conf in {directory}",
        sentence: "The directory that was asked for holds no configuration, so defaults count.",
        causes: ["a typing mistake in its name"],
        fix: ["name the directory that holds netdata.conf"]
    )
}

// MARK: Names

extension Condition {
    public static let configRenamed = Condition(
        "ND-K13",
        .info,
        "CONFIG: option '[{oldSection}].{oldName}' has been renamed '[{section}].{name}'.",
        sentence: "An option stands under one of its other names; it counts all the same.",
        fix: ["write {name} in [{section}]"]
    )
    public static let configUnknownName = Condition(
        "ND-K14",
        .warning,
        "[{section}] has no option '{name}': it has no effect",
        sentence: "Nobody reads an option of this name.",
        causes: ["a typing mistake", "it belongs into another section", "it belongs to another release"],
        fix: ["see what there is: ndstream agent --print-config"]
    )
    public static let configUnknownSection = Condition(
        "ND-K15",
        .warning,
        "there is no section [{section}]: what is in it has no effect",
        sentence: "Nobody reads a section of this name.",
        causes: ["a typing mistake", "it belongs to another release"],
        fix: ["see what there is: ndstream agent --print-config"]
    )
    public static let configMisplacedSection = Condition(
        "ND-K16",
        .warning,
        "[{section}] is read from {rightFile}, not from here: what is in it has no effect",
        sentence: "A section stands in the wrong one of the two files.",
        causes: ["the two files were mixed up"],
        fix: ["move it to {rightFile}"]
    )
    public static let configSetTwice = Condition(
        "ND-K17",
        .warning,
        "'{name}' of [{section}] is set again: line {first} ('{firstValue}') does not count",
        sentence: "An option is set twice in the same file; the last one counts.",
        causes: ["a section was copied", "the same section stands in the file twice"],
        fix: ["delete one of the two lines"]
    )
    public static let configTwoNames = Condition(
        "ND-K18",
        .warning,
        "'{oldName}' and '{name}' mean the same: '{value}' counts, '{oldValue}' does not",
        sentence: "An option is set under two of its names, to different values.",
        causes: ["the file was written for several releases"],
        fix: ["delete the line with '{oldName}'"]
    )
    public static let configUnknownVariable = Condition(
        "ND-K19",
        .warning,
        "'{name}' sets nothing",
        sentence: "A variable of the environment begins with NDSTREAM_ but names no option.",
        causes: ["a typing mistake"],
        fix: ["NDSTREAM_ + section + name, in capitals, with _ for everything else: NDSTREAM_DB_MODE"]
    )
    public static let configLineBreak = Condition(
        "ND-K20",
        .error,
        "the value of '{name}' holds a line break or a zero byte: ignored",
        sentence: "A value that came from outside the files could not be written into one.",
        causes: ["a file was put into the variable as it is"],
        fix: ["put the value in one line"]
    )
}

// MARK: Values

extension Condition {
    public static let configNoBoolean = Condition(
        "ND-K21",
        .warning,
        "'{value}' of '{name}' is read as no; yes and no are accepted",
        sentence: "A switch is set to a word that isn't yes, true, on or auto, so it is off.",
        causes: ["a typing mistake", "a comment behind the value: only whole lines can be comments"],
        fix: ["write {name} = yes or {name} = no"]
    )
    public static let configNoTriState = Condition(
        "ND-K22",
        .warning,
        "'{value}' of '{name}' is none of yes, no, auto: the default '{used}' counts",
        sentence: "A switch with three positions is set to a fourth.",
        causes: ["a typing mistake; case matters here"],
        fix: ["write {name} = yes, no or auto"]
    )
    public static let configNoNumber = Condition(
        "ND-K23",
        .warning,
        "'{value}' of '{name}' is no number: {used} counts; accepted is {accepted}",
        sentence: "A number is expected and something else came.",
        causes: ["a typing mistake", "a unit that is not known"],
        fix: ["write {name} = {used}, or the number you mean"]
    )
    public static let configTextAfterNumber = Condition(
        "ND-K24",
        .warning,
        "'{text}' behind the number of '{name}' is ignored: {used} counts; accepted is {accepted}",
        sentence: "Something follows a number that is not a unit.",
        causes: ["a comment behind the value: only whole lines can be comments", "a unit that is not known"],
        fix: ["write {name} = {used}"]
    )
    public static let configOctal = Condition(
        "ND-K25",
        .warning,
        "'{value}' of '{name}' begins with 0, so it is octal: {used} counts",
        sentence: "A leading zero makes a number octal, as in C.",
        causes: ["the number was padded with zeros"],
        fix: ["leave out the leading zero"]
    )
    public static let configOutOfRange = Condition(
        "ND-K26",
        .warning,
        "{value} is out of range for '{name}': {used} counts; accepted is {accepted}",
        sentence: "A number is smaller or larger than what the option can be.",
        causes: ["a typing mistake", "another unit was meant"],
        fix: ["write {name} = {used}"]
    )
    public static let configUnknownWord = Condition(
        "ND-K27",
        .warning,
        "'{value}' of '{name}' is not known: '{used}' counts; accepted is {accepted}",
        sentence: "An option that takes one of a few words got another.",
        causes: ["a typing mistake"],
        fix: ["write {name} = {used}"]
    )
    public static let configInvalidMemoryMode = Condition(
        "ND-K28",
        .warning,
        level: .error,
        "Invalid memory mode '{value}' given. Using '{used}'",
        sentence: "There is no such place to keep samples in.",
        causes: ["a typing mistake"],
        fix: ["one of none, ram, save, map, alloc, dbengine"]
    )
    public static let configNoGUID = Condition(
        "ND-K29",
        .error,
        "'{value}' of '{name}' is no GUID: every parent will refuse it",
        sentence: "API keys are GUIDs: 32 hexadecimal digits in five groups, 8-4-4-4-12.",
        causes: ["the key was made up", "a digit got lost when it was copied"],
        fix: ["make one: ndstream keygen"]
    )
    public static let configAddressUnreadable = Condition(
        "ND-K30",
        .error,
        "nothing listens at '{value}': {reason}",
        sentence: "An entry of 'bind to' can't be read, so it is left out.",
        causes: ["a typing mistake"],
        fix: ["write ADDRESS:PORT, [IPV6]:PORT or unix:/path"]
    )
    public static let configUnknownRight = Condition(
        "ND-K31",
        .warning,
        "'{right}' of '{value}' is no right: it counts for nothing",
        sentence: "A port is opened for something that doesn't exist.",
        causes: ["a typing mistake"],
        fix: ["one of dashboard, registry, badges, management, streaming, netdata.conf"]
    )
    public static let configNoRights = Condition(
        "ND-K32",
        .error,
        "nobody may do anything at '{value}'",
        sentence: "A port is opened with a list of rights in which there is none.",
        causes: ["a typing mistake"],
        fix: ["name what it is for, as in *:19999=streaming"]
    )
    public static let configEncryptionWithoutRights = Condition(
        "ND-K33",
        .warning,
        "'{value}' has ^SSL without a list of rights in front: read as it is meant, with all of them",
        sentence: "Netdata takes the = of ^SSL=… for the one in front of the rights and opens a port for nothing.",
        causes: ["the rights were left out because all of them are wanted"],
        fix: ["name the rights, as in *:19999=dashboard|streaming^SSL=force"]
    )
    public static let configUnknownEncryption = Condition(
        "ND-K34",
        .error,
        "'^{word}' of '{value}' is not known: unencrypted clients are let in",
        sentence: "A port's encryption is written in a way that nobody reads.",
        causes: ["a typing mistake"],
        fix: ["write ^SSL=force or ^SSL=optional"]
    )
    public static let configAllowsLoopbackAddress = Condition(
        "ND-K35",
        .warning,
        "'{word}' of '{name}' never matches: clients of this machine are called localhost",
        sentence: "Addresses of the loopback interface become the word localhost before they are compared.",
        causes: ["the address was written instead of the word"],
        fix: ["write localhost instead of {word}"]
    )
    public static let configAllowsUnmatchable = Condition(
        "ND-K36",
        .warning,
        "'{word}' of '{name}' never matches: {reason}",
        sentence: "A list of addresses holds a word that no address looks like.",
        causes: ["lists hold addresses, with * for any run of characters, and networks with a slash"],
        fix: ["write addresses as in 10.* or 192.168.1.4, networks as in 10.0.0.0/8 or 2001:db8::/32"]
    )
    public static let configAllowsNobody = Condition(
        "ND-K37",
        .warning,
        "'{value}' of '{name}' lets nobody in: every word in it refuses",
        sentence: "A list only says who may not; who is not listed may not either.",
        causes: ["the * at the end was forgotten"],
        fix: ["write {name} = {value} *"]
    )
}

// MARK: Streaming to a parent

extension Condition {
    public static let configNoHost = Condition(
        "ND-K38",
        .error,
        "Definition '{value}' does not specify a host.",
        sentence: "A destination has a port but no host.",
        causes: ["a typing mistake", "a blank in front of the colon"],
        fix: ["write HOST:PORT"]
    )
    public static let configDestinationUnreadable = Condition(
        "ND-K39",
        .error,
        "the destination '{value}' can't be used: {reason}",
        sentence: "A destination can't be read, so it is left out.",
        causes: ["a typing mistake"],
        fix: ["write HOST:PORT, HOST:PORT:SSL or [IPV6]:PORT"]
    )
    public static let configDestinationTwice = Condition(
        "ND-K40",
        .warning,
        "the destination '{value}' is listed twice",
        sentence: "A parent that could not be reached would be tried again at once.",
        causes: ["a line was copied"],
        fix: ["name it once"]
    )
    public static let configStreamIncomplete = Condition(
        "ND-K41",
        .error,
        "STREAM [send]: cannot enable sending thread - information is missing.",
        sentence: "Streaming is enabled, but there is no destination that can be used or no API key.",
        causes: ["the destination or the API key was forgotten or can't be read"],
        fix: ["set [stream] destination = PARENT:19999 and [stream] api key = KEY"]
    )
    public static let configStreamNotEnabled = Condition(
        "ND-K42",
        .info,
        "a destination and a key are set, but streaming is not enabled",
        sentence: "This node knows where to stream to and does not do it.",
        fix: ["set [stream] enabled = yes if you want it to"]
    )
    public static let configAgentWithoutParent = Condition(
        "ND-K65",
        .warning,
        "no parent is given: what is collected goes nowhere",
        sentence: "The agent neither streams to a parent nor keeps what it collects.",
        causes: [
            "the agent was started without a destination and a key", "it reads another stream.conf than you think",
        ],
        fix: ["ndstream agent --destination PARENT --api-key KEY", "or set both in [stream] of stream.conf"]
    )
}

// MARK: Keys and machines

extension Condition {
    public static let configSectionNoGUID = Condition(
        "ND-K43",
        .error,
        "[{section}] is neither [stream] nor a GUID: no child can use it as its key",
        sentence: "The sections of stream.conf are [stream], API keys and machine GUIDs.",
        causes: ["the key was made up", "a digit got lost when it was copied"],
        fix: ["make a key: ndstream keygen"]
    )
    public static let configTemplateLeft = Condition(
        "ND-K44",
        .error,
        "[{section}] stands for a GUID and has not been replaced: no child can use it",
        sentence: "The template of a section was edited without giving it its name.",
        causes: ["the example was taken as it is"],
        fix: ["make a key, ndstream keygen, and write it into the brackets"]
    )
    public static let configTypeGuessed = Condition(
        "ND-K45",
        .info,
        "[{section}] has no type: read as {read}, because of '{name}'",
        sentence: "Keys and machines have the same sections; without a type this one was told by its options.",
        fix: ["add type = api or type = machine"]
    )
    public static let configTypeUnknown = Condition(
        "ND-K46",
        .warning,
        "[{section}] has the type '{value}', so it is neither a key nor a machine",
        sentence: "The section can be used for nothing.",
        causes: ["a typing mistake"],
        fix: ["write type = api for a key, type = machine for a machine"]
    )
    public static let configMixedNames = Condition(
        "ND-K47",
        .warning,
        "'{name}' has no effect in [{section}], which is {kind}'s",
        sentence: "Keys have defaults for many machines, and a machine has its own settings: the names differ.",
        causes: ["a line was copied from the other kind of section"],
        fix: ["write '{rightName}'"]
    )
    public static let configKeyNotEnabled = Condition(
        "ND-K48",
        .warning,
        "the key [{section}] has no 'enabled': no child can use it",
        sentence: "Keys are disabled unless they say otherwise.",
        causes: ["the line was forgotten"],
        fix: ["add enabled = yes, or enabled = no if that is meant"]
    )
    public static let configExampleKey = Condition(
        "ND-K49",
        .info,
        "the key {section} is the one of the documentation: everybody knows it",
        sentence: "An example was taken as it is; whoever reaches this node may stream to it.",
        fix: ["make one of your own: ndstream keygen"]
    )
    public static let configKeyIsMachine = Condition(
        "ND-K50",
        .error,
        "{section} is used as an API key and as a machine GUID: {where}",
        sentence: "API keys are shared among nodes, a machine GUID belongs to one of them; nothing can be both.",
        causes: ["the content of the machine GUID's file was taken as key"],
        fix: ["make a key: ndstream keygen"]
    )
    public static let configKeysWithoutWeb = Condition(
        "ND-K51",
        .warning,
        "there are API keys, but [web] mode = none: no child can connect",
        sentence: "Children connect to the port of the web server, and there is none.",
        causes: ["a node without a dashboard was meant"],
        fix: ["set [web] mode = static-threaded"]
    )
}

// MARK: The node itself

extension Condition {
    public static let configHealthWithoutDatabase = Condition(
        "ND-K52",
        .info,
        "health monitoring is disabled by [db] mode = none: a node can't have health monitoring without a database",
        sentence: "Alarms look at samples, and there are none."
    )
    public static let configTierTooCoarse = Condition(
        "ND-K63",
        .warning,
        "dbengine tier {tier} gives aggregation of more than 65535 points of tier 0. Disabling tiers above {kept}",
        sentence:
            "A point of this tier would hold {points} points of full resolution; 65,535 is the most. It is left out, and so are those above it.",
        causes: [
            "[db] storage tiers is larger than the tiers' update every iterations allow: with 60 each there are three",
            "a [db] dbengine tier N update every iterations is too large",
        ],
        fix: [
            "set [db] storage tiers to what there is: tiers 0 to {kept}",
            "or make a [db] dbengine tier N update every iterations smaller: their product counts",
        ]
    )
    public static let configForeignDirectory = Condition(
        "ND-K53",
        .info,
        "'{value}' of '{name}' belongs to Netdata: '{used}' is used",
        sentence: "The file is Netdata's own; two nodes never share directories or a machine GUID."
    )
    public static let configNoHome = Condition(
        "ND-K54",
        .error,
        "there is nowhere to keep state: HOME is not set",
        sentence: "Without root's directories the ones of the user are needed, and the environment doesn't name them.",
        causes: ["the program was started with an empty environment"],
        fix: ["name one: --state-dir DIRECTORY"]
    )
    public static let identityInvalid = Condition(
        "ND-K55",
        .error,
        "Failed to validate machine GUID '{value}' of '{file}'; a new one is made",
        sentence: "The file of the machine GUID holds something else.",
        causes: ["it was edited, or not wholly written"],
        fix: ["if you know the GUID this node had, write it into {file}, 36 characters"]
    )
    public static let identityBanned = Condition(
        "ND-K56",
        .warning,
        "the machine GUID {value} of '{file}' was once shipped to many machines; a new one is made",
        sentence: "Two GUIDs came with packages, so they tell no machine from another.",
        causes: ["the file came from an old package"],
        fix: ["nothing: this node is a new one from now on"]
    )
    public static let identityCloned = Condition(
        "ND-K57",
        .warning,
        "the machine GUID {value} of '{file}' was made on another machine: this looks like a clone",
        sentence: "A parent refuses the second of two nodes with the same GUID.",
        causes: ["the machine was made from an image that already held the file"],
        fix: ["on the clone: stop the node and delete {file}"]
    )
    public static let identityNotWritable = Condition(
        "ND-K58",
        .error,
        "Cannot create unique machine id file '{file}'. Please fix this.",
        sentence: "This node can't keep an identity, so it doesn't start.",
        causes: ["the directory belongs to somebody else, or the disk is full or read-only"],
        fix: ["let the user that runs ndstream write there, or name another place: --state-dir DIRECTORY"]
    )
    public static let identityUnreadable = Condition(
        "ND-K75",
        .error,
        "Cannot read the machine GUID of '{file}': {reason}. It is left as it is.",
        sentence: "This node has an identity and can't read it. Making another one would make it a stranger.",
        causes: ["the file belongs to somebody else", "something else stands in its place"],
        fix: ["let the user that runs ndstream read {file}", "or delete it, and be a new node"]
    )
    public static let identityNotAdopted = Condition(
        "ND-K76",
        .warning,
        "there is no machine GUID to take over in '{file}': a new one is made",
        sentence: "--adopt-guid takes the identity of the Netdata on this machine, and there is none.",
        causes: ["Netdata was never started here, or keeps its files elsewhere"],
        fix: ["if you know the GUID, write it into this node's file: 36 characters"]
    )
}
