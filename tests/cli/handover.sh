#!/bin/bash
# Two intake hosts, a hub, an office, with the real programs: tip-offs posted at the hosts are worked on in the office and nowhere else,
# what is erased is confirmed gone by every place, and what does not fit is said and left alone.
source "$(dirname "$0")/../cgi/lib.sh"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
o=$work/office hub=$work/hub
office() { "$TIANLAN" -C "$o" "$@"; }
h() { echo "$work/web-$1"; }
host() {
	local n=$1
	shift
	"$TIANLAN" -C "$work/web-$n" "$@"
}
send() { host "$1" handover send --hub "$hub"; }
fetch() { office handover fetch --hub "$hub"; }
# post N [PHOTO]: a tip-off at host N, drained.
post() {
	d=$(h "$1")
	if [ -n "${2:-}" ]; then
		multipart "$work/body" "token=$(new_token)" "${usual[@]}" "photo@$2"
	else
		multipart "$work/body" "token=$(new_token)" "${usual[@]}"
	fi
	cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
	[ "$code" = 200 ] || not_ok "post-at-$1" "$code"
	host "$1" drain >/dev/null || not_ok "drain-at-$1"
}
slots() { find "$1/slots" -type f -size +0 2>/dev/null | wc -l; }
photos() { find "$1/photos" -type f 2>/dev/null | wc -l; }
in_hub() { find "$hub/$1" -type f 2>/dev/null | wc -l; }
umask 077

"$TIANLAN" init "$o" >/dev/null && office keys new >/dev/null 2>&1 || not_ok office
printf 'report = { dwell_seconds = 0; loopback_daily = 60000; };\n' >>"$o/tianlan.conf"
office build >/dev/null 2>&1
for n in 1 2; do
	host $n intake host web-$n >/dev/null && office intake certify "$(h $n)/host/request" >/dev/null || not_ok "host-$n"
done
office intake bundle "$work/bundle" >/dev/null
for n in 1 2; do
	status "install-$n" 0 host $n intake install "$work/bundle" --office "$(ls "$o"/keys/receipt-*.pub)"
	[ -s "$(h $n)/host/handover.key" ] && [ -s "$(h $n)/host/handover.cert" ] && ok "install-$n-makes-the-key" || not_ok "install-$n-makes-the-key"
	same "install-$n-key-is-private" "$(stat -c %a "$(h $n)/host/handover.key")" 600
done
convert -size 200x100 plasma: "$work/p.jpg" 2>/dev/null

# ---- the way there
status no-hub-named 2 host 1 handover send
has no-hub-named-says-how "$err" --hub
status no-hub-there 3 send 1
has no-hub-there-says-so "$err" "$hub"
mkdir "$hub"
status bad-verb 2 office handover push
status send-nothing 0 send 1
status fetch-nothing 0 fetch
post 1 "$work/p.jpg"
post 1
post 2
status send 0 host 1 handover send --hub "$hub" --json
json send-json 'Object.keys(j).join()==="sent,fetched,acknowledged,erased,incomplete,branches,bad,bad_first,incomplete_first" && j.sent===2 && j.branches===1 && j.bad===0 && j.bad_first===null'
status send-2 0 send 2
same hub-slots "$(in_hub slots)" 3
same hub-photos "$(in_hub photos)" 1
echo "hub = \"$hub\";" >>"$o/tianlan.conf"
status fetch 0 office handover fetch --json
json fetch-json 'j.fetched===3 && j.acknowledged===3 && j.branches===2 && j.incomplete===0 && j.bad===0'
same hub-slots-are-gone "$(in_hub slots)" 0
same hub-photos-are-gone "$(in_hub photos)" 0
same hosts-keep-them-until-they-hear "$(slots "$(h 1)")" 2
status send-again 0 host 1 handover send --hub "$hub" --json
json send-again-hears 'j.acknowledged===2 && j.sent===0'
send 2 >/dev/null
same hosts-keep-nothing "$(slots "$(h 1)") $(slots "$(h 2)") $(photos "$(h 1)")" "0 0 0"
same hosts-remember-which "$(find "$(h 1)/slots" -type f | wc -l)" 2
same office-has-all "$(slots "$o") $(photos "$o")" "3 1"
same hub-is-empty "$(in_hub acks)$(in_hub slots)$(in_hub photos)$(in_hub erase)$(in_hub gone)" 00000
status status-json 0 office handover status --json
json status-tells 'j.length===2 && j[0].host==="web-1" && j[0].cases===2 && j[0].acknowledged===2 && j[0].waiting===0 && j[0].head_seq===2 && j[0].head.length===64 && j[1].cases===1'
status status 0 office handover status
has status-names-the-host "$out" "web-1：2 件"
status host-status 0 host 1 handover status --json
json host-status-tells 'j.length===1 && j[0].waiting===0 && j[0].acknowledged===2'

