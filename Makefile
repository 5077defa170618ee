# make test   sets everything up and runs every check and every test; needs Go, and Debian for the real servers
# make check  only the checks that run no tests: format, vet, staticcheck, golangci-lint, go.mod, API, types on other platforms, words
# make corpus  generates the unusual and damaged files that tests read, in .corpus, once; needs Debian's programs
# make lint   builds golangci-lint, once, and runs it; so does make check, but make test runs it only if it has been built
# make test-platforms  compares thumbnails from builds for several processors bit by bit; Debian's qemu-user-static runs the build for arm64
# make test-busy  runs the tests with clocks, locks and servers five times while four programs keep the processors busy
# make test-clock  runs the tests of code that measures time with a standard library whose wall clock jumps by up to a year at every call of time.Now
# make test-long  makes thumbnails of every file of the corpus with an account of exactly the estimate, and measures the heap
# make test-toolchains  runs quick tests with the oldest version of Go that go.mod allows, and with the newest
# make fuzz   runs every fuzz target, for FUZZTIME seconds in total
# make mutate makes MUTANTS small changes per package, one at a time, and lists those that no test detects
# make soak   runs three processes under a mixed load for SOAK, kills them from time to time, and looks for leaks: bench/SOAK.md
# make kill   kills workers KILLS times (SIGKILL) during their work, and checks the files that they have stored: bench/SOAK.md
# make soak-memory  makes thumbnails of every test file, and of 50 large photos at once, in a process whose memory the kernel limits: bench/SOAK.md
# make run    runs the gallery of cmd/thumbnail at http://127.0.0.1:8080/
# make compare  decodes some thousand files of other programs, and compares the pixels with those of reference decoders
# make bench  compares speed, memory and pictures with libvips (bench/RESULTS.md), and encoders with Debian's (bench/ENCODE.md); needs Debian
# make bench-crowd  measures the latency of stored thumbnails while new ones are made (bench/WEB.md)
# make bench-peers  compares with running servers of imgproxy, imagor and imageproxy: bench/peers says how, bench/PEERS.md is the report
# make docs   regenerates the pictures of README.md

# Debian packages of the servers and programs that tests drive. A test skips without its program, unless
# THUMBNAIL_REAL is set, as it is here.
APT = redis-server nginx apache2 libapache2-mod-xsendfile caddy chromium webp python3 python3-pil python3-numpy nodejs php-cli \
	prometheus libvips-tools libtiff-tools imagemagick gifsicle netpbm libheif-examples libjpeg-turbo-progs liblcms2-utils icc-profiles-free colord-data libgs-common

# Systems and architectures that the module and its tests are type-checked for, without cgo.
PLATFORMS = linux/arm64 linux/386 windows/amd64 darwin/arm64 freebsd/amd64

# The oldest version of Go that go.mod allows, and the first of the newest language version.
TOOLCHAINS = go1.26.0 go1.27.0

GOLANGCI = v2.15.0

FUZZTIME = 120

# How many small changes per package make mutate tries, and the seed of their choice; 0 means all, which takes hours.
# Tests that run on many files or run whole programs are skipped: they execute all code but detect few changes.
MUTANTS = 100
MUTATE_SEED = 1
MUTATE_SKIP = README|Chromium|Corpus|TheRootLinksNoLeaf|LeavesDoNot|OrdinaryAnimations|NoFile|TenSizesOf|TheTimeoutStops|PagesAre|LargePictures|SnippetsIn

# How long make soak runs.
SOAK = 30m

# How many workers make kill kills, and its time limit.
KILLS = 500
KILL_TIME = 2h

# How many files make compare generates for each format; for TIFF it is six times as many.
FILES = 400

.PHONY: test check checks go-test golangci corpus lint test-platforms test-busy test-clock test-long test-toolchains compare fuzz mutate soak soak-memory kill run bench bench-crowd bench-peers docs apt tools

# One after the other: the cheap checks first, the long ones last.
test: apt tools
	$(MAKE) checks
	$(MAKE) go-test

check: tools golangci
	$(MAKE) checks

checks:
	internal/ci/words
	internal/ci/check
	internal/ci/generated
	internal/ci/lint
	internal/ci/api
	internal/ci/crossbuild $(PLATFORMS)

go-test: apt tools corpus
	internal/ci/gotest

lint: golangci
	internal/ci/lint

golangci:
	[ -x .tools/bin/golangci-lint ] || GOBIN=$(CURDIR)/.tools/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)

corpus: apt
	go run ./internal/corpus -o .corpus

test-platforms:
	internal/ci/apt qemu-user-static
	internal/ci/platforms

compare: apt
	THUMBNAIL_REAL=1 THUMBNAIL_COMPARE=$(FILES) go test -count 1 -timeout 2h -v ./internal/compare

test-busy: apt tools
	internal/ci/busy 5

test-clock:
	internal/ci/clock

test-long:
	THUMBNAIL_REAL=1 THUMBNAIL_ALL=1 go test -count 1 -timeout 1h -run 'TestAnAccountOfTheEstimateIsEnoughAndIsKept|TestNoEncoderIsRefused|TestNoiseIsEncoded|TestEveryEncoderChecks' ./internal/engine
	THUMBNAIL_REAL=1 THUMBNAIL_ALL=1 go test -count 1 -timeout 1h -run TestTheHeapStaysWithinTheAccount ./internal/codec/jpeg

test-toolchains:
	internal/ci/toolchains $(TOOLCHAINS)

fuzz:
	internal/ci/fuzz $(FUZZTIME)

mutate:
	go run ./internal/ci/mutate -n $(MUTANTS) -seed $(MUTATE_SEED) -skip '$(MUTATE_SKIP)' -known docs/mutants.md . ./internal/admission ./internal/negative ./internal/yield \
		./storage ./storage/internal/contract ./storage/internal/dir ./lock ./response

soak: tools
	PATH=$(CURDIR)/.tools/bin:$$PATH go run ./bench/soak -for $(SOAK)

soak-memory:
	go run ./bench/soak -memory

kill:
	go run ./bench/soak -store dir -kills $(KILLS) -for $(KILL_TIME)

run:
	go run ./cmd/thumbnail

bench:
	bench/run.sh
	bench/encode/run.sh

bench-crowd:
	go run ./bench/crowd

bench-peers:
	go run ./bench/peers -imgproxy '$(IMGPROXY)' -imagor '$(IMAGOR)' -imageproxy '$(IMAGEPROXY)'

docs:
	go run ./internal/readme

apt:
	internal/ci/apt $(APT)

tools:
	sh internal/tools/build.sh
	sh internal/tools/npm.sh
