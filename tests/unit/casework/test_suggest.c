/* What the desk proposes: cases that may be the same matter, units, enterprises; and that it says why without the words. */
#include "world.h"

#include "casework/matter.h"

#include <stdio.h>
#include <string.h>

TestSuite(casework_suggest, .init = office_begin, .fini = world_end, .timeout = 120);

/* ---- weighing ----------------------------------------------------------------------------------------- */

#define SMOKE "夜里十点以后烟囱冒黑烟，气味刺鼻，持续到凌晨两点"
#define NOISE "白天切割金属的噪声很大，附近居民没法休息"

static struct matter matter_of(const char *enterprise, const char *place, const char *text,
	const char *kinds, const char *street, const char *happened)
{
	struct matter m = {.enterprise_key = reg_text_key(arena, enterprise),
		.place_key = reg_text_key(arena, place),
		.text_key = reg_text_key(arena, text),
		.kinds = kinds,
		.street = *street ? street : NULL,
		.happened = DAY_NONE};
	if (*happened)
		m.happened = day(happened);
	return m;
}

struct side {
	const char *enterprise, *place, *text, *kinds, *street, *happened;
};
static struct matter side(const struct side *s)
{
	return matter_of(s->enterprise, s->place, s->text, s->kinds, s->street, s->happened);
}

Test(casework_suggest, what_agrees_is_weighed)
{
	static const struct {
		const char *what;
		struct side a, b;
		bool listed;
		const char *why, *never; /* stands in the reason; does not */
	} cases[] = {
		{"the same name, however it is written",
			{"编造木器厂", "", SMOKE, "waste-gas", "", ""},
			{"（编造） 木器厂", "", NOISE, "noise", "", ""}, true, "同一家企业",
			"编造"},
		{"the same words are the same post", {"", "编造路1号", SMOKE, "waste-gas", "", ""},
			{"", "别的地方", SMOKE "。", "dust", "", ""}, true, "几乎一样", "冒黑烟"},
		{"the same door, street and kind",
			{"", "编造路12号院内", SMOKE, "waste-gas", "650105001", "2018-01-02"},
			{"", "编造路１２号，院内", NOISE, "waste-gas", "650105001", "2018-01-05"},
			true, "地点相同", "编造路"},
		{"another door of the same road is another place",
			{"", "编造路12号", SMOKE, "waste-gas", "650105001", ""},
			{"", "编造路18号", NOISE, "waste-gas", "650105001", ""}, false, NULL, NULL},
		{"the same kind in the same street is no likeness",
			{"", "甲路口", SMOKE, "waste-gas", "650105001", "2018-01-02"},
			{"", "乙市场", NOISE, "waste-gas", "650105001", "2018-01-03"}, false, NULL,
			NULL},
		{"different enterprises at one address",
			{"甲铸造厂", "工业园3号", SMOKE, "waste-gas", "650105001", ""},
			{"乙制革厂", "工业园3号", NOISE, "noise", "650105001", ""}, false, NULL,
			NULL},
		{"nameless is no name", {"无名", "甲", SMOKE, "waste-gas", "", ""},
			{"无名", "乙", NOISE, "noise", "", ""}, false, NULL, NULL},
		{"nothing known agrees with nothing", {"", "", "", "", "", ""},
			{"", "", "", "", "", ""}, false, NULL, NULL},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct matter a = side(&cases[i].a), b = side(&cases[i].b);
		struct matter_index *x = matter_index_new(&a), *y = matter_index_new(&b);
		const char *why = NULL;
		int score = matter_score(x, &b, arena, &why);
		cr_assert_eq(score >= MATTER_LISTED, cases[i].listed, "%s: %d %s", cases[i].what,
			score, why);
		cr_assert(score >= 0 && score <= 100);
		cr_assert_eq(
			matter_score(y, &a, NULL, NULL), score, "%s: both ways", cases[i].what);
		cr_assert_eq(
			matter_score(x, &b, NULL, NULL), score, "%s: asked again", cases[i].what);
		if (cases[i].why)
			cr_assert(strstr(why, cases[i].why), "%s: %s", cases[i].what, why);
		if (cases[i].never)
			cr_assert_null(strstr(why, cases[i].never), "%s: %s", cases[i].what, why);
		matter_index_free(x);
		matter_index_free(y);
	}
}

