#!/bin/bash
# Rooms include only what generator/LAYERS lets them: rooms below, third-party headers of their own.
root=$1
cd "$root" || exit 1
bad=0
say() { echo "not ok layers-$1 $2"; bad=1; }
declare -A may third
own=()
while read -r _ room rooms headers; do
	may[$room]=$rooms third[$room]=$headers
	own+=("$room")
done < <(grep -v '^#' generator/LAYERS | grep .)
allowed_system=" assert ctype dirent errno fcntl float grp inttypes langinfo limits locale malloc math poll pthread pwd signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib string strings time unistd "
while IFS=: read -r file line text; do
	room=${file#generator/}
	room=${room%%/*}
	[ -n "${may[$room]:-}" ] || { say "$file" "room $room is not in LAYERS"; continue; }
	header=$(echo "$text" | sed -n 's/^ *# *include *[<"]\([^>"]*\)[>"].*/\1/p')
	case $header in
	tianlan/*.h)
		to=${header#tianlan/} to=${to%.h}
		[ "$to" = "$room" ] && continue
		# A room may have further headers of its own: policy_cases.h is policy's. register_public.h is a door by itself.
		[ "$to" = register_public ] || to=${to%%_*}
		[ "$to" = "$room" ] && continue
		[ "$room" = register ] && [ "$to" = register_public ] && continue
		[ "${may[$room]}" = '*' ] && continue
		case ",${may[$room]}," in *",$to,"*) ;; *) say "$file:$line" "$room may not include $header" ;; esac
		;;
	*/*.h)
		case $header in
		"$room"/*) ;;
		sys/* | linux/* | arpa/* | netinet/*) ;;
		*) [[ " ${third[$room]} " == *" $header "* || (" ${third[$room]} " == *" ${header%%/*}/* "* ) ]] ||
			say "$file:$line" "$room may not include $header" ;;
		esac
		;;
	*.inc) ;;
	*.h)
		name=${header%.h}
		[[ $allowed_system == *" $name "* ]] && continue
		[[ " ${third[$room]} " == *" $header "* ]] || say "$file:$line" "$room may not include <$header>"
		;;
	esac
done < <(grep -nH '^ *# *include' generator/*/*.[ch])
[ $bad = 0 ] && echo "ok layers"
exit $bad
