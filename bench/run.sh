#!/usr/bin/env bash
# Tests and benchmarks of elbo4j on this machine's GPU, from a bundle that bench/bundle packed. Needs an NVIDIA driver only.
#   ./run.sh test    every test of the devices, on scalar, simd and cuda: the same bits; exit code 1 if cuda does not open
#   ./run.sh bench   the works W1 to W7 on cuda and simd (BENCH_OPTIONS="--quick" and so on are passed on)
#   ./run.sh peers   the same works in PyTorch, JAX, CuPy and NumPy, where python3 has them
#   ./run.sh all     all three
# Each writes one JSON into results/ (or the folder RESULTS).
set -uo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
results=${RESULTS:-$here/results}
mkdir -p "$results"
java=("$here/jvm/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED)

machine() {
    echo "elbo4j $(cat "$here/version")"
    "$here/jvm/bin/java" -version 2>&1 | head -n 1
    command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
    "${java[@]}" -cp "$here/lib/*" io.github.elbo4j.cli.Main devices 2>&1
}

tests() {
    "${java[@]}" -cp "$here/tests:$here/lib/*:$here/test-lib/*" -Delbo4j.root="$here/house" -Delbo4j.require=cuda \
        -Delbo4j.expect.vector=true io.github.elbo4j.SuiteMain "$results/tests.json" \
        io.github.elbo4j.cuda io.github.elbo4j.device io.github.elbo4j.estimate io.github.elbo4j.family \
        io.github.elbo4j.model io.github.elbo4j.infer
}

benchmarks() {
    # shellcheck disable=SC2086
    "${java[@]}" -cp "$here/lib/*" io.github.elbo4j.bench.Main --home "$here" --results "$results" \
        --device cuda,simd ${BENCH_OPTIONS:-}
}

peers() {
    if ! command -v python3 >/dev/null; then
        echo "peers: not run, there is no python3"
        return 0
    fi
    # shellcheck disable=SC2086
    python3 "$here/peers/peers.py" run --gpu --out "$results/peers.json" ${PEERS_OPTIONS:-} &&
        python3 "$here/peers/peers.py" run --gpu --large --out "$results/peers-large.json" ${PEERS_OPTIONS:-} W1 W2 W4 W5 W6
}

failed=0
machine
case "${1:-}" in
    test) tests || failed=1 ;;
    bench) benchmarks || failed=1 ;;
    peers) peers || failed=1 ;;
    all)
        tests || failed=1
        benchmarks || failed=1
        peers || failed=1
        ;;
    *)
        sed -n '2,8p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
exit $failed
