#!/bin/bash
# Tip-offs at the desk, with the real programs: taken down, seen by role, through every step to the conclusion and what the reporter
# reads under the receipt; every move that may not follow says why and changes nothing; no word of it in the register.
source "$(dirname "$0")/../cgi/lib.sh"
d=$work/i
t() { "$TIANLAN" -C "$d" "$@"; }
# status_in NAME WANTED TEXT COMMAND…: as status, with standard input.
status_in() {
	local name=$1 wanted=$2 text=$3 got
	shift 3
	printf '%b' "$text" | "$@" >"$work/out" 2>"$work/err"
	got=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
	if [ "$got" = "$wanted" ]; then ok "$name"; else not_ok "$name" "status $got, wanted $wanted: $err"; fi
}
field() { node -e 'const j=JSON.parse(require("fs").readFileSync(process.argv[1],"utf8"));console.log(eval(process.argv[2]))' "$work/out" "$1"; }
# look RECEIPT: what the reporter reads, in $said.
look() {
	printf 'receipt=%s' "$1" >"$work/lookup"
	cgi "$RECEIPT_CGI" POST "" application/x-www-form-urlencoded "$work/lookup"
	said=$(sed -n '/<output id="state">/,/<\/output>/p' "$work/answer")
}
# All of the register, and the office's branch: unchanged when a move was refused.
stand() {
	t --today 2018-12-01 --json case list --all >"$work/stand" 2>/dev/null
	{ cat "$work/stand" && git -C "$d/cases.git" rev-parse refs/heads/office; } 2>/dev/null | sha256sum
}
# refused NAME WORDS COMMAND…: exit 3, a sentence with these words, nothing changed.
refused() {
	local name=$1 words=$2 before
	shift 2
	before=$(stand)
	status "$name" 3 "$@"
	has "$name-says-why" "$err" "$words"
	same "$name-changes-nothing" "$(stand)" "$before"
}
secret_what=夜里十点以后烟囱冒黑烟气味刺鼻一直到凌晨
secret_place=编造路口向东两百米院内
secret_name=编造的人名
secret_phone=13900001234
reply=经核查情况属实，企业已经停产整治并通过验收。

intake_instance "$d"
status list-of-nothing 0 t --today 2018-01-10 case list
has list-of-nothing-says-so "$out" "共 0 件在办"

# ---- taken down
new=(t --today 2018-01-10 case new --origin phone --street 七纺街道 --place "$secret_place" --what - --by 值班员)
status_in new 0 "$secret_name\n$secret_phone\n$secret_what\x1b[31m\xe2\x80\xaeabc\n" "${new[@]}" --json --kind waste-gas --kind no-licence \
	--enterprise 编造木器厂 --happened-on 2018-01-09 --named --contact -
json new-answers 'j.state==="received" && j.n===1 && /^[0-9A-Z]{4}(-[0-9A-Z]{4}){4}$/.test(j.receipt) && j.due==="2018-01-25"'
receipt=$(field j.receipt) id=$(field j.id)
status_in new-anonymous 0 "第二件：白天切割的噪声很大\n" "${new[@]}" --json --kind noise
second=$(field j.id) second_receipt=$(field j.receipt)
status_in new-contact-without-a-name 2 "\n$secret_phone\n$secret_what\n" "${new[@]}" --kind noise --named --contact -
lacks new-refused-repeats-nothing "$err" "$secret_phone"
status_in new-phone-of-letters 2 "$secret_name\n电话没有\n$secret_what\n" "${new[@]}" --kind noise --named --contact -
status_in new-contact-of-an-anonymous-one 2 "x\n1\n" "${new[@]}" --kind noise --contact -
status_in new-contact-as-an-argument 2 "" "${new[@]}" --kind noise --named --contact "$secret_name"
has new-contact-as-an-argument-says-how "$err" "--contact -"
status_in new-says-nothing 2 "\n \n" "${new[@]}" --kind noise
status_in new-no-kind 2 "什么\n" "${new[@]}"
status_in new-unknown-kind 2 "什么\n" "${new[@]}" --kind smell
status_in new-day-to-come 2 "什么\n" "${new[@]}" --kind noise --happened-on 2018-02-10
status_in new-not-utf8 3 '\xff\xfe' "${new[@]}" --kind noise
status new-unknown-origin 2 t --today 2018-01-10 case new --origin fax --kind noise --place x --what y --by u
status new-by-nobody 2 t --today 2018-01-10 case new --origin phone --kind noise --place x --what y
status new-nowhere 2 t --today 2018-01-10 case new --origin phone --kind noise --what y --by u
look "$receipt"
has receipt-received "$said" 已收到

