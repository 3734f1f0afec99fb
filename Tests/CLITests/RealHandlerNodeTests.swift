import Glibc
import System
import Testing

private let netdata = root + "/.build/netdata/usr/lib/netdata"
private let handler = netdata + "/plugins.d/alarm-notify.sh"

/// The handler of a real Netdata, run by a node, where Tests/Support/fetch-netdata.sh fetched one.
@Suite(.enabled(if: Files.exists(handler)), .timeLimit(.minutes(10))) struct RealHandlerNodeTests {
    @Test func itGetsThrough() throws {
        let rule = """
            template: level
                  on: test.gauge
                calc: $v
               every: 1s
                warn: $this > 10
                  to: sysadmin
                info: it is 'high' $(id)
            """
        // The one that comes with the plugins is found where nothing else is said.
        let node = try AlarmNode(
            ["level.conf": rule],
            more: """
                [db]
                    mode = ram
                [directories]
                    plugins = \(netdata)/plugins.d
                    stock config = \(netdata)/conf.d
                """,
            handler: handler
        )
        let configuration = """
            SEND_EMAIL="NO"
            SEND_CUSTOM="YES"
            DEFAULT_RECIPIENT_CUSTOM="team"
            custom_sender() {
                printf '%s|%s|%s|%s|%s\\n' "${1}" "${host}" "${status}" "${name}" "${info}" >>"\(node.directory)/sent"
                return 0
            }
            """
        try Files.write(Array(configuration.utf8), to: node.directory + "/etc/health_alarm_notify.conf")
        let child = try AlarmChild(node, value: 20)
        try node.wait("its end is in the log", child) {
            try node.entries(of: "level", host: "web-01", status: "WARNING", "exec_code", "exec_failed")
                == [["0", "false"]] && Files.exists(node.directory + "/sent")
        }
        // Quotes of an info are blanks (health §2).
        #expect(node.node.text("sent") == "team|web-01|WARNING|level|it is  high  $(id)\n", "\(node.node.log)")
    }
}
