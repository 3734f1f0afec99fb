import Basics

/// A line of /proc/diskstats: counters since the machine started.
struct DiskReading: Equatable {
    var major: Int64 = 0
    var minor: Int64 = 0
    var reads: Int64 = 0
    var mergedReads: Int64 = 0
    var sectorsRead: Int64 = 0
    var millisecondsReading: Int64 = 0
    var writes: Int64 = 0
    var mergedWrites: Int64 = 0
    var sectorsWritten: Int64 = 0
    var millisecondsWriting: Int64 = 0
    /// Not a counter: now.
    var inProgress: Int64 = 0
    var millisecondsBusy: Int64 = 0
    var millisecondsOfBacklog: Int64 = 0
    var discards: Int64 = 0
    var mergedDiscards: Int64 = 0
    var sectorsDiscarded: Int64 = 0
    var millisecondsDiscarding: Int64 = 0
    var flushes: Int64 = 0
    var millisecondsFlushing: Int64 = 0

    /// The rest of a line behind the name; fields that an older kernel doesn't have stay 0.
    mutating func parse(_ cursor: inout ByteCursor) {
        reads = cursor.number()
        mergedReads = cursor.number()
        sectorsRead = cursor.number()
        millisecondsReading = cursor.number()
        writes = cursor.number()
        mergedWrites = cursor.number()
        sectorsWritten = cursor.number()
        millisecondsWriting = cursor.number()
        inProgress = cursor.number()
        millisecondsBusy = cursor.number()
        millisecondsOfBacklog = cursor.number()
        discards = cursor.number()
        mergedDiscards = cursor.number()
        sectorsDiscarded = cursor.number()
        millisecondsDiscarding = cursor.number()
        flushes = cursor.number()
        millisecondsFlushing = cursor.number()
    }
}
