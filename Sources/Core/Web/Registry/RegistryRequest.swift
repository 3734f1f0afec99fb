import Basics
import Transport

/// What somebody asks the registry for, checked for what each action needs (web API §10).
struct RegistryRequest: Sendable {
    enum Action: String {
        case hello, access, delete, search
        case `switch` = "switch"

        /// What is said to whom something is missing.
        var complaint: String { "Invalid registry \(rawValue.prefix(1).uppercased())\(rawValue.dropFirst()) request." }
    }

    let action: Action
    let machine: String
    let url: String
    let name: String
    /// `for`, `delete_url` or `to`: whatever the action is about.
    let target: String

    /// - Returns: `nil` without an action that there is.
    init?(_ request: HTTPRequest) {
        guard let action = request["action"].flatMap(Action.init) else { return nil }
        self.action = action
        machine = request["machine"] ?? ""
        url = request["url"] ?? ""
        name = request["name"] ?? ""
        target =
            switch action {
            case .search: request["for"] ?? ""
            case .delete: request["delete_url"] ?? ""
            case .switch: request["to"] ?? ""
            case .hello, .access: ""
            }
    }

    /// Whether all is there that the action needs.
    var isComplete: Bool {
        switch action {
        case .hello: true
        case .access: !machine.isEmpty && !url.isEmpty && !name.isEmpty
        case .search, .delete, .switch: !machine.isEmpty && !url.isEmpty && !target.isEmpty
        }
    }
}

/// What a registry says to a request, and what it learns from it.
struct RegistryAnswer: Sendable, Equatable {
    /// The status of HTTP; above 299 it is a refusal.
    var status = 200
    /// Whose cookie is to be set.
    var person: GUID?
    /// The dashboards of a person, for `access`.
    var links: [Registry.Link]?
    /// The URLs of a machine, for `search`.
    var addresses: [(machine: GUID, address: Registry.Address)]?

    static func refused(_ status: Int) -> RegistryAnswer { RegistryAnswer(status: status) }

    static func == (one: RegistryAnswer, other: RegistryAnswer) -> Bool {
        one.status == other.status && one.person == other.person && one.links == other.links
            && one.addresses?.map(\.address) == other.addresses?.map(\.address)
    }
}

/// What was learned is applied, and returned as entries for the log.
extension Registry {
    /// Somebody is at a dashboard.
    ///
    /// - Parameters:
    ///   - person: by their cookie; whoever is unknown here becomes somebody new.
    ///   - newcomer: the GUID of somebody new.
    mutating func access(
        _ request: RegistryRequest,
        by person: GUID?,
        newcomer: GUID,
        now: Int64,
        text: RegistryTexts
    ) -> (RegistryAnswer, [RegistryEntry]) {
        guard let machine = GUID(request.machine), let url = text.url(request.url) else { return (.refused(412), []) }
        let known = person.flatMap { persons[$0] == nil ? nil : $0 } ?? newcomer
        let entry = RegistryEntry(
            kind: .access,
            time: now,
            person: known,
            machine: machine,
            name: text.name(request.name),
            url: url
        )
        apply(entry)
        return (RegistryAnswer(person: known, links: persons[known]?.links ?? []), [entry])
    }

    /// Where a machine can be seen, for somebody who has been there, by whomever it was seen.
    func search(_ request: RegistryRequest, by person: GUID?) -> RegistryAnswer {
        guard let known = visitor(request, person), let machine = GUID(request.target),
            known.links.contains(where: { $0.machine == machine }), let found = machines[machine]
        else { return .refused(404) }
        return RegistryAnswer(addresses: found.addresses.map { (machine, $0) })
    }

    /// A person takes a dashboard out of their menu.
    mutating func delete(
        _ request: RegistryRequest,
        by person: GUID?,
        now: Int64
    ) -> (RegistryAnswer, [RegistryEntry]) {
        guard let person, let known = visitor(request, person), let machine = GUID(request.machine),
            let link = known.links.first(where: { $0.url == request.target })
        else { return (.refused(412), []) }
        let entry = RegistryEntry(
            kind: .deletion,
            time: now,
            person: person,
            machine: machine,
            name: request.url,
            url: link.url
        )
        apply(entry)
        return (RegistryAnswer(), [entry])
    }

    /// Somebody who is where they say: at a machine that is known, at a URL out of their menu.
    private func visitor(_ request: RegistryRequest, _ person: GUID?) -> Person? {
        guard let person, let known = persons[person], let machine = GUID(request.machine), machines[machine] != nil,
            known.links.contains(where: { $0.url == request.url })
        else { return nil }
        return known
    }

    /// A browser becomes somebody else: a person that has been at the same machine.
    func change(_ request: RegistryRequest, from person: GUID?) -> RegistryAnswer {
        guard let person, let own = persons[person] else { return .refused(430) }
        guard let target = GUID(request.target), let other = persons[target] else { return .refused(431) }
        guard let machine = GUID(request.machine), machines[machine] != nil else { return .refused(432) }
        guard own.links.contains(where: { $0.machine == machine }) else { return .refused(433) }
        guard other.links.contains(where: { $0.machine == machine }) else { return .refused(434) }
        return RegistryAnswer(person: target)
    }
}

/// How much of a client's texts is kept.
struct RegistryTexts: Sendable {
    /// Bytes.
    var longestURL: Int
    /// Bytes.
    var longestName: Int

    /// A URL as it is kept: dashboards make links of it that other people follow, so only what leads to a web page is one.
    func url(_ text: String) -> String? {
        let url = Self.cut(Self.cleaned(text), longestURL)
        return Self.isWebPage(url) ? url : nil
    }

    static func isWebPage(_ url: String) -> Bool { url.hasPrefix("http://") || url.hasPrefix("https://") }

    func name(_ text: String) -> String { Self.cut(Self.cleaned(text), longestName) }

    /// Without control characters, which would be ends of lines in the files.
    private static func cleaned(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return text }
        return String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    /// No more bytes than that, and no half character.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var cut = Substring(text)
        var bytes = text.utf8.count
        while bytes > limit, let last = cut.popLast() { bytes -= last.utf8.count }
        return String(cut)
    }
}
