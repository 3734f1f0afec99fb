import Basics
import Config
import Health

/// What `--check` says of health.d, with the charts that the database's files know.
struct AlarmCheck {
    let findings: [Finding]
    private let files: Int
    private let alarms: Int
    private let hosts: Int

    init(_ configuration: Configuration, _ stores: StoreCheck) {
        guard configuration.mayHaveAlarms else {
            (findings, files, alarms, hosts) = ([], 0, 0, 0)
            return
        }
        let catalog = HealthCatalog(configuration.health)
        let known = stores.knownHosts(own: configuration.global.hostname)
        findings = catalog.findings + HealthCheck(catalog, hosts: known).findings
        files = catalog.files.count
        alarms = catalog.definitions.count
        hosts = known.count
    }

    var text: String {
        files == 0
            ? ""
            : "checked \(counted(alarms, "alarm")) of \(counted(files, "file")) of health.d"
                + (hosts == 0 ? "\n" : ", with the charts of \(counted(hosts, "host"))\n")
    }

    func write(to json: inout JSONWriter) {
        json.key("alarms")
        json.object { json in
            json.member("files", files)
            json.member("definitions", alarms)
            json.member("hosts", hosts)
        }
    }

    private func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
