/*
 * What a case's row learns when it is opened for the first time. The verification works it out again from the sealed letter.
 */
#include "casework/casework_internal.h"

#include <string.h>

/* The day it was received, if it lies in the week that the chain has; else that week's Monday. */
static struct day received_on(const struct tip_case *row, const struct tipoff *t)
{
	char text[DAY_TEXT_BYTES] = "";
	struct day day;
	struct week week;

	if (strlen(t->received_at) >= DAY_TEXT_BYTES - 1)
		memcpy(text, t->received_at, DAY_TEXT_BYTES - 1);
	if (!week_parse(row->week, strlen(row->week), &week))
		return row->received_on;
	if (!day_parse(text, &day))
		return week_monday(week);
	struct week of = week_of_day(day);
	return of.year == week.year && of.week == week.week ? day : week_monday(week);
}

static const char *known_kinds(const struct policy *p, const struct tipoff *t, struct arena *a)
{
	size_t count = 0;
	const struct tipoff_kind *all = policy_tipoff_kinds(p, &count);
	struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < t->kind_count; i++)
		for (size_t k = 0; k < count; k++)
			if (str_eq(all[k].slug, t->kinds[i]))
				buf_printf(&b, "%s%s", b.len ? " " : "", all[k].slug);
	const char *kinds = buf_dup(&b, a);
	buf_done(&b);
	return kinds;
}

/* Taken down at the desk: the sealed part says how, as the host's name desk-phone, desk-letter or desk-visit. */
static const char *origin_of(const struct tip_case *row, const struct tipoff *t)
{
	static const char *const origins[] = {"phone", "letter", "visit"};

	if (str_eq(row->host, DESK_HOST) && str_starts(t->host, DESK_HOST "-"))
		for (size_t i = 0; i < COUNT_OF(origins); i++)
			if (str_eq(t->host + strlen(DESK_HOST "-"), origins[i]))
				return origins[i];
	return row->origin;
}

struct tip_case_opened case_opened_of(
	const struct policy *p, const struct tip_case *row, const struct tipoff *t, struct arena *a)
{
	struct tip_case_opened o = {.received_on = received_on(row, t),
		.origin = origin_of(row, t),
		.way = t->way,
		.kinds = known_kinds(p, t, a),
		.street = *t->street ? t->street : NULL};

	memcpy(o.status_tag, t->status_tag, sizeof o.status_tag);
	memcpy(o.status_key, t->status_key, sizeof o.status_key);
	return o;
}
