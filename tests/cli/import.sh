#!/bin/bash
# Sheets as streets send them, made with LibreOffice: every oddity reported, good rows in, the same content again nothing.
source "$(dirname "$0")/lib.sh"
d=$work/i
sheets=$root/tests/fixtures/sheets
"$TIANLAN" init "$d" >/dev/null
t() { "$TIANLAN" -C "$d" --by 测试 "$@"; }
into="--unit 650105001 --month 2018-01"
status dry-run 1 t --json import "$sheets/dirty.xlsx" $into --dry-run
json dry-run-report 'j.new===4 && j.refused.length===7 && j.normalised.length>=10 && j.refused.every(x=>x.sheet && x.row && x.column && x.reason)'
json rows-count-as-the-spreadsheet-shows 'j.refused.some(x=>x.row===11 && x.value==="若干")'
json no-telephone-in-a-report '!JSON.stringify(j).match(/联系电话","value":"[^"]/)'
status dry-run-changes-nothing 0 t --json enterprise list
lacks dry-run-left-nothing "$out" 650105-
status import 1 t --json import "$sheets/dirty.xlsx" $into
json import-takes-the-good-rows 'j.new===4'
status again 1 t --json import "$sheets/dirty.xlsx" $into
json again-changes-nothing 'j.new===0 && j.changed===0 && j.unchanged===4'
status other-format 1 t --json import "$sheets/dirty.xls" $into
json other-format-changes-nothing 'j.new===0 && j.changed===0 && j.unchanged===4'

"$TIANLAN" init "$work/c" >/dev/null
c() { "$TIANLAN" -C "$work/c" --by 测试 "$@"; }
status clean 0 c --json import "$sheets/clean.xlsx" $into
json clean-refuses-nothing 'j.new>0 && j.refused.length===0'
for f in clean.xls clean.csv clean-bom.csv clean-gb18030.csv clean.tsv; do
	status "clean-as-$f" 0 c --json import "$sheets/$f" $into
	json "clean-as-$f-changes-nothing" 'j.new===0 && j.changed===0 && j.unchanged>0'
done
for format in xlsx csv; do
	status "export-$format" 0 c export "$work/out.$format"
	status "export-$format-comes-back" 0 c --json import "$work/out.$format" --unit 650105001 --month 2018-02
	json "export-$format-changes-nothing" 'j.new===0 && j.changed===0 && j.unchanged>0 && j.refused.length===0 && j.missing===0'
done
head -c 20 "$work/out.csv" | cmp -s -n 3 - <(printf '\xef\xbb\xbf') && ok export-csv-has-a-bom || not_ok export-csv-has-a-bom

status locked 3 c import "$sheets/locked.xlsx" $into
has locked-says-password "$err" 密码
head -c 3000 "$sheets/clean.xlsx" >"$work/cut.xlsx"
status truncated 3 c import "$work/cut.xlsx" $into
head -c 5000 /dev/urandom >"$work/noise.xlsx"
status noise 3 c import "$work/noise.xlsx" $into
: >"$work/empty.csv"
status empty 3 c import "$work/empty.csv" $into
status no-table 3 c import "$sheets/no-table.xlsx" $into
status missing-column 3 c import "$sheets/lacking.xlsx" $into
status missing-file 3 c import "$work/nowhere.xlsx" $into
status unknown-unit 2 c import "$sheets/clean.xlsx" --unit 999 --month 2018-01
status bad-month 2 c import "$sheets/clean.xlsx" --unit 650105001 --month 2018-13
