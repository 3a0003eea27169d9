#!/bin/bash
# `intake install` run as root where the users exist: the permission table, and that it is enough: web takes in a tip-off,
# drain takes it on, neither can do the other's work. The users exist in a view of the file system of this test's own.
source "$(dirname "$0")/lib.sh"
"$TIANLAN" -C "$work" deploy print systemd --prefix /usr --instance /srv/tianlan >"$work/printed"
has table-is-printed "$(cat "$work/printed")" "d /srv/tianlan/spool/new 2770 tianlan-web tianlan -"
[ "$(id -u)" = 0 ] || exit 0 # owners can be set by root alone
if [ -z "${TIANLAN_TEST_USERS:-}" ]; then
	cp /etc/passwd "$work/passwd"
	cp /etc/group "$work/group"
	printf 'tianlan-web:x:64001:64001::/:/bin/false\ntianlan-drain:x:64002:64002::/:/bin/false\n' >>"$work/passwd"
	printf 'tianlan-web:x:64001:\ntianlan-drain:x:64002:\ntianlan:x:64003:tianlan-web,tianlan-drain\n' >>"$work/group"
	TIANLAN_TEST_USERS=1 unshare -m bash -c 'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group && exec bash "$1"' "$work" "$0"
	exit
fi
chmod 755 "$work"
o=$work/office h=$work/host
"$TIANLAN" demo "$o" --enterprises 5 >/dev/null
sed -i 's/^report = .*/report = { dwell_seconds = 0; };/' "$o/tianlan.conf"
"$TIANLAN" -C "$h" intake host web-1 >/dev/null
"$TIANLAN" -C "$o" intake certify "$h/host/request" >/dev/null
"$TIANLAN" -C "$o" intake bundle "$work/b" >/dev/null
status install 0 "$TIANLAN" -C "$h" --json intake install "$work/b" --office "$(ls "$o"/keys/receipt-*.pub)"
json install-sets-permissions 'j.permissions===true && j.certified===true'
while read -r path wanted; do
	same "mode-$path" "$(stat -c '%U:%G %a' "$h/$path")" "$wanted"
done <<-END
	spool root:tianlan 750
	spool/tmp tianlan-web:tianlan 2770
	spool/budget tianlan-web:tianlan 700
	spool/new tianlan-web:tianlan 2770
	spool/seen tianlan-drain:tianlan 2750
	spool/bad tianlan-drain:tianlan-drain 700
	slots tianlan-drain:tianlan-drain 700
	photos tianlan-drain:tianlan-drain 700
	cases.git tianlan-drain:tianlan-drain 700
	status tianlan-drain:tianlan 2750
	host root:tianlan 750
	host/token.secret root:tianlan-web 440
	host/receipt.key root:tianlan-web 440
	host/filler.secret root:tianlan-drain 440
	host/handover.key root:tianlan-drain 440
	host/handover.cert root:tianlan 440
	host/name root:tianlan 440
	host/office.pub root:tianlan 440
	intake root:root 755
	intake/current/form.conf root:root 644
	intake/current/templates root:root 755
END
# The programs where both users can run them.
bin=$(dirname "$TIANLAN")
cp "$bin/report.cgi" "$bin/receipt.cgi" "$bin/photo-clean" "$TIANLAN" "$work/"
chmod 755 "$work"/{report.cgi,receipt.cgi,photo-clean,tianlan}
as() { # USER COMMAND…
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups -- "$@"
}
run() { as tianlan-web env -i TIANLAN_INSTANCE="$h" REMOTE_ADDR=192.0.2.1 ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$@"; }
run REQUEST_METHOD=GET "$work/report.cgi" </dev/null >"$work/form" 2>"$work/err"
token=$(grep -ao 'name="token" value="[^"]*"' "$work/form" | cut -d'"' -f4)
[ -n "$token" ] && ok web-shows-the-form || not_ok web-shows-the-form "$(head -c 300 "$work/form" "$work/err")"
printf 'token=%s&kind=noise&place=somewhere&what=it+goes+on+all+night&way=anonymous' "$token" >"$work/body"
post() {
	run REQUEST_METHOD=POST CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="$(stat -c %s "$work/body")" \
		"$work/report.cgi" < <(cat "$work/body") >"$work/answer" 2>"$work/err"
	grep -ao '<output id="receipt">[^<]*' "$work/answer" | sed 's/.*>//'
}
receipt=$(post)
has web-takes-it-in "$receipt" -
same envelope "$(stat -c '%U:%G %a' "$h"/spool/new/*)" "tianlan-web:tianlan 640"
status web-reads-no-filler 1 as tianlan-web cat "$h/host/filler.secret"
status web-adds-nothing-to-seen 1 as tianlan-web touch "$h/spool/seen/x"
status web-changes-no-bundle 1 as tianlan-web touch "$h/intake/current/form.conf"
status web-sees-no-cases 2 as tianlan-web ls "$h/cases.git"
status drain-reads-no-token 1 as tianlan-drain cat "$h/host/token.secret"
status drain-signs-no-receipts 1 as tianlan-drain cat "$h/host/receipt.key"
status drain 0 as tianlan-drain env TIANLAN_SHARE="$TIANLAN_SHARE" ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$work/tianlan" -C "$h" --json drain
json drain-takes-it-on 'j.committed===1 && j.quarantined===0'
same drain-clears-the-spool "$(ls "$h/spool/new" | wc -l)" 0
same status-file "$(stat -c '%U:%G %a' "$h/status/received.bin")" "tianlan-drain:tianlan 640"
same seen-file "$(stat -c '%U:%G %a' "$h"/spool/seen/*)" "tianlan-drain:tianlan 640"
same web-knows-it-again-after-the-drain "$(post)" "$receipt"
printf 'receipt=%s' "$receipt" >"$work/body"
run REQUEST_METHOD=POST CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="$(stat -c %s "$work/body")" \
	"$work/receipt.cgi" < <(cat "$work/body") >"$work/answer" 2>"$work/err"
has web-answers-the-receipt "$(grep -a -A1 'id="state"' "$work/answer")" 已收到
