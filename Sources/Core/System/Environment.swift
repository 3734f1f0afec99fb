internal import CLinux

/// The variables this process was started with.
public enum Environment {
    /// `NAME=value`, as the C library has them.
    public static var variables: [String] {
        var variables: [String] = []
        guard var next = nd_environment() else { return [] }
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }
}
