import Basics
import Config
import Diagnostics
import Status
import Synchronization
import Transport

/// The certificate that is in use, through reloads and over the months.
final class WebEncryption: Sendable {
    /// Seconds between two looks at how long it is still good.
    static let lookSeconds: Int64 = 86_400

    private let current: Mutex<ServerCertificate>
    private let clock: any Clock
    private let reporter: any Reporter

    /// Reads key and certificate, and says what is wrong with them.
    init(_ configuration: Configuration, clock: any Clock, reporter: any Reporter) {
        self.clock = clock
        self.reporter = reporter
        let certificate = ServerCertificate(configuration, now: clock.now() / microsecondsPerSecond)
        current = Mutex(certificate)
    }

    /// `nil`: nothing is encrypted.
    var context: TLSContext? { current.withLock { $0.context } }

    /// Says at the start what is used, and what is wrong with it.
    func introduce() {
        let certificate = current.withLock { $0 }
        report(certificate.findings)
        if certificate.context != nil { report(.ownCertificate, certificate.values) }
    }

    /// Reads both again. What cannot be used replaces nothing: better the certificate of before than none.
    func reload(_ configuration: Configuration) {
        let new = ServerCertificate(configuration, now: clock.now() / microsecondsPerSecond)
        let (old, isTaken) = current.withLock { current in
            let old = current
            let isTaken = new.context != nil || new.isSwitchedOff || old.context == nil
            if isTaken { current = new }
            return (old, isTaken)
        }
        report(new.findings.filter { isTaken || $0.condition != .nothingIsEncrypted })
        if !isTaken {
            report(.ownCertificateKept, old.values)
        } else if new.context != nil, new.chain != old.chain {
            report(.ownCertificate, new.values)
        }
    }

    /// Once a day: what is in use grows old without anybody touching it.
    func look() {
        report(current.withLock { $0 }.outlook(now: clock.now() / microsecondsPerSecond))
    }

    private func report(_ findings: [Finding]) {
        for finding in findings {
            report(finding.condition, finding.values, thread: "CONFIG \(finding.whereToLook)")
        }
    }

    private func report(_ condition: Condition, _ values: [String: String], thread: String = "MAIN") {
        reporter.report(Event(condition, at: clock.now(), thread: thread, values: values))
    }
}

extension StatusDocument.Node.TLS {
    /// What the ports of a node with a certificate do with who does not encrypt.
    init(_ addresses: [BindAddress]) {
        let forced = addresses.filter { $0.unixPath == nil }.map { $0.encryption == .force }
        self = forced.contains(true) ? forced.contains(false) ? .mixed : .force : .optional
    }
}
