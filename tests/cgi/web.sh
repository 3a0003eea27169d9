#!/bin/bash
# The tip-off path through the real web server, as CGI and as FastCGI: many clients at once, with and without photos; slow,
# cut-off and oversized bodies. At the end every receipt that was shown is one case.
source "$(dirname "$0")/lib.sh"
load=$(dirname "$TIANLAN")/load
convert -size 1200x800 plasma:tomato-navy -quality 85 "$work/p.jpg"

for way in cgi fastcgi; do
	d=$work/$way
	intake_instance "$d" || { not_ok "web-$way-instance"; exit 1; }
	port=$((24000 + ($$ + ${#way}) % 16000))
	"$TIANLAN" -C "$d" serve --port $port $([ $way = fastcgi ] && echo --fastcgi) >"$work/served" 2>"$work/serve-err" &
	server=$!
	trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work"' EXIT
	for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/" && break; sleep 0.1; done
	url=http://127.0.0.1:$port/cgi-bin/report.cgi
	same "web-$way-form" "$(curl -s -D "$work/head" -o "$work/answer" -w '%{http_code}' "$url")" 200
	has "web-$way-not-kept-by-caches" "$(cat "$work/head")" no-store
	has "web-$way-strict-policy" "$(cat "$work/head")" "default-src 'none'"
	lacks "web-$way-no-cookie" "$(cat "$work/head")" Set-Cookie
	shown=0
	for what in "8 200" "64 300" "8 24 $work/p.jpg" "16 16 $work/p.jpg $work/p.jpg $work/p.jpg"; do
		read -r clients count photos <<<"$what"
		# shellcheck disable=SC2086
		figures=$("$load" $port /cgi-bin/report.cgi "$clients" "$count" form $photos 2>"$work/receipts")
		read -r good bad _ <<<"$figures"
		same "web-$way-$clients-clients-$count-posts${photos:+-with-photos}" "$good ok, ${bad:-?} bad" "$count ok, 0 bad"
		same "web-$way-$clients-clients-$count-receipts-differ" "$(sort -u "$work/receipts" | wc -l)" "$count"
		shown=$((shown + good))
	done
	# A body over the cap, one that stops half way, one that dribbles.
	head -c 36000000 /dev/zero >"$work/zeros"
	same "web-$way-over-the-cap" "$(curl -s -o /dev/null -w '%{http_code}' -H 'Expect:' -H "Content-Type: $form_type" --data-binary "@$work/zeros" "$url")" 413
	rm "$work/zeros"
	{ printf 'POST /cgi-bin/report.cgi HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\nContent-Length: 5000\r\n\r\n--%s' "$form_type" "$boundary"; sleep 1; } |
		timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; cat >&3" 2>/dev/null
	same "web-$way-after-a-cut-off-body" "$(curl -s -o /dev/null -w '%{http_code}' "$url")" 200
	token=$(curl -s "$url" | grep -o 'name="token" value="[^"]*"' | sed 's/.*value="//; s/"$//')
	multipart "$work/body" "token=$token" "${usual[@]}"
	same "web-$way-slow-body" "$(curl -s -o "$work/answer" -w '%{http_code}' --limit-rate 600 -H 'Expect:' -H "Content-Type: $form_type" --data-binary "@$work/body" "$url")" 200
	shown=$((shown + 1))
	slow=$(shown_receipt)
	# A hundred thousand fields; a header of a part of a mebibyte.
	{ for n in $(seq 100000); do printf -- '--%s\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' "$boundary" "$n"; done; printf -- '--%s--\r\n' "$boundary"; } >"$work/body"
	answered=$(curl -s -o /dev/null -w '%{http_code}' -H 'Expect:' -H "Content-Type: $form_type" --data-binary "@$work/body" "$url")
	case $answered in 400 | 413) ok "web-$way-many-fields" ;; *) not_ok "web-$way-many-fields" "$answered" ;; esac
	{ printf -- '--%s\r\nContent-Disposition: form-data; name="' "$boundary"; head -c 1048576 /dev/zero | tr '\0' a; printf '"\r\n\r\nx\r\n--%s--\r\n' "$boundary"; } >"$work/body"
	answered=$(curl -s -o /dev/null -w '%{http_code}' -H 'Expect:' -H "Content-Type: $form_type" --data-binary "@$work/body" "$url")
	case $answered in 400 | 413) ok "web-$way-large-part-header" ;; *) not_ok "web-$way-large-part-header" "$answered" ;; esac
	for _ in $(seq 200); do [ "$(cases_in "$d")" = $shown ] && break; sleep 0.1; done
	same "web-$way-receipts-are-cases" "$(cases_in "$d")" $shown
	same "web-$way-lines-are-cases" "$(lines_in "$d")" $shown
	same "web-$way-receipt-looked-up" "$(curl -s -o "$work/answer" -w '%{http_code}' --data-urlencode "receipt=$slow" "http://127.0.0.1:$port/cgi-bin/receipt.cgi")" 200
	kill -INT $server
	wait $server
	same "web-$way-ends-cleanly" $? 0
	status "web-$way-chain-is-sound" 0 "$TIANLAN" -C "$d" chain verify
	status "web-$way-git-is-sound" 0 git -C "$d/cases.git" fsck --strict --no-dangling
	same "web-$way-nothing-runs-on" "$(pgrep -f "$d" | grep -vc "^$$\$")" 0
done
