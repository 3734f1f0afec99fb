internal import Diagnostics
public import Store

/// Makes one event of all notifications that say no more than that a child is lost.
///
/// When a child goes, each alarm that watches when its chart was collected rises (``AlarmRule/watchesCollection``), and each has
/// its handler run: fifty mails for one reason. So while a child is lost these runs are folded: the alarms are
/// evaluated, logged and shown as ever, and one event is sent instead, and one when the child is back. Switched off by
/// `[health] fold alarms of a lost child = no`.
///
/// One per mirrored host, pure. Whoever evaluates the alarms does in each pass:
/// 1. ``observe(_:isEphemeral:now:)``: how the child is;
/// 2. ``folds(_:)`` for each entry of such an alarm that is due and would have its handler run: whether it is not to be;
/// 3. ``tell(now:)`` at the end: the event that is to be sent, if there is one;
/// 4. ``takeUnfolded()``: alarms whose newest entry has its handler run after all, if they are raised still. The child is back,
///    so they are for a reason of their own: one of its plugins has died.
///
/// An alarm that rises while its child goes on is not folded.
///
/// What was told outlives a restart in the host's log, as an entry that ``Event/entry(uniqueID:alarmID:eventID:hostname:)`` made:
/// the newest of them goes to `init`. So nothing is told twice, and a child that came back meanwhile is told.
public struct FoldedLoss: Sendable {
    /// Seconds that a child has to stay before it counts as back.
    public static let hysteresis = 60
    /// Name, chart, family and units of the events' entries.
    public static let name = "child_lost"
    public static let chart = "NOCHART"
    public static let family = "NOFAMILY"
    public static let units = "seconds ago"

    /// How a child is now. Times are Unix seconds.
    public enum Presence: Sendable, Equatable {
        /// - Parameters:
        ///   - since: when this connection began.
        ///   - heard: when something came from it last.
        case connected(since: Int, heard: Int)
        /// - Parameters:
        ///   - cleanly: it closed its connection, as a node does that stops. `false` where nobody knows.
        ///   - since: when it went; 0 where it has not been here since the node started.
        case away(cleanly: Bool, since: Int)
    }

    /// How a child was lost.
    public enum Departure: Sendable, Equatable {
        case leftCleanly
        /// Its connection broke off.
        case vanished
        /// Its connection is open and nothing comes: the process was stopped, or the machine or the line is gone.
        case fellSilent
    }

    /// A loss that is not over.
    public struct Loss: Sendable, Equatable {
        public internal(set) var departure: Departure
        /// When it was heard last, or went; of several departures in a row, the first. Unix seconds.
        public internal(set) var since: Int
        /// When it was here again; 0 while it is away. It has not stayed for ``FoldedLoss/hysteresis`` yet.
        public internal(set) var backSince = 0
        /// What was told of it; CLEAR where nothing was.
        public internal(set) var told = AlarmStatus.clear
        /// Nothing is told of it: an ephemeral child that left cleanly.
        public internal(set) var isExpected = false
        /// Ids of the alarms whose runs were folded.
        public internal(set) var folded: Set<UInt32> = []

        /// Of the folded alarms.
        var worst = AlarmStatus.clear
        /// When something was told last.
        var toldAt = 0
        // Of the first folded alarm that tells somebody.
        var handler = ""
        var recipient = ""
        var source = ""
    }

    public let stay: Int
    /// Seconds without a word after which an open connection counts as silent.
    public let silentAfter: Int
    /// `nil` while the child is here and has been: for screens and the status document.
    public private(set) var loss: Loss?
    private var unfolded: Set<UInt32> = []

    /// - Parameters:
    ///   - updateEvery: of the child, seconds.
    ///   - stay: seconds that it has to stay before it counts as back.
    ///   - last: the host's newest entry of this kind (``isEvent(_:)``), from its log.
    public init(updateEvery: Int, stay: Int = FoldedLoss.hysteresis, last: AlarmEntry? = nil) {
        self.stay = stay
        // Before the stock alarms rise, five intervals after the last collection.
        silentAfter = max(3, 3 * updateEvery)
        guard let last, last.status.isRaised, Self.isEvent(last) else { return }
        let age = last.value.isNaN ? 0 : Int(max(0, min(last.value, 1e9)))
        var loss = Loss(departure: .vanished, since: last.when - age)
        loss.told = last.status
        loss.worst = last.status
        loss.toldAt = last.when
        loss.handler = last.handler
        loss.recipient = last.recipient
        loss.source = last.source
        self.loss = loss
    }

