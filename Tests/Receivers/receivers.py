"""The real databases that exporters send to, and Prometheus, each a process with a directory and ports of its own.

They are Debian's packages, unpacked by Tests/Support/fetch-receivers.sh. Nothing of them is installed, and they end with
this process, however it ends.
"""
import base64
import hashlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse
import warnings

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
for room in ("Example", "Fleet"):
    sys.path.insert(0, f"{TOP}/Tests/{room}")
from daemons import end_with_parent, free_port  # noqa: E402

FETCH = f"{TOP}/Tests/Support/fetch-receivers.sh"
# What a receiver is given to answer after its start, and to end.
PATIENCE = 60


def root():
    return subprocess.run([FETCH, "--print"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class Missing:
    """What could not be had, and so was not tested. It is said twice, and is a failure where CI=true."""

    def __init__(self):
        self.sentences = []

    def add(self, what, why):
        self.sentences.append(f"NOT TESTED: {what}: {why}")
        print(f"\n*** {self.sentences[-1]}\n", flush=True)

    def has(self, *packages):
        """Whether these packages are there, or can be fetched."""
        result = subprocess.run([FETCH, *packages], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            self.add(" ".join(packages), result.stdout.strip() or f"{FETCH} has ended with {result.returncode}")
        return result.returncode == 0

    def failures(self):
        for sentence in self.sentences:
            print(f"*** {sentence}")
        return self.sentences if os.environ.get("CI") == "true" else []


class Receiver:
    """`start` returns when it answers. It may be stopped and started again: its data stays."""

    package = None
    # Seconds that its points lie apart; those of a time in between are stored at the full one before.
    step = 1
    # What ends it for an outage.
    outage = signal.SIGTERM
    # Of each question.
    headers = {}

    def __init__(self, directory):
        self.name = type(self).__name__.lower()
        self.directory, self.process = f"{directory}/{self.name}", None
        self.port = free_port()
        self.root = root()
        os.makedirs(self.directory)
        with open(f"{self.root}/.complete-{self.package}") as file:
            self.version = f"{self.package} {file.read().strip()}"

    def write(self, name, text):
        with open(f"{self.directory}/{name}", "w") as file:
            file.write(text)
        return f"{self.directory}/{name}"

    # MARK: life

    def start(self):
        with open(f"{self.directory}/output", "ab") as output:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.directory,
                env={**os.environ, **self.environment()}, start_new_session=True, preexec_fn=end_with_parent)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.name} does not answer:\n{self.output()[-3000:]}")
            time.sleep(0.1)
        return self

    def stop(self, number=signal.SIGTERM):
        if not self.process or self.process.poll() is not None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"{self.name} does not end within {PATIENCE} s and is killed", flush=True)
            self.process.kill()
            self.process.wait()

    def environment(self):
        return {}

    def output(self):
        with open(f"{self.directory}/output", errors="replace") as file:
            return file.read()

    def answers(self):
        try:
            return self.get(self.health).status in (200, 204)
        except (OSError, http.client.HTTPException):
            return False

    # MARK: questions

    def get(self, path, form=None):
        """The reply to a request, its body in `body`."""
        connection = self.connection()
        try:
            if form is None:
                connection.request("GET", path, headers=self.headers)
            else:
                connection.request("POST", path, urllib.parse.urlencode(form),
                                   {"Content-Type": "application/x-www-form-urlencoded", **self.headers})
            reply = connection.getresponse()
            reply.body = reply.read().decode()
            return reply
        finally:
            connection.close()

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def read(self, connector, host, keys, since, until):
        """What it holds of a host by this connector: {key: [(second, value)]}, keys as those of the connector."""
        raise NotImplementedError


