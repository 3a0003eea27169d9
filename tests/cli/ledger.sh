#!/bin/bash
# tianlan drain and chain verify from the command line, and the real git over what they write: checking, cloning, fetching,
# and tampering of every kind, each named with its line.
. "$(dirname "$0")/lib.sh"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x \
	GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x GIT_AUTHOR_DATE='2018-01-29T00:00:00+08:00' \
	GIT_COMMITTER_DATE='2018-01-29T00:00:00+08:00' GIT_TERMINAL_PROMPT=0
at=$work/host
branch=intake/host-1
repo=$at/cases.git
umask 077

drain() { "$TIANLAN" -C "$at" --today 2018-01-31 "$@"; }
# What is no envelope gets a line in the chain too: enough to have chains of any length.
put() {
	local i name
	for ((i = $1; i <= $2; i++)); do
		printf -v name '%032x' "$i"
		printf 'not an envelope %s' "$i" >"$at/spool/new/$name"
	done
}

status no-host 3 drain drain
has no-host-says-what-to-do "$err" 'intake host'
mkdir -p "$at"/spool/{tmp,new,seen,bad} "$at/host"
echo host-1 >"$at/host/name"
printf 'tianlan-key 1 filler secret %s\n' "$(head -c 32 /dev/zero | tr '\0' 7 | base64 | tr '+/' '-_' | tr -d =)" >"$at/host/filler.secret"
status verify-before-anything 0 drain chain verify --json
json verify-before-anything-json 'j.sound===true && j.lines===0 && j.branches===0 && j.fault===null'
status drain-nothing 0 drain drain --json
json drain-nothing-json 'JSON.stringify(j)==="{\"committed\":0,\"commits\":0,\"quarantined\":0}"'
put 1 300
status drain 0 drain drain --json --group 100
json drain-json 'j.committed===0 && j.commits===3 && j.quarantined===300 && Object.keys(j).length===3'
same spool-empty "$(ls "$at/spool/new" | wc -l)" 0
same quarantined "$(ls "$at/spool/bad" | grep -vc '\.why$')" 300
status verify 0 drain chain verify
has verify-says-sound "$out" '链完好'
status verify-english 0 drain --lang en chain verify
has verify-english-text "$out" '300 quarantined'
status verify-json 0 drain chain verify --json
json verify-json-keys 'Object.keys(j).join()==="sound,lines,cases,quarantined,branches,fault" && j.lines===300 && j.quarantined===300 && j.branches===1'
status bad-group 2 drain drain --group 0
status bad-group-word 2 drain drain --group many
status bad-verb 2 drain chain check
echo 'No Such Host' >"$at/host/name"
status bad-name 3 drain drain
echo host-1 >"$at/host/name"

# ---- the real git ---------------------------------------------------------------------------------
status git-fsck 0 git -C "$repo" fsck --strict --full
status git-log 0 git -C "$repo" log -p
has git-log-lines "$out" 'quarantined drain 2018-W05'
same git-subject "$(git -C "$repo" log -1 --format=%s "$branch")" 'intake: 100 lines'
same git-by "$(git -C "$repo" log -1 --format='%an <%ae> %cn <%ce>' "$branch")" \
	'tianlan <intake@host-1> tianlan <intake@host-1>'
same git-time-no-finer-than-the-week "$(git -C "$repo" log --format='%ai%n%ci' "$branch" | sort -u)" '2018-01-29 00:00:00 +0800'
same git-names-the-head "$(git -C "$repo" log -1 --format=%b "$branch" | sed -n 's/^chain: //p')" \
	"300 $(git -C "$repo" show "$branch:chain/000/001.log" | tail -1 | tr -d '\n' | sha256sum | cut -d' ' -f1)"
status git-clone 0 git clone -q "$repo" "$work/clone"
same clone-has-it-all "$(cat "$work"/clone/chain/000/*.log | wc -l)" 300
put 301 340
status drain-more 0 drain drain
status git-fetch 0 git -C "$work/clone" pull -q
same fetched "$(cat "$work"/clone/chain/000/*.log | wc -l)" 340

# Somebody else's packs and loose objects, and git's own upkeep, are no trouble.
for i in 1 2 3 4 5; do
	put $((340 + i * 10)) $((349 + i * 10))
	drain drain --group 2 >/dev/null || not_ok drain-many
