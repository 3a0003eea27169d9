#!/bin/bash
# Known strings in every field, in the photo's meta data and in its file name; bodies small and large; through the real web
# server. Then they are looked for in clear everywhere the machine could have put them: spool, slots, photos, git (objects
# unpacked), status, logs, the server's folders, files deleted but still open, temporary folders. Nowhere may one stand.
source "$(dirname "$0")/lib.sh"
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
d=$work/i
intake_instance "$d" || { not_ok secrets-instance; exit 1; }
port=$((22000 + $$ % 18000))
strace_log=$work/trace
"$TIANLAN" -C "$d" serve --port $port >"$work/served" 2>"$work/serve-err" &
server=$!
stop() { kill -INT $server 2>/dev/null; wait $server 2>/dev/null; }
trap 'stop; rm -rf "$work"' EXIT
for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/" && break; sleep 0.1; done
url=http://127.0.0.1:$port/cgi-bin/report.cgi

convert -size 1600x1200 plasma:grey-navy "$work/big.jpg"
exiftool -q -overwrite_original -Artist=SECRETEXIFARTIST -GPSLatitude=43.8 -GPSLongitude=87.6 -UserComment=SECRETEXIFCOMMENT \
	-GPSLatitudeRef=N -GPSLongitudeRef=E "$work/big.jpg"
cp "$work/big.jpg" "$work/SECRETFILENAME.jpg"
grep -q SECRETEXIFARTIST "$work/big.jpg" && ok secrets-photo-is-marked || not_ok secrets-photo-is-marked
# A large body of text that is no photo, so that the server has much to buffer.
head -c 9000000 /dev/urandom | base64 -w0 | head -c 9000000 >"$work/noise"
cat "$work/big.jpg" >"$work/heavy.jpg"
{ printf 'SECRETTRAILER'; cat "$work/noise"; } >>"$work/heavy.jpg"
marks="SECRETPLACE SECRETWHAT SECRETNAME 0991-5550-7731 SECRETENTERPRISE SECRETEXIFARTIST SECRETEXIFCOMMENT SECRETFILENAME SECRETTRAILER SECRETAGENT SECRETREFERRER SECRETCOOKIE SECRETDROPPED SECRETBROKEN"

send() {
	local token
	token=$(curl -s "$url" -A SECRETAGENT -e http://SECRETREFERRER/ | grep -o 'name="token" value="[^"]*"' | sed 's/.*value="//; s/"$//')
	curl -s -A SECRETAGENT -e http://SECRETREFERRER/ -b c=SECRETCOOKIE -o "$work/answer" -w '%{http_code}' \
		-F "token=$token" -F kind=waste-gas -F enterprise=SECRETENTERPRISE -F street=650105001 -F place=SECRETPLACE -F when=2018-01-05 \
		-F "what=SECRETWHAT 夜里冒黑烟，气味刺鼻。" -F website= "$@" "$url"
}
same secrets-small-body "$(send -F way=named -F contact_name=SECRETNAME -F contact_phone=0991-5550-7731)" 200
same secrets-with-photo "$(send -F way=confidential -F contact_name=SECRETNAME -F contact_phone=0991-5550-7731 -F "photo=@$work/SECRETFILENAME.jpg")" 200
same secrets-large-body "$(send -F way=anonymous -F contact_name=SECRETDROPPED -F contact_phone=0991-5550-7731 -F "photo=@$work/heavy.jpg")" 200
same secrets-refused "$(send -F way=confidential -F contact_name=SECRETNAME -F contact_phone=)" 422
has secrets-refused-keeps-what-was-typed "$(cat "$work/answer")" SECRETWHAT
same secrets-broken "$(curl -s -o /dev/null -w '%{http_code}' -H "Content-Type: $form_type" --data-binary "--$boundary SECRETBROKEN" "$url")" 400

# While the server runs: what it and its children hold open, deleted files too.
pids=$(pgrep -P $server | tr '\n' ' ')
look() {
	local name=$1 found="" mark
	shift
	for mark in $marks; do
		if grep -rqaF -- "$mark" "$@" 2>/dev/null; then found="$found $mark"; fi
	done
	if [ -z "$found" ]; then ok "secrets-not-in-$name"; else not_ok "secrets-not-in-$name" "$found"; fi
}
open_files=$work/open
mkdir "$open_files"
for p in $server $pids; do
	for f in /proc/"$p"/fd/*; do
		[ -f "$f" ] && cat "$f" >"$open_files/$p-$(basename "$f")" 2>/dev/null
	done
done
look open-files "$open_files"
rm -rf "$open_files"
for _ in $(seq 100); do [ "$(cases_in "$d")" = 3 ] && break; sleep 0.1; done
same secrets-three-cases "$(cases_in "$d")" 3
look spool "$d/spool"
look slots "$d/slots"
look photos "$d/photos"
look status "$d/status"
look keys-and-host "$d/keys" "$d/host" "$d/intake"
look repository-as-it-is "$d/cases.git"
git -C "$d/cases.git" cat-file --batch-all-objects --batch >"$work/objects"
[ "$(stat -c %s "$work/objects")" -gt 10000 ] && ok secrets-objects-were-read || not_ok secrets-objects-were-read
look git-objects "$work/objects"
git -C "$d/cases.git" log --all --format=fuller -p --text >"$work/history" 2>&1
look git-history "$work/history"
look output-and-errors "$work/served" "$work/serve-err"
look temporary-folder "$TMPDIR"
look site "$d/public"
look register "$d"/register.db*
# Nothing in clear where a photo was sealed either, and no address of the sender.
if grep -rqaF '127.0.0.1' "$d/spool" "$d/slots" "$d/photos" "$d/cases.git" "$d/status" "$work/objects" "$work/history"; then not_ok secrets-no-address; else ok secrets-no-address; fi
# The search can find: the same strings are in the posts as sent.
multipart "$work/sent" what=SECRETWHAT
if grep -qaF SECRETWHAT "$work/sent"; then ok secrets-search-finds; else not_ok secrets-search-finds; fi

# The server's folder for bodies lies in memory.
folder=$(find /dev/shm /run/user -maxdepth 2 -name 'tianlan-*' -type d 2>/dev/null | head -1)
conf=$(tr '\0' ' ' <"/proc/$(pgrep -P $server -x lighttpd | head -1)/cmdline" | sed 's/.* -f *//; s/ *$//')
folder=$(sed -n 's/^server.upload-dirs *= *( *"\([^"]*\)".*/\1/p' "$conf")
same secrets-bodies-in-memory "$(stat -f -c %T "$folder")" tmpfs
look upload-folder "$folder"
stop
look temporary-folder-afterwards "$TMPDIR"
