#!/bin/bash
# The plan's rules on the command line: explain, classify, changes, check. None needs an instance.
source "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
p() { "$TIANLAN" policy "$@"; }
explain() { p explain --json --today 2018-03-10 "$@"; }

# ---- explain ----
status explain-text 0 p explain --category 散乱 --ring inner --order 2017-12-31 --today 2018-03-10
has explain-text-working "$out" "责令停产日 2017-12-31 ＋ 2个月 ＝ 2018-02-28"
has explain-text-overdue "$out" "已逾期 10 天"
has explain-text-goal "$out" "2017年12月31日"
status explain-json 0 explain --category 散乱 --ring inner --order 2017-12-31
json explain-echoes 'j.category==="散乱" && j.ring==="inner" && j.goal.due==="2017-12-31" && j.open.length>0'
json explain-two-deadlines 'j.duties.filter(d=>d.due).map(d=>d.action+d.due+d.state+d.days).join()==="complete_procedures2018-02-28overdue10,relocate2018-09-30due204"'
json explain-no-date 'j.duties.find(d=>d.action==="stop").state==="no_date" && j.duties.find(d=>d.action==="stop").due===null && j.duties.find(d=>d.action==="stop").days===null'
json explain-consequences 'j.duties.find(d=>d.action==="complete_procedures").missed.join()==="penalty,close,demolish"'
json explain-clause 'j.duties.every(d=>d.clause.startsWith("附件1第4行") && d.rule.startsWith("annex1-4-inner-"))'
status explain-past-when-issued 0 explain --category 散乱污 --ring outer
json explain-past-when-issued-states 'j.duties.map(d=>d.state).join()==="past_when_issued,overdue"'
status explain-past-when-found 0 p explain --json --category 散 --ring inner --found 2018-10-01 --today 2018-12-01
json explain-past-when-found-state 'j.duties[0].state==="past_when_found" && j.duties[0].days===null'
status explain-clamps 0 explain --category 乱 --ring outer --order 2017-12-31
json explain-clamps-day 'j.duties.find(d=>d.action==="complete_procedures").due==="2018-03-31"'
status explain-slug 0 explain --category luanwu --ring outer
json explain-missing-order 'j.category==="乱污" && j.duties.find(d=>d.action==="complete_procedures").missing==="order" && j.duties.find(d=>d.action==="complete_procedures").state==="unknown"'
status explain-no-ring 0 explain --category 散
json explain-missing-ring 'j.ring===null && j.duties[0].state==="unknown" && j.duties[0].missing==="ring"'
for category in 散 乱 污 散乱 散污 乱污 散乱污; do
	for ring in inner outer; do
		status "cell-$category-$ring" 0 explain --category $category --ring $ring --order 2018-01-01
		json "cell-$category-$ring-dates" 'j.duties.length>0 && j.duties.every(d=>(d.due!==null)===["relocate","complete_procedures","close","ban"].includes(d.action))'
	done
done
status explain-unknown-category 2 explain --category 好 --ring inner
has explain-unknown-category-is-named "$err" 好
same explain-unknown-category-prints-nothing "$out" ""
status explain-unknown-ring 2 explain --category 散 --ring middle
status explain-no-day 2 explain --category 乱 --ring inner --order 2018-02-30
status explain-no-found-day 2 explain --category 乱 --ring inner --found yesterday
status explain-without-category 2 explain --ring inner
status explain-unknown-option 2 explain --category 散 --ring inner --colour red
status explain-c-locale 0 env -u LC_ALL LANG=C "$TIANLAN" policy explain --category 散 --ring inner --json
json explain-c-locale-json 'j.category==="散"'

# ---- classify ----
answers() { echo "$1" >answers.json; }
classify() { p classify --answers answers.json "$@"; }
answers '{"c12":"否","c13":"否","c14":"无","c15":"有","c16":"有","c17":"有","c18":"否","c19":"无"}'
status classify-json 0 classify --json
json classify-category 'j.category==="散乱" && j.at_least==="散乱" && j.missing.length===0'
json classify-attributes 'j.attributes.scattered===true && j.attributes.disorderly===true && j.attributes.polluting===false'
json classify-reasons 'j.reasons.map(r=>r.column+r.answer).join()==="c13否,c14无"'
status classify-text 0 classify
has classify-text-suggests "$out" "建议类别：散乱"
answers '{"c12":"","c13":"是","c14":"无","c15":"","c16":"有","c17":"有","c18":"是","c19":"无"}'
status classify-blank 0 classify --json
json classify-blank-at-least 'j.category===null && j.at_least==="乱" && j.attributes.polluting===null && j.missing.join()==="c12"'
json classify-hazard 'j.review.some(r=>r.id==="hazard-to-safety")'
answers '{"c12":"否","c13":"是","c14":"有","c15":"有","c16":"有","c17":"有","c18":"否","c19":"无"}'
status classify-none 0 classify --json
json classify-none-seen 'j.category===null && j.at_least===null && j.none_seen===true && j.missing.length===0'
status classify-none-text 0 classify
has classify-none-says-so "$out" 表内未见
out=$(echo '{"c12":"是","c13":"是","c14":"有","c15":"有","c16":"有","c17":"有","c19":"有"}' | p classify --answers - --json)
has classify-stdin "$out" '"category":"乱污"'
has classify-building-alone "$out" unlawful-building-alone
answers '{"c12":"也许"}'
status classify-wrong-value 3 classify
has classify-wrong-value-is-named "$err" 也许
answers '{"c11":"是"}'
status classify-wrong-key 3 classify
answers '{"c12":'
status classify-broken 3 classify
answers '["是"]'
status classify-no-object 3 classify
status classify-no-file 3 p classify --answers none.json
status classify-without-answers 2 p classify