# ---- listed
status list 0 t --today 2018-01-20 case list
has list-heading "$out" "没有逾期的，2 件 7 日内到期，共 2 件在办"
has list-row "$out" "${id:0:8}"
has list-row-law "$out" "还剩 5 天（《信访条例》（2005）第二十二条）"
lacks list-has-no-words "$out" "$secret_what"
status list-overdue 0 t --today 2018-01-28 --json case list
json list-overdue-counts 'j.overdue===2 && j.soon===0 && j.open===2 && j.cases[0].due.days===-3 && j.cases[0].overdue'
status list-overdue-text 0 t --today 2018-01-28 case list --due overdue
has list-overdue-heading "$out" "2 件已逾期，0 件 7 日内到期"
status list-due-day 0 t --today 2018-01-20 --json case list --due 2018-01-24
json list-due-day-filters 'j.cases.length===0'
status list-by-unit 0 t --today 2018-01-20 --json case list --by-unit
json list-by-unit-sums 'j.units.find(u=>u.as==="street").open===2 && j.units.find(u=>u.as==="lead").unit===null'
status list-by-unit-text 0 t --today 2018-01-20 case list --by-unit
has list-by-unit-names "$out" 七纺街道
status list-bad-state 2 t case list --state nothing
status list-bad-due 2 t case list --due someday
status list-bad-unit 2 t case list --unit nobody

# ---- seen by role
status show 0 t --today 2018-01-20 case show "${id:0:8}"
has show-facts "$out" "$secret_what"
has show-escape-is-visible "$out" '\u{001B}[31m\u{202E}abc'
lacks show-escape-is-not-raw "$out" "$(printf '\x1b')"
lacks show-override-is-not-raw "$out" "$(printf '\xe2\x80\xae')"
lacks show-no-contact-for-the-inspector "$out" "$secret_phone"
has show-suggests-units "$out" "区环保局，协办 区市场监督管理局"
has show-working "$out" "自 2018-01-10 起"
status show-reply 0 t --today 2018-01-20 case show "$id" --role reply
has show-reply-contact "$out" "$secret_phone"
lacks show-reply-no-facts "$out" "$secret_what"
status show-office 0 t --today 2018-01-20 case show "$id" --role office
lacks show-office-no-facts "$out" "$secret_what"
lacks show-office-no-contact "$out" "$secret_phone"
status show-json 0 t --today 2018-01-20 --json case show "$id"
json show-json-is-whole 'j.facts.what.endsWith("\u001b[31m\u202eabc") && j.route.lead==="environment" && j.clocks.length===1 && j.steps.length===1 && j.can_open'
lacks show-json-override-is-escaped "$out" "$(printf '\xe2\x80\xae')"
status show-unknown 3 t case show ffffffff
status show-too-short 2 t case show "${id:0:3}"
status show-unknown-role 2 t case show "$id" --role spy
status photo-none 3 t case photo "$id" 1
status photo-bad-number 2 t case photo "$id" 9

