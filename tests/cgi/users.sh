#!/bin/bash
# As root, with the user ids of production: who may read and write what (the table of the handbook), and the whole way under
# two users: a post by the web's user, the drain by its own. Where this is not run as root, the same way is walked with one
# user and the table is checked as text.
source "$(dirname "$0")/lib.sh"
d=$work/i
chmod 755 "$work"
intake_instance "$d" || { not_ok users-instance; exit 1; }
if [ "$(id -u)" != 0 ]; then
	multipart "$work/body" "token=$(new_token)" "${usual[@]}"
	cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
	same users-one-user "$code" 200
	exit
fi
# Users that need no entry in a password file: numbers.
web=64001 drain=64002 group=64003
"$TIANLAN" deploy print systemd >"$work/units" 2>/dev/null
table() { # FOLDER OWNER GROUP MODE
	mkdir -p "$d/$1" && chown -R "$2:$3" "$d/$1" && chmod "$4" "$d/$1"
}
chmod 755 "$d"
for f in "$d/keys" "$d/register.db" "$d/evidence"; do chown -R 0:0 "$f" && chmod -R go= "$f"; done
rm -rf "$d/cases.git" "$d/slots" "$d/photos"
table spool 0 $group 0750
table spool/tmp $web $group 2770
table spool/budget $web $group 0700
table spool/new $web $group 2770
table spool/seen $drain $group 2750
table spool/bad $drain $group 0700
table status $drain $group 2750
mkdir "$d/cases" 2>/dev/null
for f in slots photos; do table $f $drain $group 0700; done
table cases.git $drain $group 0700
rmdir "$d/cases.git" "$d/cases"
install -d -o $drain -g $group -m 0700 "$d/vault"
table host 0 $web 0750
chown -R 0:$web "$d/host" && find "$d/host" -type f -exec chmod 0440 {} +
chown 0:$drain "$d/host/filler.secret"
chmod 0755 "$d/host" && chmod 0444 "$d/host/name"
cp -r "$bin/report.cgi" "$bin/receipt.cgi" "$bin/photo-clean" "$bin/tianlan" "$work/"
chmod 755 "$work"/{report.cgi,receipt.cgi,photo-clean,tianlan}
as() { # UID COMMAND…
	local uid=$1
	shift
	setpriv --reuid "$uid" --regid "$uid" --groups $group -- "$@"
}
as_web() {
	cat "$3" 2>/dev/null | as $web env -i TIANLAN_INSTANCE="$d" REQUEST_METHOD="$1" CONTENT_TYPE="$2" CONTENT_LENGTH="$(stat -c %s "$3")" \
		REMOTE_ADDR=127.0.0.1 ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$work/report.cgi" >"$work/answer" 2>"$work/cgi-err"
	code=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$work/answer" | head -1)
}
as_web GET "" /dev/null
same users-form "$code" 200
convert -size 200x100 plasma: "$work/p.jpg"
multipart "$work/body" "token=$(form_token)" "${usual[@]}" "photo@$work/p.jpg"
as_web POST "$form_type" "$work/body"
same users-post-as-web "$code" 200
receipt=$(shown_receipt)
# The instance's folder belongs to root: what the drain makes new must be given to it.
for f in cases.git; do install -d -o $drain -g $group -m 0700 "$d/$f"; rmdir "$d/$f"; done
chown $drain "$d"
as $drain env TIANLAN_SHARE="$root" "$work/tianlan" -C "$d" --json drain >"$work/out" 2>"$work/err"
json users-drain-under-another-id 'j.committed===1 && j.quarantined===0'
as_web POST "$form_type" "$work/body"
same users-again-same-receipt "$(shown_receipt)" "$receipt"

# An envelope that the drain may not read is reported and stays: it is not sent away as a bad one.
as_web GET "" /dev/null
multipart "$work/body" "token=$(form_token)" "${usual[@]}"
as_web POST "$form_type" "$work/body"
waiting=$(ls "$d/spool/new")
chmod 0000 "$d/spool/new/$waiting"
as $drain env TIANLAN_SHARE="$root" "$work/tianlan" -C "$d" drain >/dev/null 2>"$work/err"
same users-unreadable-is-an-error $? 4
[ -e "$d/spool/new/$waiting" ] && ok users-unreadable-stays || not_ok users-unreadable-stays
chmod 0640 "$d/spool/new/$waiting"
as $drain env TIANLAN_SHARE="$root" "$work/tianlan" -C "$d" --json drain >"$work/out" 2>"$work/err"
json users-readable-again-is-drained 'j.committed===1 && j.quarantined===0'

# Who may not what.
may_not() {
	local name=$1 uid=$2
	shift 2
	if as "$uid" "$@" >/dev/null 2>&1; then not_ok "users-$name"; else ok "users-$name"; fi
}
may() {
	local name=$1 uid=$2
	shift 2
	if as "$uid" "$@" >/dev/null 2>&1; then ok "users-$name"; else not_ok "users-$name"; fi
}
may_not web-reads-no-case $web ls "$d/cases.git"
may_not web-reads-no-slot $web ls "$d/slots"
may_not web-reads-no-photo $web ls "$d/photos"
may_not web-reads-no-staff-key $web ls "$d/keys"
may_not web-writes-no-seen $web touch "$d/spool/seen/x"
may_not web-writes-no-status $web touch "$d/status/x"
may_not web-writes-no-secret $web sh -c "echo x >> $d/host/token.secret"
may_not web-writes-no-bundle $web sh -c "echo x >> $d/intake/current/form.conf"
may_not web-reads-no-filler $web cat "$d/host/filler.secret"
may web-reads-its-secret $web cat "$d/host/token.secret"
may_not drain-reads-no-token-secret $drain cat "$d/host/token.secret"
may_not drain-reads-no-signing-key $drain cat "$d/host/receipt.key"
may_not drain-reads-no-staff-key $drain ls "$d/keys"
# What a killed program left half-written is cleared by the drain.
as $web sh -c "umask 027; echo x >'$d/spool/tmp/left' && touch -d '3 hours ago' '$d/spool/tmp/left'"
as $drain env TIANLAN_SHARE="$root" "$work/tianlan" -C "$d" drain >/dev/null 2>&1
if [ -e "$d/spool/tmp/left" ]; then not_ok users-drain-clears-tmp; else ok users-drain-clears-tmp; fi
may_not drain-reads-no-budget $drain ls "$d/spool/budget"
if setpriv --reuid 64999 --regid 64999 --clear-groups -- ls "$d/spool/new" >/dev/null 2>&1; then not_ok users-others-read-no-spool; else ok users-others-read-no-spool; fi
