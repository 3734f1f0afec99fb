import Basics
import Config
import Diagnostics
import Wire

/// Why a request was refused: one row of streaming protocol §3.
struct Refusal: Sendable, Equatable {
    var condition: Condition
    /// What access.log says; `nil` writes nothing there.
    var message: String?
    /// For the web server's line in access.log.
    var status: Int
    var reply: Reply
    var values: [String: String] = [:]
    /// The line of the configuration that decided, if one did.
    var decidedBy: String?
}

extension Refusal {
    /// It wants to stream this node's own host (streaming protocol §3, row 14).
    static var ownGUID: Refusal {
        Refusal(
            condition: .refusedOwnGUID,
            message: "DENIED - ATTEMPT TO RECEIVE METRICS FROM MACHINE_GUID IDENTICAL TO PARENT",
            status: 200,
            reply: .localhost
        )
    }

    /// The port or the address may not stream (streaming protocol §1.2). It is said before anything is looked at.
    static func noRight(_ address: String, _ configuration: Configuration) -> Refusal {
        let isListed = configuration.web.allowStreaming.allows(address)
        return Refusal(
            condition: .refusedRight,
            message: nil,
            status: 403,
            reply: .noAccess,
            decidedBy: configuration.settings.origin("web", isListed ? "bind to" : "allow streaming from").description
        )
    }
}

extension Refusal {
    /// It came in plain to a port that demands encryption (streaming protocol §14); answered as a stranger is.
    static func plain(_ request: StreamRequest, _ configuration: Configuration) -> Refusal {
        Refusal(
            condition: .refusedPlain,
            message: nil,
            status: 400,
            reply: .denied,
            values: ["host": request.hostname ?? "not available"],
            decidedBy: configuration.settings.origin("web", "bind to").description
        )
    }
}

/// A request that may stream: what it asks for, with its GUIDs understood.
struct Admitted: Sendable {
    var request: StreamRequest
    var key: GUID
    var machine: GUID
}

/// The parent's checks on who is asking, in their order (streaming protocol §3, rows 1–11). Pure.
enum Admission {
    /// - Parameters:
    ///   - address: canonical, as access lists know it.
    ///   - isKnown: whether a machine of a GUID is known here.
    static func check(
        _ request: StreamRequest,
        address: String,
        configuration: Configuration,
        isKnown: (GUID) -> Bool
    ) -> Result<Admitted, RefusalError> {
        guard let key = request.key else {
            return denied(.refusedNoKey, "ACCESS DENIED - NO KEY")
        }
        guard request.hostname != nil else {
            return denied(.refusedNoHostname, "ACCESS DENIED - NO HOSTNAME")
        }
        guard let machine = request.machineGUID else {
            return denied(.refusedNoMachineGUID, "ACCESS DENIED - NO MACHINE GUID")
        }
        guard let keyGUID = GUID(key) else {
            return denied(.refusedKeyNotGUID, "ACCESS DENIED - INVALID KEY")
        }
        guard let machineGUID = GUID(machine) else {
            return denied(.refusedMachineNotGUID, "ACCESS DENIED - INVALID MACHINE GUID")
        }
        if let hops = request.invalidHops {
            return denied(.refusedHops, "ACCESS DENIED - INVALID HOPS", values: ["hops": hops])
        }
        let keyAccess = configuration.access(key: keyGUID, known: isKnown(keyGUID))
        let machineAccess = configuration.access(machine: machineGUID)
        if keyAccess.type != "api" {
            return denied(
                .refusedKeyIsMachine,
                "ACCESS DENIED - API KEY GIVEN IS NOT API KEY",
                type: keyAccess.type,
                by: keyAccess.typeBy
            )
        }
        if !keyAccess.isEnabled {
            return denied(
                .refusedKeyNotEnabled,
                "ACCESS DENIED - KEY NOT ENABLED",
                by: keyAccess.isKnown ? keyAccess.enabledBy : nil
            )
        }
        if !keyAccess.allowFrom.allows(address) {
            return denied(.refusedKeyAddress, "ACCESS DENIED - KEY NOT ALLOWED FROM THIS IP", by: keyAccess.allowFromBy)
        }
        // Whoever comes with a key as its name would make a machine of it, and lock out all others that use the key.
        let isItsKey = machineGUID == keyGUID
        if machineAccess.type != "machine" || isItsKey {
            return denied(
                .refusedMachineIsKey,
                "ACCESS DENIED - MACHINE GUID GIVEN IS NOT A MACHINE GUID",
                type: isItsKey ? "api" : machineAccess.type,
                by: machineAccess.typeBy
            )
        }
        if !machineAccess.isEnabled {
            return denied(
                .refusedMachineNotEnabled,
                "ACCESS DENIED - MACHINE GUID NOT ENABLED",
                by: machineAccess.enabledBy
            )
        }
        if !machineAccess.allowFrom.allows(address) {
            return denied(
                .refusedMachineAddress,
                "ACCESS DENIED - MACHINE GUID NOT ALLOWED FROM THIS IP",
                by: machineAccess.allowFromBy
            )
        }
        return .success(Admitted(request: request, key: keyGUID, machine: machineGUID))
    }

    struct RefusalError: Error, Equatable {
        var refusal: Refusal
    }

    private static func denied(
        _ condition: Condition,
        _ message: String,
        type: String? = nil,
        values: [String: String] = [:],
        by origin: Origin? = nil
    ) -> Result<Admitted, RefusalError> {
        .failure(
            RefusalError(
                refusal: Refusal(
                    condition: condition,
                    message: message,
                    status: 401,
                    reply: .denied,
                    values: type.map { ["type": $0] } ?? values,
                    decidedBy: origin.map(\.description)
                )
            )
        )
    }
}

/// One child every so many seconds (streaming protocol §3, row 12). The very first request is let in.
struct RateLimit: Sendable {
    /// Microseconds of the clock that is never set.
    private var last: Int64?

    /// - Parameter every: seconds; 0 is no limit.
    /// - Returns: the seconds to wait, or `nil` where the request is let in.
    mutating func admit(every: Int64, monotonic: Int64) -> Int64? {
        guard every > 0 else { return nil }
        if let last {
            let left = every &* microsecondsPerSecond &- (monotonic &- last)
            if left > 0 { return (left &+ microsecondsPerSecond &- 1) / microsecondsPerSecond }
        }
        last = monotonic
        return nil
    }
}
