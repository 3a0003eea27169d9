#!/bin/bash
# Supervision by the plan's calendar: sign-off, look-backs, inspections, monthly reports, departments' tasks.
source "$(dirname "$0")/lib.sh"
i=$work/i
"$TIANLAN" init "$i" >/dev/null || { not_ok supervision-init; exit 1; }
t() { "$TIANLAN" -C "$i" --today "${day:-2018-12-10}" "$@"; }
for n in 1 2 3 4; do
	t enterprise add --unit 650105001 --day 2018-01-05 "name=测试工厂$n" street=七纺街道 "address=某路$n号" \
		contact_name=欧阳建国 contact_phone=13912345678 --by 李某 >/dev/null || not_ok "supervision-enterprise-$n"
done
echo 现场照片 >"$work/photo.txt"

# ---- sign-off ----
id=650105-000001
status signoff-too-early 3 t signoff $id --step self --unit 650105001 --day 2018-02-01 --by 李某
has signoff-too-early-says "$err" 尚未验收合格或关停取缔
status signoff-show-early 0 t --json signoff show $id
json signoff-show-early-next 'j.state==="registered" && j.next.includes("尚未") && j.steps.length===3 && j.signed_off===null'
t event add $id --kind closed --day 2018-02-01 --by 李某 >/dev/null
status signoff-unit-needed 2 t signoff $id --step self --day 2018-02-20 --by 李某
status signoff-step-unknown 2 t signoff $id --step dance --unit economy --by 李某
status signoff-by-needed 2 t signoff $id --step self --unit 650105001
status signoff-self 0 t signoff $id --step self --unit 七纺街道 --day 2018-02-20 --file "$work/photo.txt" --by 李某
has signoff-self-next "$out" 断水
status signoff-review-same-unit 3 t signoff $id --step review --unit 650105001 --day 2018-02-21 --by 李某
has signoff-review-same-unit-says "$err" 另一个单位
status signoff-review 0 t signoff $id --step review --unit environment --day 2018-02-21 --by 李某
status signoff-verify-same-unit 3 t signoff $id --step verify --unit environment --day 2018-02-22 --by 李某
status signoff-verify 0 t signoff $id --step verify --unit economy --day 2018-02-22 --by 李某
status signoff-uncleared 3 t signoff $id --step sign-off --unit economy --day 2018-03-01 --by 李某
has signoff-uncleared-names-it "$err" cleared_water
for kind in water power equipment materials products; do
	file=(--file "$work/photo.txt")
	[ $kind = power ] && file=()
	t event add $id --kind cleared_$kind --day 2018-02-10 "${file[@]}" --by 李某 >/dev/null || not_ok "signoff-cleared-$kind"
done
status signoff-no-evidence 3 t signoff $id --step sign-off --unit economy --day 2018-03-01 --by 李某
has signoff-no-evidence-names-it "$err" 断电
has signoff-no-evidence-says-what-to-do "$err" "tianlan evidence add $id"
# The same through `event add`: there is one door.
status signoff-by-event-add 3 t event add $id --kind signed_off --day 2018-03-01 --unit economy --by 李某
t evidence add $id "$work/photo.txt" --kind check-record --day 2018-02-10 --by 李某 >/dev/null
status signoff-done 0 t --json signoff $id --step sign-off --unit economy --day 2018-03-01 --by 李某
json signoff-done-state 'j.state==="signed-off" && j.signed_off==="2018-03-01" && j.cleared.every(c=>c.evidence>0) && j.steps.map(s=>s.unit).join()==="650105001,environment,economy"'
status signoff-show 0 t signoff show $id
has signoff-show-text "$out" 区经发委

# A step that is corrected away takes the sign-off with it.
status signoff-events 0 t --json event list $id
seq=$(node -e 'const j=JSON.parse(require("fs").readFileSync(process.argv[1]));console.log(j.find(e=>e.kind==="reviewed").seq)' "$work/out")
status signoff-correct 0 t event add $id --kind correction --corrects "$seq" --note 单位登记有误 --day 2018-03-05 --by 李某
has signoff-correct-reopens "$out" 已关停取缔
status signoff-review-anew 0 t signoff $id --step review --unit safety --day 2018-02-21 --by 李某
has signoff-review-anew-signed-off "$out" 已销号

