public import Basics
public import Diagnostics
import Synchronization
public import System

/// Sealed blocks of many hosts in append-only files of one directory (docs/store.md).
///
/// One writer at a time, any number of readers. Readers hold the store's lock only to copy what they need to know, never while
/// they read from the disk.
public final class SegmentStore: Sendable {
    public let settings: SegmentSettings
    /// Bytes of a segment.
    public let segmentBytes: Int

    let files: any StorageFiles
    let clock: any Clock
    let reporter: any Reporter
    let listener: (@Sendable (SegmentLoss) -> Void)?
    let state = Mutex(State())
    let writer = Mutex(Writer())
    let caches: Mutex<Caches>

    /// - Parameter losses: told on the writer's thread, after a segment was deleted. It may read here, but not write.
    public init(
        _ settings: SegmentSettings,
        files: any StorageFiles = SystemFiles(),
        clock: any Clock,
        reporter: any Reporter,
        losses: (@Sendable (SegmentLoss) -> Void)? = nil
    ) {
        self.settings = settings
        segmentBytes = settings.retention.segmentBytes
        self.files = files
        self.clock = clock
        self.reporter = reporter
        listener = losses
        caches = Mutex(Caches(directories: settings.cachedDirectories))
    }

    /// What readers see.
    struct State: Sendable {
        /// Sorted by number.
        var segments: [FinishedSegment] = []
        var open: OpenSegment?
        /// Changes when ``segments`` does.
        var version = 0
        var nextNumber: UInt32 = 1
        var names: [GUID: String] = [:]
        /// Nothing of the host before it is shown.
        var removed: [GUID: SegmentPosition] = [:]
        /// Bytes of files that are no segments of this store.
        var otherBytes = 0
        /// Records that were reported.
        var damaged: Set<SegmentPosition> = []
        var damagedBlocks = 0

        func segment(_ number: UInt32) -> FinishedSegment? {
            var low = 0
            var high = segments.count
            while low < high {
                let middle = (low + high) / 2
                if segments[middle].number < number { low = middle + 1 } else { high = middle }
            }
            return low < segments.count && segments[low].number == number ? segments[low] : nil
        }
    }

    /// The segment that is written.
    struct OpenSegment: Sendable {
        var number: UInt32
        var name: String
        var file: any StorageFile
        var contents: SegmentContents
        /// Bytes of the file that count.
        var written: Int
        /// What comes after them.
        var pending: [UInt8]
        /// Whether more may be in the file than counts: a write failed.
        var isTailUncertain = false

        var end: Int { written + pending.count }
    }

    /// What only the writer needs.
    struct Writer: Sendable {
        var isOpen = false
        var lock: (any AnyObject & Sendable)?
        /// Numbers of the open segment.
        var series: [SeriesKey: (stamp: UInt64?, number: UInt32)] = [:]
        var numbers: [HostDefinition: UInt32] = [:]
        var definitions: [DefinitionHash: UInt32] = [:]
        var nextSeries: UInt32 = 0
        var nextDefinition: UInt32 = 0

        mutating func forgetSegment() {
            series = [:]
            numbers = [:]
            definitions = [:]
            nextSeries = 0
            nextDefinition = 0
        }
    }

    struct HostDefinition: Hashable, Sendable {
        var host: GUID
        var definition: UInt32
    }

    /// Two numbers that nobody outside can make equal for two definitions: their hash has the process's own key.
    struct DefinitionHash: Hashable, Sendable {
        let one: Int
        let other: Int

        init(_ bytes: [UInt8]) {
            var hashers = (Hasher(), Hasher())
            hashers.1.combine(1)
            bytes.withUnsafeBytes {
                hashers.0.combine(bytes: $0)
                hashers.1.combine(bytes: $0)
            }
            one = hashers.0.finalize()
            other = hashers.1.finalize()
        }
    }

    /// What was read before.
    struct Caches: Sendable {
        var files = RecentlyUsed<UInt32, any StorageFile>(capacity: 32)
        var directories: RecentlyUsed<HostInSegment, [UInt8]>
        var definitions = RecentlyUsed<SegmentPosition, SeriesDefinition>(capacity: 1_024)
        /// Of the finished segments of a host: by hash.
        var spans = RecentlyUsed<GUID, [UInt64: TimeSpan]>(capacity: 64)
        /// ``State/version`` that ``spans`` are of.
        var version = 0

        init(directories: Int) { self.directories = RecentlyUsed(capacity: directories) }
    }

    struct HostInSegment: Hashable, Sendable {
        var segment: UInt32
        var host: GUID
    }

    func path(_ name: String) -> String { settings.directory + "/" + name }

    func report(_ condition: Condition, host: GUID? = nil, _ values: [String: String]) {
        reporter.report(
            Event(
                condition,
                at: clock.now(),
                thread: settings.thread,
                host: host.map { $0.description },
                values: values
            )
        )
    }
}

/// What a system call throws, as the store's error.
func asStoreError<Value>(_ body: () throws(SystemError) -> Value) throws(SegmentStoreError) -> Value {
    do throws(SystemError) {
        return try body()
    } catch {
        throw .system(error)
    }
}
