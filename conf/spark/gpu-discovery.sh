#!/usr/bin/env bash
# Tells Spark the GPUs it may give out on this machine: {"name": "gpu", "addresses": ["0", "1"]}. Addresses are numbers in
# nvidia-smi, or what CUDA_VISIBLE_DEVICES names where that is set. Without any, it says why and fails: a worker that was
# promised GPUs must not start without them.
#   standalone workers   spark.worker.resource.gpu.discoveryScript
#   YARN, Kubernetes     device.discovery-script, which becomes spark.executor.resource.gpu.discoveryScript
set -euo pipefail

fail() {
  printf 'gpu-discovery: %s\n' "$*" >&2
  exit 1
}

command -v nvidia-smi >/dev/null || fail "there is no NVIDIA driver: nvidia-smi is not on the path"
listed=$(nvidia-smi --query-gpu=index --format=csv,noheader 2>&1) || fail "nvidia-smi says: $listed"

if [[ -n ${CUDA_VISIBLE_DEVICES+set} ]]; then
  IFS=, read -r -a gpus <<<"$CUDA_VISIBLE_DEVICES"
  ((${#gpus[@]} > 0)) || fail "CUDA_VISIBLE_DEVICES is empty, which hides all GPUs"
else
  mapfile -t gpus < <(grep -E '^[0-9]+$' <<<"$listed" || true)
  ((${#gpus[@]} > 0)) || fail "the NVIDIA driver lists no GPU: $listed"
fi

addresses=''
for gpu in "${gpus[@]}"; do
  gpu=${gpu// /}
  [[ $gpu =~ ^[A-Za-z0-9/-]+$ && $gpu != -* ]] || fail "CUDA_VISIBLE_DEVICES=$CUDA_VISIBLE_DEVICES names no GPU with '$gpu'"
  addresses+=${addresses:+, }\"$gpu\"
done
printf '{"name": "gpu", "addresses": [%s]}\n' "$addresses"
