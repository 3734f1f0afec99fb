/// Who a host says it is (streaming protocol §2, §8.6, §8.7).
public struct HostIdentity: Sendable, Equatable {
    public var hostname: String
    public var registryHostname: String
    public var os: String
    public var timezone: String
    public var abbreviatedTimezone: String
    /// Seconds east of UTC.
    public var utcOffset: Int
    public var tags: String
    public var programName: String
    public var programVersion: String
    /// Steps from where its metrics are collected to here; 0 for the own host.
    public var hops: Int
    /// `NETDATA_HOST_OS_NAME` and the like, in the order they came.
    public var systemInformation: [(name: String, value: String)]
    public var labels: [Label]
    /// What `CLAIMED_ID` said; `nil` for `NULL` and before it.
    public var claimID: String?
    /// What it was called before it was renamed.
    public var formerHostname: String?

    public init(
        hostname: String,
        registryHostname: String? = nil,
        os: String = "unknown",
        timezone: String = "unknown",
        abbreviatedTimezone: String = "UTC",
        utcOffset: Int = 0,
        tags: String = "",
        programName: String = "",
        programVersion: String = "",
        hops: Int = 0,
        systemInformation: [(name: String, value: String)] = [],
        labels: [Label] = []
    ) {
        self.hostname = hostname
        self.registryHostname = registryHostname ?? hostname
        self.os = os
        self.timezone = timezone
        self.abbreviatedTimezone = abbreviatedTimezone
        self.utcOffset = utcOffset
        self.tags = tags
        self.programName = programName
        self.programVersion = programVersion
        self.hops = hops
        self.systemInformation = systemInformation
        self.labels = labels
    }

    public static func == (one: HostIdentity, other: HostIdentity) -> Bool {
        one.hostname == other.hostname && one.registryHostname == other.registryHostname && one.os == other.os
            && one.timezone == other.timezone && one.abbreviatedTimezone == other.abbreviatedTimezone
            && one.utcOffset == other.utcOffset && one.tags == other.tags && one.programName == other.programName
            && one.programVersion == other.programVersion && one.hops == other.hops
            && one.systemInformation.elementsEqual(other.systemInformation, by: ==) && one.labels == other.labels
            && one.claimID == other.claimID && one.formerHostname == other.formerHostname
    }
}
