import Glibc

/// Other programs of this machine.
public enum Programs {
    /// Where a program is that is called by its name.
    /// - Parameter path: directories, as `PATH` has them.
    /// - Returns: `nil` where it is not installed.
    public static func find(_ name: String, path: String) -> String? {
        for directory in path.split(separator: ":") where directory.hasPrefix("/") {
            let candidate = directory + "/" + name
            if access(candidate, X_OK) == 0, !Files.isDirectory(candidate) { return candidate }
        }
        return nil
    }

    /// `PATH` of the environment, and where there is none the usual directories.
    public static var path: String { getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin" }

    /// Our environment as `NAME=value`, for a program that is to be like us.
    public static var environment: [String] {
        let bytes = (try? Files.read("/proc/self/environ", limit: 4 << 20)) ?? []
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
