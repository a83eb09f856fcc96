#!/usr/bin/env bash
# The launcher $REAL_RESNET with every budget cut: commands of the documents must work, not train well or measure anything.
# With $WARM_PORT, the application that listens there (WarmApplication.java) runs what is no benchmark.
set -euo pipefail

replace() { # OPTION VALUE: the option's value if it is given, else at the end
  local option=$1 value=$2 i
  for ((i = 0; i < ${#arguments[@]}; i++)); do
    if [[ ${arguments[i]} == "$option" ]]; then
      arguments[i + 1]=$value
      return
    fi
  done
  arguments+=("$option" "$value")
}

arguments=("$@")
case " $* " in
  *' --help '* | *' --check '* | *' --version '*) ;;
  ' quickstart '*)
    # Too few images to do well, which its exit code says.
    "$REAL_RESNET" "${arguments[@]}" --set train.images=64 || [[ -f quickstart/report/index.html ]]
    exit
    ;;
  ' train '*) replace --epochs 1 ;;
  ' experiment averaging '*)
    replace --images 16
    replace --epochs 1
    replace --seeds 1
    arguments+=(--set experiment.averaging.networks=[cifar-resnet20])
    ;;
  ' experiment '*)
    replace --images 16
    replace --epochs 1
    replace --seeds 1
    replace --networks cifar-resnet20,cifar-plain20
    ;;
  ' bench averaging '*)
    replace --batch-size 2
    replace --small-images 256
    replace --budget-minutes 0.1
    replace --repetitions 1
    replace --workers 2
    replace --networks cifar-resnet20
    replace --models cifar-resnet20
    ;;
  ' bench memory '*) replace --cases cifar-resnet20:8:3 ;;
  ' bench input '*)
    replace --seconds 1
    replace --batch-size 2
    replace --small-images 256
    ;;
  ' bench prediction '*)
    replace --networks cifar-resnet20
    replace --small-images 64
    replace --photographs 8
    replace --repetitions 1
    replace --budget-minutes 0.1
    ;;
  ' bench primitives '*)
    replace --networks cifar-resnet20
    replace --seconds 0.01
    ;;
  ' bench '*)
    replace --networks cifar-resnet20
    replace --batch-size 4
    replace --repetitions 1
    replace --warm-up-seconds 0
    replace --budget-minutes 0.2
    ;;
esac
if [[ -z ${WARM_PORT:-} || $1 == bench ]]; then
  exec "$REAL_RESNET" "${arguments[@]}"
fi
exec 3<>"/dev/tcp/127.0.0.1/$WARM_PORT"
printf '%d\n' ${#arguments[@]} >&3
printf '%s\0' "${arguments[@]}" >&3
last=''
while IFS= read -r line <&3; do
  [[ -z $last ]] || printf '%s\n' "$last"
  last=$line
done
exit "${last:-1}"