# ---- look-backs ----
for n in 2 3; do t event add 650105-00000$n --kind closed --day 2018-0$n-01 --by 李某 >/dev/null; done
status lookback-no-plan 3 t lookback list --quarter 2018Q4
has lookback-no-plan-says "$err" "lookback plan"
status lookback-bad-quarter 2 t lookback plan --quarter 2018Q5 --by 李某
status lookback-by-needed 2 t lookback plan --quarter 2018Q4
status lookback-dry 0 t --json lookback plan --quarter 2018Q4 --seed abc --dry-run --by 李某
json lookback-dry-counts 'j.planned===3 && j.recent===3 && j.dry_run===true'
status lookback-dry-kept-nothing 3 t lookback list --quarter 2018Q4
status lookback-plan 0 t --json lookback plan --quarter 2018Q4 --months 8 --share 50 --by 李某
json lookback-plan-seed '/^[0-9a-f]{32}$/.test(j.seed) && j.drawn===2 && j.planned===2 && j.recent===0'
status lookback-plan-twice 3 t lookback plan --quarter 2018Q4 --by 李某
status lookback-list 0 t --json lookback list --quarter 2018Q4 --open
json lookback-list-open 'j.length===2 && j.every(l=>l.result===null && l.address && l.reason==="drawn")'
first=$(node -e 'console.log(JSON.parse(require("fs").readFileSync(process.argv[1]))[0].id)' "$work/out")
second=$(node -e 'console.log(JSON.parse(require("fs").readFileSync(process.argv[1]))[1].id)' "$work/out")
status lookback-list-street 0 t --json lookback list --quarter 2018Q4 --street 六道湾街道
json lookback-list-street-empty 'j.length===0'
status lookback-print 0 t lookback list --quarter 2018Q4 --print
has lookback-print-head "$out" "回头看走访表　七纺街道　第 1 页"
has lookback-print-columns "$out" 签名
lacks lookback-print-no-contact "$out" 13912345678
same lookback-print-width "$(awk 'length > 118' <<<"$(sed 's/[^ -~]/__/g' <<<"$out")")" ""
status lookback-sheet 0 t lookback list --quarter 2018Q4 --sheet "$work/visits.xlsx"
status lookback-sheet-is-one 0 unzip -tq "$work/visits.xlsx"
status lookback-early 2 t lookback record "$first" --quarter 2018Q4 --result held --day 2018-09-30 --unit 650105001 --by 李某
status lookback-unit-needed 2 t lookback record "$first" --quarter 2018Q4 --result held --by 李某
status lookback-result 2 t lookback record "$first" --quarter 2018Q4 --result fine --unit 650105001 --by 李某
status lookback-relapsed 0 t --json lookback record "$first" --quarter 2018Q4 --result relapsed --day 2018-12-01 --unit 650105001 \
	--file "$work/photo.txt" --by 李某
json lookback-relapsed-state 'j.state==="relapsed" && j.reopened===0'
status lookback-twice 3 t lookback record "$first" --quarter 2018Q4 --result held --day 2018-12-02 --unit 650105001 --by 李某
day=2019-03-01 status lookback-late 0 t lookback record "$second" --quarter 2018Q4 --result moved-away --unit 650105001 --by 李某

# ---- inspections ----
status inspection-add 0 t --json inspection add --kind inspection --team inspectors --unit 650105001 --result criticised \
	--finding 三家企业未断电 --due 2018-12-20 --doc 水政督〔2018〕3号 --by 李某
