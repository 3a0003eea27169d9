#!/bin/bash
# An amended rule: earlier decisions stay explicable, and the enterprises it changes are listed.
source "$(dirname "$0")/lib.sh"
d=$work/i
"$TIANLAN" demo "$d" --enterprises 60 >/dev/null
mkdir -p "$d/content/policy"
cp "$root"/content/policy/*.conf "$d/content/policy/"
status unamended 0 "$TIANLAN" -C "$d" --json policy changes --from 2018-12-31 --to 2019-01-02
json unamended-changes-nothing 'j.cells.length===0 && j.enterprises.length===0'
# A second version of one rule, from 2019 on: the outer relocation of 散 a year later.
node -e '
const fs=require("fs"),f=process.argv[1];let s=fs.readFileSync(f,"utf8");
const at=s.indexOf("annex1-1-outer-relocate");
const v=s.indexOf("2019-09-30",at);
const open=s.lastIndexOf("{",v);let depth=1,i=open+1;for(;depth;i++){if(s[i]=="{")depth++;if(s[i]=="}")depth--}
const version=s.slice(open,i);
const next=version.replace("2019-09-30","2020-09-30").replace(/in_force_from\s*=\s*"[0-9-]+"/,"in_force_from = \"2019-01-01\"");
s=s.slice(0,i)+",\n"+next+s.slice(i);fs.writeFileSync(f,s)' "$d/content/policy/annex1.conf"
status amended-data-are-good 0 "$TIANLAN" -C "$d" policy check
status amended 0 "$TIANLAN" -C "$d" --json policy changes --from 2018-12-31 --to 2019-01-02
json amended-names-the-cell 'j.cells.length===1 && j.cells[0].category==="散" && j.cells[0].ring==="outer"'
json amended-lists-enterprises 'j.enterprises.length>0 && j.enterprises.every(x=>/^650105-[0-9]{6}$/.test(x.id))'
status before 0 "$TIANLAN" -C "$d" --today 2018-06-01 --json policy explain --category 散 --ring outer
json before-is-the-old-rule 'j.duties.some(x=>x.due==="2019-09-30")'
status after 0 "$TIANLAN" -C "$d" --today 2019-06-01 --json policy explain --category 散 --ring outer
json after-is-the-new-rule 'j.duties.some(x=>x.due==="2020-09-30")'
