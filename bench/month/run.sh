#!/usr/bin/env bash
# A simulated month of nightly retraining on real images: CIFAR-10's first batch arrives in daily folders, with a day of
# corrupted files, one of shuffled labels, one without data, and a kill -9 in every step. What came out of each night is a
# line of MONTH/month.tsv; the pages are MONTH/retraining/index.html and its cycles.
#
#   bench/month/run.sh data_batch_1.bin MONTH [FIRST_DAY LAST_DAY]
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
images=$(realpath -- "$1")
mkdir -p -- "$2"
MONTH=$(cd -- "$2" && pwd)
export MONTH
first=${3:-1}
last=${4:-30}
mkdir -p -- "$MONTH/incoming"

declare -A flaws=([9]=corrupted [12]=shuffled [16]=empty)
# Where the run of a day is killed: at the entry of a method in the middle of the step.
package=io.resnetspark.pipeline
declare -A kills=(
  [4]="prepare $package.dataset.TableSummary.of"
  [6]="assess $package.retrain.LabelAgreement.measure"
  [7]="train $package.training.EpochLoop.dropOldCheckpoints"
  [10]="evaluate $package.retrain.InferenceTiming.measure"
  [14]="decide $package.retrain.promotion.PromotionPolicy.decide"
  [18]="register $package.registry.RegisteredModel.promoteOver"
  [20]="report $package.retrain.RetrainPages.writeCycle"
  [23]="record $package.retrain.RetrainPages.writeHistory"
  [26]="notify $package.retrain.Notification.send"
)

retrain=("$root/bin/resnet" retrain --config "$root/bench/month/month.conf" --exit-code)

# Starts a run and kills it with SIGKILL where a debugger says that it has reached a method.
retrain_until_killed() {
  local method=$1 port=$((20000 + RANDOM % 20000)) pid
  RESNET_JAVA_OPTS="${RESNET_JAVA_OPTS:-} -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:$port" \
    "${retrain[@]}" >"$MONTH/killed.log" 2>&1 &
  pid=$!
  until grep -q "Listening for transport" "$MONTH/killed.log" 2>/dev/null; do sleep 0.1; done
  grep -m1 -q "Breakpoint hit" < <(
    { echo "stop in $method"; while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done; } |
      jdb -connect "com.sun.jdi.SocketAttach:hostname=127.0.0.1,port=$port" 2>/dev/null
  ) || true
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

state() {
  local directory
  directory=$(find "$MONTH/retraining/cycles" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | sort | tail -1)
  [[ -n $directory ]] && find "$directory" -maxdepth 1 -name '[0-9]-*.json' -printf '%f\n' | sort | tail -1 || true
}

for ((day = first; day <= last; day++)); do
  flaw=${flaws[$day]:-none}
  java "$root/bench/month/CifarDays.java" "$images" "$MONTH/incoming" "$day" "$flaw"
  started=$SECONDS
  killed=-
  if [[ -n ${kills[$day]:-} ]]; then
    read -r killed method <<<"${kills[$day]}"
    retrain_until_killed "$method"
    killed="$killed (last step recorded: $(state))"
  fi
  status=0
  "${retrain[@]}" >"$MONTH/day.log" 2>"$MONTH/day.err" || status=$?
  printf 'day %02d\t%s\tkilled in: %s\texit %d\t%d s\t%s\n' "$day" "$flaw" "$killed" "$status" $((SECONDS - started)) \
    "$(head -2 "$MONTH/day.log" | tr -s ' \n' ' ')" | tee -a "$MONTH/month.tsv"
done

# At the end of the month: one command returns to the champion before, and every file of the registry is as it was written.
if ((last == 30)); then
  for command in "history cifar" "rollback cifar" "list" "verify cifar"; do
    read -r -a words <<<"$command"
    "$root/bin/resnet" registry "${words[@]}" --registry "$MONTH/registry" | tee -a "$MONTH/registry.txt"
  done
fi
