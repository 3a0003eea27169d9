#!/bin/bash
# One tip-off about a workshop nobody knew, from the form over a real web server to a result that is published and signed off:
# every step by command, each shown at its time and not before, and no word of it anywhere in clear.
source "$(dirname "$0")/lib.sh"
d=$work/i
mark=暗号青鸟七三九
intake_instance "$d" || { not_ok course-instance; exit 1; }
port=$((24000 + $$ % 16000))
"$TIANLAN" -C "$d" serve --port $port >"$work/served" 2>"$work/serve-err" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/" && break; sleep 0.1; done
url=http://127.0.0.1:$port/cgi-bin

# The programs of the form go by the clock, so the course begins today in China.
today=$(TZ=UTC-8 date +%F)
day() { date -u -d "$today + $1 days" +%F; }
t() { # DAY COMMAND…: as staff would on that day
	local on=$1
	shift
	"$TIANLAN" -C "$d" --today "$(day "$on")" "$@"
}
by=(--by 测试员 --why 测试)
post() { # STREET TEXT
	local token
	token=$(curl -s "$url/report.cgi" | grep -o 'name="token" value="[^"]*"' | sed 's/.*value="//; s/"$//')
	multipart "$work/body" "token=$token" kind=waste-gas enterprise= "street=$1" "place=编造路 1 号" "when=$today" "what=$2" way=anonymous website=
	curl -s -o "$work/answer" -H "Content-Type: $form_type" --data-binary "@$work/body" "$url/report.cgi"
	shown_receipt
}
look() { curl -s --data-urlencode "receipt=$1" "$url/receipt.cgi"; }
ids() { # EXPRESSION over c: ids of the listed cases for which it holds
	t "$on" case list --all --json | node -e 'const j=JSON.parse(require("fs").readFileSync(0,"utf8"));console.log(j.cases.filter(c=>eval(process.argv[1])).map(c=>c.id).join("\n"))' "$1"
}
site() { t "$1" build >"$work/out" 2>"$work/err" || not_ok "course-build-on-day-$1" "$(cat "$work/err")"; }
# shows NAME PATH TEXT: lighttpd may hand out a file it has open for a few seconds after it was replaced.
shows() {
	local page
	for _ in $(seq 40); do
		page=$(curl -s "http://127.0.0.1:$port$2")
		case $page in *"$3"*) break ;; esac
		sleep 0.25
	done
	has "$1" "$page" "$3"
}

# ---- day 0: twelve come in, half of them about the workshop --------------------------------------------------
first=$(post 650105002 "$mark，院里新来的作坊，没有牌子，整夜冒烟。")
for n in 2 3 4 5 6; do post 650105002 "$mark，第 $n 次说这家作坊，味道很大。" >>"$work/about-it"; done
for n in 1 2 3 4 5 6; do post 650105001 "$mark，另一条街，第 $n 件，好像有烟。" >>"$work/receipts"; done
for _ in $(seq 200); do [ "$(cases_in "$d")" = 12 ] && break; sleep 0.1; done
same course-twelve-cases "$(cases_in "$d")" 12
has course-received-shown "$(look "$first")" 收到
on=0
status course-list 0 t 0 case list
same course-all-open "$(ids 'c.open' | wc -l)" 12
# Opened by the inspector: street and kinds are known from then on.
for id in $(ids true); do t 0 case show "$id" >"$work/shown" || not_ok course-opened; done
has course-inspector-reads "$(cat "$work/shown")" "$mark"
lacks course-reply-officer-does-not "$(t 0 case show "$(ids true | head -1)" --role reply)" "$mark"
mapfile -t shop < <(ids 'c.street=="650105002"')
mapfile -t rest < <(ids 'c.street=="650105001"')
same course-six-about-it "${#shop[@]}" 6

# ---- accepted, sent on, looked at ---------------------------------------------------------------------------
status course-no-check-before-dispatch 3 t 1 case check "${shop[0]}" --outcome true "${by[@]}"
for id in "${shop[@]}" "${rest[@]}"; do t 2 case accept "$id" "${by[@]}" >/dev/null || not_ok course-accept; done
has course-accepted-shown "$(look "$first")" 受理
for id in "${shop[@]}" "${rest[@]}"; do t 3 case dispatch "$id" "${by[@]}" >/dev/null || not_ok course-dispatch; done
for n in 3 4 5; do t 4 case merge "${shop[$n]}" "${shop[0]}" "${by[@]}" >/dev/null || not_ok course-merge; done
status course-corroborated 0 t 4 --json case show "${shop[0]}"
json course-three-corroborate '(j.corroboration??j.case?.corroboration)===3'
for id in "${rest[@]}"; do
	t 8 case check "$id" --outcome untrue "${by[@]}" >/dev/null || not_ok course-check
	t 9 case conclude "$id" --reply "到现场看过，没有发现。" "${by[@]}" >/dev/null || not_ok course-conclude-untrue
done
for n in 0 1 2; do t 8 case check "${shop[$n]}" --outcome true "${by[@]}" >/dev/null || not_ok course-check-true; done
status course-no-conclusion-without-enterprise 3 t 8 case conclude "${shop[0]}" --reply 属实 "${by[@]}"

# ---- found: registered on the spot --------------------------------------------------------------------------------
status course-registered-on-the-spot 0 t 9 case link "${shop[0]}" --new --name 无名木艺加工厂 --address "编造路 1 号" --street 650105002 \
	--set emissions_exceed=是 --set conforms=否 --set has_eia=无 --set ring=inner "${by[@]}"