# ---- moves that may not follow
at() { local day=$1; shift; t --today "$day" case "$@" --by 王科长 --why 按程序办理; }
atj() { local day=$1; shift; t --today "$day" --json case "$@" --by 王科长 --why 按程序办理; }
refused dispatch-first 尚未受理 at 2018-01-20 dispatch "$id"
refused check-first 尚未受理 at 2018-01-20 check "$id" --outcome true
refused conclude-first 尚未受理 at 2018-01-20 conclude "$id" --reply 好
refused reopen-first 还在办理 at 2018-01-20 reopen "$id"
refused extend-first 尚未受理 at 2018-01-20 extend "$id" --days 10
refused day-before 日期早于 at 2018-01-20 accept "$id" --day 2018-01-01
status accept-by-nobody 2 t case accept "$id" --why x
status accept-without-why 2 t case accept "$id" --by x
status accept-unknown-kind 2 at 2018-01-20 accept "$id" --kinds smell
status decline-without-a-word 2 at 2018-01-20 decline "$id"
status_in two-texts-from-input 2 "一\n" t --today 2018-01-20 case decline "$id" --reply - --by x --why -
status unknown-subcommand 2 t case annul "$id"
status unknown-option 2 at 2018-01-20 accept "$id" --lead environment

# ---- the course to the end
status accept 0 atj 2018-01-20 accept "$id" --kinds "waste-gas no-eia no-licence" --street 六道湾街道
json accept-answers 'j.state==="accepted" && j.n===2 && j.day==="2018-01-20" && j.due==="2018-03-21"'
status after-accept 0 t --today 2018-01-20 --json case show "$id"
json accept-set-right 'j.kinds.join()==="waste-gas,no-eia,no-licence" && j.steps[1].why==="按程序办理"'
look "$receipt"
has receipt-accepted "$said" 已受理
refused accept-twice 已经受理 at 2018-01-21 accept "$id" --kinds noise
refused decline-late 已经受理 at 2018-01-21 decline "$id" --reply 不行
status dispatch 0 at 2018-01-21 dispatch "$id"
has dispatch-says-suggestion "$out" "没有写 --lead，按分派规则"
has dispatch-next "$out" 现场核查
status object 0 atj 2018-01-22 object "$id" --role office --unit environment
json object-answers 'j.state==="objected" && j.n===4'
look "$receipt"
has receipt-objected "$said" 正在重新确定承办单位
refused check-objected 已经退回 at 2018-01-23 check "$id" --outcome true
status dispatch-unknown-unit 2 at 2018-01-23 dispatch "$id" --lead nobody
status dispatch-again 0 atj 2018-01-23 dispatch "$id" --lead safety --helper market --helper environment
json dispatch-again-answers 'j.lead==="safety" && j.helpers.join()==="market,environment" && j.suggested===false'
status list-of-a-unit 0 t --today 2018-01-23 --json case list --unit market
json list-of-a-unit-finds 'j.cases.length===1'
status check-without-outcome 2 at 2018-01-25 check "$id"
status check-odd-outcome 2 at 2018-01-25 check "$id" --outcome maybe
status check 0 at 2018-01-25 check "$id" --outcome partly
has check-next "$out" link
refused conclude-unlinked 关联 at 2018-01-26 conclude "$id" --reply "$reply"
status link-unknown 3 at 2018-01-26 link "$id" 650105-000999
before=$(t --json enterprise list)
refused link-before-the-check 日期早于 at 2018-01-26 link "$id" --new --name 编造木器厂 --address 编造路9号 --street 六道湾街道 --day 2018-01-24
same refused-link-registers-nothing "$(t --json enterprise list)" "$before"
status link-bad-field 2 at 2018-01-26 link "$id" --new --name 编造木器厂 --address 编造路9号 --street 六道湾街道 --set colour=red
status link-bad-value 2 at 2018-01-26 link "$id" --new --name 编造木器厂 --address 编造路9号 --street 六道湾街道 --set has_eia=perhaps
same bad-link-registers-nothing "$(t --json enterprise list)" "$before"
status link-new 0 atj 2018-01-26 link "$id" --new --name 编造木器厂 --address 编造路9号 --street 六道湾街道 \
	--set ring=inner --set emissions_exceed=是 --set has_eia=无 --set has_licence=无
json link-new-answers 'j.state==="rectifying" && j.found_new && /^650105-[0-9]{6}$/.test(j.enterprise.id) && j.enterprise.suggestion.reasons.length>=3 && j.enterprise.suggestion.missing.length>0 && Array.isArray(j.enterprise.duties)'
e=$(field j.enterprise.id)
status found-on 0 t --json enterprise show "$e"
json link-new-found-on 'j.found_on==="2018-01-26"'
status show-linked 0 t --today 2018-01-26 case show "$id"
has show-linked-suggestion "$out" 建议类别
look "$receipt"
has receipt-rectifying "$said" 正在整治
refused conclude-before-sign-off 还没有销号 at 2018-01-27 conclude "$id" --reply "$reply"

