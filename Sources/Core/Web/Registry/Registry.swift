import Basics

/// Who was at which dashboard: what a registry remembers (web API §10).
///
/// A value that changes with entries only, so that the entries of a log make of what was written before what it was: whoever asks
/// for something gets its answer and the entries that it is worth. Times are Unix seconds.
struct Registry: Sendable, Equatable {
    /// When somebody or something was here.
    struct Visits: Sendable, Equatable {
        var first: Int64
        var last: Int64
        var count: Int

        init(first: Int64, last: Int64, count: Int) {
            self.first = first
            self.last = last
            self.count = count
        }

        init(at time: Int64) { self.init(first: time, last: time, count: 1) }

        mutating func add(_ time: Int64) {
            first = min(first, time)
            last = max(last, time)
            count = min(count, .max - 1) + 1
        }
    }

    /// A dashboard in a person's menu. A person has each URL once.
    struct Link: Sendable, Equatable {
        var url: String
        var machine: GUID
        var name: String
        var visits: Visits
    }

    struct Person: Sendable, Equatable {
        var visits: Visits
        /// In the order in which they were first visited.
        var links: [Link] = []
    }

    /// A URL under which a machine was visited, by whomever.
    struct Address: Sendable, Equatable {
        var url: String
        var visits: Visits
    }

    struct Machine: Sendable, Equatable {
        var visits: Visits
        var addresses: [Address] = []
    }

    let limits: RegistryLimits
    private(set) var persons: [GUID: Person] = [:]
    private(set) var machines: [GUID: Machine] = [:]
    /// Bytes of the URLs and names.
    private(set) var textBytes = 0
    /// People that were forgotten because there were too many.
    private(set) var forgotten = 0

    init(limits: RegistryLimits = RegistryLimits()) { self.limits = limits }

    // MARK: Entries

    /// Does what an entry says. The same entry twice counts twice.
    mutating func apply(_ entry: RegistryEntry) {
        switch entry.kind {
        case .access: note(entry)
        case .deletion: remove(entry.url, of: entry.person)
        }
    }

    private mutating func note(_ entry: RegistryEntry) {
        var person = persons.removeValue(forKey: entry.person)
        person?.visits.add(entry.time)
        var known = person ?? Person(visits: Visits(at: entry.time))
        if let index = known.links.firstIndex(where: { $0.url == entry.url }) {
            textBytes += entry.name.utf8.count - known.links[index].name.utf8.count
            known.links[index].visits.add(entry.time)
            known.links[index].machine = entry.machine
            known.links[index].name = entry.name
        } else {
            if known.links.count >= limits.linksOfPerson { dropOldest(&known.links) { $0.visits } }
            known.links.append(
                Link(url: entry.url, machine: entry.machine, name: entry.name, visits: Visits(at: entry.time))
            )
            textBytes += entry.url.utf8.count + entry.name.utf8.count
        }
        persons[entry.person] = known
        noteMachine(entry)
        keepLimits(sparing: entry)
    }

    private mutating func noteMachine(_ entry: RegistryEntry) {
        var machine = machines.removeValue(forKey: entry.machine)
        machine?.visits.add(entry.time)
        var known = machine ?? Machine(visits: Visits(at: entry.time))
        if let index = known.addresses.firstIndex(where: { $0.url == entry.url }) {
            known.addresses[index].visits.add(entry.time)
        } else {
            if known.addresses.count >= limits.urlsOfMachine { dropOldest(&known.addresses) { $0.visits } }
            known.addresses.append(Address(url: entry.url, visits: Visits(at: entry.time)))
            textBytes += entry.url.utf8.count
        }
        machines[entry.machine] = known
    }

    private mutating func dropOldest<Element: RegistryText>(_ elements: inout [Element], _ visits: (Element) -> Visits)
    {
        guard let oldest = elements.indices.min(by: { visits(elements[$0]).last < visits(elements[$1]).last }) else {
            return
        }
        textBytes -= elements.remove(at: oldest).textBytes
    }

    private mutating func remove(_ url: String, of person: GUID) {
        guard let index = persons[person]?.links.firstIndex(where: { $0.url == url }),
            let link = persons[person]?.links.remove(at: index)
        else { return }
        textBytes -= link.textBytes
    }

