/// All conditions there are. Each room's stand in a file of their own beside this one.
public enum Catalogue {
    public static let all: [Condition] =
        streaming + connecting + beside + encrypting + tls + certificates + alerts + tlsCheck + selfTest + hosts
        + replication
        + replicationChild + wire + transport + serverEncryption + store + disk + collection + plugins
        + config + keys + service + web + node + exporting + exportingHTTP + exportingSpill + health + healthChecks
        + alarms + notifications
        + silencing + registry + older

    public static func condition(code: String) -> Condition? {
        all.first { $0.code == code.uppercased() }
    }
}
