/// Rows of a chart that has gone count no more, from a time on.
struct JournalCut {
    let definition: SeriesDefinition
    let journaled: JournaledRows
    /// Unix seconds.
    let time: Int64
}

/// What of a chart's newest block is in the journal.
struct JournaledRows {
    /// Which journal: in another one nothing is yet.
    var epoch: UInt32 = 0
    /// The chart's number in it.
    var number: UInt32 = 0
    /// The chart's generation when it was defined there.
    var generation: UInt32 = 0
    /// Rows of the newest block that are in it.
    var rows: Int32 = 0
}