# ---- worked on
status list 0 office --json case list --all
ids=$(node -e 'const j=JSON.parse(require("fs").readFileSync(process.argv[1],"utf8"));console.log((j.cases||j).map(c=>c.id).join(" "))' "$work/out")
set -- $ids
same list-has-them "$#" 3
status show 0 office --json case show "$1" --role inspector
has show-opens "$out" "夜里冒黑烟"
declined=0
for id in $ids; do
	status "decline-$((++declined))" 0 office case decline "$id" --role inspector --by 承办员 --why 证据不足 --reply 不属于受理范围。
done
status verify 0 office verify --json
json verify-is-sound 'j.sound===true && j.cases===3 && j.waiting===0'
status fetch-after-work 0 office handover fetch
same hub-does-not-learn-the-course "$(git -C "$hub/cases.git" for-each-ref --format='%(refname)' | tr '\n' ' ')" "refs/heads/intake/web-1 refs/heads/intake/web-2 "

# ---- erased everywhere
with_photo=$(for id in $ids; do s=$(ls "$o"/slots/*/"$id"); [ "$(stat -c %s "$s")" -gt "$(stat -c %s "$(ls "$o"/slots/*/* -S | tail -1)")" ] && echo "$id"; done)
status place 0 office case places add 每周备份 backup --by 办公室
status erase 0 office case erase "$with_photo" --open --by 办公室 --why 当事人要求
same erased-here "$(slots "$o") $(photos "$o")" "2 0"
status erase-asks 0 office handover fetch
same hub-asks "$(in_hub erase)" 1
status status-waits 0 office handover status --json
json status-waits-for-it 'j[0].erase_open===1 && j[0].erased===1'
status host-erases 0 host 1 handover send --hub "$hub" --json
json host-says-so 'j.erased===1 && j.bad===0'
same hub-answer "$(in_hub gone)" 1
status fetch-confirms 0 office handover fetch --json
json fetch-confirms-it 'j.erased===1 && j.bad===0'
same hub-is-empty-again "$(in_hub acks)$(in_hub slots)$(in_hub photos)$(in_hub erase)$(in_hub gone)" 00000
status confirm-backup 0 office case erase --confirm 每周备份 "$with_photo" --by 办公室
same every-place-said-so "$(sqlite3 "$o/register.db" "SELECT group_concat(place||' '||(gone_on IS NOT NULL)||' '||ifnull(said_by,''), ', ') FROM (SELECT * FROM case_copy ORDER BY place)")" \
	"hub 1 office, web-1 1 web-1, 每周备份 1 办公室"
status verify-after-erasing 0 office verify --json
json verify-after-erasing-is-sound 'j.sound===true && j.cases===3'

