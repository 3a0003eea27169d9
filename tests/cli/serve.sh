#!/bin/bash
# tianlan serve through the real web server: pages, headers, a true 404, a taken port, a clean end.
source "$(dirname "$0")/lib.sh"
export TMPDIR=$work
d=$work/i
"$TIANLAN" demo "$d" --enterprises 15 >/dev/null
status serve-without-a-site 3 "$TIANLAN" -C "$d" serve --port 18099
has serve-says-to-build "$err" build
"$TIANLAN" -C "$d" build >/dev/null 2>&1
status serve-refuses-a-port-that-is-none 2 "$TIANLAN" -C "$d" serve --port 70000
port=$((20000 + $$ % 20000))
"$TIANLAN" -C "$d" serve --port $port >"$work/served" 2>&1 &
server=$!
for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/" && break; sleep 0.1; done
get() { curl -s -D "$work/head" -o "$work/body" -w '%{http_code}' "http://127.0.0.1:$port$1"; }
same serve-home "$(get /)" 200
has serve-strict-policy "$(cat "$work/head")" "default-src 'none'"
has serve-nosniff "$(cat "$work/head")" nosniff
same serve-record "$(get /results/000/650105-000001.html)" 200
same serve-twin "$(get /results/000/650105-000001.md)" 200
has serve-twin-type "$(cat "$work/head")" text/markdown
same serve-missing-is-404 "$(get /no/such/page.html)" 404
has serve-missing-shows-the-page "$(cat "$work/body")" "</html>"
has serve-prints-its-address "$(cat "$work/served")" "http://127.0.0.1:$port/"
status serve-taken-port 3 "$TIANLAN" -C "$d" serve --port $port
has serve-taken-port-says-so "$err" "$port"
kill -INT $server
wait $server
same serve-ends-cleanly $? 0
sleep 0.2
if curl -s -o /dev/null "http://127.0.0.1:$port/"; then not_ok serve-is-gone; else ok serve-is-gone; fi
same serve-leaves-nothing "$(find "$work" -maxdepth 1 -name 'tianlan-serve-*' | wc -l)" 0
