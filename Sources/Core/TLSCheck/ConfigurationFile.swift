public import Config
internal import Diagnostics

/// A configuration for `check-tls`: one file, without what the machine it is looked at on would add.
public struct ConfigurationFile: Sendable {
    public let path: String
    public let configuration: Configuration
    /// Why it cannot be read.
    public let failure: String?

    /// - Parameters:
    ///   - kind: what stands in it.
    ///   - path: however it is called.
    ///   - workingDirectory: where a relative path begins.
    ///   - content: what was read of it.
    public init(_ kind: Option.File, _ path: String, workingDirectory: String, content: FileContent) {
        self.path = path
        var directory = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
        if directory.isEmpty { directory = "/" }
        var overrides = Overrides()
        overrides.configDirectory = directory
        let name = "/" + kind.rawValue
        configuration = Configuration.load(
            Layout.Circumstances(
                role: kind == .stream ? .agent : .parent,
                userID: 0,
                environment: [:],
                overrides: overrides,
                workingDirectory: workingDirectory,
                directoryExists: { _ in false }
            ),
            hostname: "localhost"
        ) { asked in
            asked.hasSuffix(name) && !asked.hasPrefix("/usr/lib/") ? content : .missing
        }
        switch content {
        case .bytes: failure = nil
        case .missing: failure = "no such file"
        case .unreadable(let reason): failure = reason
        }
    }

    /// Where a value stands: `stream.conf:7` under the name that the file was given by, `default`.
    public func place(_ section: String, _ name: String) -> String {
        switch configuration.settings.origin(section, name) {
        case .file(_, let line): "\(path):\(line)"
        case let origin: origin.description
        }
    }

    /// `[stream] CAfile = …`, with where it stands.
    public func source(_ section: String, _ name: String) -> Child.Source {
        Child.Source("[\(section)] \(name) = \(configuration.settings.text(section, name))", place(section, name))
    }

    /// Whether somebody has written it.
    public func isSet(_ section: String, _ name: String) -> Bool {
        configuration.settings.explicit(section, name) != nil
    }
}

extension ConfigurationFile {
    /// The child that this stream.conf makes for a destination of its, or for another one.
    public func child(_ destination: Destination) -> Child {
        let stream = configuration.stream
        var child = Child(
            destination,
            file: stream.certificateFile,
            directory: stream.certificateDirectory,
            isSkipping: stream.skipsCertificateVerification
        )
        child.nameCheck = stream.verifyHostname
        if stream.destinations.contains(destination) { child.sources.append(source("stream", "destination")) }
        guard destination.tls else { return child }
        for name in ["ssl skip certificate verification", "CAfile", "CApath", "ssl verify hostname"]
        where isSet("stream", name) {
            child.sources.append(source("stream", name))
        }
        return child
    }
}
