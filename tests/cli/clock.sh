#!/bin/bash
# Time limits of the law on the command line. Needs no instance; an instance's own data wins file by file.
source "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
t() { "$TIANLAN" "$@"; }

status text 0 t --today 2018-01-20 clock --law petition-tell --from 2018-01-10
has text-law "$out" "《信访条例》（2005）第二十二条"
has text-arithmetic "$out" "自 2018-01-10 起（当日不计）＋ 15 日 ＝ 2018-01-25（含当日）"
has text-left "$out" "还有 5 天（截至 2018-01-20）"
status over 0 t --today 2018-01-27 clock --law petition-tell --from 2018-01-10
has over-days "$out" "已逾期 2 天"
status last-day 0 t --today 2018-01-25 clock --law petition-tell --from 2018-01-10 --json
json last-day-is-in 'j.days===0 && j.due==="2018-01-25" && j.starts==="received" && j.ends==="accepted"'

status json 0 t --today 2018-01-20 clock --law petition-conclude --from 2018-01-10 --extended 30 --json
json json-extended 'j.due==="2018-04-10" && j.extended===30 && j.limit===60 && j.extension_days===30 && j.today==="2018-01-20" && j.days===80 && j.provisional===false && j.working===false'
json json-law 'j.law==="《信访条例》（2005）" && j.article==="第三十三条" && j.in_force_from==="2005-05-01" && j.in_force_until==="2022-04-30"'

# The version is that of the day it starts.
status before-2022 0 t clock --law petition-conclude --from 2022-04-30 --json
json before-2022-law 'j.law==="《信访条例》（2005）" && j.due==="2022-06-29"'
status since-2022 0 t clock --law petition-conclude --from 2022-05-01 --json
json since-2022-law 'j.law==="《信访工作条例》（2022）" && j.due==="2022-06-30" && j.in_force_until===null && j.what.includes("第三十一条第六项")'

# Working days: the Spring Festival of 2018 with the weekends worked in exchange; a year the table lacks.
status working 0 t clock --law disclose --from 2018-02-12 --json
json working-due 'j.law==="《政府信息公开条例》（2007）" && j.working===true && j.law_working===true && j.due==="2018-03-16" && j.provisional===false'
status forced 0 t clock --law petition-tell --from 2018-02-12 --working --json
json forced-due 'j.working===true && j.law_working===false && j.due==="2018-03-09"'
status provisional 0 t --today 2026-12-25 clock --law disclose --from 2026-12-25
has provisional-says-so "$out" 暂算
status provisional-json 0 t clock --law disclose --from 2026-12-25 --json
json provisional-flag 'j.provisional===true && j.due==="2027-01-22"'
status withdraw 0 t clock --law penalty-withdraw --from 2022-06-02 --json
json withdraw-in-working-days 'j.working===true && j.due==="2022-06-08"'
status english 0 t --lang en --today 2018-01-20 clock --law petition-tell --from 2018-01-10
has english-left "$out" "5 days left"

status list 0 t clock list
has list-name "$out" petition-object
has list-two-versions "$out" "2005-05-01 起至 2022-04-30"
status list-json 0 t clock list --json
json list-all 'j.length===13 && new Set(j.map(l=>l.name)).size===8 && j.every(l=>l.law && l.article && l.what && l.limit>0)'

status unknown-law 2 t clock --law petition --from 2018-01-10
has unknown-law-lists-names "$err" "petition-tell petition-conclude petition-object"
same unknown-law-prints-nothing "$out" ""
status not-yet 3 t clock --law petition-object --from 2022-04-30
has not-yet-says-since-when "$err" 2022-05-01
status too-long 2 t clock --law petition-conclude --from 2018-01-10 --extended 31
has too-long-says-most "$err" 30
status no-extension 2 t clock --law petition-tell --from 2018-01-10 --extended 1
has no-extension-says-so "$err" 不能延长
status no-number 2 t clock --law petition-conclude --from 2018-01-10 --extended x
status no-day 2 t clock --law petition-tell --from 2018-02-30
status no-law 2 t clock --from 2018-01-10
status no-from 2 t clock --law petition-tell
status extra 2 t clock --law petition-tell --from 2018-01-10 more
status nothing 2 t clock

# An instance's own file wins, the others are the shipped ones.
mkdir -p own/content/policy
sed 's/days = 15;/days = 10;/' "$TIANLAN_SHARE/content/policy/clocks.conf" >own/content/policy/clocks.conf
status own-file 0 t -C own clock --law petition-tell --from 2018-01-10 --json
json own-file-wins 'j.due==="2018-01-20"'
echo 'soon_days = x;' >own/content/policy/clocks.conf
status own-broken 3 t -C own clock --law petition-tell --from 2018-01-10
has own-broken-place "$err" own/content/policy/clocks.conf:1
