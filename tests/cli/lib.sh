# Helpers of the command-line tests; source it. Every check prints `ok NAME` or `not ok NAME why`.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TIANLAN=${TIANLAN:-$root/build/tianlan}
export TIANLAN_SHARE=${TIANLAN_SHARE:-$root}
work=$(mktemp -d "${TMPDIR:-/tmp}/tianlan-cli-XXXXXX")
trap 'rm -rf "$work"' EXIT

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1 ${2:-}" | tr '\n' ' '; echo; }

# status NAME WANTED COMMAND…: output stands in $out and $err.
status() {
	local name=$1 wanted=$2 got
	shift 2
	"$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	out=$(cat "$work/out")
	err=$(cat "$work/err")
	if [ "$got" = "$wanted" ]; then ok "$name"; else not_ok "$name" "status $got, wanted $wanted: $err"; fi
}

# has NAME TEXT PATTERN: the text holds the fixed string.
has() { case $2 in *"$3"*) ok "$1" ;; *) not_ok "$1" "no '$3' in: ${2:0:300}" ;; esac; }
lacks() { case $2 in *"$3"*) not_ok "$1" "'$3' stands in: ${2:0:300}" ;; *) ok "$1" ;; esac; }
same() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got '${2:0:200}', wanted '${3:0:200}'"; fi; }

# json NAME EXPRESSION: standard output of the last `status` is JSON alone, and the JavaScript expression over it (j) holds.
json() {
	local why
	if why=$(node -e 'const j=JSON.parse(require("fs").readFileSync(process.argv[1],"utf8"));if(!(eval(process.argv[2]))){console.log(JSON.stringify(j).slice(0,400));process.exit(1)}' \
		"$work/out" "$2" 2>&1); then
		ok "$1"
	else
		not_ok "$1" "$2: $why"
	fi
}