# The enterprise's own course.
t --today 2018-01-28 enterprise set "$e" category=散乱污 measure=rectify --day 2018-01-28 --by u --why 认定 >/dev/null
ev() { t --today "$2" event add "$e" --kind "$1" --day "$2" --by u >/dev/null || not_ok "event-$1"; }
ev ordered 2018-01-29
ev acceptance_asked 2018-02-20
ev accepted 2018-02-21
so() { status "signoff-$1" 0 t --today "$2" signoff "$e" --step "$1" --unit "$3" --day "$2" --by u; }
so self 2018-02-22 650105002
so review 2018-02-23 environment
so verify 2018-02-24 economy
so sign-off 2018-02-25 economy
status conclude-without-reply 2 at 2018-02-26 conclude "$id"
status conclude-with-their-words 1 at 2018-02-26 conclude "$id" --reply "举报人说$secret_what。"
lacks conclude-with-their-words-repeats-nothing "$err" "$secret_what"
status_in conclude 0 "$reply\n" t --today 2018-02-26 --json case conclude "$id" --reply - --by 王科长 --why 已经销号
json conclude-answers 'j.state==="concluded" && j.due===null'
look "$receipt"
has receipt-concluded "$said" 已办结
has receipt-reply "$said" "$reply"
refused conclude-twice 已经办结 at 2018-02-27 conclude "$id" --reply 再来
refused extend-concluded 已经办结 at 2018-02-27 extend "$id" --days 5
status reply 0 atj 2018-03-01 reply "$id" --reply 更正：企业已经停产整治，通过验收并销号。
json reply-answers 'j.state==="asked"'
look "$receipt"
has receipt-asked "$said" 已回访
has receipt-new-reply "$said" 更正：
# Read by somebody else, with the key that opens the contact.
status review-list 0 t --today 2018-03-02 case review --list
has review-list-names-it "$out" "${id:0:8}"
refused review-before-the-end 还没有办结 t --today 2018-03-02 case review "$second" --role reply --by 审核员
status review-by-who-concluded 1 t --today 2018-03-02 case review "$id" --role reply --by 王科长
status review-by-nobody 2 t --today 2018-03-02 case review "$id" --role reply
at 2018-03-02 reply "$id" --reply "更正：已致电尾号${secret_phone: -4}的举报人，企业已经销号。" >/dev/null
status review-finds-the-tail 1 t --today 2018-03-02 case review "$id" --role reply --by 审核员
lacks review-repeats-nothing "$err" "${secret_phone: -4}"
at 2018-03-02 reply "$id" --reply 更正：企业已经停产整治，通过验收并销号。 >/dev/null
status review 0 t --today 2018-03-03 case review "$id" --role reply --by 审核员
status review-list-after 0 t --today 2018-03-03 --json case review --list
json review-none-waits 'j.cases.length===0'
refused review-twice 已经审核过 t --today 2018-03-03 case review "$id" --role reply --by 另一人
# A relapse reopens what was concluded because of that enterprise.
status relapse 0 t --today 2018-04-02 --json event add "$e" --kind relapsed --day 2018-04-02 --by u
json relapse-reopens 'j.reopened===1'
status after-relapse 0 t --today 2018-04-03 --json case show "$id"
json relapse-reopened 'j.state==="reopened" && j.due.due==="2018-06-01"'
look "$receipt"
has receipt-reopened "$said" 重新办理
status follow 0 t --today 2018-04-03 --json case follow
json follow-has-nothing 'j.reopened===0'