# ---- what does not fit
cp -a "$hub" "$work/hub.good"
cp -a "$(h 2)" "$work/web-2.good"
post 2
mkdir -p "$hub/acks/web-2"
for s in "$(h 2)"/slots/*/*; do [ -s "$s" ] && printf 'tianlan-ack 1\nhost: web-2\n' >"$hub/acks/web-2/$(basename "$s")"; done
status bad-ack 1 host 2 handover send --hub "$hub" --json
json bad-ack-json 'j.bad===1 && j.bad_first.includes("acks/web-2/")'
has bad-ack-warns "$err" "acks/web-2/"
same bad-ack-destroys-nothing "$(slots "$(h 2)")" 1
rm -r "$hub/acks/web-2"
# Host 2 is restored from before, goes on by itself, and its chain does not continue any more.
send 2 >/dev/null
fetch >/dev/null
rm -rf "$(h 2)"
cp -a "$work/web-2.good" "$(h 2)"
post 2
status fork-at-the-host 1 send 2
has fork-at-the-host-says-so "$err" "intake/web-2"
rm -rf "$hub/cases.git/refs/heads/intake/web-2"
status fork-pushed 1 send 2
has fork-pushed-names-what-it-does-not-have "$err" "acks/web-2/"
status fork-at-the-office 1 office handover fetch
has fork-at-the-office-says-so "$err" "intake/web-2"
status fork-changes-nothing 0 office verify --json
json fork-changes-nothing-here 'j.sound===true'
post 1
status others-go-on 0 send 1
status others-are-fetched 1 office handover fetch --json
json others-are-fetched-all-the-same 'j.fetched===1 && j.bad===1 && j.branches===1'

# ---- names that mean something else
for name in hub office desk; do
	status "no-host-$name" 2 "$TIANLAN" -C "$work/x" intake host $name
	has "no-host-$name-says-so" "$err" "$name"
	sed "s/web-1/$name/" "$(h 1)/host/request" >"$work/request"
	status "no-certificate-$name" 2 office intake certify "$work/request"
	status "no-place-$name" 2 office case places add $name backup --by 办公室
done

# ---- a hub that was lost
rm -rf "$hub"
mkdir "$hub"
post 1
status lost-hub-filled 0 send 1
rm -f "$o/keys/hosts/web-2.pub"
status lost-hub-fetched 0 office handover fetch --json
json lost-hub-nothing-lost 'j.fetched===1 && j.incomplete===0'
send 1 >/dev/null
same lost-hub-host-is-empty "$(slots "$(h 1)")" 0

# ---- somebody who can write in the hub brings a branch of host 1
mkdir "$work/forger" && cp -a "$(h 1)" "$work/forger/web-1.true"
post 1
send 1 >/dev/null # its true next case, which the office does not have yet
cp -a "$(h 1)" "$work/forger/web-1.next"
rm -rf "$(h 1)" && cp -a "$work/forger/web-1.true" "$(h 1)"
post 1 # the forger's, from what the office knows already
rm -rf "$hub/cases.git" && cp -a "$(h 1)/cases.git" "$hub/cases.git"
rm -rf "$(h 1)" && mv "$work/forger/web-1.next" "$(h 1)"
status forged-branch 1 office handover fetch --json
json forged-branch-is-not-taken 'j.bad===1 && j.bad_first.includes("intake/web-1") && j.fetched===0 && j.incomplete===1 && j.incomplete_first.includes("slots/web-1")'
status forged-branch-seen-by-its-host 1 send 1
rm -rf "$hub/cases.git"
status forged-branch-gone 0 send 1
office handover fetch --json >"$work/out" 2>/dev/null
json forged-branch-gone-all-is-well 'j.fetched===1 && j.incomplete===0 && j.incomplete_first===null'
send 1 >/dev/null

# ---- one odd thing of one host
post 1
send 1 >/dev/null
new=$(find "$hub/slots/web-1" -type f -printf '%f\n' | head -1)
mkdir -p "$hub/acks/web-1/$new"
status odd-thing 1 office handover fetch
has odd-thing-is-named "$err" "acks/web-1/$new"
rmdir "$hub/acks/web-1/$new"
status odd-thing-gone 0 office handover fetch
send 1 >/dev/null
same odd-thing-nothing-lost "$(slots "$(h 1)")" 0

# ---- what is left of it all is sound
for g in "$hub/cases.git" "$o/cases.git" "$(h 1)/cases.git"; do
	status "git-$(basename "$(dirname "$g")")" 0 git -C "$g" fsck --strict --full
done
sed -i '/^hub = /d' "$o/tianlan.conf"
echo 'hub = "somewhere";' >>"$o/tianlan.conf"
status conf-hub-is-a-path 3 office build
has conf-hub-names-the-line "$err" "tianlan.conf:"
sed -i '/^hub = /d' "$o/tianlan.conf"

# ---- one machine
d=$work/one
intake_instance "$d" || not_ok one-machine
[ -e "$d/host/handover.key" ] && not_ok one-machine-needs-no-key || ok one-machine-needs-no-key
status one-machine-send 3 "$TIANLAN" -C "$d" handover send --hub "$hub"
has one-machine-send-says-so "$err" 用不着移交
mkdir "$work/hub-2"
status one-machine-fetch-from-nobody 0 "$TIANLAN" -C "$d" handover fetch --hub "$work/hub-2"
