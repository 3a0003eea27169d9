#!/bin/bash
# What every command shares: help, languages, wrong usage, instances.
source "$(dirname "$0")/lib.sh"
status help 0 "$TIANLAN" --help
has help-is-chinese "$out" 用法
status help-english 0 "$TIANLAN" --lang en --help
has help-english-text "$out" Usage
status help-locale 0 env -u LC_ALL LANG=en_GB.UTF-8 "$TIANLAN" --help
has help-locale-text "$out" Usage
status help-c-locale 0 env -u LC_ALL LANG=C "$TIANLAN" --help
has help-c-locale-is-chinese "$out" 用法
status version 0 "$TIANLAN" --version
status no-command 2 "$TIANLAN"
status unknown-command 2 "$TIANLAN" nonsense
has unknown-command-is-named "$err" nonsense
status bad-day 2 "$TIANLAN" --today 2018-02-30 policy explain --category 散 --ring inner
status bad-lang 2 "$TIANLAN" --lang fr --help
status option-without-value 2 "$TIANLAN" -C
status no-instance 3 "$TIANLAN" -C "$work" enterprise list
has no-instance-says-what-to-do "$err" init
status init 0 "$TIANLAN" init "$work/i"
status init-twice 3 "$TIANLAN" init "$work/i"
status init-writes-configuration 0 test -s "$work/i/tianlan.conf"
status units 0 "$TIANLAN" -C "$work/i" --json unit list
has units-streets "$out" 650105001
has units-departments "$out" environment
status empty-build 0 "$TIANLAN" -C "$work/i" build
has build-names-what-is-not-configured "$err" id_code
status empty-build-again 0 "$TIANLAN" -C "$work/i" --json build
json empty-build-writes-nothing 'j.written===0 && j.removed===0'
echo 'domain = "http://x";' >>"$work/i/tianlan.conf"
status scheme-in-domain 3 "$TIANLAN" -C "$work/i" build
has scheme-in-domain-place "$err" "tianlan.conf:"
status unwritable-out 4 "$TIANLAN" init /proc/nothing/x
status serve-unknown-option 2 "$TIANLAN" -C "$work/i" serve --prot 1

# ---- who and why: one line that is shown as it is ----
who() { "$TIANLAN" -C "$work/i" --json enterprise add --unit 650105001 name=编造作坊 street=650105001 "$@"; }
name100=$(printf '王%.0s' $(seq 100))
status by-of-100-characters 0 who --by "$name100"
status by-too-long 2 who --by "${name100}王"
has by-too-long-says-how-many "$err" "--by 有 101 字，最多 100 字"
status by-of-two-lines 2 who --by $'王某\n李某'
has by-of-two-lines-shows-them "$err" '\u{000A}'
status by-with-an-override 2 who --by $'王\xe2\x80\xae某'
has by-with-an-override-shows-it "$err" '\u{202E}'
status by-with-an-escape 2 who --by $'王\x1b[31m某'
status by-not-utf8 2 who --by $'\xff\xfe'
why2000=$(printf '因%.0s' $(seq 2000))
set_ring() { "$TIANLAN" -C "$work/i" enterprise set 1 "ring=$1" --by 王某 --why "$2"; }
status why-of-2000-characters 0 set_ring inner "$why2000"
status why-too-long 2 set_ring outer "${why2000}因"
has why-too-long-says-how-many "$err" "--why 有 2001 字，最多 2000 字"
status why-of-two-lines 2 set_ring outer $'一\n二'
status added-without-found-on 0 "$TIANLAN" -C "$work/i" --today 2018-03-05 --json enterprise add --unit 650105001 --day 2018-03-04 name=编造作坊二 street=650105001 --by 王某
status added-shown 0 "$TIANLAN" -C "$work/i" --json enterprise show 2
json found-on-is-the-day 'j.found_on==="2018-03-04"'