done
packs=$(ls "$repo"/objects/pack/*.pack | wc -l)
if [ "$packs" -le 24 ]; then ok packs-are-few; else not_ok packs-are-few "$packs"; fi
status git-fsck-after-repack 0 git -C "$repo" fsck --strict --full
status verify-after-repack 0 drain chain verify
status git-gc 0 git -C "$repo" gc -q --prune=now
put 500 509
status drain-after-gc 0 drain drain
status verify-after-gc 0 drain chain verify
status git-fsck-after-gc 0 git -C "$repo" fsck --strict --full
git -C "$work/clone" pull -q
cp -a "$repo" "$work/good.git"

# ---- tampering ----------------------------------------------------------------------------------------
# tamper NAME FILE LINE COMMAND…: the command changes the clone, which is committed and pushed; verify names file and line.
tamper() {
	local name=$1 file=$2 line=$3
	shift 3
	git -C "$work/clone" reset -q --hard "origin/$branch"
	(cd "$work/clone" && "$@")
	git -C "$work/clone" commit -qam "$(git -C "$work/clone" log -1 --format=%B)"
	git -C "$work/clone" push -q origin "HEAD:$branch"
	status "tampered-$name" 1 drain chain verify
	has "tampered-$name-names-the-line" "$out" "$file 第 $line 行"
	status "tampered-$name-json" 1 drain chain verify --json
	json "tampered-$name-fault" "!j.sound && j.fault.file==='$file' && j.fault.line===$line && j.fault.branch==='$branch' && j.fault.why.length>5"
	rm -rf "$repo"
	cp -a "$work/good.git" "$repo"
	git -C "$work/clone" fetch -qf origin
}
tamper edit chain/000/000.log 7 sed -i '7s/quarantined/concluded/' chain/000/000.log
tamper remove chain/000/000.log 20 sed -i 20d chain/000/000.log
tamper swap chain/000/001.log 3 sed -i '3{h;d};4{G}' chain/000/001.log
tamper shorten chain/000/001.log 100 sed -i '100,$d' chain/000/001.log
tamper insert chain/000/001.log 5 sed -i '5i 261 x' chain/000/001.log
tamper last-line chain/000/001.log 10 sed -i '10,$d' chain/000/001.log
status untampered-again 0 drain chain verify

# History rewritten: the newest line's commit message kept, its line gone.
git -C "$work/clone" reset -q --hard "origin/$branch"
last=$(wc -l <"$work/clone/chain/000/001.log")
sed -i '$d' "$work/clone/chain/000/001.log"
git -C "$work/clone" commit -q --amend -a --no-edit
git -C "$work/clone" push -qf origin "HEAD:$branch"
status rewritten 1 drain chain verify
has rewritten-names-the-line "$out" "chain/000/001.log 第 $((last - 1)) 行"
rm -rf "$repo"
cp -a "$work/good.git" "$repo"

# The same line taken out of every commit there ever was, the messages kept.
git -C "$work/clone" fetch -qf origin
git -C "$work/clone" reset -q --hard "origin/$branch"
FILTER_BRANCH_SQUELCH_WARNING=1 git -C "$work/clone" filter-branch -f --tree-filter 'sed -i 50d chain/000/000.log' HEAD >/dev/null 2>&1
same filtered-history "$(git -C "$work/clone" show HEAD~3:chain/000/000.log | sed -n 50p | cut -d' ' -f1)" 51
git -C "$work/clone" push -qf origin "HEAD:$branch"
status filtered 1 drain chain verify
has filtered-names-the-line "$out" "chain/000/000.log 第 50 行"
rm -rf "$repo"
cp -a "$work/good.git" "$repo"

# ---- watching -------------------------------------------------------------------------------------------
wait_empty() { for _ in $(seq 100); do [ "$(ls "$at/spool/new" | wc -l)" = 0 ] && return 0; sleep 0.1; done; return 1; }
"$TIANLAN" -C "$at" --today 2018-01-31 drain --watch --json >"$work/watch.out" 2>"$work/watch.err" </dev/null &
watcher=$!
put 600 605
if wait_empty; then ok watch-takes-what-stood; else not_ok watch-takes-what-stood; fi
put 606 610
if wait_empty; then ok watch-takes-what-comes; else not_ok watch-takes-what-comes; fi
# A failure is said and survived.
mv "$at/spool/bad" "$at/spool/away"
put 611 611
for _ in $(seq 50); do [ -s "$work/watch.err" ] && break; sleep 0.1; done
has watch-says-what-fails "$(cat "$work/watch.err")" '警告'
mv "$at/spool/away" "$at/spool/bad"
if wait_empty; then ok watch-tries-again; else not_ok watch-tries-again; fi
kill -TERM "$watcher"
wait "$watcher"
same watch-ends-with-0 $? 0
out=$(cat "$work/watch.out")
same watch-tells-at-its-end "$(node -pe 'JSON.parse(process.argv[1]).quarantined' "$out")" 12
status verify-after-watch 0 drain chain verify
"$TIANLAN" -C "$at" drain --watch >/dev/null 2>&1 </dev/null &
watcher=$!
sleep 0.3
kill -INT "$watcher"
wait "$watcher"
same watch-ends-by-ctrl-c $? 0
