#!/bin/bash
# The form and its answers as the programs give them: every status, what is kept, once and only once.
source "$(dirname "$0")/lib.sh"
d=$work/i
intake_instance "$d" || { not_ok form-instance; exit 1; }
post() { multipart "$work/body" "$@"; cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"; }

cgi "$REPORT_CGI" GET "" "" /dev/null
same form-get "$code" 200
token=$(form_token)
[ -n "$token" ] && ok form-has-a-token || not_ok form-has-a-token "$(head -c 300 "$work/answer")"
cgi "$REPORT_CGI" GET "" "" /dev/null
[ "$(form_token)" != "$token" ] && ok form-tokens-differ || not_ok form-tokens-differ
cgi "$REPORT_CGI" HEAD "" "" /dev/null
same form-head "$code" 200
same form-head-has-no-body "$(grep -c '<html' "$work/answer")" 0
cgi "$REPORT_CGI" DELETE "" "" /dev/null
same form-other-method "$code" 405

# The usual way: a receipt, its text, the same post again, other content.
post "token=$token" "${usual[@]}"
same form-post "$code" 200
receipt=$(shown_receipt)
case $receipt in [0-9A-Z]*-*-*-*) ok form-receipt ;; *) not_ok form-receipt "$receipt $(head -c 500 "$work/answer")" ;; esac
shown_proof >"$work/proof"
status form-proof-verifies 0 "$TIANLAN" -C "$d" receipt verify "$work/proof"
sed "s/^week: ....-W../week: 2001-W01/" "$work/proof" >"$work/forged"
status form-forged-proof 1 "$TIANLAN" -C "$d" receipt verify "$work/forged"
cp "$work/answer" "$work/first"
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
same form-again-same-receipt "$(shown_receipt)" "$receipt"
shown_proof >"$work/proof2"
if cmp -s "$work/proof" "$work/proof2"; then ok form-again-same-proof; else not_ok form-again-same-proof; fi
post "token=$token" "${usual[@]}" kind=noise
same form-reused-with-other-content "$code" 409
has form-reused-keeps "$(cat "$work/answer")" 夜里冒黑烟
fresh=$(form_token)
[ -n "$fresh" ] && [ "$fresh" != "$token" ] && ok form-reused-way-forward || not_ok form-reused-way-forward
status form-drain 0 "$TIANLAN" -C "$d" --json drain
json form-drain-counts 'j.committed===1 && j.commits===1 && j.quarantined===0'
multipart "$work/body" "token=$token" "${usual[@]}"
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
same form-again-after-the-drain "$(shown_receipt)" "$receipt"
post "token=$token" "${usual[@]}" kind=noise
same form-reused-after-the-drain "$code" 409
status form-drain-again 0 "$TIANLAN" -C "$d" --json drain
json form-drain-again-nothing 'j.committed===0 && j.commits===0'

