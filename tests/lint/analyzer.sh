#!/bin/bash
# clang-tidy over every source, two at a time; what is checked stands in .clang-tidy.
cd "$1" || exit 1
stamps=${BUILD:-build}/tidy
mkdir -p "$stamps"
flags="-std=c17 -D_GNU_SOURCE -DTIANLAN_VERSION=\"0\" -Iinclude -Igenerator $(pkg-config --cflags libconfig libcmark sqlite3 minizip expat icu-uc 2>/dev/null)"
export flags stamps
one() {
	key=$stamps/$(cat .clang-tidy "$1" include/tianlan/*.h | cksum | tr ' ' -)
	[ -e "$key" ] && return 0
	why=$(clang-tidy --quiet "$1" -- $flags 2>/dev/null) && : >"$key" && return 0
	echo "not ok analyzer-$1 $(echo "$why" | grep -m1 'warning:\|error:')"
	return 1
}
export -f one
if find generator -name '*.c' | sort | xargs -P2 -I{} bash -c 'one {}'; then echo "ok analyzer"; else exit 1; fi