class Carbon(Receiver):
    """graphite-carbon with whisper files, one for each series."""

    package, step = "graphite-carbon", 10
    # What a schema keeps of a connector with `update every = 10`.
    SCHEMAS = "[netdata]\npattern = ^netdata\\.\nretentions = 10s:6h,1m:7d\n"

    def __init__(self, directory):
        super().__init__(directory)
        self.line, self.pickle = free_port(), free_port()
        self.write("storage-schemas.conf", self.SCHEMAS)
        # More than 50 new series a minute and more than 500 updates a second: Debian's limits drop the first and delay
        # the others. Tags would be told to a graphite-web.
        self.configuration = self.write("carbon.conf", f"""[cache]
STORAGE_DIR = {self.directory}
LOCAL_DATA_DIR = {self.directory}/whisper
CONF_DIR = {self.directory}
LOG_DIR = {self.directory}
PID_DIR = {self.directory}
USER =
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {self.line}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = {self.pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {self.port}
ENABLE_TAGS = False
LOG_UPDATES = False
""")

    def environment(self):
        return {"PYTHONPATH": f"{self.root}/usr/lib/python3/dist-packages", "GRAPHITE_ROOT": self.directory,
                "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self):
        return ["/usr/bin/python3", f"{self.root}/usr/bin/carbon-cache", f"--config={self.configuration}", "--nodaemon",
                f"--pidfile={self.directory}/carbon.pid", "start"]

    def start(self):
        # One that was killed leaves it, and its number may be another process's.
        if os.path.exists(f"{self.directory}/carbon.pid"):
            os.remove(f"{self.directory}/carbon.pid")
        return super().start()

    def answers(self):
        with open("/proc/net/tcp") as file:
            listening = {int(words[1].rpartition(":")[2], 16) for words in map(str.split, file) if words[3] == "0A"}
        return {self.line, self.port} <= listening

    def file(self, key, labels):
        """Where carbon keeps a series: with tags by the hash of its name, in which the tags are sorted."""
        if not labels:
            return f"{self.directory}/whisper/{key.replace('.', '/')}.wsp"
        name = key + "".join(sorted(f";{label}={value}" for label, value in labels.items()))
        digest = hashlib.sha256(name.encode()).hexdigest()
        return f"{self.directory}/whisper/_tagged/{digest[:3]}/{digest[3:6]}/{digest}.wsp"

    def series(self):
        """How many it keeps besides those of its own."""
        return sum(name.endswith(".wsp") for directory, _, names in os.walk(f"{self.directory}/whisper")
                   if f"{directory}/".find("/whisper/carbon/") < 0 for name in names)

    def read(self, connector, host, keys, since, until):
        files = {key: self.file(key, connector.labels) for key in keys}
        result = subprocess.run(
            ["/usr/bin/python3", f"{TOP}/Tests/Receivers/whisper_points.py", str(since), str(until)], check=True,
            env={**os.environ, **self.environment()}, input=json.dumps(files), stdout=subprocess.PIPE, text=True)
        return {key: [tuple(point) for point in points] for key, points in json.loads(result.stdout).items()}


class InfluxDB(Receiver):
    """InfluxDB 1.x with its listeners for graphite and opentsdb (telnet and HTTP on one port)."""

    package, health = "influxdb", "/ping"
    # Asked to end it waits for half a minute for open connections of opentsdb, reads them, and drops what it reads.
    outage = signal.SIGKILL

    def __init__(self, directory):
        super().__init__(directory)
        self.graphite, self.opentsdb, self.backup = free_port(), free_port(), free_port()
        self.configuration = self.write("influxdb.conf", f"""reporting-disabled = true
bind-address = "127.0.0.1:{self.backup}"
[meta]
  dir = "{self.directory}/meta"
[data]
  dir = "{self.directory}/data"
  wal-dir = "{self.directory}/wal"
[monitor]
  store-enabled = false
[ifql]
  enabled = false
[http]
  bind-address = "127.0.0.1:{self.port}"
  log-enabled = false
[[graphite]]
  enabled = true
  bind-address = "127.0.0.1:{self.graphite}"
  database = "graphite"
  templates = [".host.measurement*"]
[[opentsdb]]
  enabled = true
  bind-address = "127.0.0.1:{self.opentsdb}"
  database = "opentsdb"
""")

    def command(self):
        return [f"{self.root}/usr/bin/influxd", "run", "-config", self.configuration]

    def read(self, connector, host, keys, since, until):
        prefix = f"{connector.prefix}.{host}." if connector.family == "graphite" else ""
        found = {}
        reply = self.get("/query?" + urllib.parse.urlencode({
            "db": connector.family, "epoch": "s",
            "q": f'SELECT value FROM /.*/ WHERE "host" = \'{host}\' AND time >= {since}s AND time <= {until}s GROUP BY *'}))
        for result in json.loads(reply.body)["results"]:
            for series in result.get("series", []):
                # Some connectors share a database.
                if prefix or series["name"].startswith(f"{connector.prefix}."):
                    found.setdefault(prefix + series["name"], []).extend(map(tuple, series["values"]))
        return found


class Victoria(Receiver):
    """VictoriaMetrics, which takes everything."""

    package, health = "victoria-metrics", "/health"

    def __init__(self, directory):
        super().__init__(directory)
        self.graphite, self.opentsdb, self.opentsdb_http = free_port(), free_port(), free_port()

    def command(self):
        return [f"{self.root}/usr/bin/victoria-metrics", f"-storageDataPath={self.directory}/data", "-retentionPeriod=1",
                f"-httpListenAddr=127.0.0.1:{self.port}", f"-graphiteListenAddr=127.0.0.1:{self.graphite}",
                f"-opentsdbListenAddr=127.0.0.1:{self.opentsdb}", f"-opentsdbHTTPListenAddr=127.0.0.1:{self.opentsdb_http}",
                "-loggerLevel=WARN"]

    def read(self, connector, host, keys, since, until):
        # What came in the last second is not seen by queries yet.
        self.get("/internal/force_flush")
        reply = self.get("/api/v1/export", {"match[]": connector.selector(host), "start": since, "end": until})
        found = {}
        for line in reply.body.splitlines():
            series = json.loads(line)
            points = [(at // 1000, value) for at, value in zip(series["timestamps"], series["values"])]
            found.setdefault(connector.key_of(series["metric"]), []).extend(points)
        return found


class Prometheus(Receiver):
    """Prometheus, as a receiver of remote write, or with the scrapes of a configuration."""

    package, health = "prometheus", "/-/ready"

    def __init__(self, directory, configuration="", *arguments):
        super().__init__(directory)
        self.configuration = self.write("prometheus.yml", configuration or "global:\n  scrape_interval: 1m\n")
        self.arguments = arguments or ("--web.enable-remote-write-receiver",)

    def command(self):
        return [f"{self.root}/usr/bin/prometheus", f"--config.file={self.configuration}",
                f"--storage.tsdb.path={self.directory}/data", f"--web.listen-address=127.0.0.1:{self.port}",
                "--log.level=warn", *self.arguments]

    def samples(self, selector, since, until):
        """[(labels, [(Unix seconds with their part, value)])] of the series that a selector means."""
        reply = self.get("/api/v1/query", {"query": f"{selector}[{int(until - since)}s]", "time": until})
        answer = json.loads(reply.body)
        if answer["status"] != "success":
            raise SystemExit(f"prometheus: {selector}: {answer}")
        return [(series["metric"], [(at, float(value)) for at, value in series["values"]])
                for series in answer["data"]["result"]]

    def counters(self):
        """Its own figures: {name: sum over all labels}."""
        found = {}
        for line in self.get("/metrics").body.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                name = name.partition("{")[0]
                found[name] = found.get(name, 0) + float(value)
        return found

    def read(self, connector, host, keys, since, until):
        found = {}
        for labels, points in self.samples(connector.selector(host), since, until + 1):
            found.setdefault(connector.key_of(labels), []).extend((int(at), value) for at, value in points)
        return found


class SecurePrometheus(Prometheus):
    """Prometheus that speaks TLS only, and asks for a password."""

    user, password = "ndstream", "a password"
    headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}

    def __init__(self, directory):
        certificates = f"{TOP}/.build/receivers-certificates"
        subprocess.run(["sh", f"{TOP}/Tests/Support/make-certificates.sh", certificates], check=True)
        self.authority = f"{certificates}/ca.pem"
        super().__init__(directory)
        with warnings.catch_warnings():
            # Python 3.13 has it no more; Debian's is 3.11.
            warnings.simplefilter("ignore")
            import crypt
            digest = crypt.crypt(self.password, "$2b$05$" + "a" * 22)
        web = self.write("web.yml", f"""tls_server_config:
  cert_file: {certificates}/valid.pem
  key_file: {certificates}/valid.key
basic_auth_users:
  {self.user}: {digest}
""")
        self.arguments = ("--web.enable-remote-write-receiver", f"--web.config.file={web}")

    def connection(self):
        context = ssl.create_default_context(cafile=self.authority)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
