# SPDX-License-Identifier: Apache-2.0
# Stands for Maven where the commands of the documentation are tried: it builds nothing, and fails
# where Maven would, because a module, a profile or a test that is named does not exist.
set -eu

fail() {
  echo "mvn: $1" >&2
  exit 1
}

goal=""
while [ "$#" -gt 0 ]; do
  case "$1" in
    -B | -q | -o | -N | -am | -DskipTests | -Dsurefire.failIfNoSpecifiedTests=false) ;;
    -pl)
      shift
      for module in ${1//,/ }; do
        [ -f "$RINGFENCE_ROOT/$module/pom.xml" ] || fail "no module $module"
      done
      ;;
    -P*) grep -q "<id>${1#-P}</id>" "$RINGFENCE_ROOT/pom.xml" || fail "no profile ${1#-P}" ;;
    -Dtest=*)
      for test in $(tr ',' ' ' <<<"${1#-Dtest=}"); do
        file="$(find "$RINGFENCE_ROOT" -path '*/src/test/java/*' -name "${test%%#*}.java")"
        [ -n "$file" ] || fail "no test ${test%%#*}"
        case "$test" in
          *'#'*) grep -q " ${test#*#}(" "$file" || fail "no method $test" ;;
        esac
      done
      ;;
    validate | compile | test | package | verify) goal="$1" ;;
    *) fail "unknown argument $1" ;;
  esac
  shift
done
[ -n "$goal" ] || fail "no goal"
