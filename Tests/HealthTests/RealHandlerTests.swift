import Glibc
import Store
import Synchronization
import System
import Testing

@testable import Health

private let root: String = {
    let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return getenv("NETDATA_ROOT").map { String(cString: $0) } ?? package + "/.build/netdata"
}()
private let handler = root + "/usr/lib/netdata/plugins.d/alarm-notify.sh"

/// The handler of a real Netdata, where there is one: `NETDATA_ROOT`, or what Tests/Support/fetch-netdata.sh fetched.
@Suite(.enabled(if: Files.exists(handler))) struct RealHandlerTests {
    private func environment(_ scratch: String) -> [String] {
        [
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "NETDATA_HOSTNAME=nd-a", "NETDATA_REGISTRY_HOSTNAME=nd-a",
            "NETDATA_REGISTRY_URL=https://registry.my-netdata.io", "NETDATA_CACHE_DIR=\(scratch)",
            "NETDATA_USER_CONFIG_DIR=\(scratch)", "NETDATA_STOCK_CONFIG_DIR=\(root)/usr/lib/netdata/conf.d",
            "NETDATA_REGISTRY_CLOUD_BASE_URL=https://api.netdata.cloud", "LC_ALL=C", "HOME=\(scratch)",
        ]
    }

    /// Exit code by us, and by a shell as the original does it.
    private func codes(
        _ scratch: String,
        _ arguments: [String]
    ) throws -> (ours: Notification.Outcome?, theirs: Process.Exit) {
        let outcome = Mutex<Notification.Outcome?>(nil)
        let notifier = try Notifier(
            environment: environment(scratch),
            directory: scratch,
            clock: RunningClock(),
            reporter: HeardReports()
        ) { _, ended in outcome.withLock { $0 = ended } }
        notifier.send(
            Notification(host: "", hostname: "nd-a", entry: 1, handler: handler, arguments: arguments)
        )
        let hasEnded = waits { outcome.withLock { $0 != nil } }
        #expect(hasEnded)
        notifier.stop()
        let words = ([handler] + arguments).map {
            "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
        var command = Process.Command.shell(
            "exec " + words.joined(separator: " "),
            environment: environment(scratch),
            directory: scratch
        )
        command.isMute = true
        var process = try Process.start(command)
        var exit: Process.Exit?
        _ = waits {
            exit = process.poll()
            return exit != nil
        }
        return (outcome.withLock { $0 }, try #require(exit))
    }

    private func arguments(recipient: String) throws -> [String] {
        var entry = alarmEntry(info: "test gauge is 'high' $(id)")
        entry.recipient = recipient
        let facts = NotificationFacts(
            registryHostname: "nd-a",
            nodeRegistryHostname: "nd-a",
            expression: "$this > 10",
            userConfigDirectory: "/etc/netdata"
        )
        return try NotificationArguments.all(entry, facts)
    }

    @Test func aSenderOfItsOwnGetsWhatWasSent() throws {
        try withScratch { scratch in
            let configuration = """
                SEND_EMAIL="NO"
                SEND_CUSTOM="YES"
                DEFAULT_RECIPIENT_CUSTOM="team"
                custom_sender() {
                    printf '%s|%s|%s|%s|%s\\n' "${1}" "${host}" "${status}" "${name}" "${info}" >>"\(scratch)/sent"
                    return 0
                }
                """
            try Files.create(Array(configuration.utf8), at: scratch + "/health_alarm_notify.conf", mode: 0o644)
            let codes = try codes(scratch, try arguments(recipient: "sysadmin"))
            #expect(codes.ours == .code(0))
            #expect(codes.theirs == .code(0))
            let sent = String(decoding: try Files.read(scratch + "/sent", limit: 65_536), as: UTF8.self)
            let lines = sent.split(separator: "\n")
            #expect(lines.count == 2 && lines.first == lines.last)
            #expect(lines.first?.hasPrefix("team|nd-a|WARNING|t_gauge|test gauge is 'high' $(id)") == true)
        }
    }

    @Test func withoutAnySenderItFailsAsWithTheOriginal() throws {
        try withScratch { scratch in
            let configuration = "SEND_EMAIL=\"NO\"\nSEND_CUSTOM=\"NO\"\n"
            try Files.create(Array(configuration.utf8), at: scratch + "/health_alarm_notify.conf", mode: 0o644)
            for recipient in ["sysadmin", "silent"] {
                let codes = try codes(scratch, try arguments(recipient: recipient))
                guard case .code(let ours) = codes.ours, case .code(let theirs) = codes.theirs else {
                    Issue.record("\(codes)")
                    continue
                }
                #expect(ours == theirs, "\(recipient)")
            }
        }
    }
}
