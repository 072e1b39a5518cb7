# Everything that promferry needs to be built and tested.
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
REVISION ?= $(shell git rev-parse --verify -q HEAD 2>/dev/null)
# Of the commit, not of the build: the same commit makes the same bytes.
DATE     ?= $(shell TZ=UTC0 git log -1 --format=%cd --date=format-local:%Y%m%d-%H:%M:%S 2>/dev/null)

info      = github.com/prometheus/common/version
LDFLAGS   = -s -w -X $(info).Version=$(VERSION) -X $(info).Revision=$(REVISION) -X $(info).BuildDate=$(DATE)
# What git knows goes in by LDFLAGS alone, so that a copy without .git is the same.
GOFLAGS_BUILD = -trimpath -buildvcs=false -ldflags '$(LDFLAGS)'
BINARY   ?= promferry
DIST     ?= dist

.PHONY: build test soak demo bench lint images fuzz man completions tool release deb lintian clean

# A static binary: ./promferry
build:
	CGO_ENABLED=0 go build $(GOFLAGS_BUILD) -o $(BINARY) ./cmd/promferry

# Installs the missing real parts where it can, then runs all tests.
# TESTFLAGS=-race is what CI adds; the tests with real programs then take minutes.
test:
	test/parts
	go test -timeout=20m $(TESTFLAGS) ./...
	go -C test/manifests test ./...

# Random faults on all sides, and an oracle for what arrives.
soak:
	go run ./test/soak -duration 10m

demo:
	go run ./cmd/promferry demo

# Ratios within one run; absolute figures drift with the machine.
bench:
	go test -run '^$$' -bench . ./...
	go run ./test/once-vs-curl
	go run ./test/relay-cost -duration 10s -rules -written -shapes 1x1k,100x2k,1x50k
	go run ./test/push-cost -runs 3
	go run ./test/many-targets
	go run ./test/gateway-sizing

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	go vet -tags images ./test
	go tool staticcheck ./...

# The images of docs/status-page.md, by a real Chromium: look at them before they
# are committed.
images:
	go test -tags images -run '^TestImages$$' -count=1 ./test

# Each fuzz target for a while: make fuzz FUZZTIME=5m. One that ends by time may
# report "context deadline exceeded" without an input: golang/go#75804.
FUZZTIME ?= 200000x
fuzz:
	@grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' . | sed 's|/[^/]*:func | |' | while read p f; do \
		echo "$$p $$f"; \
		go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$p </dev/null || exit 1; \
	done

# The man page and the completions, as packages have them: what the program says
# of itself. It is built for this machine, whatever it is released for.
man: tool
	mkdir -p $(DIST)/man
	$(TOOL) --help-man >$(DIST)/man/promferry.1
	gzip -9nf $(DIST)/man/promferry.1

completions: tool
	mkdir -p $(DIST)/completions
	$(TOOL) --completion-script-bash >$(DIST)/completions/promferry.bash
	$(TOOL) --completion-script-zsh >$(DIST)/completions/_promferry
	$(TOOL) --completion-script-fish >$(DIST)/completions/promferry.fish

TOOL = $(DIST)/bin/$(shell go env GOHOSTOS)_$(shell go env GOHOSTARCH)/promferry
tool:
	GOOS= GOARCH= $(MAKE) --no-print-directory build BINARY=$(TOOL)

# Archives, Debian packages and their checksums: the same commit makes the same
# bytes. `make deb` makes those of this machine's architecture alone.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
RELEASEFLAGS = -dist $(DIST) -version '$(VERSION)' -revision '$(REVISION)' -time $(SOURCE_DATE_EPOCH)
release: man completions
	gzip -9nc CHANGELOG.md >$(DIST)/NEWS.gz
	go run ./deploy/release $(RELEASEFLAGS) $(if $(PLATFORMS),-platforms $(PLATFORMS))

deb:
	$(MAKE) release PLATFORMS=linux/$$(go env GOARCH)

# Before a release, by hand: lintian comes with 125 packages, which takes CI longer
# to install than all other real parts.
lintian: deb
	lintian --allow-root --fail-on=warning,error $(DIST)/*_$$(go env GOARCH).deb

clean:
	rm -rf promferry $(DIST)
