#!/bin/bash
# tianlan serve through the real web server: pages, headers, a true 404, a taken port; a tip-off from the form to git and its
# receipt; a clean end. With CGI, with FastCGI, and below a prefix.
source "$(dirname "$0")/lib.sh"
export TMPDIR=$work
d=$work/i
"$TIANLAN" demo "$d" --enterprises 15 >/dev/null
status serve-without-a-site 3 "$TIANLAN" -C "$d" serve --port 18099
has serve-says-to-build "$err" build
"$TIANLAN" -C "$d" build >/dev/null 2>&1
status serve-refuses-a-port-that-is-none 2 "$TIANLAN" -C "$d" serve --port 70000
port=$((20000 + $$ % 20000))

# Where the server that runs now buffers what is posted.
uploads_of() { sed -n 's/^server.upload-dirs = ( "\(.*\)" )$/\1/p' "$1"/tianlan-serve-*/lighttpd.conf; }
start() { # INSTANCE OPTION…
	local in=$1
	shift
	"$TIANLAN" -C "$in" serve --port $port "$@" >"$work/served" 2>"$work/serve-err" &
	server=$!
	for _ in $(seq 200); do
		curl -s -o /dev/null "http://127.0.0.1:$port/" && { uploads=$(uploads_of "$work"); return; }
		kill -0 $server 2>/dev/null || { not_ok serve-starts "$(cat "$work/serve-err")"; exit 1; }
		sleep 0.1
	done
	not_ok serve-starts "no answer: $(cat "$work/serve-err")"
	exit 1
}
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work"' EXIT
# Everything that runs for this test names its folder in its arguments or its environment.
running() { grep -l -a -s "$work/" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | sort -u | while read -r p; do
	case $(cat "/proc/$p/comm" 2>/dev/null) in lighttpd | tianlan | report.cgi | receipt.cgi | photo-clean) echo "$p" ;; esac
done; }
stop() { # NAME
	kill -INT $server
	wait $server
	same "$1-ends-cleanly" $? 0
	sleep 0.3
	if curl -s -o /dev/null "http://127.0.0.1:$port/"; then not_ok "$1-is-gone"; else ok "$1-is-gone"; fi
	same "$1-leaves-no-process" "$(running | tr '\n' ' ')" ""
	same "$1-leaves-no-folder" "$(find "$work" -maxdepth 1 -name 'tianlan-serve-*' | wc -l)" 0
	[ -n "$uploads" ] && [ ! -e "$uploads" ] && ok "$1-leaves-no-uploads" || not_ok "$1-leaves-no-uploads" "$uploads"
}
get() { curl -s -D "$work/head" -o "$work/body" -w '%{http_code}' "http://127.0.0.1:$port$1"; }