# Many at the same moment with one token: one case.
token=$(new_token)
multipart "$work/body" "token=$token" "${usual[@]}"
for n in $(seq 12); do
	(cat "$work/body" | env -i TIANLAN_INSTANCE="$d" REQUEST_METHOD=POST CONTENT_TYPE="$form_type" CONTENT_LENGTH="$(stat -c %s "$work/body")" \
		REMOTE_ADDR=127.0.0.1 ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$REPORT_CGI" >"$work/at-once-$n" 2>/dev/null) &
done
wait
same form-at-once-one-receipt "$(grep -ho '<output id="receipt">[^<]*' "$work"/at-once-* | sort -u | wc -l)" 1
same form-at-once-all-answered "$(grep -l '<output id="receipt">' "$work"/at-once-* | wc -l)" 12
status form-at-once-drain 0 "$TIANLAN" -C "$d" --json drain
json form-at-once-one-case 'j.committed===1'

# Mistakes: what is wrong, where, and everything kept.
mistake() {
	local name=$1 wanted=$2
	shift 2
	post "token=$(new_token)" "$@"
	same "form-$name" "$code" "$wanted"
	if [ "$wanted" = 422 ]; then
		has "form-$name-title" "$(grep -o '<title>[^<]*' "$work/answer")" '<title>错误：'
		has "form-$name-keeps" "$(cat "$work/answer")" 保留这句话
	fi
}
keep="what=这里写着要保留这句话，一共十个字以上。"
mistake no-kind 422 place=x "$keep" way=anonymous
mistake unknown-kind 422 kind=nonsense place=x "$keep" way=anonymous
mistake no-place 422 kind=noise place= "$keep" way=anonymous
mistake place-not-needed-with-enterprise 200 kind=noise place= enterprise=某作坊 "$keep" way=anonymous
mistake no-way 422 kind=noise place=x "$keep"
mistake bad-way 422 kind=noise place=x "$keep" way=loud
mistake no-contact 422 kind=noise place=x "$keep" way=named contact_name= contact_phone=
mistake bad-day 422 kind=noise place=x "$keep" way=anonymous when=2018-02-30
mistake bad-street 422 kind=noise place=x "$keep" way=anonymous street=650105009
mistake short 422 kind=noise place=保留这句话 what=短 way=anonymous
long=$(printf '长%.0s' $(seq 4001))
mistake long 422 kind=noise place=保留这句话 "what=$long" way=anonymous
mistake long-enough 200 kind=noise place=x "what=${long%长}" way=anonymous
mistake several-kinds 200 kind=noise kind=dust kind=waste-gas place=x "$keep" way=anonymous
post "token=$(new_token)" kind=noise "place=<script>alert(1)</script>" 'what=<b>"保留"&amp; 引号' way=anonymous when=bad
lacks form-escapes "$(cat "$work/answer")" '<script>alert'
mistake no-receipt-wanted 200 kind=noise place=x "$keep" way=anonymous receipt=no
same form-no-receipt-shown "$(shown_receipt)" ""
mistake honeypot 200 kind=noise place=x "$keep" way=anonymous website=http://spam

# Tokens.
good=$(new_token)
post "token=${good%?}$([ "${good: -1}" = A ] && echo B || echo A)" "${usual[@]}"
same form-forged-token "$code" 400
has form-forged-keeps "$(cat "$work/answer")" 夜里冒黑烟
[ -n "$(form_token)" ] && ok form-forged-way-forward || not_ok form-forged-way-forward
post "${usual[@]}"
same form-no-token "$code" 400


# Photos.
convert -size 800x600 plasma:red-blue "$work/a.jpg"
convert -size 300x200 plasma:red-blue "$work/b.png"
cwebp -quiet "$work/b.png" -o "$work/c.webp"
: >"$work/empty.jpg"
head -c 10485761 /dev/zero >"$work/heavy.jpg"
echo 'no picture' >"$work/text.jpg"
convert -size 10x10 xc:red "$work/g.gif"
head -c 3000 "$work/a.jpg" >"$work/cut.jpg"
mistake three-photos 200 "${usual[@]}" "photo@$work/a.jpg" "photo@$work/b.png" "photo@$work/c.webp"
mistake four-photos 422 kind=noise place=x "$keep" way=anonymous "photo@$work/a.jpg" "photo@$work/b.png" "photo@$work/c.webp" "photo@$work/a.jpg"
for f in empty heavy text cut g; do
	file=$(ls "$work/$f".*)
	mistake "photo-$f" 422 kind=noise place=x "$keep" way=anonymous "photo@$file"
	has "form-photo-$f-is-named" "$(cat "$work/answer")" "$(basename "$file")"
done

# Bodies that are none.
printf 'x' >"$work/body"
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
same form-broken-body "$code" 400
cgi "$REPORT_CGI" POST "" "multipart/form-data" "$work/body"
same form-no-boundary "$code" 400
cgi "$REPORT_CGI" POST "" "text/plain" "$work/body"
same form-wrong-type "$code" 400
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body" CONTENT_LENGTH=99999999999
same form-over-the-cap "$code" 413
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body" CONTENT_LENGTH=abc
same form-length-is-no-number "$code" 400
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body" CONTENT_LENGTH=5000
same form-shorter-than-said "$code" 400
multipart "$work/body" "token=$(new_token)" "${usual[@]}"
head -c -40 "$work/body" >"$work/cut"
cgi "$REPORT_CGI" POST "" "$form_type" "$work/cut"
same form-cut-off "$code" 400

# A body that lies in a file on a disk is refused, since it stands there in clear.
if [ "$(stat -f -c %T "$work")" != tmpfs ]; then
	env -i TIANLAN_INSTANCE="$d" REQUEST_METHOD=POST CONTENT_TYPE="$form_type" CONTENT_LENGTH="$(stat -c %s "$work/body")" REMOTE_ADDR=127.0.0.1 \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$REPORT_CGI" <"$work/body" >"$work/answer" 2>/dev/null
	same form-body-on-a-disk "$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$work/answer" | head -1)" 503
