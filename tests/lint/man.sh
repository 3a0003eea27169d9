#!/bin/bash
# The manual pages are well-formed mdoc.
cd "$1" || exit 1
bad=0
for f in content/man/*.[1-8]; do
	[ -e "$f" ] || continue
	why=$(mandoc -T lint -W warning "$f" 2>&1) || { echo "not ok man-$f $(echo "$why" | head -1)"; bad=1; }
done
[ $bad = 0 ] && echo "ok man"
exit $bad
