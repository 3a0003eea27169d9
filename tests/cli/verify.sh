#!/bin/bash
# A receipt that was really given, and hundreds of texts that are nearly it: the page's script and the command line must
# say the same of each. The form's program is run here as a web server would run it.
source "$(dirname "$0")/lib.sh"
d=$work/i
"$TIANLAN" demo "$d" --enterprises 5 >/dev/null
sed -i 's/^report = .*/report = { dwell_seconds = 0; loopback_daily = 1000; };/' "$d/tianlan.conf"
"$TIANLAN" -C "$d" intake bundle "$work/b" >/dev/null && "$TIANLAN" -C "$d" intake install "$work/b" >/dev/null ||
	{ not_ok verify-set-up; exit 1; }
report=$(dirname "$TIANLAN")/report.cgi
run() { env -i GATEWAY_INTERFACE=CGI/1.1 TIANLAN_INSTANCE="$d" REMOTE_ADDR=127.0.0.1 "$@" "$report"; }
run REQUEST_METHOD=GET >"$work/form" </dev/null
token=$(grep -o 'name="token" value="[^"]*"' "$work/form" | cut -d'"' -f4)
[ -n "$token" ] && ok form-has-a-token || { not_ok form-has-a-token "$(head -c 300 "$work/form")"; exit 1; }
printf 'token=%s&kind=noise&place=%%E4%%BA%%94%%E8%%B7%%AF&what=%%E5%%A4%%9C%%E9%%87%%8C%%E6%%9C%%BA%%E5%%99%%A8%%E5%%93%%8D%%E4%%B8%%AA%%E4%%B8%%8D%%E5%%81%%9C%%EF%%BC%%8C%%E7%%9D%%A1%%E4%%B8%%8D%%E7%%9D%%80&way=anonymous' "$token" >"$work/body"
run REQUEST_METHOD=POST CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH="$(stat -c %s "$work/body")" \
	< <(cat "$work/body") >"$work/answer"
mkdir "$work/texts"
node -e 'const m=/<pre id="receipt-proof">([^<]*)<\/pre>/.exec(require("fs").readFileSync(process.argv[1],"utf8"));process.stdout.write(m?m[1].replace(/&#10;/g,"\n").trimStart():"")' \
	"$work/answer" >"$work/texts/genuine"
[ -s "$work/texts/genuine" ] && ok receipt-is-signed || { not_ok receipt-is-signed "$(tail -c 600 "$work/answer")"; exit 1; }


key=$(ls "$d"/keys/receipt-*.pub)
status genuine 0 "$TIANLAN" -C "$d" --json receipt verify "$work/texts/genuine"
json genuine-says-what-is-certified 'j.genuine && j.host==="demo-1" && /^\d{4}-W\d\d$/.test(j.week) && /^[0-9a-f]{64}$/.test(j.commitment)'
status genuine-by-the-key-alone 0 "$TIANLAN" receipt verify "$work/texts/genuine" --key "$key"
status genuine-by-standard-input 0 bash -c '"$0" receipt verify - --key "$1" <"$2"' "$TIANLAN" "$key" "$work/texts/genuine"
rm -r "$d/keys"
status genuine-by-the-pinned-key 0 "$TIANLAN" -C "$d" receipt verify "$work/texts/genuine"
"$TIANLAN" -C "$d" keys new >/dev/null 2>&1
status genuine-by-one-of-several-keys 0 "$TIANLAN" -C "$d" receipt verify "$work/texts/genuine"
foe=$(ls "$d"/keys/receipt-*.pub)
status of-another-office 1 "$TIANLAN" --json receipt verify "$work/texts/genuine" --key "$foe"
json of-another-office-is-not-genuine 'j.genuine===false'

public=$(cut -d' ' -f5 "$d/host/office.pub")
both="$(cut -d' ' -f5 "$foe") $public"
node "$root/tests/cli/verify.mjs" "$root/theme/js/verify.js" "$public" "$work/texts" make >"$work/page"
node "$root/tests/cli/verify.mjs" "$root/theme/js/verify.js" "$(cut -d' ' -f5 "$foe")" "$work/texts" >"$work/page-foe"
count=0 agreed=0
while read -r name said; do
	"$TIANLAN" receipt verify "$work/texts/$name" --key "$d/host/office.pub" >/dev/null 2>&1
	got=$?
	count=$((count + 1))
	if [ "$got" = "$said" ]; then agreed=$((agreed + 1)); else not_ok "page-and-command-agree-$name" "page $said, command $got"; fi
done <"$work/page"
same page-and-command-agree "$agreed" "$count"
[ "$count" -gt 150 ] && ok page-was-asked-often || not_ok page-was-asked-often "$count"
for class in 0 1 3; do
	[ "$(grep -c " $class$" "$work/page")" -gt 3 ] && ok "texts-of-class-$class" || not_ok "texts-of-class-$class"
done
has page-refuses-another-office "$(cat "$work/page-foe")" "genuine 1"
mkdir "$work/one" && cp "$work/texts/genuine" "$work/one/"
same page-takes-one-of-several-keys "$(node "$root/tests/cli/verify.mjs" "$root/theme/js/verify.js" "$both" "$work/one")" "genuine 0"
