#!/usr/bin/env bash
# Makes the wheel and the source distribution in python/target/dist, with the application jar inside if --with-jar is given.
# PYTHON is the Python to use, one with setuptools, wheel and build; TARGET another directory than python/target.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

target=${TARGET:-target}
rm -rf "$target/package" "$target/dist"
mkdir -p "$target"/package/resnetspark
cp pyproject.toml README.md ../LICENSE "$target"/package/
cp resnetspark/*.py resnetspark/py.typed "$target"/package/resnetspark/
if [[ ${1:-} == --with-jar ]]; then
  mkdir "$target"/package/resnetspark/jars
  cp ../jobs/target/resnet-spark.jar "$target"/package/resnetspark/jars/
  cp -r ../jobs/target/delta "$target"/package/resnetspark/jars/
fi
"${PYTHON:-python3}" -m build --no-isolation --outdir "$target"/dist "$target"/package >"$target"/build.log 2>&1 || {
  cat "$target"/build.log >&2
  exit 1
}
ls "$target"/dist
