#!/usr/bin/env bash
# On a machine with an NVIDIA GPU, CUDA 13 and cuDNN 9 (installed, or inside its Python packages) and no Java: in TOTAL_SECONDS
# (default 720), and in order of worth, whether cuDNN's kernels compute, agree with the CPU's, how fast they train beside
# PyTorch, two tasks on one GPU, memory, and the time to 91 % on images of CIFAR's shape. Make bundle.tar.xz by
# bench/gpu/pack.sh first.
#
#   bench/gpu/run.sh [OUT] [PART]...
#
# Without a list, all parts. Each has a time limit and a file OUT/PART.log of its own and does not keep the others from
# running; a part that fails shows the end of its file, and is run once more with every call waited for and cuDNN's own log
# (OUT/PART-again.log). Each result is a line of OUT/results.jsonl, and so is how each part ended. The exit code is 1 if a
# part failed.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
out=$(mkdir -p -- "${1:-gpu-results}" && cd -- "${1:-gpu-results}" && pwd)
shift || true
wanted=("$@")
total=${TOTAL_SECONDS:-720}
python=${PYTHON:-python3}
work=${GPU_BENCH_WORK:-$here/unpacked}
failed=0
ran=0

if [ ! -x "$work/jre/bin/java" ]; then
  mkdir -p -- "$work"
  tar -C "$work" -xJf "$here/bundle.tar.xz" || exit 1
fi

# CUDA's libraries: wherever Python's packages have them, then what is set already.
libraries=$("$python" - <<'PYTHON'
import glob, os, site, sysconfig

roots = set(site.getsitepackages() + [site.getusersitepackages(), sysconfig.get_paths()["purelib"]])
found = set()
for root in roots:
    for name in ("libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcudnn.so.9", "libnvrtc.so.13"):
        for path in glob.glob(os.path.join(root, "nvidia", "**", name), recursive=True):
            found.add(os.path.dirname(path))
print(":".join(sorted(found)))
PYTHON
)
export LD_LIBRARY_PATH="${libraries:+$libraries:}/usr/local/cuda/lib64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# ours PRECISION ARGUMENTS OF GpuBench...: results are lines of JSON, to which the precision is added.
ours() {
  local precision=$1
  shift
  "$work/jre/bin/java" -Xmx12g -Dorg.bytedeco.javacpp.pathsFirst=true -Dresnet.kernels=cudnn \
    -Dresnet.bench.precision="$precision" ${JAVA_EXTRA:-} -cp "$work/jars/*${EXTRA_CLASS_PATH:+:$EXTRA_CLASS_PATH}" \
    io.resnetspark.bench.gpu.GpuBench "$@" | sed -u "s/^{/{\"precision\": \"$precision\", /"
}

torch() { # NETWORK BATCH SECONDS [OPTION]
  "$python" "$here/pytorch_peer.py" "$@"
}