    // MARK: Limits

    /// Forgets who has not been here since a time; machines too.
    mutating func expire(before time: Int64) {
        forget(persons: persons.filter { $0.value.visits.last < time }.map(\.key))
        forget(machines: machines.filter { $0.value.visits.last < time }.map(\.key))
    }

    /// People go before machines: those are what people have visited.
    private mutating func keepLimits(sparing entry: RegistryEntry) {
        while persons.count > limits.persons || machines.count > limits.machines || textBytes > limits.textBytes {
            let before = (persons.count, machines.count)
            if persons.count > limits.persons || textBytes > limits.textBytes { forgetPersons(sparing: entry.person) }
            if machines.count > limits.machines || textBytes > limits.textBytes {
                forgetMachines(sparing: entry.machine)
            }
            // Nobody is left but who is here now.
            if before == (persons.count, machines.count) { return }
        }
    }

    private mutating func forgetPersons(sparing guid: GUID) {
        let order = persons.filter { $0.key != guid }.map { (guid: $0.key, visits: $0.value.visits) }.sorted {
            ($0.visits.count > 1 ? 1 : 0, $0.visits.last) < ($1.visits.count > 1 ? 1 : 0, $1.visits.last)
        }
        let some = order.prefix(max(1, order.count / 16)).map(\.guid)
        forgotten += some.count
        forget(persons: some)
    }

    private mutating func forgetMachines(sparing guid: GUID) {
        let order = machines.filter { $0.key != guid }.sorted { $0.value.visits.last < $1.value.visits.last }
        forget(machines: order.prefix(max(1, order.count / 16)).map(\.key))
    }

    private mutating func forget(persons guids: [GUID]) {
        for guid in guids {
            textBytes -= persons.removeValue(forKey: guid)?.links.reduce(0) { $0 + $1.textBytes } ?? 0
        }
    }

    private mutating func forget(machines guids: [GUID]) {
        for guid in guids {
            textBytes -= machines.removeValue(forKey: guid)?.addresses.reduce(0) { $0 + $1.textBytes } ?? 0
        }
    }

    // MARK: What a file brings

    /// Takes over somebody who is not known yet, within the limits.
    mutating func restore(_ person: Person, as guid: GUID) {
        guard persons[guid] == nil, persons.count < limits.persons else { return }
        persons[guid] = admitted(person, \.links, atMost: limits.linksOfPerson)
    }

    mutating func restore(_ machine: Machine, as guid: GUID) {
        guard machines[guid] == nil, machines.count < limits.machines else { return }
        machines[guid] = admitted(machine, \.addresses, atMost: limits.urlsOfMachine)
    }

    /// What there is room for, which then is taken: the last ones of its texts; `nil` where there is none even for those.
    private mutating func admitted<Owner, Element: RegistryText>(
        _ owner: Owner,
        _ texts: WritableKeyPath<Owner, [Element]>,
        atMost limit: Int
    ) -> Owner? {
        var owner = owner
        owner[keyPath: texts].removeFirst(max(0, owner[keyPath: texts].count - limit))
        let bytes = owner[keyPath: texts].reduce(0) { $0 + $1.textBytes }
        guard textBytes + bytes <= limits.textBytes else { return nil }
        textBytes += bytes
        return owner
    }
}

/// Something with texts in a registry.
protocol RegistryText {
    /// Bytes of them.
    var textBytes: Int { get }
}

extension Registry.Link: RegistryText {
    var textBytes: Int { url.utf8.count + name.utf8.count }
}

extension Registry.Address: RegistryText {
    var textBytes: Int { url.utf8.count }
}

/// One thing that a registry has learned: a line of its log.
struct RegistryEntry: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// The person was at the URL of the machine.
        case access
        /// The person has taken the URL out of their menu.
        case deletion
    }

    var kind: Kind
    /// Unix seconds.
    var time: Int64
    var person: GUID
    var machine: GUID
    /// What the person calls the machine; for a deletion the URL where they were.
    var name: String
    var url: String
}
