#!/bin/bash
# The file of an enterprise: a real photo with a place in it is published as a copy without; check and export; the applicant.
source "$(dirname "$0")/lib.sh"
d=$work/i
run() { "$TIANLAN" -C "$d" --today 2018-06-01 "$@"; }

"$TIANLAN" init "$d" >/dev/null 2>&1
status registered 0 run enterprise add --unit 650105001 --day 2018-01-02 --by 李某 \
	name=宏达木艺加工厂 street=七纺街道 address=温泉北路12号 contact_name=王某 contact_phone=13900000001
convert -size 640x480 plasma:red-blue "$work/clean.jpg"
cp "$work/clean.jpg" "$work/photo.jpg"
exiftool -q -overwrite_original -GPSLatitude=43.8 -GPSLatitudeRef=N -GPSLongitude=87.6 -GPSLongitudeRef=E \
	-Model=SecretPhone -Comment=SecretNote "$work/photo.jpg"
has photo-has-a-place "$(exiftool -a -s "$work/photo.jpg")" GPSLatitude

# ---- a photo and its copy -------------------------------------------------------------------

status photo-filed-and-published 0 run --json evidence add 1 "$work/photo.jpg" --kind photo-after --day 2018-02-01 --publish --by 李某
json photo-has-a-copy 'j[0].may_publish===true && /^[0-9a-f]{64}$/.test(j[0].public_sha256) && j[0].public_sha256!==j[0].sha256'
copy=$(find "$d/evidence/public" -name '*.jpg')
same copy-lies-under-its-hash "$copy" "$d/evidence/public/$(basename "$copy" | cut -c1-2)/$(sha256sum "$copy" | cut -d' ' -f1).jpg"
same copy-has-no-metadata "$(exiftool -a -u -U -G1 -s "$copy" | grep -v '^\[\(ExifTool\|System\|File\|JFIF\|Composite\)\]')" ""
lacks copy-has-no-secret "$(strings "$copy")" Secret
same copy-is-the-picture "$(identify -format '%m %wx%h' "$copy")" "JPEG 640x480"
same original-is-kept "$(sha256sum "$d"/evidence/??/* 2>/dev/null | cut -d' ' -f1)" "$(sha256sum "$work/photo.jpg" | cut -d' ' -f1)"

printf 'no picture at all' >"$work/fake.jpg"
status not-a-picture-is-filed-and-said 1 run --json evidence add 1 "$work/fake.jpg" --kind photo-during --day 2018-02-01 --publish --by 李某
json not-a-picture-is-internal 'j[1].may_publish===false && j[1].public_sha256===null'
has not-a-picture-says-why "$err" 不能公开
head -c 20000 "$work/photo.jpg" >"$work/cut.jpg"
status cut-picture-is-not-published 1 run evidence add 1 "$work/cut.jpg" --kind photo-during --day 2018-02-01 --publish --by 李某
status picture-under-another-kind 0 run --json evidence add 1 "$work/photo.jpg" --kind other --day 2018-02-01 --publish --by 李某
json picture-under-another-kind-has-a-copy 'j[3].may_publish && j[3].public_sha256===j[0].public_sha256'
printf 'on paper' >"$work/paper.txt"
status paper-is-published-as-it-is 0 run --json evidence add 1 "$work/paper.txt" --kind legal-paper --day 2018-02-01 --publish --by 李某
json paper-has-no-copy 'j[4].may_publish && j[4].public_sha256===null'

status withhold-needs-a-reason 2 run evidence withhold 1 --by 李某
status withhold 0 run --json evidence withhold 1 --by 李某 --why 有人脸
json withheld 'j.may_publish===false && j.public_sha256===null'
[ -e "$copy" ] && ok copy-stays-while-another-shows-it || not_ok copy-stays-while-another-shows-it
status withhold-the-other 0 run evidence withhold 4 --by 李某 --why 有人脸
[ -e "$copy" ] && not_ok copy-is-gone || ok copy-is-gone
status publish-again 0 run --json evidence publish 1 --by 李某
json published-again 'j.may_publish===true'
[ -e "$copy" ] && ok copy-is-back || not_ok copy-is-back
status publish-what-is-not-there 3 run evidence publish 99 --by 李某

status event-with-a-photo 0 run event add 1 --kind progress --day 2018-02-03 --file "$work/photo.jpg" --public-files --by 李某
status event-photo-is-listed 0 run --json evidence list 1
json event-photo-has-a-copy 'j[5].event>0 && j[5].may_publish && j[5].public_sha256===j[0].public_sha256'

status all-is-well 0 run evidence verify
cp "$work/clean.jpg" "$copy"
status verify-reads-copies 1 run --json evidence verify
json verify-names-the-copy 'j.bad.length===2 && j.bad.every(b=>b.kind==="public-copy")'
run evidence withhold 1 --by 李某 --why x >/dev/null
run evidence withhold 6 --by 李某 --why x >/dev/null
status publish-makes-it-anew 0 run evidence publish 1 --by 李某
status all-is-well-again 0 run evidence verify

# ---- the file ---------------------------------------------------------------------------------

status check-says-what-lacks 1 run --json file check 1
json check-as-data '!j.complete && j.needs.some(n=>n.kind==="classification" && n.asked && n.have===0) && j.needs.some(n=>n.kind==="legal-paper" && n.have===1)'
status check-as-text 1 run file check 1
has check-names-it "$out" 缺
status export 0 run file export 1 "$work/folder"
same export-is-private "$(stat -c %a "$work/folder")" 700
same export-is-whole "$(ls "$work/folder" | tr '\n' ' ')" "events.csv evidence index.csv index.md inspections.csv lookbacks.csv record.json "
same export-has-the-files "$(ls "$work/folder/evidence" | wc -l)" 6
same export-has-the-bytes "$(sha256sum "$work/folder/evidence"/01-photo.jpg | cut -d' ' -f1)" "$(sha256sum "$work/photo.jpg" | cut -d' ' -f1)"
node -e 'JSON.parse(require("fs").readFileSync(process.argv[1],"utf8"))' "$work/folder/record.json" && ok record-is-json || not_ok record-is-json
status export-never-overwrites 3 run file export 1 "$work/folder"
rm "$d"/evidence/"$(sha256sum "$work/paper.txt" | cut -c1-2)"/*
status export-of-a-damaged-file 3 run file export 1 "$work/damaged"
same nothing-half-written "$(ls -d "$work"/damaged* 2>/dev/null)" ""

# ---- an applicant -----------------------------------------------------------------------------

status applicant-before-the-classification 0 run applicant 水磨沟区宏达木艺有限公司
has applicant-is-to-be-classified-first "$out" 尚未认定
run enterprise set 1 category=乱 --by 李某 --why 核实 >/dev/null
run event add 1 --kind ordered --day 2018-01-05 --by 李某 >/dev/null
status applicant-is-refused 1 run applicant 水磨沟区宏达木艺有限公司
has applicant-reason "$out" 不予办理
has applicant-is-internal "$out" 内部
lacks applicant-never-shows-a-telephone "$out" 13900000001
lacks applicant-never-shows-the-contact "$out" 王某
status applicant-as-data 1 run --json applicant --address 温泉北路12号
json applicant-data 'j.internal && j.refuse && j.matches.length===1 && j.matches[0].exact && j.matches[0].refuse.some(s=>s.includes("四、（二）"))'
status applicant-unknown 0 run applicant 永兴铸造厂
status applicant-without-a-name 2 run applicant