Test(casework_suggest, a_record_decides_over_what_was_typed)
{
	struct matter a = matter_of("编造木器厂", "", "", "", "", "");
	struct matter b = matter_of("编造木器厂", "", "", "", "", "");

	a.enterprise = 3;
	b.enterprise = 4;
	struct matter_index *x = matter_index_new(&a);
	cr_assert_eq(matter_score(x, &b, NULL, NULL), 0);
	b.enterprise = 3;
	cr_assert_eq(matter_score(x, &b, NULL, NULL), MATTER_ENTERPRISE);
	matter_index_free(x);
}

/* ---- over real cases --------------------------------------------------------------------------------------- */

static int64_t call(struct desk *d, const char *kind, const char *street, const char *enterprise,
	const char *place, const char *what)
{
	struct tipoff t = {.kinds = {kind},
		.kind_count = 1,
		.enterprise = enterprise,
		.street = street,
		.place = place,
		.happened_on = "",
		.what = what,
		.way = "anonymous",
		.contact_name = "",
		.contact_phone = ""};
	struct receipt receipt;
	int64_t number = 0;

	cr_assert_eq(desk_new(d, "phone", &t, NULL, 0, NOW, &receipt, &number, &e), ERR_OK, "%s",
		e.message);
	return number;
}

static void take(struct desk *d, int64_t number, enum case_step kind, const char *reply)
{
	struct case_act act = {.kind = kind, .day = DAY_NONE, .why = "理由", .reply = reply};
	int64_t n;
	cr_assert_eq(desk_step(d, number, &act, &n, &e), ERR_OK, "%s", e.message);
}