machine() {
  uname -a
  nvidia-smi
  nvidia-smi -q -d ECC,COMPUTE,CLOCK,PERFORMANCE | head -80
  "$python" -c 'import torch; print("torch", torch.__version__, torch.version.cuda, torch.backends.cudnn.version())'
  echo "libraries: $LD_LIBRARY_PATH"
  ls -l ${libraries//:/ } | grep -E 'libcu|nvrtc' || true
}

two_tasks() { # as two executors that share a GPU, which Spark never lets them: what a GPU has left over
  ours bf16 speed cifar-resnet20 128 "$1" & first=$!
  ours bf16 speed cifar-resnet20 128 "$1"
  local one=$?
  wait "$first" && [ "$one" = 0 ]
}

profile() { # every call waited for and timed, which makes the whole slower but the shares right
  JAVA_EXTRA="${JAVA_EXTRA:-} -Dresnet.cudnn.synchronous=true" ours bf16 speed resnet50 256 4
  torch resnet50 256 4 --profile
}

cifar() {
  local folder=$work/cifar
  [ -d "$folder" ] || folder=${CIFAR:-/nowhere}
  if [ ! -d "$folder" ]; then
    echo '{"result": "cifar", "skipped": "no CIFAR-10: set CIFAR when packing or running"}'
    return
  fi
  ours bf16 cifar "$folder" "${EPOCHS:-10}"
}

# part NAME LIMIT COMMAND...: limits are in seconds.
part() {
  local name=$1 limit=$2 code start
  shift 2
  if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then
    return
  fi
  ran=$((ran + 1))
  local left=$((total - SECONDS))
  if [ "$left" -lt 10 ]; then
    echo "$name: no time left"
    echo "{\"result\": \"part\", \"part\": \"$name\", \"skipped\": \"no time left\"}" >>"$out/results.jsonl"
    failed=1
    return
  fi
  [ "$limit" -le "$left" ] || limit=$left
  start=$SECONDS
  limited "$limit" "$out/$name.log" "$@"
  code=$?
  grep '^{' "$out/$name.log" | tee -a -- "$out/results.jsonl"
  echo "{\"result\": \"part\", \"part\": \"$name\", \"exit\": $code, \"seconds\": $((SECONDS - start)), \"limit\": $limit}" \
    | tee -a -- "$out/results.jsonl"
  if [ "$code" != 0 ]; then
    failed=1
    echo "--- $name failed ($([ "$code" = 124 ] && echo "its time was over" || echo "exit code $code")); the end of $out/$name.log:"
    tail -n 25 -- "$out/$name.log" | cut -c1-1200
    again "$name" "$code" "$@"
    echo "---"
  fi
}

# limited SECONDS FILE COMMAND...: runs a function of this script in a process group of its own, which ends with its time.
limited() {
  local limit=$1 file=$2
  shift 2
  set -m
  (set +m; "$@") >"$file" 2>&1 &
  local job=$!
  set +m
  (
    sleep "$limit"
    kill -TERM -- "-$job" 2>/dev/null && sleep 3 && kill -KILL -- "-$job" 2>/dev/null
  ) >/dev/null 2>&1 &
  local watch=$!
  local begin=$SECONDS
  wait "$job" 2>/dev/null
  local code=$?
  kill -KILL -- "-$job" 2>/dev/null # what ignored its end, or was left in the background
  kill "$watch" 2>/dev/null
  wait "$watch" 2>/dev/null
  if [ "$code" -gt 128 ] && [ $((SECONDS - begin)) -ge "$limit" ]; then
    code=124
  fi
  return "$code"
}

# What failed by itself, not by its time, says more when every call is waited for.
again() {
  local name=$1 code=$2
  shift 2
  if [ "$code" = 124 ] || [ "$1" != ours ] || [ $((total - SECONDS)) -lt 60 ]; then
    return
  fi
  JAVA_EXTRA="-Dresnet.cudnn.synchronous=true -Dresnet.cudnn.graphs=false" CUDNN_LOGLEVEL_DBG=2 CUDNN_LOGDEST_DBG=stderr \
    limited 25 "$out/$name-again.log" "$@"
  echo "--- once more, every call waited for, exit code $?; the end of $out/$name-again.log:"
  grep -vE '^\{' -- "$out/$name-again.log" | tail -n 25 | cut -c1-1200
}

seconds=${SECONDS_EACH:-6}

part machine 20 machine
part doctor 45 ours tf32 doctor
# By 20 to 50 layers of rounding: single precision, 11 bits and 8 bits in each product.
part compare-fp32 60 ours fp32 compare 1e-3 cifar-resnet20 resnet18 resnet50
part golden 40 ours fp32 golden check "$work/golden-logits"
part compare-tf32 40 ours tf32 compare 3e-2 cifar-resnet20 resnet50
part compare-bf16 40 ours bf16 compare 2e-1 cifar-resnet20 resnet50
part speed-resnet50-bf16 40 ours bf16 speed resnet50 256 "$seconds"
part torch-resnet50 60 torch resnet50 256 "$seconds"
part speed-resnet50-tf32 40 ours tf32 speed resnet50 256 "$seconds"
part speed-resnet18-bf16 35 ours bf16 speed resnet18 256 "$seconds"
part speed-resnet18-tf32 35 ours tf32 speed resnet18 256 "$seconds"
part torch-resnet18 50 torch resnet18 256 "$seconds"
part speed-cifar-resnet20-bf16 30 ours bf16 speed cifar-resnet20 128 "$seconds"
part speed-cifar-resnet20-tf32 30 ours tf32 speed cifar-resnet20 128 "$seconds"
part torch-cifar-resnet20 40 torch cifar-resnet20 128 "$seconds"
part two-tasks 50 two_tasks "$seconds"
part memory 60 ours bf16 memory resnet50
part target 90 ours bf16 target 91 60
part cifar 120 cifar
part profile 60 profile
part compare-all 150 ours fp32 compare 1e-3
part torch-compiled 120 torch resnet50 256 "$seconds" --compile

if [ "$ran" = 0 ]; then
  echo "no such part: ${wanted[*]}" >&2
  exit 2
fi
echo "$SECONDS of $total seconds; results: $out/results.jsonl"
exit "$failed"
