#!/bin/bash
# The office's keys: made once, listed, added to; secrets are for their owner alone; receipts that are none.
source "$(dirname "$0")/lib.sh"
d=$work/i
"$TIANLAN" init "$d" >/dev/null
t() { "$TIANLAN" -C "$d" "$@"; }
status list-without-keys 0 t --json keys list
json list-without-keys-is-empty 'j.keys.length===0'
status receipt-without-an-office 3 t receipt verify "$d/tianlan.conf"
has receipt-without-an-office-says-what-to-do "$err" --key
status new 0 t --json keys new
json new-makes-three 'j.made.length===3 && new Set(j.made.map(m=>m.fingerprint)).size===3'
has new-warns-of-secrets "$err" 备份
same secrets-are-private "$(stat -c %a "$d"/keys/*.key | sort -u)" 600
same folder-is-private "$(stat -c %a "$d/keys")" 700
for p in facts contact receipt; do
	same "pair-$p" "$(ls "$d/keys" | grep -c "^$p-[0-9a-f]\{16\}\.\(key\|pub\)$")" 2
done
lacks output-holds-no-secret "$out" "$(cut -d' ' -f5 "$d"/keys/receipt-*.key)"
before=$(cat "$d"/keys/* | sha256sum)
status new-again 0 t --json keys new
json new-again-makes-none 'j.made.length===0'
same new-again-changes-nothing "$(cat "$d"/keys/* | sha256sum)" "$before"
status new-one 0 t keys new --purpose facts
status list 0 t --json keys list
json list-shows-them 'j.keys.length===4 && j.keys.every(k=>k.secret===true) && j.keys.filter(k=>k.purpose==="facts").length===2'
rm "$d"/keys/contact-*.key
status list-public-half 0 t --json keys list
json list-says-a-secret-is-elsewhere 'j.keys.find(k=>k.purpose==="contact").secret===false'
status list-as-text 0 t keys list
has list-as-text-shows-purpose "$out" contact
status english 0 t --lang en keys list
has english-text "$out" "public only"
for _ in 1 2 3 4 5 6; do t keys new --purpose facts >/dev/null 2>&1; done
status too-many 3 t keys new --purpose facts
status unknown-purpose 2 t keys new --purpose host
status unknown-word 2 t keys make
status no-word 2 t keys
status no-instance 3 "$TIANLAN" -C "$work" keys new

# What no receipt is: 3 with the line. Genuine and forged ones are in serve.sh, with receipts that were given.
key=$(ls "$d"/keys/receipt-*.pub)
status receipt-of-another-form 3 t receipt verify "$d/tianlan.conf"
printf 'tianlan-receipt 1\nreceipt: 0000\n' >"$work/r"
status receipt-cut-short 3 t receipt verify "$work/r"
has receipt-cut-short-names-the-line "$err" receipt
status receipt-with-a-key 3 "$TIANLAN" receipt verify "$work/r" --key "$key"
status receipt-with-the-wrong-key-file 3 "$TIANLAN" receipt verify "$work/r" --key "$(ls "$d"/keys/facts-*.pub | head -1)"
status receipt-missing-file 3 t receipt verify "$work/none"
head -c 100000 /dev/zero >"$work/r"
status receipt-too-large 3 t receipt verify "$work/r"
status receipt-usage 2 t receipt check "$work/r"
