import Store

/// One source of charts: a file of /proc, mostly.
///
/// A module reads, parses and hands over the numbers of one round; its state is what it must remember from one round to
/// the next. It is called by one thread only.
protocol CollectorModule {
    /// The option that switches it off, as it stands in the section of its plugin: `/proc/stat`.
    static var name: String { get }

    /// False where there is nothing to read on this machine: the module isn't asked again.
    mutating func collect(into database: inout HostDatabase, at tick: Tick) -> Bool
}
