# The words of daily work; continuous integration runs the same ones.

# What is there.
default:
    @just --list

# Everything a change must pass on a bare machine.
check: fmt lint doc test

# Formatting.
fmt:
    cargo fmt --all --check

# Lints, with warnings denied.
lint:
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Documentation, with warnings denied.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

# All tests that need no service.
test:
    cargo test --workspace

# The metadata store on PostgreSQL; PostgreSQL and PgBouncer must be installed.
postgres *arguments:
    cargo test -p registry-storage --features postgres-tests --test postgres -- {{ arguments }}

# Licences, bans and sources of the dependencies (`cargo install cargo-deny`).
deny:
    cargo deny check licenses bans sources

# A registry on embedded defaults.
serve *arguments:
    cargo run --release -- serve {{ arguments }}

# The benchmarks.
bench *filter:
    cargo bench -p registry-benches -- {{ filter }}

# Beside the peers that are installed: docker-registry and distribution's registry.
bench-peers *arguments:
    benches/peers.sh {{ arguments }}

# Real clients against a fresh registry; they must be installed.
clients:
    cargo build --release
    .ci/clients/run

# One fuzz target for so many seconds (`cargo install cargo-fuzz`); see fuzz/README.md.
fuzz target seconds="60":
    cd fuzz && mkdir -p corpus/{{ target }} regressions/{{ target }} && cargo fuzz run -s none {{ target }} corpus/{{ target }} seeds/{{ target }} regressions/{{ target }} -- -max_total_time={{ seconds }} -timeout=20 -rss_limit_mb=1024

# Every fuzz target for so many seconds, one after the other.
fuzz-all seconds="20":
    for target in fuzz/fuzz_targets/*.rs; do just fuzz $(basename $target .rs) {{ seconds }} || exit 1; done

# The book, into target/book (`cargo install mdbook`).
book:
    mdbook build docs

# The book without dead links, and every shell block of the README and of the first steps run against real clients.
docs-check:
    .ci/docs/run

# Writes the book's chapter on commands from what the binary says about itself.
commands:
    WRITE_BOOK=1 cargo test -p registry-server --test process commands

# The conformance suite against ours, which must pass all, and Debian's docker-registry, which must fail what is known.
conformance *registries:
    .ci/conformance/run {{ registries }}

# A disk that fills up under the registry; needs root for a small file system of its own.
disk-full:
    cargo build --release
    .ci/weather/disk-full

# A bad day seen through the dashboard and the alerts, by the program `prometheus`; needs root.
drill prometheus="prometheus":
    cargo build --release
    .ci/weather/drill {{ prometheus }}

# What 500 slow clients cost a normal one.
slow-clients *arguments:
    cargo build --release
    python3 -B .ci/weather/slow_clients.py "${CARGO_TARGET_DIR:-target}/release/registry" {{ arguments }}

# The registry killed a hundred times under eight writers, and what was acknowledged checked each time.
kill-loop:
    cargo test -p registry-server --test process -- kill --nocapture

# Three replicas on PostgreSQL and S3 behind a balancer, killed now and then; needs root, and what .ci/install installs.
replicas *parts:
    cargo build --release
    .ci/replicas/run {{ parts }}

# What continuous integration runs, installing what it needs.
ci:
    .ci/run
