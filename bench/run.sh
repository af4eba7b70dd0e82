#!/usr/bin/env bash
# Tests and benchmarks of elbo4j on this machine's GPU, from a bundle that bench/bundle packed. Needs an NVIDIA driver only.
#   ./run.sh test        the tests: scalar, simd and cuda give the same bits
#   ./run.sh bench       the works W1 to W7 on cuda and simd, at the normal size and at one that fills a GPU
#   ./run.sh peers       the same works in PyTorch, JAX, CuPy and NumPy, where python3 has them
#   ./run.sh sanitizer   some tests under compute-sanitizer's memcheck, racecheck and initcheck, where it is installed
#   ./run.sh kernels     each kernel's operations on cuda, some 30 seconds: results/kernels.json
#   ./run.sh all         all of it
# Then, in any order:
#   NAME ...             parts of test classes' names (BitsTest), works (W1 W4), or operations (gemm, launches); not for all
#   --budget SECONDS     it ends within that time; what there was no time for is listed
#   --limit SECONDS      what takes longer by itself (a class, a benchmark, a peer's work) is ended and listed
#   --jobs N             test, sanitizer: N classes at a time, each in a process of its own
#   --continue           keeps what the results have, and runs only the rest
#   --require cuda       exit code 1 if no GPU opens; without it that is only written down
#   --device A,B         bench: cuda, cuda+launches, cuda+fast, cuda+curand, cuda+curand-xorwow, simd, scalar; kernels: one
#   --size A,B           bench: normal, large or tiny; peers: normal, large; kernels: full, tiny
#   --forks N, --seconds T   bench: N virtual machines for each (2), in each T s of warm-up and of measurement (6); peers: T (2)
#   --quick              bench, peers: few executions: shows that all runs, not how fast
# Writes results/result.json (or into the folder $RESULTS), anew after each of the above, and one file for each beside it,
# anew after each class or benchmark. What is there already is kept as *.old. Exit code 1: something failed.
set -uo pipefail
unset CDPATH
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
results=${RESULTS:-$here/results}
begun=$SECONDS

usage() {
    sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

command=${1:-}
case $command in test | bench | peers | sanitizer | kernels | all) shift ;; *) usage ;; esac
names=() budget='' limit='' further='' required='' jobs='' devices='' sizes='' quick='' forks='' seconds=''
while [ $# -gt 0 ]; do
    case $1 in
        --budget) budget=${2:?seconds}; shift ;;
        --limit) limit=${2:?seconds}; shift ;;
        --require) required=${2:?device}; shift ;;
        --jobs) jobs=${2:?number}; shift ;;
        --device) devices=${2:?devices}; shift ;;
        --forks) forks=${2:?number}; shift ;;
        --seconds) seconds=${2:?seconds}; shift ;;
        --size) sizes=${2:?sizes}; shift ;;
        --continue) further=--continue ;;
        --quick) quick=--quick ;;
        -*) usage ;;
        *) names+=("$1") ;;
    esac
    shift
