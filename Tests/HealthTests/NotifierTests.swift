import Diagnostics
import Glibc
import Store
import Synchronization
import System
import Testing

@testable import Health

/// With real programs.
@Suite(.serialized) struct NotifierTests {
    private final class Outcomes: Sendable {
        let list = Mutex<[(UInt32, Notification.Outcome)]>([])
        var count: Int { list.withLock { $0.count } }
        subscript(entry: UInt32) -> Notification.Outcome? { list.withLock { $0.first { $0.0 == entry }?.1 } }
        var all: [Notification.Outcome] { list.withLock { $0.map(\.1) } }
    }

    private let outcomes = Outcomes()
    private let reports = HeardReports()
    private static let path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

    private func notifier(
        _ directory: String? = nil,
        environment: [String] = [],
        _ change: (inout Notifier.Limits) -> Void = { _ in }
    ) throws -> Notifier {
        var limits = Notifier.Limits()
        change(&limits)
        return try Notifier(
            limits: limits,
            environment: [Self.path] + environment,
            directory: directory,
            clock: RunningClock(),
            reporter: reports
        ) { [outcomes] notification, outcome in
            outcomes.list.withLock { $0.append((notification.entry, outcome)) }
        }
    }

    private func script(
        _ directory: String,
        _ text: String,
        name: String = "handler.sh",
        mode: UInt32 = 0o755
    ) throws
        -> String
    {
        let path = directory + "/" + name
        try Files.create(Array(text.utf8), at: path, mode: mode)
        return path
    }

    private func notification(
        _ entry: UInt32,
        _ handler: String,
        _ arguments: [String] = [],
        host: String = "G"
    )
        -> Notification
    {
        Notification(host: host, hostname: "web01", entry: entry, handler: handler, arguments: arguments)
    }

    private func contents(_ path: String) -> [UInt8] { (try? Files.read(path, limit: 1 << 22)) ?? [] }

    private func text(_ path: String) -> String { String(decoding: contents(path), as: UTF8.self) }

    /// Whether no process of ours has ended and nobody reaps it. Other tests have processes, too, but reap them.
    private var hasNoZombies: Bool { waits { zombies == 0 } }

    private var zombies: Int {
        ((try? Files.names(in: "/proc")) ?? []).filter { $0.allSatisfy(\.isNumber) }.count { id in
            let fields = text("/proc/\(id)/stat").split(separator: ") ").last?.split(separator: " ") ?? []
            return fields.count > 1 && fields[0] == "Z" && fields[1] == "\(getpid())"
        }
    }

    private func isAlive(_ process: String) -> Bool {
        let stat = text("/proc/\(process)/stat")
        return !stat.isEmpty && !stat.contains(") Z ")
    }

    @Test func argumentsAndEnvironmentArriveAsTheyAre() throws {
        try withScratch { scratch in
            let handler = try script(
                scratch,
                "#!/bin/sh\nprintf '%s\\0' \"$@\" >args\nenv >env\npwd >pwd\nls -l /proc/self/fd >fd\ncat >in\n"
            )
            var entry = alarmEntry(info: "$(id) `id` ;reboot 'q' \"q\" \\ * ~ ü\nforged line\u{1b}[31m\u{0}end")
            entry.recipient = "--exec=/bin/false"
            let facts = NotificationFacts(
                registryHostname: ";reboot",
                nodeRegistryHostname: "nd-a",
                expression: "$this > 1 && $(id)",
                variables: "[ $this = 30 ] ",
                userConfigDirectory: "/etc/netdata",
                machineGUID: ""
            )
            let arguments = try NotificationArguments.all(entry, facts)
            let notifier = try notifier(scratch, environment: ["NETDATA_HOSTNAME=a b", "EMPTY="])
            #expect(notifier.send(notification(1, handler, arguments)))
            #expect(waits { outcomes[1] != nil })
            #expect(outcomes[1] == .code(0))
            let got = contents(scratch + "/args").split(separator: 0, omittingEmptySubsequences: false).dropLast()
            #expect(got.map { String(decoding: $0, as: UTF8.self) } == arguments)
            #expect(got.count == 29)
            #expect(arguments[0] == "exec=/bin/false" && arguments[1] == ";reboot" && arguments[28] == "")
            #expect(arguments[17] == "$(id) `id` ;reboot 'q' \"q\" \\ * ~ ü forged line [31m end")
            #expect(text(scratch + "/env").contains("NETDATA_HOSTNAME=a b\n"))
            #expect(!text(scratch + "/env").contains("HOME="))
            #expect(text(scratch + "/pwd") == scratch + "\n")
            #expect(contents(scratch + "/in").isEmpty)
            let descriptors = text(scratch + "/fd")
            #expect(descriptors.contains("0 -> /dev/null") && descriptors.contains("2 -> pipe:"))
            #expect(descriptors.split(separator: "\n").count <= 5)
            notifier.stop()
            #expect(reports.texts == [])
        }
    }

