# make run    build and serve on http://127.0.0.1:8080
# make test   everything: vet, static checks, tests, a real browser, the race detector
# make bench  speed, as ratios to the bare limits
# make profile where the time of one request goes
# make vendor fetch the third-party files of static/vendor again

.PHONY: run build test check vendor bench profile browser

# Without a format of gin that no page speaks, the program is 5 MB smaller in memory and sooner built.
export GOFLAGS += -tags=nomsgpack

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     = go run mvdan.cc/gofumpt@v0.12.0
DEADCODE    = go run golang.org/x/tools/cmd/deadcode@v0.52.0

run: build
	@./clientregistry

build:
	@go build -o clientregistry .

# The race detector slows a test tenfold and finds nothing in one that does one thing at a time. So it runs the
# packages that start goroutines, and elsewhere the tests whose names say AtOnce or Wait. SQLite, which it does not
# watch, is built for it with -O1, in a third of the time. check has vetted everything.
test: check browser
	BROWSER=1 go test -vet=off -timeout 30m ./...
	CGO_CFLAGS=-O1 go test -vet=off -race -run 'AtOnce|Wait' ./db ./db/sqlite ./handlers ./handlers/api
	CGO_CFLAGS=-O1 go test -vet=off -race ./handlers/commands ./handlers/jobs ./db/secrets

AXE        = $(HOME)/.cache/clientregistry/axe-core-4.14.1/axe.min.js
AXE_SHA256 = 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c

# What the tests in a real browser need: Chromium, best its headless shell, which
# takes a third less of the processor, and axe-core from npm. What cannot be had is
# named; under CI=true that is a failure, else those tests skip.
browser:
	@lacks() { echo "No tests in a browser: $$1"; test "$$CI" != true; exit; }; \
	found() { for c in "$$CHROME" chromium-headless-shell chrome-headless-shell chromium chromium-browser google-chrome; do command -v "$$c" >/dev/null && return; done; return 1; }; \
	root=; test "$$(id -u)" = 0 || root="sudo -n"; \
	found || { command -v apt-get >/dev/null && $$root apt-get update -qq && \
	  { $$root apt-get install -y -qq chromium-headless-shell || $$root apt-get install -y -qq chromium; }; } || true; \
	found || lacks "there is no Chromium; install it, or name one in CHROME"; \
	checked() { echo "$(AXE_SHA256)  $(AXE)" | sha256sum --check --status 2>/dev/null; }; \
	checked && exit; \
	command -v npm >/dev/null || lacks "npm is missing, which fetches axe-core"; \
	dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && mkdir -p "$(dir $(AXE))" && \
	(cd "$$dir" && npm pack --silent axe-core@4.14.1 >/dev/null && tar -xzf axe-core-4.14.1.tgz package/axe.min.js && mv package/axe.min.js "$(AXE)") || true; \
	checked || { rm -f "$(AXE)"; lacks "axe-core 4.14.1 could not be fetched by npm, or is not what it should be"; }

check:
	go vet ./...
	$(STATICCHECK) ./...
	@out=$$($(GOFUMPT) -l .) && test -z "$$out" || { echo "gofumpt would change:"; echo "$$out"; exit 1; }
	@out=$$($(DEADCODE) -test ./...) && test -z "$$out" || { echo "dead code:"; echo "$$out"; exit 1; }

vendor:
	go run ./static/vendor/fetch

# BENCH=-bench.size=m measures on one size of data, -bench.json=FILE keeps the figures.
# The first time it fills the samples; that of size l takes 33 GB of disk.
bench:
	go test -run '^$$' -bench BenchmarkRegistry -benchtime 1x -timeout 3h ./handlers/browsertest -bench.size=s,m,l $(BENCH)

# REQUEST is L, D, W or S: the list, a record, logging, searching. See go tool pprof -http=: FILE.
REQUEST = D
profile:
	@dir=$$(mktemp -d) && go test -run '^$$' -bench BenchmarkRegistry -benchtime 1x -timeout 1h ./handlers/browsertest -bench.only=$(REQUEST) \
		-o "$$dir/bench.test" -cpuprofile "$$dir/cpu.pprof" $(BENCH) && \
	go tool pprof -top -cum -nodecount 60 -focus 'handlers..\*Server' "$$dir/bench.test" "$$dir/cpu.pprof" && echo "$$dir/cpu.pprof"
