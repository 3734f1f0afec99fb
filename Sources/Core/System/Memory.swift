internal import CLinux

/// What a small daemon tells malloc and the kernel about its memory.
public enum Memory {
    /// Limits how many heaps malloc keeps apart for threads: one on an agent, two on a parent. Call it first of all.
    public static func limitArenas(_ count: Int32) { nd_memory_arenas(count) }

    /// Keeps a megabyte of free memory at hand, for a node that answers many questions: each needs some hundred kilobytes for a
    /// moment, and pages that come from the kernel anew are a tenth of what it costs.
    public static func keepSome() { nd_memory_keep(1 << 20) }

    /// Gives free heap memory back; worth it after something big is gone.
    public static func trim() { nd_memory_trim() }

    /// Forgets the clean pages of program and libraries that only the start needed; what is needed again comes back from
    /// the page cache by a minor fault. Once, some seconds after the start.
    /// - Returns: the bytes dropped.
    @discardableResult
    public static func dropClean() -> Int { nd_memory_drop_clean() }
}
