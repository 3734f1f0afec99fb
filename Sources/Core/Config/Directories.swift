/// Where this node's files are, as configured.
public struct Directories: Sendable {
    public var config: String
    public var stockConfig: String
    public var log: String
    public var web: String
    /// Whether nobody has said where a dashboard is, so that the built-in one counts.
    public var webIsBuiltIn: Bool
    public var cache: String
    public var lib: String
    /// The admin socket.
    public var run: String
    public var home: String
    public var lock: String
    /// At most 20, in the order in which they are looked through.
    public var plugins: [String]
    /// Whether nobody has said where plugins are, so that ``plugins`` is a guess.
    public var pluginsAreBuiltIn: Bool
    public var healthConfig: String
    public var stockHealthConfig: String
    public var registry: String
    /// The file with the machine GUID.
    public var machineGUIDFile: String
    /// The file with the key of the management API.
    public var managementKeyFile: String

    /// How many directories of plugins are looked through.
    public static let pluginDirectoryLimit = 20

    init(_ settings: Settings) {
        func path(_ name: String) -> String { settings.text("directories", name) }
        config = path("config")
        stockConfig = path("stock config")
        log = path("log")
        web = path("web")
        webIsBuiltIn = settings.explicit("directories", "web").map(\.value.isEmpty) ?? true
        cache = path("cache")
        lib = path("lib")
        run = path("run")
        home = path("home")
        lock = path("lock")
        plugins = Array(Self.quotedPaths(path("plugins")).prefix(Self.pluginDirectoryLimit))
        pluginsAreBuiltIn = settings.explicit("directories", "plugins") == nil
        healthConfig = path("health config")
        stockHealthConfig = path("stock health config")
        registry = path("registry")
        machineGUIDFile = settings.text("registry", "netdata unique id file")
        managementKeyFile = settings.text("registry", "netdata management api key file")
    }

    /// Words with blanks or commas between them; quotes of either kind keep blanks in a word.
    static func quotedPaths(_ text: String) -> [String] {
        var paths: [String] = []
        var word = ""
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "," || character.isWhitespace {
                if !word.isEmpty { paths.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { paths.append(word) }
        return paths
    }
}
