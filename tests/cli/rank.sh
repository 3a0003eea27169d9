#!/bin/bash
# The quarterly ranking through the program: table, figures and what stands behind them, publishing, and that it still agrees
# when the register goes on.
source "$(dirname "$0")/lib.sh"
d=$work/i
on() { local day=$1; shift; "$TIANLAN" -C "$d" --today "$day" "$@"; }
"$TIANLAN" init "$d" >/dev/null 2>&1
firm() { on "$1" enterprise add --unit "$2" --day "$1" --by 李某 name="$3" street="$2" ring=outer >/dev/null; }
firm 2018-01-02 650105001 甲厂 && firm 2018-01-02 650105001 乙厂 && firm 2018-01-02 650105002 丙厂 && ok set-up || not_ok set-up
on 2018-01-10 enterprise set 1 category=乱 --by 李某 --why 核实 >/dev/null
on 2018-02-20 enterprise set 2 category=乱 --by 李某 --why 核实 >/dev/null
on 2018-01-10 enterprise set 3 category=散 --by 李某 --why 核实 >/dev/null
on 2018-02-21 event add 2 --kind ordered --day 2017-12-05 --by 李某 >/dev/null
on 2018-03-20 event add 3 --kind closed --day 2018-03-10 --by 李某 >/dev/null

status table 0 on 2018-04-20 rank --quarter 2018Q1
has table-has-the-formula "$out" "满分之和"
has table-names-the-streets "$out" 七纺街道
has table-says-not-published "$out" 还没有公布
status data 0 on 2018-04-20 --json rank --quarter 2018-q1
json figures 'const f=(u,i)=>j.rows.find(r=>r.unit===u).figures.find(x=>x.item===i); const is=(u,i,p,w)=>f(u,i).part===p&&f(u,i).whole===w; is("650105001","classified",1,2)&&is("650105001","duties",0,1)&&is("650105001","finished",0,2)&&is("650105002","finished",1,1)&&f("650105002","duties").score===null'
json order 'j.rows[0].unit==="650105002" && j.rows[0].rank===1 && j.rows.length>=15'
json stability 'j.rows.every(r=>r.rank===null || (r.rank_best<=r.rank && r.rank<=r.rank_worst))'
json not-published 'j.published===false && j.agrees===null && /^[0-9a-f]{64}$/.test(j.sha256)'
status traces 0 on 2018-04-20 --json rank --quarter 2018Q1 --trace 650105001 --item classified
json traces-name-the-enterprises 'j.length===2 && j[0].id.endsWith("-000001") && j[0].counted && !j[1].counted'
status traces-as-text 0 on 2018-04-20 rank --quarter 2018Q1 --trace 650105001
has traces-name-a-missing-report "$out" 没有报送
status trace-of-nobody 2 on 2018-04-20 rank --quarter 2018Q1 --trace nobody
status trace-of-no-item 2 on 2018-04-20 rank --quarter 2018Q1 --trace 650105001 --item nothing
status no-quarter 2 on 2018-04-20 rank
status bad-quarter 2 on 2018-04-20 rank --quarter 2018Q5
status quarter-without-rules 3 on 2018-04-20 rank --quarter 2016Q1

status publish-needs-by 2 on 2018-04-20 rank --quarter 2018Q1 --publish
status publish-before-the-cutoff 3 on 2018-04-15 rank --quarter 2018Q1 --publish --by 李某
status publish 0 on 2018-04-20 --json rank --quarter 2018Q1 --publish --by 李某
json published 'j.published && j.agrees'
status publish-twice 3 on 2018-04-20 rank --quarter 2018Q1 --publish --by 李某
on 2018-05-02 event add 1 --kind closed --day 2018-03-01 --by 李某 >/dev/null
on 2018-05-02 enterprise set 2 street=六道湾街道 --by 李某 --why 更正 >/dev/null
firm 2018-05-02 650105001 丁厂
status later 0 on 2018-05-03 --json rank --quarter 2018Q1
json later-records-change-nothing 'j.published && j.agrees'
status next-quarter 0 on 2018-07-20 --json rank --quarter 2018Q2
json next-quarter-has-them 'const f=(u,i)=>j.rows.find(r=>r.unit===u).figures.find(x=>x.item===i); f("650105001","finished").part===1 && f("650105001","finished").whole===2 && f("650105002","finished").whole===2'
sqlite3 "$d/register.db" "DROP TRIGGER event_no_update; UPDATE event SET day='2018-04-01' WHERE enterprise=3 AND kind='closed'"
status tampered 1 on 2018-05-03 --json rank --quarter 2018Q1
json tampered-is-seen 'j.published && !j.agrees'
