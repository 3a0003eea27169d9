#!/bin/bash
# clang-format decides.
cd "$1" || exit 1
files=$(find generator include tests -name '*.[ch]' -not -path '*/node_modules/*')
if why=$(echo "$files" | xargs clang-format --dry-run -Werror 2>&1); then
	echo "ok format"
else
	echo "$why" | grep 'clang-format-violations' | cut -d: -f1 | sort -u | sed 's/^/not ok format-/'
	exit 1
fi