    @Test func howItEndedIsReported() throws {
        try withScratch { scratch in
            let three = try script(scratch, "#!/bin/sh\nexit 3\n", name: "three")
            let killed = try script(scratch, "#!/bin/sh\nkill -9 $$\n", name: "killed")
            let bare = try script(scratch, "exit 4\n", name: "bare")
            let plain = try script(scratch, "#!/bin/sh\n", name: "plain", mode: 0o644)
            let noInterpreter = try script(scratch, "#!/nonexistent/sh\n", name: "none")
            let notifier = try notifier(environment: [])
            for (entry, handler) in [
                (1, three), (2, killed), (3, bare), (4, plain), (5, noInterpreter), (6, "/nonexistent/x"), (7, "true"),
                (8, "no-such-program"), (9, ""), (10, "/nonexistent/x"),
            ] { #expect(notifier.send(notification(UInt32(entry), handler))) }
            #expect(waits { outcomes.count == 10 })
            #expect(outcomes[1] == .code(3) && outcomes[1]?.exitCode == 3 && outcomes[1]?.isFailure == true)
            #expect(outcomes[2] == .signal(9) && outcomes[2]?.exitCode == 137)
            #expect(outcomes[3] == .code(4))
            for entry in [4, 5, 6, 8, 9] as [UInt32] {
                guard case .notStarted = outcomes[entry] else {
                    Issue.record("\(entry): \(String(describing: outcomes[entry]))")
                    continue
                }
                #expect(outcomes[entry]?.exitCode == 127)
            }
            #expect(outcomes[7] == .code(0) && outcomes[7]?.isFailure == false)
            notifier.stop()
            // With path and reason, of each path once.
            #expect(reports.codes == Array(repeating: "ND-N1", count: 5))
            #expect(reports.texts[0] == "Failed to execute alarm handler '\(plain)': Permission denied")
            #expect(reports.texts[2] == "Failed to execute alarm handler '/nonexistent/x': No such file or directory")
            #expect(hasNoZombies)
        }
    }

    @Test func whatItSaysIsLogged() throws {
        try withScratch { scratch in
            let handler = try script(scratch, "#!/bin/sh\necho out\nprintf 'one\\ntwo \\033[31m\\nrest' >&2\n")
            let notifier = try notifier()
            notifier.send(notification(1, handler))
            #expect(waits { outcomes.count == 1 })
            notifier.stop()
            #expect(
                reports.texts == ["one", "two \\x1b[31m", "rest"].map { "alarm handler '\(handler)': \($0)" }
            )
        }
    }

    @Test func aHandlerThatHangsIsEnded() throws {
        try withScratch { scratch in
            // It ignores SIGTERM, and so does its child.
            let handler = try script(
                scratch,
                "#!/bin/sh\ntrap '' TERM\nsleep 1000 & echo $! >\(scratch)/child\nwait\nwait\nsleep 1000\n"
            )
            let obedient = try script(scratch, "#!/bin/sh\nexec sleep 1000\n", name: "obedient")
            let notifier = try notifier { $0.seconds = 1 }
            let began = RunningClock().monotonic()
            notifier.send(notification(1, handler))
            notifier.send(notification(2, obedient))
            #expect(waits { outcomes.count == 2 })
            #expect(outcomes[1] == .timedOut && outcomes[2] == .timedOut && outcomes[2]?.isFailure == true)
            #expect(RunningClock().monotonic() - began < 8_000_000)
            let child = text(scratch + "/child").split(separator: "\n").joined()
            #expect(!child.isEmpty && waits { !isAlive(child) })
            #expect(reports.codes == ["ND-N4", "ND-N4"])
            #expect(reports.texts.contains { $0.contains("for more than 1 seconds (alarm event 2 of web01)") })
            notifier.stop()
            #expect(hasNoZombies)
        }
    }

    @Test func whatItLeavesRunningGoesOnAndIsHeard() throws {
        try withScratch { scratch in
            let handler = try script(
                scratch,
                """
                #!/bin/sh
                ( trap '' PIPE; sleep 0.5; echo late >&2
                  while echo x >&2; do sleep 0.1; done; echo >\(scratch)/closed ) &
                exit 5
                """
            )
            let notifier = try notifier { $0.seconds = 2 }
            notifier.send(notification(1, handler))
            #expect(waits { outcomes[1] != nil })
            // Its end is not waited for.
            #expect(outcomes[1] == .code(5))
            #expect(!Files.exists(scratch + "/closed"))
            #expect(notifier.counts.running == 0)
            #expect(waits { reports.texts.first == "alarm handler '\(handler)': late" })
            // But nobody is listened to for ever.
            #expect(waits { Files.exists(scratch + "/closed") })
            notifier.stop()
            #expect(hasNoZombies)
        }
    }

