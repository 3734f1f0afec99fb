/// The files and variables that a command uses, which its options cannot tell.
enum Places {
    static func files(of command: String) -> [(String, String)] {
        switch command {
        case "agent", "parent": nodeFiles(command)
        case "top":
            [
                ("/run/ndstream/parent.sock, /run/ndstream/agent.sock", "The admin sockets of this machine's nodes."),
                (
                    "$XDG_RUNTIME_DIR/ndstream/",
                    "Where a plain user's nodes have them, else ~/.local/state/ndstream/run/."
                ),
            ]
        case "tail":
            [
                (
                    "/var/log/ndstream/parent/error.log, /var/log/ndstream/agent/error.log",
                    "The logs of this machine's nodes."
                ),
                ("~/.local/state/ndstream/", "Where a plain user's nodes have theirs, in parent/log and agent/log."),
                ("/var/log/netdata/error.log", "Netdata's log, read where ndstream has none."),
                (
                    "error.log.1, error.log.2.gz, error.log-20261122.gz",
                    "Older generations beside a log, read as far as --since reaches; .xz, .zst and .bz2, too."
                ),
            ]
        case "ndstream":
            nodeFiles("parent").filter { $0.0.contains("conf") } + [
                (
                    "/var/lib/ndstream/, /var/cache/ndstream/, /var/log/ndstream/, /run/ndstream/",
                    "What agent and parent keep, each in a directory of its own; a plain user's are the XDG directories."
                )
            ]
        default: []
        }
    }

    private static func nodeFiles(_ command: String) -> [(String, String)] {
        [
            (
                "/etc/ndstream/netdata.conf, /etc/ndstream/stream.conf",
                "The configuration, in Netdata's own format. Where root has no /etc/ndstream, /etc/netdata is read."
            ),
            ("~/.config/ndstream/", "The configuration of a plain user."),
            (
                "/var/lib/ndstream/\(command)/registry/netdata.public.unique.id",
                "The machine GUID: made once, never changed. No two live nodes may share one."
            ),
            ("/var/log/ndstream/\(command)/error.log", "What happened: see ndstream-tail(1). access.log is beside it."),
            ("/run/ndstream/\(command).sock", "The admin socket, which ndstream-top(1) asks."),
            (
                "~/.local/state/ndstream/\(command)/",
                "What the state of a plain user is kept in, if no XDG variable says else."
            ),
        ]
    }

    static func environment(of command: String) -> [(String, String)] {
        let state = ("NDSTREAM_STATE_DIR", "What --state-dir says.")
        let colour = [
            ("NO_COLOR", "Not empty: no colours."),
            ("TERM", "dumb: no colours; top prints frames instead of drawing a screen."),
            ("LC_ALL, LC_CTYPE, LANG", "Without UTF-8 in the first that is set, only ASCII is used."),
        ]
        switch command {
        case "agent", "parent":
            return [
                ("NDSTREAM_CONFIG_DIR", "What --config-dir says."), state,
                (
                    "NDSTREAM_SECTION_NAME",
                    "Any option of the files: NDSTREAM_DB_UPDATE_EVERY is update every of [db]. It wins over the files; an "
                        + "option of the command line wins over it."
                ),
                (
                    "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME, XDG_RUNTIME_DIR",
                    "Where a plain user's files are beneath, each in ndstream/."
                ),
            ]
        case "top": return [state] + colour + [("TZ", "The time zone that times are shown in.")]
        case "tail":
            return [state] + colour + [
                ("TZ", "The time zone that times are shown in, and understood."),
                ("PATH", "Where gzip, xz, zstd, bzip2 and journalctl are looked for."),
            ]
        default: return []
        }
    }
}
