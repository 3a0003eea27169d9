#!/bin/bash
# What the exposed programs link: none of SQLite, libgit2, libgd, cmark, read off the binary; everything hardened.
cd "$1" || exit 1
dir=${BUILD:-build}
bad=0
say() { echo "not ok binaries-$1 $2"; bad=1; }
for program in report.cgi receipt.cgi; do
	[ -e "$dir/$program" ] || { say "$program" "is not built"; continue; }
	needed=$(readelf -d "$dir/$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | tr '\n' ' ')
	for lib in sqlite3 git2 gd cmark curl ssl crypto icu expat xlsxwriter; do
		case " $needed" in *" lib$lib."* | *" lib$lib"[-_]*) say "$program" "links $lib ($needed)" ;; esac
	done
	# Nor linked in from an archive.
	if nm "$dir/$program" 2>/dev/null | grep -qE ' T (sqlite3_open|git_libgit2_init|gdImageCreate|cmark_parse_document)'; then
		say "$program" "has one of SQLite, libgit2, libgd, cmark linked in"
	fi
done
for program in tianlan report.cgi receipt.cgi photo-clean; do
	[ -e "$dir/$program" ] || continue
	readelf -h "$dir/$program" | grep -q 'DYN' || say "$program" "is not position independent"
	readelf -d "$dir/$program" | grep -q 'BIND_NOW\|FLAGS.*NOW' || say "$program" "does not bind at start"
	readelf -lW "$dir/$program" | grep -q 'GNU_STACK.*RW ' || say "$program" "has an executable stack"
done
needed=$(readelf -d "$dir/photo-clean" 2>/dev/null | grep -c 'NEEDED.*libgd')
[ "$needed" = 1 ] || say photo-clean "does not link libgd: the check reads the wrong thing"
[ $bad = 0 ] && echo "ok binaries"
exit $bad
