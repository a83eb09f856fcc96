#!/usr/bin/env bash
# On a machine with an NVIDIA GPU, CUDA 13 and cuDNN 9 (installed, or inside its Python packages) and no Java: compares cuDNN's
# kernels with the CPU's for every architecture, trains CIFAR ResNet-20, and measures training throughput against PyTorch.
# Each result is a line of OUT/results.jsonl; OUT/*.log say what happened. Make bundle.tar.xz by bench/gpu/pack.sh first.
#
#   bench/gpu/run.sh [OUT] [compare|cifar|speed|profile]...
#
# Without a list, all of them; a step that fails does not keep the others from running, and the exit code is theirs.
# SECONDS_EACH (default 10) is how long each measurement takes, EPOCHS (default 30) how long CIFAR is trained.
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
out=$(mkdir -p -- "${1:-gpu-results}" && cd -- "${1:-gpu-results}" && pwd)
shift || true
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(compare speed cifar profile)
seconds=${SECONDS_EACH:-10}
epochs=${EPOCHS:-30}
python=${PYTHON:-python3}
failed=0

work=${GPU_BENCH_WORK:-$here/unpacked}
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
echo "libraries: $LD_LIBRARY_PATH"
{ nvidia-smi || true; uname -a; date -u; } >"$out/machine.log" 2>&1

bench() { # precision, log, arguments of GpuBench
  local precision=$1 log=$2
  shift 2
  "$work/jre/bin/java" -Xmx12g -Dorg.bytedeco.javacpp.pathsFirst=true -Dresnet.kernels=cudnn \
    -Dresnet.bench.precision="$precision" ${JAVA_EXTRA:-} -cp "$work/jars/*" \
    io.resnetspark.bench.gpu.GpuBench "$@" 2>>"$out/$log.log" | tee -a -- "$out/$log.log" \
    | grep '^{' | sed "s/^{/{\"precision\": \"$precision\", /" | tee -a -- "$out/results.jsonl"
}

compare() {
  # By 20 to 150 layers of rounding: single precision, 11 bits and 8 bits in each product.
  bench fp32 compare compare 1e-3 || failed=1
  bench tf32 compare compare 3e-2 || failed=1
  bench bf16 compare compare 2e-1 || failed=1
}

speed() {
  local network batch precision
  for network in resnet50:256 resnet18:256 cifar-resnet20:128; do
    batch=${network#*:}
    for precision in tf32 bf16; do
      bench "$precision" speed speed "${network%:*}" "$batch" "$seconds" || failed=1
    done
    "$python" "$here/pytorch_peer.py" "${network%:*}" "$batch" "$seconds" 2>>"$out/pytorch.log" \
      | tee -a -- "$out/results.jsonl" || failed=1
  done
}

cifar() {
  if [ ! -d "$work/cifar" ] && [ ! -d "${CIFAR:-/nowhere}" ]; then
    echo "no CIFAR-10: set CIFAR when packing or running"
    return
  fi
  local folder=$work/cifar
  [ -d "$folder" ] || folder=$CIFAR
  bench tf32 cifar cifar "$folder" "$epochs" || failed=1
  bench bf16 cifar cifar "$folder" "$epochs" || failed=1
}

# Where the time goes: every call waited for and timed, which makes the whole slower but the shares right.
profile() {
  JAVA_EXTRA=-Dresnet.cudnn.synchronous=true bench bf16 profile-ours speed resnet50 256 5 || failed=1
  "$python" "$here/pytorch_peer.py" resnet50 256 5 --profile >"$out/profile-pytorch.log" 2>&1 || failed=1
}

for step in "${steps[@]}"; do
  case $step in
    compare | speed | cifar | profile) "$step" ;;
    *) echo "unknown step $step" >&2; exit 2 ;;
  esac
done
exit "$failed"