    /// Whether an entry of a log is one of these events.
    public static func isEvent(_ entry: AlarmEntry) -> Bool { entry.name == name && entry.chart == chart }

    /// How the child is in this pass. Only for hosts that are mirrored.
    public mutating func observe(_ presence: Presence, isEphemeral: Bool, now: Int) {
        switch presence {
        case .away(let cleanly, let since):
            // One that was away already when the node started, and of which no loss was told, had left in order.
            let isInOrder = cleanly || since == 0 && loss?.told.isRaised != true
            lose(cleanly ? .leftCleanly : .vanished, since: since, isExpected: isEphemeral && isInOrder, now: now)
        case .connected(_, let heard) where now - heard >= silentAfter:
            lose(.fellSilent, since: heard, isExpected: false, now: now)
        case .connected(let since, _):
            guard var loss else { return }
            // Of connections that came and went between two passes, the last one's beginning counts.
            loss.backSince = loss.backSince == 0 ? now : max(loss.backSince, min(since, now))
            self.loss = loss
        }
    }

    /// It is away, for the first time or still or again.
    private mutating func lose(_ departure: Departure, since: Int, isExpected: Bool, now: Int) {
        var loss = loss ?? Loss(departure: departure, since: since > 0 ? min(since, now) : now)
        // After a restart nobody knows how it went that was told of: then what was told stays.
        if since > 0 { loss.departure = departure }
        if loss.isExpected, !isExpected { loss.worst = loss.told }
        loss.isExpected = isExpected
        loss.backSince = 0
        self.loss = loss
    }

    /// Whether an entry's handler is not to be run: its host is lost, or was when the alarm rose.
    ///
    /// - Parameter entry: of an alarm that watches the collection, due now. One that is not raised is never folded: where
    ///   no run went before it, the rules for all alarms keep it silent as well (health §5.5).
    public mutating func folds(_ entry: AlarmEntry) -> Bool {
        guard var loss else { return false }
        defer { self.loss = loss }
        guard entry.status.isRaised else {
            loss.folded.remove(entry.alarmID)
            return false
        }
        // Back for long: this one has a reason of its own.
        if loss.backSince > 0, entry.when >= loss.backSince + stay { return false }
        loss.folded.insert(entry.alarmID)
        // `silent` is a recipient whom no handler tells anything.
        guard entry.recipient != "silent" else { return true }
        loss.worst = max(loss.worst, entry.status)
        if loss.handler.isEmpty {
            loss.handler = entry.handler
            loss.recipient = entry.recipient
            loss.source = entry.source
        }
        return true
    }

    /// What is to be sent now: that the child is lost, once an alarm was folded for it; once more where that was a warning
    /// and is critical now; and that it is back, once it has stayed and its loss was told.
    ///
    /// To be asked once in each pass, after all due entries.
    public mutating func tell(now: Int) -> Event? {
        guard var loss else { return nil }
        if loss.backSince > 0 {
            guard now - loss.backSince >= stay else { return nil }
            unfolded.formUnion(loss.folded)
            self.loss = nil
            return loss.told.isRaised ? Event(loss, .clear, now: now) : nil
        }
        if loss.isExpected {
            // It was lost, and then left as ephemeral children do: nobody has to wait for it.
            guard loss.told.isRaised else { return nil }
            let event = Event(loss, .clear, now: now)
            loss.told = .clear
            loss.worst = .clear
            self.loss = loss
            return event
        }
        guard loss.worst > loss.told else { return nil }
        let event = Event(loss, loss.worst, now: now)
        loss.told = loss.worst
        loss.toldAt = now
        self.loss = loss
        return event
    }

    /// The wall clock was set back: ages stay as they are.
    mutating func shift(by seconds: Int) {
        guard loss != nil else { return }
        loss?.since += seconds
        loss?.toldAt += seconds
        if loss?.backSince != 0 { loss?.backSince += seconds }
    }

    /// Ids of alarms that were folded for a loss that is over now: each is named once.
    public mutating func takeUnfolded() -> Set<UInt32> {
        defer { unfolded = [] }
        return unfolded
    }
}
