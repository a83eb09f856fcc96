#!/usr/bin/env bash
# Packs what bench/gpu/run.sh needs on a GPU machine without Java and without a network into bench/gpu/bundle.tar.xz, about
# 105 MB: a Java runtime of few modules, the model with DL4J and its natives, and the CUDA presets' native glue. CIFAR-10's
# binary files go in as well if CIFAR names their folder.
#
#   bench/gpu/pack.sh
set -euo pipefail

: "${JAVA_HOME:?JAVA_HOME must name a JDK 17}"
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
bundle=$(mktemp -d)
trap 'rm -rf -- "$bundle"' EXIT

cd -- "$root"
./mvnw -B -ntp -q -pl model,bench -am -DskipTests -DskipITs package
./mvnw -B -ntp -q -pl model dependency:build-classpath -DincludeScope=compile -Dmdep.outputFile="$bundle/classpath"
provided=$(./mvnw -B -ntp -q -pl model dependency:build-classpath -DincludeScope=test \
  -Dmdep.outputFile=/dev/stdout | tr ':' '\n' | grep -E 'slf4j-api|log4j-|jackson-(core|databind|annotations)|commons-(io|lang3|compress|math3|codec)|flatbuffers' || true)

mkdir -- "$bundle/jars"
{
  tr ':' '\n' <"$bundle/classpath"
  printf '\n%s\n' "$provided" # Maven ends its line nowhere
  ls model/target/resnet-spark-model-*.jar bench/target/resnet-spark-bench-*.jar | grep -Ev 'sources|tests|original'
} | sort -u | while IFS= read -r jar; do
  [ -z "$jar" ] || cp -n -- "$jar" "$bundle/jars/"
done
rm -f -- "$bundle/classpath"

# Jars of natives without compression of their own, which xz halves.
for natives in "$bundle"/jars/*-linux-x86_64.jar; do
  mkdir -- "$bundle/files"
  (cd -- "$bundle/files" && "$JAVA_HOME/bin/jar" -xf "$natives" && "$JAVA_HOME/bin/jar" -cM0f "$natives" .)
  rm -rf -- "$bundle/files"
done

"$JAVA_HOME/bin/jlink" --output "$bundle/jre" --strip-debug --no-header-files --no-man-pages \
  --add-modules java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.sql,java.xml,jdk.unsupported

# Logits by this machine's processor, to which the GPU's are held.
"$bundle/jre/bin/java" -cp "$bundle/jars/*" io.resnetspark.bench.gpu.GpuBench golden write "$bundle/golden-logits"

if [ -n "${CIFAR:-}" ]; then
  mkdir -- "$bundle/cifar"
  cp -- "$CIFAR"/data_batch_{1,2,3,4,5}.bin "$CIFAR"/test_batch.bin "$bundle/cifar/"
fi

XZ_OPT=-T0 tar -C "$bundle" -cJf bench/gpu/bundle.tar.xz .
ls -l bench/gpu/bundle.tar.xz
