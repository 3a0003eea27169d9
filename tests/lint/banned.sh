#!/bin/bash
# Calls nobody may make, and calls only the mains may make. Comments and strings are taken out first.
cd "$1" || exit 1
bad=0
everywhere='strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen|tmpnam|mktemp|alloca|setjmp|longjmp|atoi|atol|atof|rand|srand|random|localtime|gmtime|ctime|asctime|sqlite3_mprintf|git_buf_free'
outside_cli='time|printf|vprintf|fprintf|vfprintf|puts|fputs|perror|exit|getenv|syslog'
strip() {
	perl -0pe 's{/\*.*?\*/}{ $_ = $&; tr/\n//cd; $_ }gse; s{//[^\n]*}{}g; s{"(\\.|[^"\\\n])*"}{""}g' "$1"
}
for f in generator/*/*.c generator/*/*.h; do
	[ -e "$f" ] || continue
	hits=$(strip "$f" | grep -nP "(?<![\w.>])($everywhere)\s*\(" | head -3)
	case $f in
	generator/cli/* | generator/base/memory.c) ;;
	*) hits+=$(strip "$f" | grep -nP "(?<![\w.>])($outside_cli)\s*\(" | head -3) ;;
	esac
	if [ -n "$hits" ]; then
		echo "not ok banned-$f $(echo "$hits" | tr '\n' ' ')"
		bad=1
	fi
done
[ $bad = 0 ] && echo "ok banned"
exit $bad