e=$(grep -o '650105-[0-9]*' "$work/out" | head -1)
has course-category-suggested "$out" 散乱污
for n in 1 2; do t 9 case link "${shop[$n]}" "$e" "${by[@]}" >/dev/null || not_ok course-link; done
status course-not-concluded-before-sign-off 3 t 10 case conclude "${shop[0]}" --reply 已关停 "${by[@]}"
has course-says-why "$err" 销号

# ---- put right: closed, five items with evidence, three steps by three units --------------------------------------
echo 现场记录 >"$work/record.txt"
ev() { t "$1" event add "$e" --kind "$2" --day "$(day "$1")" --by 测试员 "${@:3}" >"$work/out" 2>"$work/err" || not_ok "course-event-$2" "$(cat "$work/err")"; }
t 10 enterprise set "$e" category=散乱污 measure=close "${by[@]}" >/dev/null || not_ok course-category
ev 10 ordered --unit environment
ev 12 closed --unit economy
for item in water power equipment materials; do ev 13 cleared_$item --file "$work/record.txt"; done
t 14 signoff "$e" --step self --unit 650105002 --day "$(day 14)" --by 甲 >/dev/null || not_ok course-self
status course-not-by-the-same-unit 3 t 15 signoff "$e" --step review --unit 650105002 --day "$(day 15)" --by 乙
t 15 signoff "$e" --step review --unit environment --day "$(day 15)" --by 乙 >/dev/null || not_ok course-review
t 16 signoff "$e" --step verify --unit economy --day "$(day 16)" --by 丙 >/dev/null || not_ok course-verify
status course-fifth-item-missing 3 t 17 signoff "$e" --step sign-off --unit economy --day "$(day 17)" --by 丁
ev 17 cleared_products --file "$work/record.txt"
status course-signed-off 0 t 18 signoff "$e" --step sign-off --unit economy --day "$(day 18)" --by 丁
reply="已核实，作坊已关停取缔并销号。"
for n in 0 1 2; do t 19 case conclude "${shop[$n]}" --reply "$reply" "${by[@]}" >/dev/null || not_ok course-conclude; done
has course-reply-under-the-receipt "$(look "$first")" "$reply"

# Whose tip-off was merged is told the same: three of the five others were, two were concluded themselves.
answered=0
while read -r receipt; do case $(look "$receipt") in *"$reply"*) answered=$((answered + 1)) ;; esac; done <"$work/about-it"
same course-reply-to-all-who-said-it "$answered" 5

# ---- on the site: the enterprise at once, the tip-offs only when the gate lets them -----------------------------------
site 20
shows course-record-signed-off "/results/000/$e.html" 已销号
shows course-record-shows-items "/results/000/$e.html" 断水
same course-no-reply-before "$(grep -rl "$reply" "$d/public" | wc -l)" 0
status course-release-too-early 0 t 20 case release --by 测试员
site 20
same course-nothing-early "$(grep -rl "$reply" "$d/public" | wc -l)" 0
# What would be published is read by somebody else first.
status course-review-list 0 t 44 --json case review --list
json course-nine-wait 'j.cases.length===9'
status course-not-by-the-same 1 t 44 case review "${shop[0]}" --role reply --by 测试员
status course-review-wants-the-key 2 t 44 case review "${shop[0]}" --role inspector --by 审核员
status course-nothing-to-publish-yet 0 t 45 --json case release --dry-run
json course-results-wait 'j.moved===12 && j.results===0'
for id in "${shop[@]:0:3}" "${rest[@]}"; do t 44 case review "$id" --role reply --by 审核员 >/dev/null || not_ok course-reviewed; done
status course-none-waits 0 t 44 --json case review --list
json course-none-waits-says 'j.cases.length===0'
status course-release 0 t 45 case release --by 测试员
site 45
shows course-balance-shown /tipoffs/ "收到 12 件举报"
shows course-result-shown /tipoffs/results/ "$reply"
shows course-record-names-tipoffs "/results/000/$e.html" "3 件"
has course-published-shown "$(look "$first")" "$reply"
status course-verify 0 t 45 verify

# ---- relapse: the record and the cases reopen by themselves --------------------------------------------------------------
q=$(day 100 | awk -F- '{print $1 "Q" int(($2 + 2) / 3)}')
status course-lookback-planned 0 t 100 lookback plan --quarter "$q" --seed 种子 --by 测试员
status course-lookback-listed 0 t 100 lookback list --quarter "$q"
has course-lookback-names-it "$out" 无名木艺加工厂
status course-relapse 0 t 101 lookback record "$e" --quarter "$q" --result relapsed --unit 650105002 --day "$(day 101)" --by 测试员
site 101
shows course-record-relapsed "/results/000/$e.html" 反弹
on=101
same course-cases-reopened "$(ids 'c.state=="reopened"' | wc -l)" 3
has course-reopened-shown "$(look "$first")" 重新
status course-verify-at-the-end 0 t 101 verify

# ---- nothing in clear ----------------------------------------------------------------------------------------------------
kill -INT $server
wait $server
same course-nothing-in-files "$(grep -rl "$mark" "$d" | wc -l)" 0
same course-nothing-in-git "$(git -C "$d/cases.git" rev-list --objects --all | cut -d' ' -f1 | git -C "$d/cases.git" cat-file --batch | grep -ac "$mark")" 0
status course-git-is-sound 0 git -C "$d/cases.git" fsck --strict --no-dangling