fi

# Receipts.
look_up() { printf 'receipt=%s' "$1" >"$work/body"; cgi "$RECEIPT_CGI" POST "" application/x-www-form-urlencoded "$work/body"; }
look_up "$receipt"
same receipt-known "$code" 200
has receipt-state "$(grep -o '<output id="state">.*' "$work/answer")" 收到
look_up "$(echo "$receipt" | tr 'A-Z' 'a-z' | tr '-' ' ' | tr ' ' '+')"
same receipt-forgiving "$code" 200
first=${receipt:0:1}
look_up "$([ "$first" = 7 ] && echo 8 || echo 7)${receipt:1}"
same receipt-mistyped "$code" 422
has receipt-mistyped-says-why "$(cat "$work/answer")" 校验
look_up ABC
same receipt-too-short "$code" 422
look_up ""
same receipt-empty "$code" 422
token=$(new_token)
multipart "$work/body" "token=$token" "${usual[@]}"
cgi "$REPORT_CGI" POST "" "$form_type" "$work/body"
young=$(shown_receipt)
look_up "$young"
same receipt-answers-at-once "$code" 200
cgi "$RECEIPT_CGI" GET "" "" /dev/null
same receipt-form "$code" 200
other=$work/j
d=$other
intake_instance "$other"
look_up "$young"
same receipt-unknown "$code" 404
d=$work/i

# What may not be lost: no room for the envelope.
chmod_back() { chmod 700 "$d/spool/tmp" "$d/spool/new"; }
mv "$d/spool/new" "$d/spool/away"
post "token=$(new_token)" "${usual[@]}"
same form-no-spool "$code" 503
lacks form-no-spool-shows-no-receipt "$(cat "$work/answer")" '<output id="receipt">'
mv "$d/spool/away" "$d/spool/new"
"$TIANLAN" -C "$d" drain >/dev/null 2>&1
before=$(cases_in "$d")
# A disk that fills up: as root a small file system of its own under the spool.
if [ "$(id -u)" = 0 ] && mkdir -p "$work/full" && mount -t tmpfs -o size=200k none "$work/full" 2>/dev/null; then
	trap 'umount "$work/full" 2>/dev/null; rm -rf "$work"' EXIT
	mv "$d/spool" "$work/spool-away" && cp -a "$work/spool-away" "$work/full/spool" && ln -s "$work/full/spool" "$d/spool"
	shown=0 refused=0 first=""
	for n in $(seq 60); do
		post "token=$(new_token)" "${usual[@]}"
		case $code in
		200) shown=$((shown + 1)) ;;
		503) refused=$((refused + 1)) first=${first:-$(cat "$work/answer")} ;;
		*) not_ok form-full-disk-status "$code" ;;
		esac
	done
	[ $refused -gt 0 ] && ok "form-full-disk-refuses" || not_ok form-full-disk-refuses
	[ $shown -gt 0 ] && ok "form-full-disk-takes-what-fits" || not_ok form-full-disk-takes-what-fits
	has form-full-disk-says-later "$first" 稍后
	lacks form-full-disk-shows-no-receipt "$first" '<output id="receipt">'
	"$TIANLAN" -C "$d" drain >/dev/null 2>"$work/err"
	rm "$d/spool" && cp -a "$work/full/spool" "$d/spool" && umount "$work/full"
	status form-full-disk-drain 0 "$TIANLAN" -C "$d" drain
	same form-full-disk-keeps-what-was-shown "$(($(cases_in "$d") - before))" "$shown"
fi
