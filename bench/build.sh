# Sourced by run and compare: builds what is out of date and sets
#   bench   this folder
#   java    the command, up to the class
#   quiet   a filter of lines that no option of Java silences
unset CDPATH
bench=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(dirname "$bench")
jar=$bench/target/elbo4j-bench.jar

sources=("$home"/pom.xml "$home"/java/{elbo4j,report,cli}/{pom.xml,src} "$bench"/{pom.xml,src})
if [ ! -f "$jar" ] || [ -n "$(find "${sources[@]}" -newer "$jar" -print -quit)" ]; then
    mkdir -p "$bench/target"
    log=$bench/target/build.log
    echo "building the benchmarks; log in $log" >&2
    if ! (cd "$home" && ./mvnw -B -ntp -Dmaven.test.skip=true -pl bench -am package) >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        exit 1
    fi
    touch "$jar" # an unchanged jar is not written anew
fi

java=("${JAVA_HOME:+$JAVA_HOME/bin/}java" --add-modules jdk.incubator.vector)
# Pages of 2 MB, as the command has them, and NumPy for the arrays that the peers work on. What Java starts gets them too.
case $(cat /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null || true) in
    *'[madvise]'* | *'[always]'*) java+=(-XX:+UseTransparentHugePages) ;;
esac
java+=(-cp "$jar")

quiet() {
    grep --line-buffered -v -E '^WARNING: (Using incubator|.*sun\.misc\.Unsafe|.*org\.openjdk\.jmh\.util|.*Unsafe::)' || true
}
