# Everything that promferry needs to be built and tested.
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
REVISION ?= $(shell git rev-parse --verify -q HEAD 2>/dev/null)

info      = github.com/prometheus/common/version
LDFLAGS   = -s -w -X $(info).Version=$(VERSION) -X $(info).Revision=$(REVISION)
GOFLAGS_BUILD = -trimpath -ldflags '$(LDFLAGS)'

.PHONY: build test soak demo bench lint fuzz clean

# A static binary: ./promferry
build:
	CGO_ENABLED=0 go build $(GOFLAGS_BUILD) -o promferry ./cmd/promferry

# Installs the missing real parts where it can, then runs all tests.
# TESTFLAGS=-race is what CI adds.
test:
	test/parts
	go test $(TESTFLAGS) ./...

# Random faults on all sides, and an oracle for what arrives.
soak:
	go run ./test/soak -duration 10m

demo:
	go run ./cmd/promferry demo

# Ratios within one run; absolute figures drift with the machine.
bench:
	go test -run '^$$' -bench . ./...
	go run ./test/once-vs-curl
	go run ./test/relay-cost -duration 10s -rules -shapes 1x1k,100x2k,1x50k
	go run ./test/push-cost -runs 3
	go run ./test/many-targets
	go run ./test/gateway-sizing

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...
	go tool staticcheck ./...

# Each fuzz target for a while: make fuzz FUZZTIME=5m. One that ends by time may
# report "context deadline exceeded" without an input: golang/go#75804.
FUZZTIME ?= 200000x
fuzz:
	@for p in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$p | grep ^Fuzz); do \
			echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$p || exit 1; \
		done; \
	done

clean:
	rm -f promferry
