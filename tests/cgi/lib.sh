# Helpers of the tests of the tip-off path; source it. On top of cli/lib.sh: an instance with keys and an installed bundle, and
# the CGI programs called as a web server calls them, with a pipe as standard input.
source "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh"
bin=$(dirname "$TIANLAN")
REPORT_CGI=${REPORT_CGI:-$bin/report.cgi}
RECEIPT_CGI=${RECEIPT_CGI:-$bin/receipt.cgi}
boundary=----tianlan-test-4f1c

# intake_instance DIR [SETTING…]: settings go into the group report of tianlan.conf.
intake_instance() {
	local d=$1
	shift
	"$TIANLAN" init "$d" >/dev/null && "$TIANLAN" -C "$d" keys new >/dev/null 2>&1 &&
		printf 'report = { dwell_seconds = 0; loopback_daily = 60000; network_daily = 60000; global_hourly = 60000; %s };\n' "$*" >>"$d/tianlan.conf" &&
		"$TIANLAN" -C "$d" intake host test-1 --here >/dev/null &&
		"$TIANLAN" -C "$d" build >/dev/null 2>&1
	intake_renew "$d"
}
intake_renew() {
	"$TIANLAN" -C "$1" intake bundle "$work/bundle" >/dev/null && "$TIANLAN" -C "$1" intake install "$work/bundle" >/dev/null
	rm -f "$work/bundle"
}

# cgi PROGRAM METHOD QUERY TYPE BODY-FILE [VARIABLE=…]: answer in $work/answer, its status in $code.
cgi() {
	local program=$1 method=$2 query=$3 type=$4 body=$5 length=
	shift 5
	[ "$method" = POST ] && length=$(stat -c %s "$body")
	# The shell's own word on a program that was killed is of no use here.
	{ cat "$body" 2>/dev/null | env -i TIANLAN_INSTANCE="$d" GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD="$method" QUERY_STRING="$query" \
		CONTENT_TYPE="$type" CONTENT_LENGTH="$length" REMOTE_ADDR=127.0.0.1 \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" "$@" "$program" >"$work/answer" 2>"$work/cgi-err"; } 2>/dev/null
	exit_status=$?
	code=$(head -c 4096 "$work/answer" | sed -n 's/^Status: \([0-9]*\).*/\1/p' | head -1)
}
form_token() { grep -o 'name="token" value="[^"]*"' "$work/answer" | head -1 | sed 's/.*value="//; s/"$//'; }
shown_receipt() { grep -o '<output id="receipt">[^<]*' "$work/answer" | sed 's/.*>//' | head -1; }
shown_proof() { sed -n '/<pre id="receipt-proof">/,/<\/pre>/p' "$work/answer" | sed 's/.*<pre id="receipt-proof">//; s/<\/pre>.*//'; }
new_token() { cgi "$REPORT_CGI" GET "" "" /dev/null && form_token; }

# multipart FILE [NAME=VALUE…] [NAME@PATH…]: a body as a browser sends it.
multipart() {
	local to=$1 item
	shift
	for item in "$@"; do
		case $item in
		*@/*)
			printf -- '--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n' \
				"$boundary" "${item%%@*}" "$(basename "${item#*@}")"
			cat "${item#*@}"
			printf '\r\n'
			;;
		*) printf -- '--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' "$boundary" "${item%%=*}" "${item#*=}" ;;
		esac
	done >"$to"
	printf -- '--%s--\r\n' "$boundary" >>"$to"
}
form_type="multipart/form-data; boundary=$boundary"
usual=(kind=waste-gas enterprise= street=650105001 "place=编造路 1 号" when=2018-01-05 "what=夜里冒黑烟，气味刺鼻，连续几天。" way=anonymous website=)

cases_in() { git -C "$1/cases.git" ls-tree -r --name-only "refs/heads/intake/${2:-test-1}" 2>/dev/null | grep -c '^cases/'; }
lines_in() { "$TIANLAN" -C "$1" --json chain verify | sed 's/.*"lines": *\([0-9]*\).*/\1/'; }
