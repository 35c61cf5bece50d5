# make run    build and serve on http://127.0.0.1:8080
# make test   everything: vet, static checks, tests with the race detector, a real browser
# make bench  speed, as ratios to the bare limits
# make vendor fetch the third-party files of static/vendor again

.PHONY: run build test check vendor bench browser

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     = go run mvdan.cc/gofumpt@v0.12.0
DEADCODE    = go run golang.org/x/tools/cmd/deadcode@v0.52.0

run: build
	@./clientregistry

build:
	@go build -o clientregistry .

test: check
	go test -race ./...

check:
	go vet ./...
	$(STATICCHECK) ./...
	@out=$$($(GOFUMPT) -l .) && test -z "$$out" || { echo "gofumpt would change:"; echo "$$out"; exit 1; }
	@out=$$($(DEADCODE) -test ./...) && test -z "$$out" || { echo "dead code:"; echo "$$out"; exit 1; }

vendor:
	go run ./static/vendor/fetch

# BENCH=-bench.size=s measures on less data, -bench.json=FILE keeps the figures.
bench:
	go test -run '^$$' -bench BenchmarkRegistry -benchtime 1x -timeout 1h ./handlers $(BENCH)
