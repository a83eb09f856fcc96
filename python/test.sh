#!/usr/bin/env bash
# Tests the Python package with each PySpark that pyspark-versions names, from the package index, in virtual environments
# below python/target. Where there is no Python or no index, that is said and counts as one skipped test.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

report() { printf 'target/pyspark-%s-reports/TEST-python.xml' "$1"; }

skip() { # VERSION REASON
  echo "Python tests with PySpark $1 skipped: $2"
  printf '<testsuite name="python" tests="1" failures="0" errors="0" skipped="1"/>\n' >"$(report "$1")"
}

check() { # VERSION
  local version=$1 environment=target/pyspark-$1 xml status=0
  mkdir -p "$environment-reports"
  if ! command -v python3 >/dev/null; then
    skip "$version" "there is no python3"
  elif [[ ! -f ../jobs/target/resnet-spark.jar ]]; then
    skip "$version" "the application is not built"
  elif [[ ! -f $environment/complete ]] &&
    ! { python3 -m venv "$environment" &&
      "$environment/bin/pip" install -q --disable-pip-version-check "pyspark==$version" -r tests/requirements.txt &&
      touch "$environment/complete"; } >"target/pip-$version.log" 2>&1; then
    skip "$version" "no virtual environment, or not everything from the index: $(tail -n 1 "target/pip-$version.log")"
  else
    xml=$(report "$version")
    "$environment/bin/python" -m pytest -q --durations=5 --junitxml="$xml" >"target/pytest-$version.log" 2>&1 || status=$?
    echo "PySpark $version:"
    cat "target/pytest-$version.log"
    # A test suite of its own line, as Maven's reports have it.
    sed -i 's/<test\(suite\|case\) /\n&/g' "$xml"
  fi
  return "$status"
}

# One beside the other: each is on one core for most of its time.
checks=()
while read -r version; do
  check "$version" &
  checks+=($!)
done <pyspark-versions
status=0
for pid in "${checks[@]}"; do
  wait "$pid" || status=$?
done
exit "$status"