json inspection-add-seq 'j.seq===1'
status inspection-unit-needed 2 t inspection add --kind patrol --team 650105001 --enterprise $id --result criticised --finding 未断电 --by 李某
status inspection-stdin 0 bash -c "echo 从标准输入读 | '$TIANLAN' -C '$i' inspection add --kind patrol --team 七纺街道 --enterprise $id --result in-order --finding - --by 李某"
status inspection-list 0 t --json inspection list --unit 650105001 --open
json inspection-list-open 'j.length===1 && j[0].finding==="三家企业未断电" && j[0].published===false'
status inspection-own-review 1 t inspection review 1 --publish 已责成整改 --by 李某
has inspection-own-review-says "$err" 另一个人
status inspection-contact 1 t inspection review 1 --publish "请与 139-1234-5678 联系" --by 王某
has inspection-contact-says-whose "$err" 650105-000001
lacks inspection-contact-says-no-value "$err" 1234-5678
status inspection-name 1 t inspection review 1 --publish 负责人欧阳建国到场 --by 王某
lacks inspection-name-says-no-value "$err" 欧阳
status inspection-both 2 t inspection review 1 --publish 一 --withdraw 二 --by 王某
status inspection-publish 0 t inspection review 1 --publish "有三家企业未断电，已责成七纺街道整改" --by 王某
status inspection-build 0 t build
status inspection-put-right 0 t inspection put-right 1 --day 2018-12-18 --by 李某
status inspection-withdraw 0 t --json inspection review 1 --withdraw 决定已变更 --by 王某
json inspection-withdraw-says-by-when 'j.off_site_by==="2018-12-13"'
status inspection-none-open 0 t --json inspection list --open
json inspection-none-open-list 'j.length===0'
status inspection-unknown 3 t inspection put-right 99 --by 李某

# ---- monthly reports ----
sheet=$root/tests/fixtures/sheets/clean.xlsx
day=2018-11-20 status monthly-import 0 t import "$sheet" --unit 650105001 --month 2018-11 --by 李某
day=2018-12-01 status monthly-import-late 0 t import "$sheet" --unit 650105002 --month 2018-11 --by 李某
status monthly 0 t report monthly --month 2018-11
has monthly-says-the-finding "$out" "15 个街道中 1 个按时上报，1 个迟报，13 个未报"
status monthly-as-of 0 t --json report monthly --month 2018-11 --as-of 2018-11-25
json monthly-as-of-waits 'j.in_time===1 && j.late===0 && j.absent===0 && j.units[1].standing==="not-due"'
status monthly-json 0 t --json report monthly --month 2018-11
json monthly-late-days 'j.units[1].late_days===3 && j.units[1].standing==="late" && j.units[2].standing==="absent"'
status monthly-sheet 0 t report monthly --month 2018-11 --sheet "$work/m.xlsx"
status monthly-sheet-is-one 0 unzip -tq "$work/m.xlsx"
status monthly-csv 0 t report monthly --month 2018-11 --sheet "$work/m.csv"
has monthly-csv-text "$(cat "$work/m.csv")" 迟报3天
status monthly-bad-month 2 t report monthly --month 2018-13
status monthly-bad-sheet 2 t report monthly --month 2018-11 --sheet "$work/m.pdf"

# ---- tasks ----
t task add $id --kind cut-water --unit construction --day 2018-11-01 --due 2018-11-15 --by 李某 >/dev/null
t task add $id --kind cut-power --unit construction --day 2018-11-01 --due 2018-12-10 --by 李某 >/dev/null
status task-overdue 0 t --json task list --unit construction --overdue
json task-overdue-one 'j.length===1 && j[0].kind==="cut-water"'
status task-sum 0 t --json task sum
json task-sum-counts 'j.find(s=>s.kind==="cut-water").overdue===1 && j.find(s=>s.kind==="cut-power").open===1 && j.every(s=>s.unit==="construction")'

# ---- the demo goes the same way ----
status demo-signoffs 0 bash -c "'$TIANLAN' demo '$work/demo' >/dev/null && sqlite3 '$work/demo/register.db' \"select count(*) from event where kind='signed_off'\""
if [ "${out:-0}" -gt 5 ]; then ok demo-has-sign-offs; else not_ok demo-has-sign-offs "$out"; fi
same demo-steps-by-three-units "$(sqlite3 "$work/demo/register.db" "select count(*) from event where kind in ('self_checked','reviewed','verified') and unit is null")" 0
same demo-clearings-have-files "$(sqlite3 "$work/demo/register.db" "select count(*) from event e where kind like 'cleared_%' and not exists (select 1 from evidence v where v.event=e.seq)")" 0