# tip_off NAME BASE INSTANCE HOST: the form, a post as a person sends it, the receipt, the case in git.
tip_off() {
	local name=$1 base=$2 in=$3 host=$4 token receipt
	same "$name-form" "$(get "$base/cgi-bin/report.cgi")" 200
	has "$name-form-has-the-sites-layout" "$(cat "$work/body")" "href=\"$base/report/\""
	has "$name-form-is-kept-by-no-cache" "$(cat "$work/head")" no-store
	has "$name-form-strict-policy" "$(cat "$work/head")" "default-src 'none'"
	token=$(grep -o 'name="token" value="[^"]*"' "$work/body" | cut -d'"' -f4)
	sleep 3.2
	same "$name-post" "$(curl -s -o "$work/body" -w '%{http_code}' "http://127.0.0.1:$port$base/cgi-bin/report.cgi" -A secret-agent \
		-F "token=$token" -F kind=noise -F place=编造路三号院门口 -F 'what=夜里机器响个不停，已经连续一周了。' -F way=anonymous)" 200
	receipt=$(grep -o '<output id="receipt">[^<]*' "$work/body" | sed 's/.*>//')
	has "$name-receipt" "$receipt" -
	sed -n '/<pre id="receipt-proof">/,/<\/pre>/p' "$work/body" | sed 's/<[^>]*>//g' >"$work/proof"
	status "$name-receipt-is-genuine" 0 "$TIANLAN" -C "$in" receipt verify "$work/proof"
	has "$name-receipt-is-of-this-host" "$out" "$host"
	sed '/^commitment/s/[0-9]/0/g' "$work/proof" >"$work/false"
	status "$name-receipt-changed-is-not" 1 "$TIANLAN" -C "$in" receipt verify "$work/false"
	same "$name-look-up" "$(curl -s -o "$work/body" -w '%{http_code}' --data-urlencode "receipt=$receipt" "http://127.0.0.1:$port$base/cgi-bin/receipt.cgi")" 200
	has "$name-look-up-state" "$(grep -A1 'id="state"' "$work/body")" 已收到
	same "$name-look-up-unknown" "$(curl -s -o "$work/body" -w '%{http_code}' -d receipt=0000-0000-0000-0000-0000 "http://127.0.0.1:$port$base/cgi-bin/receipt.cgi")" 404
	for _ in $(seq 100); do [ "$(ls "$in/spool/new" | wc -l)" = 0 ] && break; sleep 0.1; done
	same "$name-is-off-the-spool" "$(ls "$in/spool/new" | wc -l)" 0
	git -C "$in/cases.git" ls-tree -r --name-only "intake/$host" >"$work/tree" 2>"$work/err"
	cases=$(grep -c '^cases/' "$work/tree")
	same "$name-is-a-case-in-git" $((cases - made_up)) "$5"
	status "$name-git-is-sound" 0 git -C "$in/cases.git" fsck --strict --no-dangling
	git -C "$in/cases.git" archive "intake/$host" | grep -qa 编造路 && not_ok "$name-git-holds-plain-text" || ok "$name-git-holds-no-plain-text"
	same "$name-look-up-after-the-drain" "$(curl -s -o "$work/body" -w '%{http_code}' --data-urlencode "receipt=$receipt" "http://127.0.0.1:$port$base/cgi-bin/receipt.cgi")" 200
}

# The demo has made-up tip-offs of its own.
made_up=$(git -C "$d/cases.git" ls-tree -r --name-only intake/demo-1 2>/dev/null | grep -c '^cases/')
start "$d"
same serve-home "$(get /)" 200
has serve-strict-policy "$(cat "$work/head")" "default-src 'none'"
has serve-nosniff "$(cat "$work/head")" nosniff
same serve-record "$(get /results/000/650105-000001.html)" 200
has serve-record-leads-to-the-form "$(cat "$work/body")" "/cgi-bin/report.cgi?enterprise=650105-000001"
same serve-twin "$(get /results/000/650105-000001.md)" 200
has serve-twin-type "$(cat "$work/head")" text/markdown
same serve-missing-is-404 "$(get /no/such/page.html)" 404
has serve-missing-shows-the-page "$(cat "$work/body")" "</html>"
has serve-prints-its-address "$(cat "$work/served")" "http://127.0.0.1:$port/"
has serve-prints-the-form "$(cat "$work/served")" "http://127.0.0.1:$port/cgi-bin/report.cgi"
for f in tianlan photo-clean report.cgi/x ../tianlan; do
	same "serve-hands-out-no-program-$f" "$(curl -s --path-as-is -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/cgi-bin/$f")" 404
done
same serve-form-of-an-enterprise "$(get '/cgi-bin/report.cgi?enterprise=650105-000001')" 200
has serve-form-names-it "$(cat "$work/body")" "$(sed -n 's/^650105-000001\t//p' "$d/intake/current/names.tsv")"
for style in $(grep -o 'href="/assets/[^"]*"' "$work/body" | cut -d'"' -f2); do
	same "serve-form-style-${style#/assets/}" "$(get "$style")" 200