    @Test func noMoreThanSoManyRunAtOnce() throws {
        try withScratch { scratch in
            let handler = try script(
                scratch,
                "#!/bin/sh\nmkdir \(scratch)/run.$1\nls -d \(scratch)/run.* | wc -l >>\(scratch)/counts\nsleep 0.05\n"
                    + "rmdir \(scratch)/run.$1\n"
            )
            let notifier = try notifier()
            for entry in UInt32(1)...50 { #expect(notifier.send(notification(entry, handler, ["\(entry)"]))) }
            #expect(waits { outcomes.count == 50 })
            #expect(outcomes.all.allSatisfy { $0 == .code(0) })
            let counts = text(scratch + "/counts").split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            #expect(counts.count == 50 && counts.max() ?? 99 <= 8 && counts.max() ?? 0 > 1)
            #expect(notifier.counts.waiting == 0 && notifier.counts.running == 0)
            notifier.stop()
        }
    }

    @Test func aFloodStartsNoMoreThanTheLimit() throws {
        try withScratch { scratch in
            let handler = try script(scratch, "#!/bin/sh\nprintf x >>\(scratch)/runs\n")
            let before = try Files.names(in: "/proc/self/fd").count
            let notifier = try notifier { $0.perHost = Notifier.Rate(atOnce: 300, perSecond: 0.001) }
            var taken = 0
            for entry in UInt32(1)...10_000 where notifier.send(notification(entry, handler)) { taken += 1 }
            #expect(taken == 300)
            #expect(notifier.send(notification(10_001, handler, host: "another")))
            #expect(waits { outcomes.count == 301 })
            notifier.stop()
            #expect(contents(scratch + "/runs").count == 301)
            // What was dropped when the thread looked first, and the rest when it stops; otherwise once a minute.
            #expect(Set(reports.codes) == ["ND-N5"] && reports.codes.count <= 2)
            let dropped = reports.texts.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
            #expect(dropped.reduce(0, +) == 10_000 - 300)
            #expect(hasNoZombies)
            // One of each run would be more; other tests have theirs meanwhile.
            #expect(try Files.names(in: "/proc/self/fd").count < before + 200)
        }
    }

    @Test func whatWaitsHasALimit() throws {
        let notifier = try notifier {
            $0.parallel = 1
            $0.waiting = 5
        }
        let long = notification(1, "sleep", ["1000"])
        #expect(notifier.send(long))
        #expect(waits { notifier.counts.running == 1 })
        let taken = (0..<20).count { _ in notifier.send(long) }
        #expect(taken == 5 && notifier.counts.waiting == 5)
        notifier.stop()
        #expect(outcomes.all == Array(repeating: .stopped, count: 6))
        let other = try self.notifier {
            $0.parallel = 1
            $0.waitingBytes = 1000
        }
        other.send(long)
        #expect(waits { other.counts.running == 1 })
        let heavy = notification(2, "sleep", [String(repeating: "9", count: 300)])
        #expect((0..<20).count { _ in other.send(heavy) } == 3)
        other.stop()
    }

    @Test func stopEndsAllWithinASecond() throws {
        try withScratch { scratch in
            let handler = try script(
                scratch,
                "#!/bin/sh\ntrap '' TERM\nsleep 1000 & echo $! >>\(scratch)/children\nwhile :; do sleep 1000; done\n"
            )
            let notifier = try notifier()
            for entry in UInt32(1)...20 { notifier.send(notification(entry, handler)) }
            #expect(waits { text(scratch + "/children").split(separator: "\n").count == 8 })
            let began = RunningClock().monotonic()
            notifier.stop()
            #expect(RunningClock().monotonic() - began < 1_100_000)
            #expect(outcomes.all == Array(repeating: .stopped, count: 20))
            for child in text(scratch + "/children").split(separator: "\n") {
                #expect(waits { !isAlive(String(child)) })
            }
            #expect(hasNoZombies)
            #expect(!notifier.send(notification(99, handler)))
            notifier.stop()
        }
    }

    @Test func anotherEnvironmentIsForThoseThatComeAfterIt() throws {
        try withScratch { scratch in
            let handler = try script(scratch, "#!/bin/sh\necho \"$WHICH\" >\(scratch)/$1\n")
            let notifier = try notifier(environment: ["WHICH=old"])
            notifier.send(notification(1, handler, ["1"]))
            #expect(waits { outcomes.count == 1 })
            notifier.setEnvironment([Self.path, "WHICH=new"])
            notifier.send(notification(2, handler, ["2"]))
            #expect(waits { outcomes.count == 2 })
            #expect(text(scratch + "/1") == "old\n" && text(scratch + "/2") == "new\n")
        }
    }
}