# ---- changes and check ----
status changes-none 0 p changes --from 2018-01-01 --to 2019-01-01 --json
json changes-none-json 'j.cells.length===0'
status changes-no-from 2 p changes
status changes-backwards 2 p changes --from 2019-01-01 --to 2018-01-01
status check 0 p check --json
json check-plan 'j.plan==="水政办〔2017〕67号" && j.units===24 && j.industries===17'
mkdir -p own/content/policy
cp "$TIANLAN_SHARE"/content/policy/*.conf own/content/policy/
amend=own/content/policy/annex1.conf
sed -i '0,/^\t\t} );$/s//\t\t}, { in_force_from = "2018-06-01"; clause = "另文"; due = "2018-12-31"; text = "迁入"; } );/' $amend
status check-amended 0 p check own/content/policy --json
json check-names-what-the-folder-lacks 'j.clocks===13 && j.holidays_from===2016 && j.holidays_until===2026 && j.gate_cell===3 && j.shipped_files.join()==="holidays.csv"'
status check-amended-text 0 p check own/content/policy
has check-says-what-is-shipped "$out" "用程序自带的：holidays.csv"
mkdir -p empty
status check-of-an-empty-folder 3 p check empty
status check-of-no-folder 3 p check nowhere
status changes 0 "$TIANLAN" -C own policy changes --from 2018-01-01 --to 2018-06-01 --json
json changes-cell 'j.cells.length===1 && j.cells[0].category==="散" && j.cells[0].ring==="inner" && j.cells[0].duties[0].before.due==="2018-09-30" && j.cells[0].duties[0].after.due==="2018-12-31"'
status changes-text 0 "$TIANLAN" -C own policy changes --from 2018-01-01 --to 2018-06-01
has changes-text-arrow "$out" "2018-09-30 → 2018-12-31"
status changes-before 0 "$TIANLAN" -C own policy changes --from 2018-01-01 --to 2018-05-31 --json
json changes-before-none 'j.cells.length===0'
status earlier-decisions-stay-explicable 0 "$TIANLAN" -C own --today 2018-05-31 policy explain --category 散 --ring inner --json
json earlier-due 'j.duties[0].due==="2018-09-30"'
status later-decisions-follow-the-amendment 0 "$TIANLAN" -C own --today 2018-06-01 policy explain --category 散 --ring inner --json
json later-due 'j.duties[0].due==="2018-12-31" && j.duties[0].in_force_from==="2018-06-01"'
sed -i '0,/ring = "inner"/s//ring = "iner"/' $amend
status check-broken 3 p check own/content/policy
has check-broken-place "$err" "annex1.conf:$(grep -n 'ring = "iner"' $amend | cut -d: -f1):"
status no-part 2 p
status unknown-part 2 p nonsense

# ---- bad data of tip-offs and supervision: the place is named ----
bad() { # NAME FILE SED TEXT: one line is changed, and the error names that line and says the text
	rm -rf "$work/bad" && cp -r "$TIANLAN_SHARE/content/policy" "$work/bad"
	sed -i "$3" "$work/bad/$2"
	status "bad-$1" 3 p check "$work/bad"
	has "bad-$1-place" "$err" "$2:$(diff "$TIANLAN_SHARE/content/policy/$2" "$work/bad/$2" | grep -om1 '^[0-9]*'):"
	has "bad-$1-says" "$err" "$4"
}
bad clock-days clocks.conf '0,/days = 15/s//days = -15/' days
bad clock-key clocks.conf 's/^soon_days/soone_days/' soone_days
bad holiday-kind holidays.csv 's/^2018-02-11,work/2018-02-11,play/' play
bad holiday-day holidays.csv 's/^2018-02-15/2018-02-31/' 2018-02-31
bad holiday-weekday holidays.csv 's/^2018-02-15,off/2018-02-15,work/' 2018-02-15
bad retention retention.conf 's/months = 24/months = 0/' months
bad gate-cell gate.conf 's/^cell = 3/cell = 1/' 单独一件
bad gate-batch gate.conf 's/^batch = 10/batch = 2/' cell
bad ranking-item ranking.conf 's/id = "finished"/id = "finish"/' finish
bad ranking-tie ranking.conf 's/tie_order = \[ "duties" \]/tie_order = [ "luck" ]/' luck
