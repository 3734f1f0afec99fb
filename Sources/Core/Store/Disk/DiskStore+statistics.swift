import Config

/// What there is of one tier on the disk, in numbers.
public struct TierStatistics: Sendable, Equatable {
    /// Points of tier 0 in one of its own; 1 for tier 0.
    public var factor: Int
    public var stored: SegmentAccounting
    /// Bytes that its files may take.
    public var quota: Int64

    public init(factor: Int, stored: SegmentAccounting, quota: Int64) {
        self.factor = factor
        self.stored = stored
        self.quota = quota
    }
}

extension DiskStore {
    /// Of mode dbengine, full resolution first; `nil` where no host has that mode.
    public var tierStatistics: [TierStatistics]? {
        guard facts.engine != nil else { return nil }
        let stores = [engineStore] + openTierStores
        return zip(stores, settings.tiers).map { store, tier in
            TierStatistics(factor: tier.pointsOfTierZero, stored: store.accounting(), quota: tier.quota)
        }
    }
}
