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
        encryption: Encryption,
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
            encryption: encryption,
            dial: { destination, eventLoop, timeout, encrypting, completion in
                var tls: TLSContext?
                if destination.tls {
                    do throws(TLSMaterialError) {
                        tls = try encryption.context(settings.trust)
                    } catch {
                        let failure = DialFailure(error, dialling: destination)
                        return eventLoop.assumeIsolated().execute { completion(.failure(failure)) }
                    }
                }
                dialer.dial(destination, tls: tls, on: eventLoop, timeout: timeout, encrypting: encrypting, completion)
            }
        )
    }
}
