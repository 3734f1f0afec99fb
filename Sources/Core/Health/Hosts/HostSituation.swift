import Basics
import Status
import Store

/// How a host is, as far as its alarms must know it (health §7).
struct HostSituation: Sendable {
    enum Attention: Sendable {
        case off
        /// Whether its child is here or not.
        case always
        /// While its child is connected.
        case whileConnected
    }

    var attention: Attention
    /// The node's own.
    var isOwn = false
    var isConnected = true
    /// When its child connected last, Unix seconds; 0 before the first time.
    var connectedAt = 0
    /// When samples came last; 0 before the first.
    var heardAt = 0
    /// When it went; 0 where it was not here in this run.
    var goneAt = 0
    var hasVanished = false
    var hasLeft = false
    var isEphemeral = false
    var isReplicating = false
    var postponeSeconds = 0

    init(attention: Attention) { self.attention = attention }

    /// Of a mirrored host.
    ///
    /// - Parameter isLabelledEphemeral: whether its child says that it may go.
    init(_ facts: HostFacts, isLabelledEphemeral: Bool) {
        switch facts.health {
        case "on": attention = .always
        case "auto-on", "auto-off": attention = .whileConnected
        default: attention = .off
        }
        isConnected = facts.state.isConnected
        connectedAt = Int((facts.connectedAt ?? 0) / microsecondsPerSecond)
        heardAt = Int((facts.lastData ?? 0) / microsecondsPerSecond)
        goneAt = isConnected || facts.connectedAt == nil ? 0 : Int(facts.stateSince / microsecondsPerSecond)
        hasVanished = facts.departure == .vanished
        hasLeft = facts.departure == .left
        isEphemeral = facts.ephemeral == true || isLabelledEphemeral
        isReplicating = facts.replication != nil
        postponeSeconds = facts.postponeAlarmsSeconds
    }
}
