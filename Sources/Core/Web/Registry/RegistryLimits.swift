/// What bounds a registry: its clients are browsers of anybody who may reach it, and what they say of themselves is remembered.
struct RegistryLimits: Sendable, Equatable {
    /// People that are remembered. One more, and a sixteenth of them is forgotten: first those who came once only, then who has
    /// been away longest.
    var persons = 20_000
    /// Machines that are remembered; of one more a sixteenth goes, those first that nobody has visited for longest.
    var machines = 20_000
    /// Dashboards of one person; of one more the one goes that was visited least lately.
    var linksOfPerson = 500
    /// URLs of one machine; as with those of a person.
    var urlsOfMachine = 100
    /// Bytes of the texts of all of them, as far as memory is concerned: beyond it people are forgotten as above.
    var textBytes = 64 << 20
    /// Bytes of a file that is read, at most.
    var fileBytes = 256 << 20
    /// Bytes of the log, at which everything is written anew however few its entries are.
    var logBytes = 16 << 20
}
