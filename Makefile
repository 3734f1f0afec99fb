# ndstream. The two commands that matter: `make run` and `make test`.
#
#   deps       what apt has to give for building
#   build      the release binary: .build/release/ndstream
#   run        a parent, an agent streaming this machine to it, and top (without a terminal: one frame)
#   test       installs what tests need and runs everything but the long ones
#   bench      ndstream beside Netdata 1.37.1 and beside C: Benchmarks/README.md
#   footprint  memory and CPU of a headless agent beside Netdata's, ten minutes
#   api-bench  requests a second and CPU of a request beside Netdata's, 15 minutes
#   health-bench what 50 stock alarms of each of 1,000 children cost, beside Netdata's, 16 minutes
#   storm      a thousand children at once, on ndstream and on Netdata 1.37.1
#   soak       real children on ndstream parents and the other way round, five minutes, nothing may be lost
#   example    the eight nodes of Netdata's document on loopback for ten minutes: every sample has to arrive
#   outages    links, parents and children that go away for 5 s, 60 s and 9 min, and what is missing afterwards
#   weather    an hour: twenty children, links cut at random, a clock that steps; nothing may be missing
#   archives   real databases (graphite-carbon, InfluxDB, VictoriaMetrics, Prometheus) receive what a parent exports, 11 minutes
#   scrape     a real Prometheus scrapes two parents, one of which is restarted, 11 minutes
#   client     the Python library `netdata` makes all its calls (PyPI)
#   example-archives  the eight nodes again, whose two archives are real databases
#   kills      a parent killed 200 times in each mode that has a disk: at most two seconds before each may be missing
#   startup    how long a parent with 10 GB of history needs to its first answer, and one of 1,000 hosts to its end
#   screen     bytes, CPU and first picture of top beside htop and btop (apt install htop btop), 10 minutes
#   fleet      thirty children of one parent, one of each fault, and top on it (without a terminal: one frame)
#   fleet-test that each fault is explained alike everywhere, top's screens, and how it leaves the terminal (3 minutes)
#   health-test  alarms beside Netdata 1.37.1 for half an hour, and what is told of children that go in eleven ways
#   dashboard-test  ndstream's own dashboard and Debian's netdata-web in headless Chromium (installs chromium)
#   exporting-test  what goes to other databases beside Netdata 1.37.1, a minute
#   api-test   thousands of questions to the API beside Netdata 1.37.1, in ram and dbengine: the same answers
#   tls        ten minutes of streaming over TLS while certificates are replaced, then 500 encrypted children at once
#   fuzz       half a minute of libFuzzer on each parser of the wire
#   api-fuzz   ten minutes of requests of every bad kind against a parent with a child (schemathesis from PyPI)
#   format     formats the sources in place
#   docs       man pages and completions, made anew from the commands
#   install    DESTDIR= PREFIX=/usr/local

PREFIX ?= /usr/local
DESTDIR ?=
export SWIFT ?= swift
BUILD_DEBS := libncursesw5-dev liblz4-dev libssl-dev zlib1g-dev pkg-config
TEST_DEBS := $(BUILD_DEBS) tmux xz-utils python3 man-db zsh fish openssl ca-certificates curl nginx-light
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
RELEASE := $(SWIFT) build -c release --static-swift-stdlib --product ndstream

# apt is asked only for what is missing, so both commands work again without a network.
define need
	@dpkg -s $(1) >/dev/null 2>&1 || { $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1); }
endef

.PHONY: deps test-deps build run test lint bench footprint health-bench storm soak example outages weather kills startup screen fleet fleet-test health-test dashboard-test tls fuzz api-fuzz archives scrape client example-archives exporting-test api-bench api-test format docs install clean

deps:
	@command -v $(SWIFT) >/dev/null || { echo "ndstream needs a Swift 6.3 toolchain: https://www.swift.org/install/"; exit 1; }
	$(call need,$(BUILD_DEBS))

test-deps: deps
	$(call need,$(TEST_DEBS))
	@Tests/Support/fetch-netdata.sh

# The linker takes the first directory that has libstdc++: with only the archive in it, the C++ runtime goes inside.
build: deps
	@mkdir -p .build/static && ln -sf "$$(gcc -print-file-name=libstdc++.a)" .build/static/
	$(RELEASE)

run: build
	@packaging/run.sh .build/release/ndstream

lint:
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Benchmarks packaging Package.swift

test: test-deps lint
	$(SWIFT) build --build-tests
	Tests/Support/run-suite.sh --parallel --skip InteropTests
	Tests/Support/run-suite.sh --no-parallel --filter InteropTests

bench: build test-deps
	Benchmarks/run.py

footprint: build test-deps
	Benchmarks/footprint.py

api-bench: build test-deps
	Benchmarks/api.py

health-bench: build test-deps
	$(SWIFT) build -c release --static-swift-stdlib --product MicroBenchmarks
	Benchmarks/health.py

storm: build test-deps
	Benchmarks/storm.py

soak: test-deps
	$(SWIFT) build --build-tests
	NDSTREAM_SOAK_MINUTES=5 $(SWIFT) test --skip-build --filter SoakTests

example: build
	Tests/Example/run.py --restarts

outages: build
	Tests/Example/outages.py

weather: build
	Tests/Example/weather.py

# Each fetches the packages that it needs from apt or PyPI, installs nothing, and names what it could not have. See
# docs/receivers.md.
archives: build
	Tests/Receivers/archives.py

scrape: build
	Tests/Receivers/scrape.py

client: build
	Tests/Receivers/client.py

example-archives: build
	Tests/Example/run.py --receivers

kills: build
	Tests/Example/kills.py

startup: build
	$(SWIFT) build -c release --static-swift-stdlib --product MicroBenchmarks
	Benchmarks/startup.py
	Benchmarks/ending.py

screen: build
	Benchmarks/screen.py

fleet: build
	Tests/Fleet/fleet.py --grandparent

fleet-test: build test-deps
	Tests/Fleet/fleet.py --run 'Tests/Fleet/explanations.py && Tests/Fleet/screens.py --live'
	Tests/Fleet/screens.py
	Tests/Fleet/farewells.py

health-test: build test-deps
	Tests/Health/differential.py --minutes 30
	Tests/Health/departures.py

dashboard-test: build
	Tests/Web/browser.py

exporting-test: build test-deps
	Tests/Exporting/differential.py

api-test: build test-deps
	Tests/API/differential.py

tls: build
	Tests/Example/tls.py

fuzz:
	Fuzz/run.sh

api-fuzz: build
	Fuzz/api.py

format:
	$(SWIFT) format -i --parallel --recursive Sources Tests Benchmarks packaging Package.swift

docs: deps
	packaging/generate-docs.sh

install: build
	install -D -m 755 .build/release/ndstream $(DESTDIR)$(PREFIX)/bin/ndstream
	for page in man/*.1 man/*.7; do [ -e $$page ] || continue; \
	  install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done
	install -D -m 644 completions/ndstream.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ndstream
	install -D -m 644 completions/_ndstream $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ndstream
	install -D -m 644 completions/ndstream.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ndstream.fish

clean:
	$(SWIFT) package clean
