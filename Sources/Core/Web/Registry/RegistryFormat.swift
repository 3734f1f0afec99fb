import Basics

/// The text of a registry's files, as 1.37.1 writes and reads them: a line each, words between tabs, numbers hexadecimal.
///
/// The log: `A TIME PERSON MACHINE NAME URL` for a visit, `D TIME PERSON MACHINE URL FROM` for a URL taken out of a menu, `FROM` being
/// what the person was looking at.
///
/// The whole: `M FIRST LAST VISITS GUID` is a machine, and the lines `V FIRST LAST VISITS FLAGS URL` below it its URLs; `P FIRST LAST
/// VISITS GUID` is a person, and the lines `U FIRST LAST VISITS FLAGS MACHINE NAME URL` below it their dashboards; `T` with sums ends it.
enum RegistryFormat {
    private static let tab = UInt8(ascii: "\t")

    // MARK: The log

    static func line(_ entry: RegistryEntry) -> [UInt8] {
        let letter = entry.kind == .access ? "A" : "D"
        let texts = entry.kind == .access ? [entry.name, entry.url] : [entry.url, entry.name]
        return row([letter, hex(entry.time), entry.person.description, entry.machine.description] + texts)
    }

    /// - Returns: `nil` for a line that is none.
    static func entry(_ line: ArraySlice<UInt8>) -> RegistryEntry? {
        let words = words(line)
        guard words.count == 6, let time = number(words[1]), let person = GUID(words[2]), let machine = GUID(words[3])
        else { return nil }
        switch words[0] {
        case "A":
            guard RegistryTexts.isWebPage(words[5]) else { return nil }
            return RegistryEntry(
                kind: .access,
                time: time,
                person: person,
                machine: machine,
                name: words[4],
                url: words[5]
            )
        case "D":
            return RegistryEntry(
                kind: .deletion,
                time: time,
                person: person,
                machine: machine,
                name: words[5],
                url: words[4]
            )
        default: return nil
        }
    }

    // MARK: The whole

    static func database(_ registry: Registry) -> [UInt8] {
        var bytes: [UInt8] = []
        let machines = registry.machines.sorted { ($0.value.visits.first, $0.key) < ($1.value.visits.first, $1.key) }
        for (guid, machine) in machines {
            bytes += row(["M"] + visits(machine.visits) + [guid.description])
            for one in machine.addresses { bytes += row(["V"] + visits(one.visits) + ["00", one.url]) }
        }
        let persons = registry.persons.sorted { ($0.value.visits.first, $0.key) < ($1.value.visits.first, $1.key) }
        for (guid, person) in persons {
            bytes += row(["P"] + visits(person.visits) + [guid.description])
            for link in person.links {
                bytes += row(["U"] + visits(link.visits) + ["00", link.machine.description, link.name, link.url])
            }
        }
        let links = persons.reduce(0) { $0 + $1.value.links.count }
        let addresses = machines.reduce(0) { $0 + $1.value.addresses.count }
        let urls = Set(
            persons.flatMap { $0.value.links.map(\.url) } + machines.flatMap { $0.value.addresses.map(\.url) }
        )
        let sums = [
            persons.count, machines.count, persons.reduce(0) { $0 &+ $1.value.visits.count }, urls.count, links,
            addresses,
        ]
        bytes += row(["T"] + sums.map { hex(Int64($0), digits: 16) })
        return bytes
    }

    private static func visits(_ visits: Registry.Visits) -> [String] {
        [hex(visits.first), hex(visits.last), hex(Int64(visits.count))]
    }

    static func visits(_ words: ArraySlice<String>) -> Registry.Visits? {
        let numbers = words.compactMap(number)
        guard numbers.count == 3 else { return nil }
        return Registry.Visits(first: numbers[0], last: numbers[1], count: Int(numbers[2]))
    }

    // MARK: Words

    private static func row(_ words: [String]) -> [UInt8] {
        var bytes = Array(words.joined(separator: "\t").utf8)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// What is no UTF-8 is none after this.
    static func words(_ line: ArraySlice<UInt8>) -> [String] {
        line.split(separator: tab, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func hex(_ number: Int64, digits: Int = 8) -> String {
        let text = String(max(0, number), radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// Up to the year 36812.
    private static let largest: Int64 = 1 << 40

    private static func number(_ word: String) -> Int64? {
        guard word.utf8.allSatisfy({ hexadecimalDigit($0) != nil }), let number = Int64(word, radix: 16),
            number <= largest
        else { return nil }
        return number
    }
}

/// Reads the whole of a registry, line by line.
struct RegistryDatabaseReader {
    private var persons: [(guid: GUID, person: Registry.Person)] = []
    private var machines: [(guid: GUID, machine: Registry.Machine)] = []
    /// Whose lines come now: nobody's after a line that could not be read.
    private var isInPerson = false
    private var isInMachine = false

    /// - Returns: whether the line could be read.
    mutating func read(_ line: ArraySlice<UInt8>) -> Bool {
        let words = RegistryFormat.words(line)
        switch words[0] {
        case "M": return machine(words)
        case "P": return person(words)
        case "V": return address(words)
        case "U": return link(words)
        case "T": return true
        default: return false
        }
    }

    private mutating func machine(_ words: [String]) -> Bool {
        (isInPerson, isInMachine) = (false, false)
        guard words.count == 5, let visits = RegistryFormat.visits(words[1...3]), let guid = GUID(words[4]) else {
            return false
        }
        isInMachine = true
        machines.append((guid, Registry.Machine(visits: visits)))
        return true
    }

    private mutating func person(_ words: [String]) -> Bool {
        (isInPerson, isInMachine) = (false, false)
        guard words.count == 5, let visits = RegistryFormat.visits(words[1...3]), let guid = GUID(words[4]) else {
            return false
        }
        isInPerson = true
        persons.append((guid, Registry.Person(visits: visits)))
        return true
    }

    private mutating func address(_ words: [String]) -> Bool {
        guard words.count == 6, let visits = RegistryFormat.visits(words[1...3]), isInMachine else { return false }
        // Other registries take anything for a dashboard.
        guard RegistryTexts.isWebPage(words[5]) else { return true }
        machines[machines.count - 1].machine.addresses.append(Registry.Address(url: words[5], visits: visits))
        return true
    }

    private mutating func link(_ words: [String]) -> Bool {
        guard words.count == 8, let visits = RegistryFormat.visits(words[1...3]), let machine = GUID(words[5]),
            isInPerson
        else { return false }
        guard RegistryTexts.isWebPage(words[7]) else { return true }
        persons[persons.count - 1].person.links.append(
            Registry.Link(url: words[7], machine: machine, name: words[6], visits: visits)
        )
        return true
    }

    /// Puts all of it into a registry.
    func finish(_ registry: inout Registry) {
        for (guid, machine) in machines { registry.restore(machine, as: guid) }
        for (guid, person) in persons { registry.restore(person, as: guid) }
    }
}
