#!/bin/bash
# Every header compiles alone.
cd "$1" || exit 1
bad=0
for h in include/tianlan/*.h generator/*/*.h; do
	[ -e "$h" ] || continue
	if ! why=$(printf '#include "%s"\n' "$PWD/$h" |
		gcc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -Iinclude -Igenerator -fsyntax-only -x c - 2>&1); then
		echo "not ok headers-$h $(echo "$why" | grep -m1 error)"
		bad=1
	fi
done
[ $bad = 0 ] && echo "ok headers"
exit $bad
