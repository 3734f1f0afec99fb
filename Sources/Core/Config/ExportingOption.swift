/// One option of `exporting.conf` (exporting §1): what there is to know about it, once, for reading, `--check`,
/// `--print-config` and the template of `--edit`.
struct ExportingOption: Sendable {
    /// The sections that it may stand in. What stands in ``global`` is the default of all others.
    struct Places: OptionSet, Sendable {
        let rawValue: UInt8

        /// `[exporting:global]`
        static let global = Places(rawValue: 1)
        /// `[TYPE:NAME]`
        static let connector = Places(rawValue: 2)
        /// `[prometheus:exporter]`
        static let scrape = Places(rawValue: 4)
        static let everywhere: Places = [.global, .connector, .scrape]
        static let sending: Places = [.global, .connector]
    }

    /// What a connector must be for the option to mean anything.
    enum Need: Sendable {
        case nothing
        /// It speaks HTTP.
        case http
        case remoteWrite
        /// It encrypts.
        case encryption
        /// It spills to disk.
        case spilling
    }

    let option: Option
    let places: Places
    let need: Need

    var name: String { option.name }

    private init(
        _ name: String,
        _ kind: Option.Kind,
        _ standard: Option.Default,
        in places: Places = .sending,
        needs need: Need = .nothing,
        _ sentence: String
    ) {
        option = Option("exporting", name, kind, standard, sentence)
        self.places = places
        self.need = need
    }

    /// The option of this name.
    static func named(_ name: String) -> ExportingOption? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// All of them, in the order in which they are printed.
    static let all: [ExportingOption] = link + content + values + http + encryption + spilling

    private static let link: [ExportingOption] = [
        .init(
            "enabled",
            .boolean,
            .text("no"),
            "Whether it sends: a connector, and in [exporting:global] all of them."
        ),
        .init(
            "destination",
            .destinations,
            .text("localhost"),
            "Where to send, the first that can be reached; without a port the usual one of the type."
        ),
        .init(
            "update every",
            .integer(ExportingSettings.updateEverySeconds),
            .text("10"),
            in: .everywhere,
            "Seconds between two batches."
        ),
        .init(
            "buffer on failures",
            .integer(ExportingSettings.bufferedBatches),
            .text("10"),
            "How many batches are kept in memory while the destination is away."
        ),
        .init(
            "timeout ms",
            .integer(ExportingSettings.timeoutMilliseconds),
            .text("10000"),
            "Milliseconds for connecting, for each piece that is sent, and for an answer."
        ),
    ]

    private static let content: [ExportingOption] = [
        .init(
            "send hosts matching",
            .pattern,
            .text("localhost *"),
            in: .everywhere,
            "The hosts that are sent, by hostname; the own one is called localhost."
        ),
        .init(
            "send charts matching",
            .pattern,
            .text("*"),
            in: .everywhere,
            "The charts that are sent, by id or name."
        ),
        .init(
            "data source",
            .text,
            .text("average"),
            in: .everywhere,
            "What is sent: average or sum of what was stored since the last batch, or as collected."
        ),
    ]

    private static let values: [ExportingOption] = [
        .init("prefix", .text, .text("netdata"), in: .everywhere, "What all names begin with."),
        .init(
            "hostname",
            .text,
            .none,
            "What the own host is called there; without it as everywhere. Mirrored hosts keep their names."
        ),
        .init(
            "send names instead of ids",
            .boolean,
            .text("yes"),
            in: .everywhere,
            "Whether charts and dimensions go by their names, which people may change, or by their ids."
        ),
        .init(
            "send configured labels",
            .boolean,
            .text("yes"),
            in: .everywhere,
            "Whether labels of [host labels] are sent, of each host its own."
        ),
        .init(
            "send automatic labels",
            .boolean,
            .text("no"),
            in: .everywhere,
            "Whether the labels are sent that a node gives itself: its system, its processors, and so on."
        ),
        .init(
            "send variables",
            .boolean,
            .text("yes"),
            needs: .remoteWrite,
            "Whether variables of hosts and charts are sent too."
        ),
    ]

    private static let http: [ExportingOption] = [
        .init("username", .text, .none, needs: .http, "Who signs in (HTTP basic authentication)."),
        .init("password", .text, .none, needs: .http, "With which password."),
        .init(
            "remote write URL path",
            .text,
            .text("/receive"),
            needs: .remoteWrite,
            "The path of the receiver, /api/v1/write for Prometheus."
        ),
    ]

    private static let encryption: [ExportingOption] = [
        .init(
            "ssl skip certificate verification",
            .boolean,
            .text("no"),
            needs: .encryption,
            "Whether the destination's certificate may be anybody's."
        ),
        .init(
            "ssl verify hostname",
            .triState,
            .text("auto"),
            needs: .encryption,
            "Whether the certificate must be for the name in `destination`: auto insists on it where the system's "
                + "certificates are trusted, and not where CAfile or CApath names others."
        ),
        .init(
            "CApath",
            .path,
            .none,
            needs: .encryption,
            "A directory of trusted certificates under their hashed names (openssl rehash)."
        ),
        .init("CAfile", .path, .none, needs: .encryption, "A file of trusted certificates."),
    ]

    private static let spilling: [ExportingOption] = [
        .init(
            "spill to disk",
            .boolean,
            .text("no"),
            "Whether batches that find no room in memory any more go to files, and what waits at the end of the program."
        ),
        .init(
            "spill directory",
            .path,
            .none,
            needs: .spilling,
            "Where these files are, in a directory for each connector; without it in [directories] cache."
        ),
        .init(
            "spill size MB",
            .megabytes(ExportingSettings.spillMegabytes),
            .text("256"),
            needs: .spilling,
            "How much they may take for each connector; then the oldest goes."
        ),
    ]
}
