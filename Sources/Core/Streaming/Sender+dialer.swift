public import Basics
import Config
public import Diagnostics
public import NIOCore
public import Store
public import Transport

extension Sender {
    public convenience init(
        host: Host,
        settings: SenderSettings,
        eventLoop: any EventLoop,
        dialer: Dialer,
        clock: any Clock,
        reporter: any Reporter,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.init(
            host: host,
            settings: settings,
            eventLoop: eventLoop,
            clock: clock,
            reporter: reporter,
            random: random,
            dial: { dialer.dial($0, on: $1, timeout: $2, $3) }
        )
    }
}
