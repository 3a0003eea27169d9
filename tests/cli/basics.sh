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
