extension Option {
    static let health = [
        Option(
            "health",
            "enabled",
            .boolean,
            .text("yes"),
            "Whether alarms are evaluated; never where nothing is kept."
        ),
        Option(
            "health",
            "enable stock health configuration",
            .boolean,
            .text("yes"),
            "Whether the alarms that came with the program are read besides the node's own."
        ),
        Option(
            "health",
            "script to execute on alarm",
            .path,
            .none,
            "What is run when an alarm changes: alarm-notify.sh of the plugins unless set; empty is nothing."
        ),
        Option(
            "health",
            "notification timeout",
            .seconds(1...3600),
            .text("60"),
            "How long that may run before it is ended."
        ),
        Option(
            "health",
            "default repeat warning",
            .seconds(0 ... .max),
            .text("never"),
            "How often a warning is notified again while it stays, where an alarm doesn't say."
        ),
        Option(
            "health",
            "default repeat critical",
            .seconds(0 ... .max),
            .text("never"),
            "How often a critical alarm is notified again while it stays, where it doesn't say."
        ),
        Option(
            "health",
            "run at least every seconds",
            .seconds(1...3600),
            .text("10"),
            "The longest time between two looks at the alarms of a host."
        ),
        Option(
            "health",
            "fold alarms of a lost child",
            .boolean,
            .text("yes"),
            "Whether a child that is lost raises one alarm instead of one for each of its charts."
        ),
        Option(
            "health",
            "postpone alarms during hibernation for seconds",
            .seconds(0 ... .max),
            .text("60"),
            also: [Name("health", "postpone alarms during hibernation for")],
            "How long alarms wait after the machine has slept."
        ),
        Option(
            "health",
            "in memory max health log entries",
            .integer(10 ... .max),
            .text("1000"),
            "How many changes of alarms are remembered, for each host."
        ),
        Option(
            "health",
            "rotate log every lines",
            .integer(100 ... .max),
            .text("2000"),
            "How long a host's file of such changes gets before a new one begins."
        ),
        Option(
            "health",
            "silencers file",
            .path,
            .text("{lib}/health.silencers.json"),
            "Where it is kept which alarms are silenced or disabled."
        ),
    ]

    static let registry = [
        Option(
            "registry",
            "enabled",
            .boolean,
            .text("no"),
            "Whether this node is a registry for others."
        ),
        Option(
            "registry",
            "registry hostname",
            .text,
            .option(Name("global", "hostname")),
            "The name under which this node appears in a registry."
        ),
        Option(
            "registry",
            "registry to announce",
            .text,
            .text("https://registry.my-netdata.io"),
            "The registry that dashboards of this node use."
        ),
        Option(
            "registry",
            "netdata unique id file",
            .path,
            .text("{registry}/netdata.public.unique.id"),
            "The file with this node's machine GUID."
        ),
        Option(
            "registry",
            "registry db file",
            .path,
            .text("{registry}/registry.db"),
            "The file with what the registry knew when it was written as a whole last."
        ),
        Option(
            "registry",
            "registry log file",
            .path,
            .text("{registry}/registry-log.db"),
            "The file with what the registry has learned since."
        ),
        Option(
            "registry",
            "registry save db every new entries",
            .integer(1 ... .max),
            .text("1000000"),
            "How many entries the log gets before the registry is written as a whole."
        ),
        Option(
            "registry",
            "registry expire idle persons days",
            .integer(1...36_500),
            .text("365"),
            "After how many days without a visit a person is forgotten; cookies last as long."
        ),
        Option(
            "registry",
            "registry domain",
            .text,
            .text(""),
            "The domain of the registry's cookies, where dashboards of several hosts in it share them."
        ),
        Option(
            "registry",
            "verify browser cookies support",
            .boolean,
            .text("yes"),
            "Whether nobody is remembered who does not bring a cookie back."
        ),
        Option(
            "registry",
            "enable cookies SameSite and Secure",
            .boolean,
            .text("yes"),
            "Whether cookies are for dashboards of other sites, over TLS."
        ),
        Option(
            "registry",
            "max URL length",
            .integer(10...4096),
            .text("1024"),
            "Bytes of a dashboard's URL that are kept."
        ),
        Option(
            "registry",
            "max URL name length",
            .integer(10...1024),
            .text("50"),
            "Bytes of a dashboard's name that are kept."
        ),
        Option(
            "registry",
            "netdata management api key file",
            .path,
            .text("{lib}/netdata.api.key"),
            "The file with the key of the management API."
        ),
        Option(
            "registry",
            "allow from",
            .access,
            .text("*"),
            "Who may use the registry."
        ),
        Option(
            "registry",
            "allow by dns",
            .words(["yes", "no", "heuristic"]),
            .text("heuristic"),
            "Whether names count besides addresses."
        ),
    ]

    static let plugins = [
        Option(
            "plugins",
            "enable running new plugins",
            .boolean,
            .text("yes"),
            "Whether plugins run that are not named here."
        ),
        Option(
            "plugins",
            "check for new plugins every",
            .seconds(1 ... .max),
            .text("60"),
            "How often the directories of plugins are looked through."
        ),
        Option(
            "plugins",
            "NAME",
            .boolean,
            .none,
            "Whether the plugin of this name runs."
        ),
        Option(
            "plugin:NAME",
            "update every",
            .seconds(1...600),
            .option(Name("db", "update every")),
            "How often this plugin collects."
        ),
        Option(
            "plugin:NAME",
            "command options",
            .text,
            .text(""),
            "What the plugin is told besides how often to collect."
        ),
    ]
}
