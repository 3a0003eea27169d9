#!/bin/bash
# What `deploy print` prints is taken by the servers it is for.
source "$(dirname "$0")/lib.sh"
d=$work/i
"$TIANLAN" init "$d" >/dev/null
echo 'domain = "www.example.gov.cn";' >>"$d/tianlan.conf"
mkdir -p "$work/p/bin" "$work/p/libexec/tianlan" "$work/p/share" "$d/public"
programs=$(dirname "$TIANLAN")
ln -s "$TIANLAN" "$work/p/bin/tianlan"
ln -s "$root" "$work/p/share/tianlan"
for f in report.cgi receipt.cgi; do cp "$programs/$f" "$work/p/libexec/tianlan/$f"; done
p() { "$TIANLAN" -C "$d" deploy print "$@" --prefix "$work/p"; }

# nginx: with places and ports of this test; and once more below a prefix.
nginx_takes() { # NAME CONFIG
	[ -e "$work/key.pem" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" \
		-out "$work/cert.pem" -days 2 -subj /CN=example 2>/dev/null
	sed -e "s#/etc/letsencrypt/live/[^ ;]*/fullchain.pem#$work/cert.pem#" -e "s#/etc/letsencrypt/live/[^ ;]*/privkey.pem#$work/key.pem#" \
		-e "s#/var/log/nginx#$work#" -e "s#/run/tianlan-nginx#$work#" -e '/listen \[/d' \
		-e "s/listen 80;/listen 127.0.0.1:$((20000 + $$ % 20000));/" -e "s/listen 443 ssl/listen 127.0.0.1:$((20001 + $$ % 20000)) ssl/" \
		"$2" >"$work/site.conf"
	printf 'pid %s/pid; error_log %s/log; events { } http { include %s/site.conf;' "$work" "$work" "$work" >"$work/nginx.conf"
	for kind in fastcgi proxy uwsgi scgi client_body; do printf ' %s_temp_path %s/t-%s;' $kind "$work" $kind; done >>"$work/nginx.conf"
	echo ' }' >>"$work/nginx.conf"
	status "$1" 0 nginx -t -c "$work/nginx.conf"
}
status nginx 0 p nginx
has nginx-says-where-it-goes "$out" "# ==> /etc/nginx/sites-available/tianlan"
has nginx-domain "$out" "server_name www.example.gov.cn;"
has nginx-body-cap "$out" "client_max_body_size 33m;"
has nginx-body-in-memory "$out" "client_body_temp_path /run/"
has nginx-no-headers-passed "$out" "fastcgi_pass_request_headers off;"
same nginx-keeps-no-access-log "$(grep -c 'access_log off;' <<<"$out")" 2
lacks nginx-no-other-access-log "$(grep access_log <<<"$out" | grep -v 'access_log off;')" access_log
lacks nginx-passes-no-agent "$out" HTTP_USER_AGENT
lacks nginx-nothing-left-open "$out" @
p nginx >"$work/nginx.out"
nginx_takes nginx-is-taken "$work/nginx.out"
p nginx --fastcgi >"$work/nginx.out"
has nginx-fastcgi-socket "$(cat "$work/nginx.out")" "unix:/run/tianlan/report.sock"
nginx_takes nginx-fastcgi-is-taken "$work/nginx.out"
cp "$d/tianlan.conf" "$work/conf"
sed -i 's#^base_path = .*#base_path = "/sanluanwu";#' "$d/tianlan.conf"
p nginx >"$work/nginx.out"
has nginx-prefix "$(cat "$work/nginx.out")" "location = /sanluanwu/cgi-bin/report.cgi {"
nginx_takes nginx-prefix-is-taken "$work/nginx.out"

# lighttpd: TLS is a package of its own.
lighttpd_takes() {
	sed -e "s#/etc/letsencrypt/live/[^\"]*/fullchain.pem#$work/cert.pem#" -e "s#/etc/letsencrypt/live/[^\"]*/privkey.pem#$work/key.pem#" \
		-e "s#/run/tianlan-lighttpd#$work#" "$2" >"$work/lighttpd.conf"
	ls /usr/lib/lighttpd/mod_openssl.so >/dev/null 2>&1 || sed -i '/^# TLS: /,/^# TLS ends/d' "$work/lighttpd.conf"
	status "$1" 0 lighttpd -tt -f "$work/lighttpd.conf"
	same "$1-quietly" "$err$out" ""
}
p lighttpd >"$work/lighttpd.out"
lighttpd_takes lighttpd-prefix-is-taken "$work/lighttpd.out"
cp "$work/conf" "$d/tianlan.conf"
status lighttpd 0 p lighttpd
has lighttpd-body-cap "$out" "server.max-request-size = 33792"
lacks lighttpd-no-access-log "$out" accesslog
lacks lighttpd-nothing-left-open "$out" @
p lighttpd --fastcgi >"$work/lighttpd.out"
lighttpd_takes lighttpd-is-taken "$work/lighttpd.out"

# systemd: units, users, folders; the last two applied below a folder.
status systemd 0 p systemd --out "$work/tree"
same systemd-files "$(wc -l <<<"$out")" 13
units=$(ls "$work"/tree/etc/systemd/system/*)
# shellcheck disable=SC2086
status systemd-units-are-taken 0 systemd-analyze verify --man=no $units
same systemd-units-quietly "$err" ""
for u in tianlan-drain.service tianlan-cgi.service tianlan-report@.service tianlan-build.service tianlan-handover-send.service tianlan-handover-fetch.service; do
	text=$(cat "$work/tree/etc/systemd/system/$u")
	for word in NoNewPrivileges=yes ProtectSystem=strict PrivateTmp=yes SystemCallFilter= CapabilityBoundingSet= User=tianlan- LimitCORE=0; do
		has "systemd-$u-$word" "$text" "$word"
	done
done
text=$(cat "$work"/tree/etc/systemd/system/tianlan-handover-*.service)
has handover-units-name-the-default-hub "$text" "--hub /srv/tianlan-hub"
has handover-fetch-is-the-offices "$text" "ConditionPathExists=!$(realpath "$d")/host/name"
status systemd-hub 0 p systemd --hub /mnt/hub --staff
has systemd-hub-is-taken "$out" "handover fetch --hub /mnt/hub"
has systemd-staff-keeps-slots "$out" "/slots 0700 tianlan-office tianlan-office -"
lacks systemd-staff-takes-nothing-in "$out" "User=tianlan-web"
lacks systemd-staff-sends-nothing "$out" "handover send"
lacks systemd-staff-nothing-left-open "$out" @INSTANCE@
echo 'hub = "/srv/other";' >>"$d/tianlan.conf"
status systemd-hub-of-the-configuration 0 p systemd
has systemd-hub-of-the-configuration-is-taken "$out" "handover send --hub /srv/other"
sed -i '/^hub = /d' "$d/tianlan.conf"
"$TIANLAN" -C "$d" deploy print systemd --prefix /usr --instance /srv/tianlan --out "$work/tree2" >/dev/null
has folders-as-text "$(cat "$work/tree2/etc/tmpfiles.d/tianlan.conf")" "d /srv/tianlan/spool/new 2770 tianlan-web tianlan -"
has secrets-as-text "$(cat "$work/tree2/etc/tmpfiles.d/tianlan.conf")" "z /srv/tianlan/host/filler.secret 0440 root tianlan-drain -"
if [ "$(id -u)" = 0 ]; then # owners can be set
	mkdir -p "$work/r/etc" "$work/r/run" "$work/r/srv/tianlan/host"
	echo x >"$work/r/srv/tianlan/host/token.secret"
	echo 'u www-data -' | cat "$work/tree2/etc/sysusers.d/tianlan.conf" - >"$work/users.conf"
	status users-are-made 0 systemd-sysusers --root="$work/r" "$work/users.conf"
	status folders-are-made 0 systemd-tmpfiles --root="$work/r" --create "$work/tree2/etc/tmpfiles.d/tianlan.conf"
	id_of() { awk -F: -v n="$1" '$1 == n { print $3 }' "$work/r/etc/$2"; }
	web=$(id_of tianlan-web passwd) drain=$(id_of tianlan-drain passwd) both=$(id_of tianlan group)
	webs=$(id_of tianlan-web group) drains=$(id_of tianlan-drain group)
	while read -r path wanted; do
		same "mode-$path" "$(stat -c '%u:%g %a' "$work/r/srv/tianlan/$path")" "$wanted"
	done <<-END
		spool 0:$both 750
		spool/tmp $web:$both 2770
		spool/budget $web:$both 700
		spool/new $web:$both 2770
		spool/seen $drain:$both 2750
		spool/bad $drain:$drains 700
		slots $drain:$drains 700
		photos $drain:$drains 700
		cases.git $drain:$drains 700
		status $drain:$both 2750
		host 0:$both 750
		host/token.secret 0:$webs 440
		intake 0:0 755
	END
fi

status unknown-server 2 p apache
status no-word 2 p
status strange-path 2 "$TIANLAN" -C "$d" deploy print nginx --prefix "$work/p" --instance "/srv/a b"
sed -i '/^domain = /d' "$d/tianlan.conf"
status no-domain 2 p nginx
has no-domain-says-what-to-do "$err" --domain
status domain-by-option 0 p nginx --domain a.example
status systemd-needs-no-domain 0 p systemd