done
if [ "$command" = all ] && [ ${#names[@]} -gt 0 ]; then usage; fi
mkdir -p "$results" || exit 1
results=$(cd -P "$results" && pwd)

java=("$here/jvm/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED)

# Java's word on the incubating vector module, which no option silences, and others like it.
quiet() {
    grep --line-buffered -v -E '^WARNING: (Using incubator|.*sun\.misc\.Unsafe|.*org\.openjdk\.jmh\.util|.*Unsafe::)'
    true
}

# The command elbo4j; what it needs beside the library is where the tests have it.
elbo4j() {
    "${java[@]}" -cp "$here/lib/*:$here/test-lib/*" io.github.elbo4j.cli.Main "$@" 2>&1 | quiet
}

# $1: the file of a part. Sets "common": the options that all parts share.
part() {
    [ -n "$further" ] || [ ! -e "$1" ] || mv -f "$1" "$1.old"
    common=(--out "$1" ${limit:+--limit "$limit"} ${further:+"$further"})
    if [ -n "$budget" ]; then
        local left=$((budget - (SECONDS - begun)))
        common+=(--budget $((left > 0 ? left : 0)))
    fi
}

suite() {
    "${java[@]}" -cp "$here/tests:$here/lib/*:$here/test-lib/*" -Delbo4j.root="$here/house" -Delbo4j.expect.vector=true \
        io.github.elbo4j.bench.Suite --tests "$here/tests" "$@" 2>&1 | quiet
}

tests() {
    part "$results/tests.json"
    suite "${common[@]}" ${jobs:+--jobs "$jobs"} ${required:+--require "$required"} ${names[@]+"${names[@]}"}
}

benchmarks() {
    part "$results/bench.json"
    [ ${#names[@]} -gt 0 ] || local names=(W1 W2 W3 W4 W5 W6 W7)
    # cuda is only tried, where it is not asked for
    if [ -z "$devices" ]; then
        devices=${required:+$required,}simd
        [ -n "$required" ] || elbo4j devices | grep -Eq '^cuda +yes' && devices=cuda,simd
    fi
    "${java[@]}" -cp "$here/lib/*" io.github.elbo4j.bench.Main "${common[@]}" ${quick:+"$quick"} ${forks:+--forks "$forks"} \
        ${seconds:+--seconds "$seconds"} --device "$devices" --size "${sizes:-normal,large}" "${names[@]}" 2>&1 | quiet
}

peers() {
    part "$results/peers.json"
    local python=${PEERS_PYTHON:-python3}
    if ! command -v "$python" >/dev/null; then
        printf '{"what": "peers", "notRun": {"all": "there is no %s"}, "results": []}\n' "$python" >"$results/peers.json"
        echo "peers: not run: there is no $python"
        return 0
    fi
    local gpu=
    command -v nvidia-smi >/dev/null && gpu=--gpu
    "$python" "$here/peers/peers.py" run $gpu "${common[@]}" ${quick:+"$quick"} ${seconds:+--seconds "$seconds"} --size "${sizes:-normal,large}" \
        ${names[@]+"${names[@]}"}
}

kernels() {
    local out=$results/kernels.json
    [ ! -e "$out" ] || mv -f "$out" "$out.old"
    local device=${devices:-$required}
    "${java[@]}" -cp "$here/lib/*" io.github.elbo4j.bench.kernels.Main --out "$out" ${device:+--device "$device"} \
        --size "${sizes:-full}" ${budget:+--budget "$budget"} ${names[@]+"${names[@]}"} 2>&1 | quiet
}

sanitizer() {
    [ ${#names[@]} -gt 0 ] || local names=(device.BitsTest device.GemmTilesTest device.FusedOpsTest device.GaussianAdamTest device.OptimizerOpsTest)
    if ! command -v compute-sanitizer >/dev/null; then
        printf '{"what": "compute-sanitizer", "notRun": "compute-sanitizer is not on the PATH"}\n' >"$results/sanitizer.json"
        echo "sanitizer: not run: compute-sanitizer is not on the PATH"
        return 0
    fi
    rm -f "$results/sanitizer.json"
    local tool bad=0
    for tool in memcheck racecheck initcheck; do
        part "$results/sanitizer-$tool.json"
        echo "compute-sanitizer $tool"
        suite "${common[@]}" ${jobs:+--jobs "$jobs"} --require cuda --under "compute-sanitizer --tool $tool --error-exitcode 99" "${names[@]}" || bad=1
    done
    return $bad
}

failed=0
one() {
    "$@" || failed=1
    "${java[@]}" -cp "$here/lib/*" io.github.elbo4j.bench.Join "$results" "$(cat "$here/version")" 2>&1 | quiet
}

echo "elbo4j $(cat "$here/version"), $("$here/jvm/bin/java" -version 2>&1 | head -n 1)"
elbo4j devices
case $command in
    test) one tests ;;
    bench) one benchmarks ;;
    peers) one peers ;;
    sanitizer) one sanitizer ;;
    kernels) one kernels ;;
    all)
        one tests
        one benchmarks
        one kernels
        one peers
        one sanitizer
        ;;
esac
echo "results: $results/result.json"
exit $failed