# ---- the other ends
status_in third 0 "夜里十点以后，烟囱冒黑烟，气味刺鼻，一直到凌晨！\n" "${new[@]}" --json --kind waste-gas --enterprise 编造木器厂
third=$(field j.id) third_receipt=$(field j.receipt)
status similar 0 t --today 2018-04-03 --json case show "$third"
json similar-finds "j.similar.length===1 && j.similar[0].id==='$id' && j.similar[0].score>=60 && !j.similar[0].why.includes('烟')"
json similar-finds-enterprise "j.enterprises[0].id==='$e'"
status merge-with-none 2 at 2018-04-03 merge "$third"
has merge-with-none-lists "$out" "${id:0:8}"
refused merge-with-itself "" at 2018-04-03 merge "$third" "$third"
status merge 0 atj 2018-04-03 merge "$third" "$id"
json merge-answers 'j.state==="merged"'
look "$third_receipt"
# The other one is reopened just now: who said the same reads the same.
has receipt-merged "$said" 重新办理
status list-corroborated 0 t --today 2018-04-03 --json case list
json list-corroboration "j.cases.find(c=>c.id==='$id').corroboration===1 && !j.cases.find(c=>c.id==='$third')"
status list-all 0 t --today 2018-04-03 --json case list --all
json list-all-has-merged "j.cases.find(c=>c.id==='$third').state==='merged' && j.cases.find(c=>c.id==='$third').merged_into==='$id'"
status list-state 0 t --today 2018-04-03 --json case list --state merged
json list-state-filters 'j.cases.length===1'
refused merged-moves-no-more 已并入 at 2018-04-04 dispatch "$third" --lead safety

status accept-second 0 at 2018-01-24 accept "$second"
status extend-too-far 3 at 2018-01-30 extend "$second" --days 31
status extend-odd 2 at 2018-01-30 extend "$second" --days many
status extend 0 atj 2018-01-30 extend "$second" --days 30
json extend-answers 'j.state==="accepted" && j.due==="2018-04-24"'
refused extend-twice 已经延期一次 at 2018-01-31 extend "$second" --days 1
status transfer 0 atj 2018-02-01 transfer "$second" --reply 不归本区管，已经移送高新区。
json transfer-answers 'j.state==="transferred"'
look "$second_receipt"
has receipt-transferred "$said" 已移送
has receipt-transferred-reply "$said" 高新区
status_in fourth 0 "一件不归本站管的事情\n" "${new[@]}" --json --kind other
fourth=$(field j.id) fourth_receipt=$(field j.receipt)
status decline 0 atj 2018-01-15 decline "$fourth" --reply 反映的事情不在本次整治的范围里。
json decline-answers 'j.state==="declined"'
look "$fourth_receipt"
has receipt-declined "$said" 不予受理
has receipt-declined-why "$said" 不在本次整治
refused declined-moves-no-more 不予受理 at 2018-01-16 check "$fourth" --outcome true
status_in draft 0 "还没有写完的草稿\n" t --today 2018-04-03 case draft "$id" --text - --by u
status draft-shown 0 t --today 2018-04-03 --json case show "$id"
json draft-is-kept 'j.draft==="还没有写完的草稿"'

