import Basics
import Diagnostics
import Synchronization
import System

extension SegmentStore {
    /// Looks at the directory: headers, trailers and tables of hosts. The segment that was not finished is read record by
    /// record, cut behind its last good one and continued.
    ///
    /// What is damaged, not readable or not the store's is reported and does not prevent it.
    /// - Throws: when the directory cannot be made, read or locked.
    public func open() throws(SegmentStoreError) {
        try writer.withLock { writer throws(SegmentStoreError) in
            guard !writer.isOpen else { return }
            try asStoreError { () throws(SystemError) in
                // One that is there may be read, on a disk that cannot be written.
                if (try? files.names(in: settings.directory)) == nil { try files.makeDirectories(settings.directory) }
            }
            writer.lock = try asStoreError { () throws(SystemError) in try files.lock(settings.directory) }
            guard writer.lock != nil else { throw .inUse(settings.directory) }
            let names = try asStoreError { () throws(SystemError) in try files.names(in: settings.directory) }
            var state = State()
            var found: [Found] = []
            for name in names { look(at: name, &found, &state) }
            setDuplicatesAside(&found, &state)
            found.sort { $0.number < $1.number }
            for (index, one) in found.enumerated() {
                take(one, isLast: index == found.count - 1, &state, &writer)
            }
            for segment in state.segments { state.note(segment.removals, of: segment.number) }
            if let open = state.open { state.note(open.contents.removals, of: open.number) }
            let last = max(found.last?.number ?? 0, state.nextNumber - 1)
            guard last < UInt32.max else { throw .refused("the numbers of segments are used up") }
            state.nextNumber = last + 1
            self.state.withLock { $0 = state }
            writer.isOpen = true
        }
    }

    private struct Found {
        var name: String
        var named: UInt32
        var loading: SegmentLoading
        var size: Int

        var number: UInt32 {
            switch loading {
            case .finished(let segment, _): segment.number
            case .scanned(_, let number, _): number
            case .foreign, .unborn: named
            }
        }
    }

    private func look(at name: String, _ found: inout [Found], _ state: inout State) {
        let size = (try? files.size(of: path(name))) ?? 0
        guard let named = SegmentFormat.number(ofName: name) else {
            state.otherBytes += size
            return
        }
        do throws(SystemError) {
            let file = try files.open(path(name), .read)
            let loading = try SegmentLoading.load(
                file,
                name: name,
                named: named,
                purpose: settings.purpose,
                stepFactor: settings.stepFactor
            )
            switch loading {
            case .foreign(let reason):
                setAside(name, because: reason)
                state.otherBytes += size
            case .unborn: try files.remove(path(name))
            case .finished, .scanned: found.append(Found(name: name, named: named, loading: loading, size: size))
            }
        } catch {
            report(.segmentUnreadable, ["file": path(name), "reason": error.description])
            state.otherBytes += size
            // Its name stays taken.
            if named < UInt32.max { state.nextNumber = max(state.nextNumber, named + 1) }
        }
    }

    /// A copied file has the number of the one that it was copied from; the one whose name is right counts.
    private func setDuplicatesAside(_ found: inout [Found], _ state: inout State) {
        var best: [UInt32: String] = [:]
        for one in found where best[one.number] == nil || one.named == one.number { best[one.number] = one.name }
        found.removeAll { one in
            guard best[one.number] != one.name else { return false }
            setAside(one.name, because: "its number \(one.number) is that of \(best[one.number] ?? "")")
            state.otherBytes += one.size
            return true
        }
    }

    private func setAside(_ name: String, because reason: String) {
        let taken = Set((try? files.names(in: settings.directory)) ?? [])
        var other = name + ".set-aside"
        var count = 1
        while taken.contains(other) {
            count += 1
            other = name + ".set-aside.\(count)"
        }
        do throws(SystemError) {
            try files.rename(path(name), to: path(other))
            report(.segmentSetAside, ["file": path(name), "other": other, "reason": reason])
        } catch {
            report(.segmentNotAside, ["file": path(name), "reason": reason, "error": error.description])
        }
    }

    private func take(_ found: Found, isLast: Bool, _ state: inout State, _ writer: inout Writer) {
        switch found.loading {
        case .foreign, .unborn: break
        case .finished(let segment, let names):
            state.segments.append(segment)
            state.names.merge(names) { $1 }
        case .scanned(let scan, let number, let header):
            for (guid, part) in scan.contents.hosts { if let name = part.name { state.names[guid] = name } }
            let isWhole = header != nil && scan.damages.isEmpty && scan.index == nil && scan.hasNumbers
            if isWhole, isLast, found.named == number, let open = proceed(found.name, number, scan) {
                state.open = open
                writer.forgetSegment()
                writer.nextSeries = scan.lastSeries.map { $0 + 1 } ?? 0
                writer.nextDefinition = scan.lastDefinition.map { $0 + 1 } ?? 0
                return
            }
            state.segments.append(FinishedSegment(scan, number: number, name: found.name, size: found.size))
            report(scan, header, found.name)
        }
    }

    /// Cuts what was half written.
    private func proceed(_ name: String, _ number: UInt32, _ scan: SegmentScan) -> OpenSegment? {
        do throws(SystemError) {
            let file = try files.open(path(name), .update)
            if scan.tail > 0 {
                try file.truncate(to: scan.end)
                report(.segmentCut, ["file": path(name), "bytes": String(scan.tail)])
            }
            return OpenSegment(
                number: number,
                name: name,
                file: file,
                contents: scan.contents,
                written: scan.end,
                pending: []
            )
        } catch {
            report(.segmentNotContinued, ["file": path(name), "reason": error.description])
            return nil
        }
    }

    func report(_ scan: SegmentScan, _ header: SegmentHeader?, _ name: String) {
        if let damage = scan.damages.first {
            let bytes = scan.damages.reduce(0) { $0 + $1.count }
            report(
                .segmentDamaged,
                ["file": path(name), "offset": String(damage.lowerBound), "bytes": String(bytes)]
            )
        } else if header == nil {
            report(.segmentDamaged, ["file": path(name), "offset": "0", "bytes": String(SegmentFormat.headerLength)])
        } else if scan.index != nil || scan.tail > 0 {
            report(.segmentIndexDamaged, ["file": path(name), "bytes": String(scan.tail)])
        }
    }
}

extension SegmentStore.State {
    mutating func note(_ removals: [SegmentContents.Removal], of segment: UInt32) {
        for removal in removals {
            let position = SegmentPosition(segment: segment, offset: removal.offset)
            if removed[removal.host].map({ $0 < position }) ?? true { removed[removal.host] = position }
        }
    }
}
