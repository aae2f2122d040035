#!/usr/bin/env bash
# A batch with bash, curl and jq, behind batchproof's protocol (docs/adapters.md): every key gets the API's own
# result, or null if no line ever came. It makes no batch twice, follows no link to elsewhere, and names what it leaves.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints the status of an exchange, and 000 after it if there was no answer to its end; the answer is in $work/answer.
ask() { # METHOD URL [curl's options for a body]
  local method=$1 url=$2
  shift 2
  rm -f "$work/answer" "$work/headers"
  curl --silent --max-time 60 --request "$method" --header @"$work/credential" --dump-header "$work/headers" \
    --output "$work/answer" --write-out '%{http_code}' "$@" -- "$url" || printf 000
}

header() { # NAME
  [[ ! -e $work/headers ]] || tr -d '\r' <"$work/headers" | awk -F': ' -v name="$1" 'tolower($1) == name { print $2 }' | tail -n 1
}

said() {
  printf '%s %s' "$status" "$(head -c 200 "$work/answer" 2>/dev/null | tr -d '\0')"
}

fail() {
  printf '%s\n' "$*" >"$work/failure"
  return 1
}

# Waits so many seconds, or as long as the server wants; or as batchproof says, where time is not to pass by itself.
pause() { # SECONDS
  local wanted
  wanted=$(header retry-after)
  [[ $wanted =~ ^[0-9]+$ && $wanted -gt $1 ]] || wanted=$1
  sleep "$(jq -r --arg seconds "$wanted" '.sleep_s // $seconds' "$work/message")"
}

create() {
  local seconds
  for seconds in 5 30 120 300 ''; do
    status=$(ask POST "$base/v1/messages/batches" --header 'content-type: application/json' --data-binary @"$work/body")
    [[ $status = 200 ]] && batch=$(jq -re '.id | strings' "$work/answer") && return
    # Only what was refused in so many words was not made.
    case $status in
    000* | 200* | 50[0234]*) fail "a batch may have been made, and be running; look for it in the list: $(said)" || return ;;
    429 | 529) [[ $seconds && ($status = 529 || $(header retry-after)) ]] && pause "$seconds" && continue ;;
    esac
    fail "no batch was made: $(said)" || return
  done
}

wait_for_end() {
  local polls=0 unseen=0
  while true; do
    status=$(ask GET "$base/v1/messages/batches/$batch")
    [[ $status = 200 && $(jq -r '.processing_status?' "$work/answer" 2>/dev/null) = ended ]] && return
    # For five looks the API may not know what it has made; after 26 hours a batch has long expired.
    [[ $status = 404 ]] && ((++unseen)) || unseen=0
    case $status in
    40[013]) fail "$batch is running, and cannot be asked for: $(said)" || return ;;
    404) [[ $unseen -lt 6 ]] || fail "$batch is running, and cannot be found: $(said)" || return ;;
    esac
    [[ $((++polls)) -lt 1560 ]] || fail "$batch has not ended in 26 hours; look again later" || return
    pause 60
  done
}

collect() {
  local url seconds
  url=$(jq -r --arg base "$base" '.results_url // "" | if startswith("/") then $base + . else . end' "$work/answer")
  [[ $url == "$base"/* ]] || fail "$batch has its results at '$url', where the credential must not go" || return
  echo '{}' >"$work/found"
  for seconds in 5 30 120 300 0; do
    status=$(ask GET "$url")
    if [[ $status = 200 ]]; then
      # Of two lines for one request the first counts; what is no line of ours is left out.
      jq -nR --slurpfile body "$work/body" --slurpfile found "$work/found" '
        ($body[0].requests | map({(.custom_id): true}) | add) as $ours
        | reduce (inputs | fromjson? | objects | select($ours[.custom_id | strings]) | select(.result.type? | strings))
          as $row ($found[0]; if has($row.custom_id) then . else .[$row.custom_id] = $row.result end)
      ' "$work/answer" >"$work/more" && mv "$work/more" "$work/found"
    fi
    [[ $(jq length "$work/found") = $(jq '.requests | length' "$work/body") ]] && return
    [[ $status = 40[13] ]] && break
    pause "$seconds"
  done
  [[ $(jq length "$work/found") != 0 ]] || fail "$batch has ended, and its results cannot be read: $(said)"
}

run() {
  jq -e '[.requests[].custom_id] | length == (unique | length)' "$work/message" >/dev/null ||
    fail "nothing was sent, as a custom_id is there twice" || return
  base=$(jq -r .base_url "$work/message")
  printf 'x-api-key: %s\nanthropic-version: 2023-06-01\n' "$(jq -r .api_key "$work/message")" >"$work/credential"
  jq -c '{requests: [.requests | to_entries[] | {custom_id: "r\(.key)", params: .value.params}]}' "$work/message" >"$work/body"
  echo '{}' >"$work/found"
  [[ $(jq '.requests | length' "$work/body") = 0 ]] || { create && wait_for_end && collect; }
}

while IFS= read -r message; do
  printf '%s' "$message" >"$work/message"
  case $(jq -r .verb "$work/message") in
  hello) jq -c '{id, protocol: 1, name: "bash, curl and jq"}' "$work/message" ;;
  run | resume)
    if run; then
      jq -c --slurpfile found "$work/found" \
        '{id, outcomes: ([.requests | to_entries[] | {(.value.custom_id): $found[0]["r\(.key)"]}] | add // {})}' "$work/message"
    else
      jq -c --rawfile failure "$work/failure" '{id, error: {message: $failure}}' "$work/message"
    fi
    ;;
  *) jq -c '{id}' "$work/message" ;;
  esac
done
