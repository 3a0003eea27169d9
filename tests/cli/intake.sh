#!/bin/bash
# The office and its intake hosts, as two folders: certificates and bundles go one way; nothing stale, forged, damaged or
# expired is installed, and whatever is refused leaves what stands.
source "$(dirname "$0")/lib.sh"
o=$work/office h=$work/host
"$TIANLAN" demo "$o" --enterprises 20 >/dev/null
rm -r "$o/keys" "$o/host" "$o/spool" "$o/status"
office() { "$TIANLAN" -C "$o" "$@"; }
host() { "$TIANLAN" -C "$h" "$@"; }

status bundle-without-keys 3 office intake bundle "$work/b0"
has bundle-without-keys-says-what-to-do "$err" "keys new"
office keys new >/dev/null 2>&1
key=$(ls "$o"/keys/receipt-*.pub)

status host 0 host --json intake host web-1
json host-says-what-to-certify 'j.host==="web-1" && j.certified_here===false && /^[0-9a-f]{16}$/.test(j.fingerprint)'
print=$(node -e 'console.log(JSON.parse(require("fs").readFileSync(process.argv[1])).fingerprint)' "$work/out")
same host-files "$(ls "$h/host" | tr '\n' ' ')" "filler.secret host.conf name receipt.key receipt.pub request token.secret "
same host-secrets-are-private "$(stat -c %a "$h/host"/*.secret "$h/host/receipt.key" | sort -u)" 600
same host-folders "$(cd "$h" && ls -d spool/* status | tr '\n' ' ')" "spool/bad spool/budget spool/new spool/seen spool/tmp status "
before=$(cat "$h"/host/* | sha256sum)
status host-again 3 host intake host web-1
same host-again-changes-nothing "$(cat "$h"/host/* | sha256sum)" "$before"
status host-bad-name 2 "$TIANLAN" -C "$work/x" intake host "Web 1"
[ ! -e "$work/x" ] && ok host-bad-name-makes-nothing || not_ok host-bad-name-makes-nothing

status bundle-before-certify 0 office intake bundle "$work/b1"
has bundle-before-certify-warns "$err" certify
status certify 0 office --json intake certify "$h/host/request"
json certify-shows-the-same-fingerprint "j.host==='web-1' && j.fingerprint==='$print'"
status certify-again 0 office intake certify "$h/host/request"
sed "s/^key = .*/key = \"$(printf 'A%.0s' $(seq 43))\";/" "$h/host/request" >"$work/other"
status certify-another-key 3 office intake certify "$work/other"
status certify-replace 0 office intake certify "$work/other" --replace
status certify-back 0 office intake certify "$h/host/request" --replace
sed 's/^name = .*/name = "..\/x";/' "$h/host/request" >"$work/other"
status certify-bad-name 3 office intake certify "$work/other"
has certify-bad-name-place "$err" "other:2"
echo 'extra = 1;' >>"$work/other"
status certify-unknown-line 3 office intake certify "$work/other"

status bundle 0 office --json intake bundle "$work/b2"
json bundle-is-the-second 'j.serial===2 && j.certificates===1 && j.files>7'
for s in "$o"/keys/*.key; do
	grep -qF "$(cut -d' ' -f5 "$s")" "$work/b2" && not_ok bundle-holds-a-secret "$s"
done
ok bundle-was-searched-for-secrets
status bundle-bad-days 2 office intake bundle "$work/x" --days 0
status bundle-serial-not-above 3 office intake bundle "$work/x" --serial 2

# ---- installing
installed() { readlink "$h/intake/current" 2>/dev/null; }
status install-needs-the-office 3 host intake install "$work/b2"
has install-needs-the-office-says-what-to-do "$err" --office
"$TIANLAN" init "$work/foe" >/dev/null
"$TIANLAN" -C "$work/foe" keys new >/dev/null 2>&1
"$TIANLAN" -C "$work/foe" intake bundle "$work/foe-b" --serial 50 >/dev/null 2>&1
status install-of-another-office 1 host intake install "$work/b2" --office "$(ls "$work"/foe/keys/receipt-*.pub)"
status install-with-a-key-of-another-purpose 3 host intake install "$work/b2" --office "$(ls "$o"/keys/facts-*.pub)"
size=$(stat -c %s "$work/b2")
for at in 3 40 200 $((size / 2)) $((size - 3)); do
	cp "$work/b2" "$work/bad"
	printf '\x7f' | dd of="$work/bad" bs=1 seek="$at" conv=notrunc status=none
	host intake install "$work/bad" --office "$key" >/dev/null 2>"$work/err"
	got=$?
	[ $got = 1 ] || [ $got = 3 ] && ok "install-damaged-at-$at" || not_ok "install-damaged-at-$at" "$got $(cat "$work/err")"
done
head -c $((size - 1)) "$work/b2" >"$work/bad"
host intake install "$work/bad" --office "$key" >/dev/null 2>&1 && not_ok install-cut-short || ok install-cut-short
(cat "$work/b2" && echo) >"$work/bad"
host intake install "$work/bad" --office "$key" >/dev/null 2>&1 && not_ok install-with-more || ok install-with-more
same refused-leaves-nothing "$(ls "$h/intake" 2>/dev/null | wc -l)" 0
[ ! -e "$h/host/office.pub" ] && ok refused-pins-nothing || not_ok refused-pins-nothing

status install 0 host --json intake install "$work/b2" --office "$key"
json install-reports 'j.serial===2 && j.host==="web-1" && j.certified && !j.made_host'
same install-is-current "$(installed)" 00000002
cmp -s "$key" "$h/host/office.pub" && ok install-pins-the-office || not_ok install-pins-the-office
status install-again-is-stale 3 host intake install "$work/b2"
has install-again-says-so "$err" 旧
status install-older-is-stale 3 host intake install "$work/b1"
status install-forged 1 host intake install "$work/foe-b"
status install-forged-with-its-own-key 1 host intake install "$work/foe-b" --office "$(ls "$work"/foe/keys/receipt-*.pub)"
same forged-leaves-the-last-good "$(installed)" 00000002
office --today 2020-01-01 intake bundle "$work/old" --days 5 >/dev/null
status install-expired 3 host intake install "$work/old"
has install-expired-says-so "$err" 过期
same expired-leaves-the-last-good "$(installed)" 00000002
office intake bundle "$work/b4" >/dev/null
status install-next 0 host intake install "$work/b4"
same install-next-is-current "$(installed)" 00000004
status install-renames-no-host 3 host intake install "$work/b4" --host web-9

# ---- what is in it
c=$h/intake/current
has form-names-kinds "$(cat "$c/form.conf")" 'slug = "waste-gas"; name = "废气、异味"'
has form-names-streets "$(cat "$c/form.conf")" 'code = "650105001"; name = "七纺街道"'
has form-has-the-demo-limits "$(cat "$c/form.conf")" "global_hourly = 100000"
has form-has-no-limit-that-cannot-be-counted "$(cat "$c/form.conf")" "loopback_daily = 0"
LC_ALL=C sort -c "$c/names.tsv" && ok names-are-sorted || not_ok names-are-sorted
office --json enterprise list >"$work/all"
shown=$(node -e 'console.log(JSON.parse(require("fs").readFileSync(process.argv[1])).filter(r=>r.state!=="withdrawn").length)' "$work/all")
same names-are-all "$(wc -l <"$c/names.tsv")" "$shown"
[ "$shown" -gt 10 ] && ok names-are-many || not_ok names-are-many
has names-line "$(cat "$c/names.tsv")" "$(printf '650105-000001\t')"
for mark in @@BODY@@ @@SCRIPT@@; do same "shell-$mark-once" "$(grep -o "$mark" "$c/shell.html" | wc -l)" 1; done
same shell-title-twice "$(grep -o @@TITLE@@ "$c/shell.html" | wc -l)" 2
has shell-says-demo "$(cat "$c/shell.html")" 演示站
has shell-is-not-indexed "$(cat "$c/shell.html")" 'content="noindex"'
has shell-names-its-column "$(cat "$c/shell.html")" '<meta name="ColumnName" content="我要举报">'
same templates "$(cd "$root/theme/intake" && ls | tr '\n' ' ')" "$(ls "$c/templates" | tr '\n' ' ')"
has certificate "$(cat "$c/hosts/web-1.cert")" "host: web-1"
office --by a --why b event add 650105-000003 --kind withdrawn --day 2019-09-10 >/dev/null 2>&1 ||
	office --today 2019-09-10 --by a --why b event add 650105-000003 --kind withdrawn --day 2019-09-10 >/dev/null
mkdir -p "$o/status"
head -c 4096 /dev/urandom >"$o/status/office.bin"
sed -i 's/^site_name = .*/site_name = "带\\"引号\\"和\\\\的名称";/' "$o/tianlan.conf"
office intake bundle "$work/b5" >/dev/null
host intake install "$work/b5" >/dev/null
lacks withdrawn-is-not-named "$(cat "$c/names.tsv")" 650105-000003
cmp -s "$o/status/office.bin" "$c/status.bin" && ok status-goes-along || not_ok status-goes-along
has form-escapes "$(cat "$c/form.conf")" 'site_name = "带\"引号\"和\\的名称";'

# ---- a host the office does not know; one that is made by the installation
status install-on-a-new-host 0 "$TIANLAN" -C "$work/h2" --json intake install "$work/b5" --office "$key" --host web-2
json install-on-a-new-host-makes-it 'j.made_host && j.host==="web-2" && !j.certified'
has install-without-certificate-warns "$err" web-2
status install-default-name 0 "$TIANLAN" -C "$work/h3" --json intake install "$work/b5" --office "$key"
json install-default-name-is 'j.host==="intake-1"'

# ---- both on one machine
status host-here 0 office --json intake host main-1
json host-here-is-on-record 'j.certified_here===true'
office intake bundle "$work/b6" >/dev/null
status install-here-needs-no-key 0 office --json intake install "$work/b6"
json install-here-is-certified 'j.certified && j.host==="main-1"'

# ---- limits of the form in tianlan.conf
limit() { # NAME TEXT WANTED
	cp "$o/tianlan.conf" "$work/conf"
	sed -i '/^report = /d' "$o/tianlan.conf"
	echo "report = { $2 };" >>"$o/tianlan.conf"
	status "limit-$1" 3 office intake bundle "$work/x"
	has "limit-$1-place" "$err" "$3"
	cp "$work/conf" "$o/tianlan.conf"
}
line=$(($(grep -vc '^report = ' "$o/tianlan.conf") + 1))
limit photos "photo_count = 4;" "tianlan.conf:$line:12"
limit too-short "what_min = 0;" "tianlan.conf:$line:12"
limit crossed "what_min = 500; what_max = 200;" "tianlan.conf:$line"
limit does-not-fit "body_mib = 30;" "tianlan.conf:$line"
limit unknown "photo_cuont = 3;" "photo_cuont"
limit kind "token_hours = \"a\";" "tianlan.conf:$line:"
status limit-build-sees-it-too 0 office build

status usage 2 office intake
status usage-word 2 office intake unpack x
status bundle-elsewhere 3 "$TIANLAN" -C "$work/h2" intake bundle "$work/x"