# ---- from the form, with a photo; a letter that is none; concluded although the enterprise is not done
convert -size 400x300 plasma:red-blue -set comment 编造路 "$work/p.jpg"
multipart "$work/body" "token=$(new_token)" "${usual[@]}" "photo@$work/p.jpg"
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
form_receipt=$(shown_receipt)
printf rubbish >"$d/spool/new/$(printf 'a%.0s' $(seq 32))"
t drain >/dev/null
status list-of-the-form 0 t --json case list
json list-of-the-form-finds 'j.cases.filter(c=>c.origin==="form" && !c.opened && c.kinds.length===0).length===1 && j.cases.filter(c=>c.origin==="quarantined").length===1'
fifth=$(field 'j.cases.find(c=>c.origin==="form").id') bad=$(field 'j.cases.find(c=>c.origin==="quarantined").id')
status list-text-of-the-form 0 t case list
has list-says-unopened "$out" 还没有人拆阅
has list-says-quarantined "$out" 隔离
status show-quarantined 0 t --json case show "$bad"
json show-quarantined-has-a-row '!j.can_open && j.state==="received" && j.facts===undefined'
status show-office-does-not-open 0 t --json case show "$fifth" --role office
json show-office-leaves-it-unopened '!j.opened && !j.can_open'
status show-form 0 t --json case show "$fifth"
json show-form-opened 'j.opened && j.kinds.join()==="waste-gas" && j.street==="650105001" && j.facts.photos.length===1 && j.facts.photos[0].width===400'
t case photo "$fifth" 1 >"$work/photo"
same photo "$?" 0
same photo-is-a-jpeg "$(head -c 2 "$work/photo" | od -An -tx1 | tr -d ' ')" ffd8
same photo-has-its-size "$(identify -format %wx%h "$work/photo")" 400x300
grep -aq 编造路 "$work/photo" && not_ok photo-holds-a-comment || ok photo-holds-no-comment
status photo-second 3 t case photo "$fifth" 2
status photo-reply 1 t case photo "$fifth" 1 --role reply
status photo-office 1 t case photo "$fifth" 1 --role office
now() { t --json case "$@" --by 王科长 --why 按程序办理; }
status accept-form 0 now accept "$fifth"
status dispatch-form 0 now dispatch "$fifth"
json dispatch-form-suggested 'j.suggested && j.lead==="environment"'
status check-form 0 now check "$fifth" --outcome 属实
t --today 2018-03-01 enterprise add --unit 650105001 name=编造铸造厂 street=650105001 --by u >/dev/null
status link-form 0 now link "$fifth" 650105-000002
json link-form-known '!j.found_new && j.enterprise.name==="编造铸造厂"'
refused conclude-form-open 还没有销号 now conclude "$fifth" --reply 正在整治。
status conclude-despite 0 now conclude "$fifth" --reply 正在整治，年底前验收。 --despite-open
look "$form_receipt"
has receipt-of-the-form "$said" 年底前验收
status conclude-form-again 3 now conclude "$fifth" --reply x
status object-form-late 3 now object "$fifth"
status ask-form 0 now ask "$fifth"
json ask-form-answers 'j.state==="asked"'
status reopen-form 0 now reopen "$fifth" --reply 又有反映，重新办理。
json reopen-form-answers 'j.state==="reopened" && j.due!==null'

# ---- erased
status erase-without-why 2 t case erase "$bad" --by u
status erase 0 t --today 2018-04-04 --json case erase "$fourth" --by 王科长 --why 期限已到
json erase-answers 'j.state==="erased"'
same erase-empties-the-slot "$(stat -c %s "$d/slots/${fourth:0:2}/$fourth")" 0
look "$fourth_receipt"
has receipt-erased "$said" 已销毁
lacks receipt-erased-no-reply "$said" 不在本次整治
refused erased-moves-no-more 已销毁 t --today 2018-04-05 case accept "$fourth" --by u --why x
status erase-again-needs-no-why 0 t --today 2018-04-04 --json case erase "$fourth" --by 王科长
json erase-again-is-the-same-step 'j.state==="erased"'
# What is still open is not destroyed by a slip.
status erase-open-refused 3 t --today 2018-04-04 case erase "$id" --by 王科长 --why 期限已到
has erase-open-says-how "$err" "--open"
same erase-open-destroys-nothing "$(stat -c %s "$d/slots/${id:0:2}/$id" | grep -vc '^0$')" 1
status erase-open-with-due 2 t case erase --due --open
cat "$d"/register.db* | grep -aqF 不在本次整治的范围里 && not_ok register-keeps-the-reply || ok register-keeps-no-reply

