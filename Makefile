# make lists the targets. Nothing needs to be installed but Go 1.25 or newer;
# the tools that check need are built by the go command, at fixed versions.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
FUZZTIME    ?= 10s
KILLS       ?= 1000
MODULES     := . realworld bench
# The race detector needs a C compiler; without one the tests run without it.
RACE        ?= $(if $(shell command -v $$($(GO) env CC) 2>/dev/null),-race)

.PHONY: help build demo test check soak bench fmt vet lint race fuzz cross golden clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

build: ## build the command into bin/aoi-trace
	$(GO) build -o bin/aoi-trace ./cmd/aoi-trace

demo: build ## record and analyse a small server with planted faults
	bin/aoi-trace demo

test: ## run the tests of all modules
	@for m in $(MODULES); do (cd $$m && $(GO) test ./...) || exit 1; done

check: fmt vet lint test race fuzz cross ## all that continuous integration runs

soak: ## kill recorded servers, again and again: KILLS=1000
	AOI_KILLS=$(KILLS) $(GO) test -count=1 -timeout=60m -run 'Kill|Death' ./collect

bench: ## measure ourselves and, in bench/, the peers
	$(GO) test -run '^$$' -bench . -benchmem ./...
	cd bench && $(GO) test -run '^$$' -bench . -benchmem ./...

golden: ## rewrite the expected outputs and the generated pages
	$(GO) test ./cmd/aoi-trace ./internal/docs -update

clean: ## remove what make built
	rm -rf bin

# The parts of check.

fmt: ## find files that gofmt would change
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "gofmt -w:" $$files; exit 1; fi

vet: ## go vet in all modules
	@for m in $(MODULES); do (cd $$m && $(GO) vet ./...) || exit 1; done

lint: ## staticcheck, pinned
	$(GO) run $(STATICCHECK) ./...

race: ## run the tests with the race detector
	$(GO) test $(RACE) ./...

fuzz: ## fuzz each reader for FUZZTIME
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; \
			$(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

cross: ## build for the other systems, and vet what only they compile
	GOOS=darwin GOARCH=arm64 $(GO) build ./...
	GOOS=windows GOARCH=amd64 $(GO) build ./...
	GOOS=linux GOARCH=arm64 $(GO) build ./...
	GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	GOOS=windows GOARCH=amd64 $(GO) vet ./...
