"""The views of `top`: how each is reached, and what says that it is there. A new view is a line here."""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class View:
    name: str
    # Keys from the start, as tmux calls them; WAIT gives the node a second to answer.
    keys: tuple[str, ...]
    # A pattern that the screen has when the view is drawn; on a small screen the second one.
    shows: str
    shows_small: str = ""
    # What must be on it with the live fleet at 140x40: texts.
    tells: tuple[str, ...] = ()
    # Needs a node that answers for charts, not only a status document: no golden.
    is_live: bool = False


VIEWS = [
    View("hosts", (), r"\[1\]Hosts|HOST +STATE", tells=("CONFLICT", "REJECTED", "DOWN", "STALE", "NEEDS ATTENTION")),
    View("attention", ("a",), r"NEEDS ATTENTION", tells=("ND-F", "ND-C", "means", "fix")),
    View("host", ("/", "w", "e", "b", "-", "0", "1", "Enter", "Enter"), r"\[2\]Host|web-01",
         tells=("two machines", "web-01-copy", "rm /var/lib/netdata/registry/netdata.public.unique.id")),
    View("charts", ("/", *"agent-plain", "Enter", "Enter", "c"), r"LAST 60 s.*\n.*system", tells=("system.cpu", "DIMENSION"),
         is_live=True),
    View("zoom", ("/", *"agent-plain", "Enter", "Enter", "c", "WAIT", "Enter"), r"DIMENSIO.*MIN", tells=("system.cpu", "percentage", "user"),
         is_live=True),
    View("rejected", ("3",), r"\[3\]Rejected|REASON", tells=("ND-", "fix", "causes")),
    View("topology", ("4",), r"\[4\]Topology|way ", tells=("through it", "loops", "way")),
    View("events", ("5",), r"\[5\]Events|ND-", tells=("ND-F",)),
    View("alarms", ("6",), r"\[6\]Alarms|CHART.ALARM",
         tells=("disk_space._var_lib_mysql.disk_space_usage", "tells sysadmin", "silenced", "frozen",
                "last_collected_secs")),
    View("sort", ("s",), r"sort by", tells=("samples/s", "replication")),
    View("help", ("?",), r"move; the choice", tells=("filter", "quit")),
]

# columns, rows
SIZES = [(80, 24), (140, 40), (40, 12)]

# What the terminal is: a name, its environment.
MODES = [
    ("utf8", {"LC_ALL": "C.UTF-8", "NO_COLOR": None}),
    ("ascii", {"LC_ALL": "C", "LANG": "C", "NO_COLOR": None}),
    ("mono", {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"}),
]


def normalised(text):
    """A picture without what differs from one run to the next although the document is the same: times of day."""
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(re.sub(r"\b\d\d:\d\d:\d\d\b", "HH:MM:SS", line) for line in lines) + "\n"


COLOURS = re.compile(r"\x1b\[[0-9;]*\b(3[1-7]|9[1-7]|38;5;\d+|4[1-7])[;m]")


def has_colours(styled):
    """Whether something is red, green or any other colour but the terminal's own."""
    return COLOURS.search(styled) is not None