Test(casework_suggest, similar_cases_are_open_ones_best_first)
{
	struct desk *d = desk_as("inspector", NULL, "2018-01-31");
	const struct desk_similar *list;
	size_t count;
	int64_t first = call(d, "waste-gas", "650105001", "编造木器厂", "编造路12号", SMOKE);
	int64_t same = call(d, "waste-gas", "650105001", "编造木器厂", "编造路12号", SMOKE "！");
	int64_t place = call(d, "waste-gas", "650105001", "", "编造路 12 号", NOISE);
	int64_t other = call(d, "noise", "650105002", "", "别的路", NOISE);
	int64_t declined = call(d, "waste-gas", "650105001", "编造木器厂", "编造路12号", SMOKE);

	take(d, declined, CASE_DECLINED, "不属于本站受理范围。");
	cr_assert_eq(desk_similar(d, first, arena, &list, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 2, "%zu", count);
	cr_assert_eq(list[0].number, same);
	cr_assert_eq(list[1].number, place);
	cr_assert_gt(list[0].score, list[1].score);
	for (size_t i = 0; i < count; i++) {
		cr_assert_null(strstr(list[i].why, "编造"));
		cr_assert_null(strstr(list[i].why, "烟"));
	}
	cr_assert_eq(desk_similar(d, other, arena, &list, &count, &e), ERR_OK);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(list[i].number, place, "only the same words");
	flush_and_close(d);
}

static struct enterprise_id add_enterprise(
	const char *name, const char *address, const char *street)
{
	const struct change_note note = {.by = "u", .at = "2018-01-01T09:00:00+08:00"};
	const char *value[FIELD_COUNT] = {
		[FIELD_NAME] = name, [FIELD_ADDRESS] = address, [FIELD_STREET] = street};
	struct enterprise_id id;

	cr_assert_eq(reg_enterprise_add(reg, value, street, day("2018-01-01"), &note, &id, &e),
		ERR_OK, "%s", e.message);
	return id;
}

Test(casework_suggest, a_name_that_was_typed_meets_the_record_of_another_case)
{
	struct desk *d = desk_as("inspector", NULL, "2018-01-31");
	struct enterprise_id wood = add_enterprise("编造木器厂", "远路99号", "650105002");
	const struct desk_similar *list;
	size_t count;
	int64_t n, linked = call(d, "noise", "650105001", "", "甲路口", NOISE);
	int64_t typed = call(d, "waste-gas", "650105001", "（编造）木器厂", "乙市场", SMOKE);
	struct case_act link = {
		.kind = CASE_RECTIFYING, .day = DAY_NONE, .why = "理由", .enterprise = wood};
	struct case_act sent = {
		.kind = CASE_DISPATCHED, .day = DAY_NONE, .why = "理由", .lead = "environment"};
	struct case_act seen = {
		.kind = CASE_CHECKED, .day = DAY_NONE, .why = "理由", .outcome = OUTCOME_TRUE};

	take(d, linked, CASE_ACCEPTED, NULL);
	cr_assert_eq(desk_step(d, linked, &sent, &n, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(desk_step(d, linked, &seen, &n, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(desk_similar(d, typed, arena, &list, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 0);
	cr_assert_eq(desk_step(d, linked, &link, &n, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(desk_similar(d, typed, arena, &list, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 1);
	cr_assert_eq(list[0].number, linked);
	cr_assert_eq(desk_similar(d, linked, arena, &list, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 1, "the other way round");
	flush_and_close(d);
}

Test(casework_suggest, without_a_key_only_the_rows_are_weighed)
{
	struct desk *d = desk_as("office", NULL, "2018-01-31");
	const struct desk_similar *list;
	const struct desk_place *places;
	size_t count;
	int64_t first = call(d, "waste-gas", "650105001", "编造木器厂", "编造路12号", SMOKE);

	call(d, "waste-gas", "650105001", "编造木器厂", "编造路12号", SMOKE);
	cr_assert_eq(desk_similar(d, first, arena, &list, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 0, "kinds and street alone are not enough");
	cr_assert_eq(
		desk_enterprises(d, first, arena, &places, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 0);
	flush_and_close(d);
}

Test(casework_suggest, units_follow_from_the_kinds_staff_set_right)
{
	struct desk *d = desk_as("inspector", NULL, "2018-01-31");
	const struct change_note note = {.by = "u", .at = "2018-01-31T09:00:00+08:00"};
	struct route r;
	int64_t number = call(d, "other", "650105001", "", "编造路12号", SMOKE);

	cr_assert_eq(desk_route(d, number, arena, &r, &e), ERR_OK, "%s", e.message);
	cr_assert_str_eq(r.lead, "economy");
	cr_assert_str_eq(r.street, "650105001");
	cr_assert_eq(reg_case_set(reg, number, "no-licence noise", "650105002", &note, &e), ERR_OK,
		"%s", e.message);
	cr_assert_eq(desk_route(d, number, arena, &r, &e), ERR_OK);
	cr_assert_str_eq(r.lead, "environment");
	cr_assert_str_eq(r.street, "650105002");
	cr_assert_eq(r.helper_count, 1);
	cr_assert_str_eq(r.helpers[0], "market");
	cr_assert_gt(strlen(r.reason), 0);
	flush_and_close(d);
}

Test(casework_suggest, enterprises_by_number_name_and_place)
{
	struct desk *d = desk_as("inspector", NULL, "2018-01-31");
	struct enterprise_id wood = add_enterprise("编造木器厂", "编造路12号", "650105001");
	struct enterprise_id near =
		add_enterprise("编造木制品加工厂", "编造路12号附2", "650105001");
	struct enterprise_id far = add_enterprise("另一家铸造厂", "远路99号", "650105002");
	char id[ENTERPRISE_ID_BYTES];
	const struct {
		const char *enterprise, *place;
		int64_t first; /* 0: none */
		int score;
	} cases[] = {
		{reg_id_text(reg, far, id), "", far.n, 100},
		{"编造 木器厂", "", wood.n, 85},
		{"编造木器", "", wood.n, 65},
		{"", "编造路 12 号", wood.n, 55},
		{"编造木器厂", "编造路12号", wood.n, 95},
		{"谁也不认识的厂", "没有的路1号", 0, 0},
		{"无名", "", 0, 0},
		{"650105-999999", "", 0, 0},
	};

	(void)near;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct desk_place *places;
		size_t count;
		int64_t number =
			call(d, "noise", "650105001", cases[i].enterprise, cases[i].place, NOISE);
		cr_assert_eq(desk_enterprises(d, number, arena, &places, &count, &e), ERR_OK, "%s",
			e.message);
		cr_assert_eq(count > 0, cases[i].first != 0, "%zu: %zu", i, count);
		if (!count)
			continue;
		cr_assert_eq(places[0].id.n, cases[i].first, "%zu", i);
		cr_assert_eq(places[0].score, cases[i].score, "%zu: %d", i, places[0].score);
		for (size_t k = 1; k < count; k++)
			cr_assert_leq(places[k].score, places[k - 1].score);
	}
	flush_and_close(d);
}