done
same serve-static-takes-no-post "$(head -c 50000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' --data-binary @- "http://127.0.0.1:$port/")" 413
same serve-post-over-the-cap "$(head -c 35000000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' -H Expect: --data-binary @- "http://127.0.0.1:$port/cgi-bin/report.cgi")" 413
same serve-buffers-in-memory "$(stat -f -c %T "$uploads")" tmpfs
same serve-buffers-for-itself-alone "$(stat -c %a "$uploads")" 700
tip_off serve "" "$d" demo-1 1
lacks serve-keeps-no-agent "$(cat "$work"/tianlan-serve-*/*.log)" secret-agent
status serve-taken-port 3 "$TIANLAN" -C "$d" serve --port $port
has serve-taken-port-says-so "$err" "$port"
stop serve

# Nothing changed: the bundle stays. The configuration changed: a new one.
before=$(readlink "$d/intake/current")
start "$d" --fastcgi
same serve-again-keeps-the-bundle "$(readlink "$d/intake/current")" "$before"
same fastcgi-workers "$(running | while read -r p; do cat /proc/"$p"/comm; done | grep -c report.cgi | awk '{ print ($1 >= 4) ? "4 or more" : $1 }')" "4 or more"
tip_off fastcgi "" "$d" demo-1 2
stop fastcgi
sed -i 's/^base_path = .*/base_path = "\/sub";/; s/^hotline = .*/hotline = "0991-0000000";/' "$d/tianlan.conf"
"$TIANLAN" -C "$d" build >/dev/null 2>&1
start "$d"
[ "$(readlink "$d/intake/current")" != "$before" ] && ok serve-renews-the-bundle || not_ok serve-renews-the-bundle
same prefix-home "$(get /sub/)" 200
tip_off prefix /sub "$d" demo-1 3
has prefix-form-has-the-new-number "$(cat "$d/intake/current/form.conf")" 0991-0000000
stop prefix

# Without keys there is a site and no form; and no memory to buffer in is a reason to stop.
"$TIANLAN" init "$work/plain" >/dev/null
"$TIANLAN" -C "$work/plain" build >/dev/null 2>&1
start "$work/plain"
same plain-home "$(get /)" 200
same plain-has-no-form "$(get /cgi-bin/report.cgi)" 404
has plain-says-so "$(cat "$work/serve-err")" "keys new"
stop plain

# A machine without a memory file system, played by a folder of the disk in the place of /dev/shm.
as_root=$([ "$(id -u)" = 0 ] || echo -r) # a name space of one's own needs the right to make it
disk=$(mktemp -d "$(dirname "$TIANLAN")/no-memory-XXXXXX")
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work" "$disk"' EXIT
mkdir "$disk/shm" "$disk/tmp"
without_memory() { TMPDIR=$disk/tmp unshare $as_root -m bash -c 'mount --bind "$0" /dev/shm && exec "$@"' "$disk/shm" "$@"; }
status no-memory-is-refused 3 without_memory "$TIANLAN" -C "$d" serve --port $port
has no-memory-says-why "$err" disk_trusted
same no-memory-leaves-no-folder "$(find "$disk" -name 'tianlan-serve-*' | wc -l)" 0
sed -i 's/^disk_trusted = .*/disk_trusted = true;/' "$d/host/host.conf"
(
	export TMPDIR=$disk/tmp # in its own process, so that the signal reaches it
	exec unshare $as_root -m bash -c 'mount --bind "$0" /dev/shm && exec "$@"' "$disk/shm" "$TIANLAN" -C "$d" serve --port $port
) >"$work/served" 2>"$work/serve-err" &
server=$!
for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/sub/" && break; sleep 0.1; done
uploads=$(uploads_of "$disk/tmp")
same trusted-disk-is-used "$(get /sub/cgi-bin/report.cgi)" 200
stop trusted-disk
