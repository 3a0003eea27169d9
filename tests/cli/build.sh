#!/bin/bash
# Builds: only what changed is written, a change renders what shows it and no more, mistakes stop before anything is lost.
source "$(dirname "$0")/lib.sh"
d=$work/i
"$TIANLAN" demo "$d" --enterprises 150 >/dev/null
t() { "$TIANLAN" -C "$d" --by 演示 --today 2019-09-10 "$@"; }
status first 0 t --json build
json first-is-full 'j.full && j.first && j.records>=150 && j.broken_links===0 && j.written>300'
status nothing-changed 0 t --json build
json nothing-changed-writes-nothing '!j.full && j.written===0 && j.removed===0 && j.rendered_records===0'
# The first event of a day moves the as-of date of every page with figures; the second is the ordinary one.
status event-of-the-day 0 t event add 650105-000007 --kind penalised --day 2019-09-10
status after-event-of-the-day 0 t --json build
cp -a "$d/public" "$work/before"
status one-event 0 t event add 650105-000004 --kind penalised --day 2019-09-10
status after-one-event 0 t --json build
json one-event-renders-one-record 'j.rendered_records===1 && !j.full'
json one-event-writes-few 'j.written>2 && j.written<60 && j.rendered_lists<25'
changed=$(diff -rq "$work/before" "$d/public" | grep -c 'results/000/.*differ')
same one-event-changes-one-record-and-its-twin "$changed" 2
status another-day 0 "$TIANLAN" -C "$d" --today 2019-10-01 --json build
json another-day-rewrites-what-depends-on-it '!j.full && j.rendered_records>0 && j.rendered_records<100'
status day-again 0 "$TIANLAN" -C "$d" --today 2019-10-01 --json build
json day-again-writes-nothing 'j.written===0'
status forced 0 "$TIANLAN" -C "$d" --today 2019-10-01 --json build --full
json forced-is-full-and-writes-nothing 'j.full && j.written===0'
rm "$d/public/index.html"
status forced-mends 0 "$TIANLAN" -C "$d" --today 2019-10-01 --json build --full
json forced-mends-one 'j.written===1'

mkdir -p "$d/content/news"
printf -- '---\ntitle: 测试通知\ndate: 2019-09-30\nsource: 演示\n---\n见[不存在](/no/such/)。\n' >"$d/content/news/2019-09-30-test.md"
status broken-link 1 "$TIANLAN" -C "$d" --today 2019-10-01 build
has broken-link-is-named "$err" /no/such/
printf -- '---\ndate: 2019-09-30\n---\n没有标题。\n' >"$d/content/news/2019-09-30-test.md"
cp -a "$d/public" "$work/good"
status missing-title 3 "$TIANLAN" -C "$d" --today 2019-10-01 build
has missing-title-place "$err" 2019-09-30-test.md
diff -r "$work/good" "$d/public" >/dev/null && ok failed-build-leaves-the-site || not_ok failed-build-leaves-the-site
rm -r "$d/content/news"
status page-removed 0 "$TIANLAN" -C "$d" --today 2019-10-01 build
status page-is-gone 1 test -e "$d/public/news/2019-09-30-test.html"

cp -a "$root/theme" "$root/content" "$work/" 2>/dev/null
mkdir -p "$work/share" && mv "$work/theme" "$work/content" "$work/share/"
echo '{{nonsense_name}}' >>"$work/share/theme/html/page.html"
status unknown-name 3 env TIANLAN_SHARE="$work/share" "$TIANLAN" -C "$d" build
has unknown-name-place "$err" "page.html:"
mkdir "$work/foreign" && echo x >"$work/foreign/file"
status foreign-folder 3 t build --out "$work/foreign"
same foreign-folder-untouched "$(cat "$work/foreign/file")" x
status bad-jobs 2 t build --jobs 0
