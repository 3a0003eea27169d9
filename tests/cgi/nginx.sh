#!/bin/bash
# The configuration that `deploy print nginx` prints, run by nginx with fcgiwrap, and with report.cgi as FastCGI: the form, a
# post with a photo, the receipt, the drain; nothing of it in a log. Only places, ports and the certificate are the test's.
source "$(dirname "$0")/lib.sh"
d=$work/i
intake_instance "$d" || { not_ok nginx-instance; exit 1; }
mkdir -p "$work/p/bin" "$work/p/libexec/tianlan" "$work/p/share" "$work/run" "$work/logs"
ln -s "$TIANLAN" "$work/p/bin/tianlan"
ln -s "$root" "$work/p/share/tianlan"
for f in report.cgi receipt.cgi photo-clean; do cp "$bin/$f" "$work/p/libexec/tianlan/$f"; done
# Bodies go to a folder in memory, as in production.
memory=$(mktemp -d /dev/shm/tianlan-nginx-XXXXXX)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=example 2>/dev/null
port=$((26000 + $$ % 14000))
pids=
stop() {
	# shellcheck disable=SC2086
	[ -n "$pids" ] && kill $pids 2>/dev/null && wait $pids 2>/dev/null
	for f in "$work"/run/*.pid; do
		[ -e "$f" ] || continue
		# fcgiwrap does not take its own processes along, and starts new ones as long as it lives.
		kids=$(pgrep -P "$(cat "$f")")
		kill -KILL "$(cat "$f")" 2>/dev/null
		# shellcheck disable=SC2086
		[ -n "$kids" ] && kill $kids 2>/dev/null
	done
	pids=
}
trap 'stop; rm -rf "$work" "$memory"' EXIT
convert -size 1600x1200 plasma:tomato-navy -quality 90 "$work/p.jpg"
exiftool -q -overwrite_original -Artist=SECRETARTIST "$work/p.jpg"
done_cases=0
for way in cgi fastcgi; do
	"$TIANLAN" -C "$d" deploy print nginx --domain example.test --prefix "$work/p" $([ $way = fastcgi ] && echo --fastcgi) >"$work/printed" || not_ok "nginx-$way-print"
	sed -e "s#/etc/letsencrypt/live/[^ ;]*/fullchain.pem#$work/cert.pem#" -e "s#/etc/letsencrypt/live/[^ ;]*/privkey.pem#$work/key.pem#" \
		-e "s#/var/log/nginx#$work/logs#" -e "s#/run/tianlan-nginx/body#$memory/body#" -e "s#/run/tianlan/#$work/run/#" -e '/listen \[/d' \
		-e "s/listen 80;/listen 127.0.0.1:$((port + 1));/" -e "s/listen 443 ssl/listen 127.0.0.1:$port ssl/" "$work/printed" >"$work/site.conf"
	printf 'daemon off; worker_processes 1; pid %s/nginx.pid; error_log %s/logs/main; events { } http { include %s/site.conf;' "$work" "$work" "$work" >"$work/nginx.conf"
	for kind in fastcgi proxy uwsgi scgi client_body; do printf ' %s_temp_path %s/t-%s;' $kind "$work" $kind; done >>"$work/nginx.conf"
	echo ' }' >>"$work/nginx.conf"
	if [ "$(id -u)" = 0 ]; then sed -i '1s/^/user root; /' "$work/nginx.conf"; fi
	spawn-fcgi -s "$work/run/cgi.sock" -P "$work/run/wrap.pid" -F 1 -- /usr/sbin/fcgiwrap -c 4 >/dev/null 2>&1 || not_ok "nginx-$way-fcgiwrap"
	[ $way = fastcgi ] && { TIANLAN_INSTANCE=$d spawn-fcgi -s "$work/run/report.sock" -P "$work/run/report.pid" -F 1 -- "$work/p/libexec/tianlan/report.cgi" >/dev/null 2>&1 || not_ok "nginx-fastcgi-report"; }
	nginx -c "$work/nginx.conf" >"$work/nginx-out" 2>&1 &
	pids=$!
	url=https://127.0.0.1:$port
	for _ in $(seq 100); do curl -sk -o /dev/null "$url/" && break; sleep 0.1; done
	get() { curl -sk -A SECRETAGENT -e https://SECRETREFERRER/ -D "$work/head" -o "$work/answer" -w '%{http_code}' "$@"; }
	same "nginx-$way-home" "$(get "$url/")" 200
	has "nginx-$way-policy" "$(cat "$work/head")" "default-src 'none'"
	same "nginx-$way-missing" "$(get "$url/no/such/page.html")" 404
	has "nginx-$way-missing-is-the-sites-page" "$(cat "$work/answer")" "</html>"
	same "nginx-$way-form" "$(get "$url/cgi-bin/report.cgi")" 200
	has "nginx-$way-form-policy" "$(cat "$work/head")" "default-src 'none'"
	token=$(form_token)
	multipart "$work/body" "token=$token" "${usual[@]}" place=SECRETPLACE "photo@$work/p.jpg"
	sed -i '0,/name="place"/s//name="gone"/' "$work/body"
	same "nginx-$way-post" "$(get -H "Content-Type: $form_type" --data-binary "@$work/body" "$url/cgi-bin/report.cgi")" 200
	receipt=$(shown_receipt)
	[ -n "$receipt" ] && ok "nginx-$way-receipt" || not_ok "nginx-$way-receipt" "$(head -c 300 "$work/answer")"
	same "nginx-$way-look-up" "$(get --data-urlencode "receipt=$receipt" "$url/cgi-bin/receipt.cgi")" 200
	head -c 36000000 /dev/zero >"$work/zeros"
	same "nginx-$way-over-the-cap" "$(get -H "Content-Type: $form_type" --data-binary "@$work/zeros" "$url/cgi-bin/report.cgi")" 413
	rm "$work/zeros"
	same "nginx-$way-other-programs" "$(get "$url/cgi-bin/photo-clean")" 404
	same "nginx-$way-query-is-not-kept" "$(get "$url/cgi-bin/report.cgi?enterprise=SECRETENTERPRISE")" 200
	stop
	done_cases=$((done_cases + 1))
	"$TIANLAN" -C "$d" drain >/dev/null 2>&1
	same "nginx-$way-case" "$(cases_in "$d")" $done_cases
	found=$(grep -rlaE 'SECRET(PLACE|ARTIST|AGENT|REFERRER|ENTERPRISE)|127\.0\.0\.1' "$work/logs" "$work/nginx-out" "$work"/t-* "$d/spool" "$d/cases.git" "$d/photos" 2>/dev/null | head -3)
	[ -z "$found" ] && ok "nginx-$way-nothing-in-clear" || not_ok "nginx-$way-nothing-in-clear" "$found $(head -c 300 "$work/logs/main")"
	[ "$(stat -f -c %T "$memory")" = tmpfs ] && ok "nginx-$way-bodies-in-memory" || not_ok "nginx-$way-bodies-in-memory"
	rm -f "$work"/run/*
done