# ---- a disk that refuses, in the midst of erasing
convert -size 300x300 plasma:green-yellow "$work/q.jpg"
multipart "$work/body" "token=$(new_token)" "${usual[@]}" "photo@$work/q.jpg"
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
sixth_receipt=$(shown_receipt)
t drain >/dev/null
status list-of-the-sixth 0 t --json case list
sixth=$(field 'j.cases.find(c=>c.origin==="form" && !c.opened).id')
# Nobody looked at it: who has no key does not answer it, whoever has one reaches the receipt.
status answer-unopened-without-a-key 1 now decline "$sixth" --reply 不在本次整治范围里。 --role office
has answer-unopened-says-who "$err" "case show"
status answer-unopened 0 now decline "$sixth" --reply 不在本次整治范围里。
look "$sixth_receipt"
has receipt-of-a-step-without-show "$said" 不予受理
has receipt-of-a-step-without-show-reply "$said" 不在本次整治范围里
photos() { find "$d/photos" -type f | wc -l; }
before_photos=$(photos)
photo=$(find "$d/photos" -type f -newer "$work/q.jpg" | head -1)
mv "$photo" "$work/kept-photo" && mkdir "$photo"
status erase-refused-by-the-disk 4 now erase "$sixth"
status list-unfinished 0 t --json case list
json list-unfinished-counts 'j.erase_unfinished===1'
status list-unfinished-text 0 t case list
has list-unfinished-says "$out" "销毁未完成 1 件"
status retention-unfinished 0 t case retention
has retention-unfinished-says "$out" "销毁未完成 1 件"
rmdir "$photo" && mv "$work/kept-photo" "$photo"
status list-finishes 0 t --json case list
json list-finishes-it 'j.erase_unfinished===0'
same list-finishes-the-photo "$(photos)" "$((before_photos - 1))"
same list-finishes-the-slot "$(stat -c %s "$d/slots/${sixth:0:2}/$sixth")" 0
look "$sixth_receipt"
has receipt-of-the-sixth "$said" 已销毁
status show-erased 0 t --today 2018-04-05 --json case show "$fourth"
json show-erased-is-closed '!j.can_open && j.steps.every(s=>s.why===null) && Array.isArray(j.copies)'

# ---- whoever holds a key leaves no core dump
mkfifo "$work/slow"
(ulimit -c unlimited 2>/dev/null; exec "$TIANLAN" -C "$d" case draft "$id" --text - --by u <"$work/slow" >/dev/null 2>&1) &
waiting=$!
exec 8>"$work/slow"
for _ in $(seq 100); do grep -q '^Max core file size  *0  *0 ' "/proc/$waiting/limits" 2>/dev/null && break; sleep 0.05; done
has no-core-dump "$(grep '^Max core' "/proc/$waiting/limits" | tr -s ' ')" "Max core file size 0 0"
# Not the owner's any more, where the sanitizers do not need it.
case $TIANLAN in
*/san/*) ;;
*) same no-look-into-memory "$(head -c 1 "/proc/$waiting/environ" 2>/dev/null | wc -c)$(stat -c %U "/proc/$waiting/environ")" "$([ "$(id -u)" = 0 ] && echo 1root || echo 0root)" ;;
esac
exec 8>&-
wait "$waiting"

# ---- the end of it
status verify 0 t --json verify
json verify-is-sound 'j.sound && j.cases===7 && j.waiting===0'
status verify-text 0 t verify
status release-dry 0 t --today 2018-06-01 --json case release --dry-run
json release-dry-moves-nothing 'j.dry_run && j.seq===null'
status retention 0 t --today 2018-06-01 --json case retention
json retention-early 'j.due.length===0'
status places 0 t --json case places add backup-disk backup --by u
json places-list 'j.some(p=>p.place==="backup-disk" && p.kind==="backup")'
status places-bad 2 t case places add x attic --by u
status erase-due 0 t --today 2018-06-01 case erase --due
status erase-due-yes-by-nobody 2 t --today 2018-06-01 case erase --due --yes
status erase-yes-alone 2 t --today 2018-06-01 case erase "$id" --yes --by u --why x
for words in "$secret_what" "$secret_place" "$secret_name" "$secret_phone" 切割的噪声 按程序办理 还没有写完; do
	cat "$d"/register.db* | grep -aqF "$words" && not_ok "register-holds-$words" || ok "register-does-not-hold-$words"
	grep -raqF "$words" "$d/cases.git" "$d/slots" "$d/status" "$d/desk" && not_ok "files-hold-$words" || ok "files-do-not-hold-$words"
done
status no-instance 3 "$TIANLAN" -C "$work" case list
status english 0 t --lang en --today 2018-04-03 case list
has english-heading "$out" open
