/*
 * "Which rule applies to my workshop?": a decision tree of links, one small page per answer, no script.
 *
 * The questions are not written here: each answer of the form is given alone to policy_classify(), and the attribute
 * it makes true decides under which of the three questions its heading stands. The leaves are the cells of Annex 1.
 * The way so far is in the address: "/policy/which/yn/" is yes to the first and no to the second question.
 */
#include "site/pages.h"

#include <string.h>

enum {
	QUESTIONS = 3,
	WAYS = 15
}; /* pages that ask yes or no (7), or the side of the ring (7), or say "none" (1) */

static const struct question {
	const char *label, *text, *none;
} questions[QUESTIONS] = {
	{"散", "这家企业有没有下面任何一种情况？（散）", "以上都没有"},
	{"乱", "这家企业有没有下面任何一种情况？（乱）", "以上都没有"},
	{"污", "这家企业有没有下面任何一种情况？（污）", "以上都没有"},
};

/* ---- the form's questions under each attribute ------------------------------------------------- */

static enum tri *answer_of(struct answers *x, enum field f)
{
	switch ((int)f) {
	case FIELD_EMISSIONS_EXCEED:
		return &x->emissions_exceed;
	case FIELD_CONFORMS:
		return &x->conforms;
	case FIELD_HAS_FIRE:
		return &x->has_fire;
	case FIELD_HAS_EIA:
		return &x->has_eia;
	case FIELD_HAS_PLANNING:
		return &x->has_planning;
	case FIELD_HAS_LICENCE:
		return &x->has_licence;
	case FIELD_HAS_HAZARD:
		return &x->has_hazard;
	case FIELD_HAS_UNLAWFUL_BUILDING:
		return &x->has_unlawful_building;
	case FIELD_UNLAWFUL_OPERATION:
		return &x->unlawful_operation;
	default:
		return NULL;
	}
}

static enum tri opposite(enum tri t)
{
	return t == TRI_YES ? TRI_NO : TRI_YES;
}

/* Every answer harmless, but this one. */
static void classify_alone(const struct policy *p, enum field alone, struct classification *ret)
{
	struct answers x = {0};
	for (int f = 1; f < FIELD_COUNT; f++) {
		enum tri *t = answer_of(&x, (enum field)f),
			 problem = policy_field((enum field)f)->problem;
		if (t)
			*t = f == (int)alone ? problem : opposite(problem);
	}
	policy_classify(p, &x, ret);
}

static bool makes(const struct classification *k, int question)
{
	const enum tri of[QUESTIONS] = {k->scattered, k->disorderly, k->polluting};
	return of[question] == TRI_YES;
}

static void add_signs(struct value *m, struct worker *w, int question)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	for (int f = 1; f < FIELD_COUNT; f++) {
		const struct field_info *info = policy_field((enum field)f);
		struct answers probe;
		struct classification k;
		if (!answer_of(&probe, (enum field)f))
			continue;
		classify_alone(w->ctx->policy, (enum field)f, &k);
		if (!makes(&k, question))
			continue;
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "heading", info->heading);
		value_set_text(v, a, "answer", info->problem == TRI_YES ? info->yes : info->no);
	}
	value_set(m, a, "signs", list);
}

/* ---- the way so far ------------------------------------------------------------------------------- */

static const char *way_url(struct arena *a, const char *way)
{
	return *way ? text_join3(a, "/policy/which/", way, "/") : "/policy/which/";
}

static enum category category_of_way(const char *way)
{
	return policy_category_from(way[0] == 'y', way[1] == 'y', way[2] == 'y');
}

static void add_way(struct value *m, struct arena *a, const char *way)
{
	struct value *list = value_list(a);
	for (size_t i = 0; way[i]; i++) {
		struct value *v = value_add_map(list, a);
		value_set_text(v, a, "label", questions[i].label);
		value_set_text(v, a, "answer", way[i] == 'y' ? "有" : "没有");
		value_set_text(v, a, "url", way_url(a, arena_strndup(a, way, i)));
	}
	value_set(m, a, "way", list);
	value_set_bool(m, a, "has_way", *way != '\0');
}

static enum err_code emit(
	struct worker *w, const char *path, struct value *m, const char *title, struct err *e)
{
	bool root = str_eq(path, "/policy/which/index");
	const struct crumb crumbs[] = {{"政策", "/policy/"}, {"哪一条适用于我", "/policy/which/"}};
	const struct page page = {.path = path,
		.template_md = "pages/which.md",
		.markdown = root ? written_intro(w->ctx, "/policy/which/") : NULL,
		.model = m,
		.kind = "policy",
		.title = title,
		.crumbs = crumbs,
		.crumb_count = root ? 1 : 2,
		.column_name = "哪一条适用于我",
		.column_description = "回答几个问题，看附件1的哪一条适用于一家企业",
		.column_keywords = "散乱污,分类,适用条款",
		.column_type = "政策解读",
		.content_day = DAY_NONE,
		.section = "policy"};
	return page_emit(w, &page, e);
}

static enum err_code question_emit(struct worker *w, const char *way, struct err *e)
{
	struct arena *a = w->arena;
	size_t step = strlen(way);
	struct value *m = value_map(a);
	add_way(m, a, way);
	add_signs(m, w, (int)step);
	value_set_bool(m, a, "asks_signs", true);
	value_set_int(m, a, "step", (int64_t)step + 1);
	value_set_text(m, a, "question", questions[step].text);
	value_set_text(m, a, "yes_url", way_url(a, text_join(a, way, "y")));
	value_set_text(m, a, "no_url", way_url(a, text_join(a, way, "n")));
	const char *title =
		step ? text_join3(a, "哪一条适用于我：第 ", text_count(a, step + 1), " 问")
		     : "哪一条适用于我";
	return emit(w, text_join(a, way_url(a, way), "index"), m, title, e);
}

/* All three answered: the side of the ring, or nothing was seen. */
static enum err_code side_emit(struct worker *w, const char *way, struct err *e)
{
	struct arena *a = w->arena;
	enum category c = category_of_way(way);
	struct value *m = value_map(a);
	add_way(m, a, way);
	value_set_bool(m, a, c == CATEGORY_NONE ? "none_seen" : "asks_ring", true);
	if (c != CATEGORY_NONE) {
		value_set_text(m, a, "category", policy_category_label(c));
		value_set_text(m, a, "inner_url", which_result_url(a, c, RING_INNER));
		value_set_text(m, a, "outer_url", which_result_url(a, c, RING_OUTER));
	}
	const char *title = c == CATEGORY_NONE ? "哪一条适用于我：表内未见"
					       : text_join3(a, "哪一条适用于我：",
							 policy_category_label(c), "类");
	return emit(w, text_join(a, way_url(a, way), "index"), m, title, e);
}

static enum err_code result_emit(struct worker *w, enum category c, enum ring r, struct err *e)
{
	struct arena *a = w->arena;
	struct value *m = value_map(a);
	struct duties d;
	policy_cell(w->ctx->policy, a, c, r, w->ctx->o->today, &d);
	model_cell_duties(m, a, &d);
	value_set_bool(m, a, "is_result", true);
	value_set_text(m, a, "category", policy_category_label(c));
	value_set_text(m, a, "ring", policy_ring_label(r));
	value_set_text(m, a, "goal", d.goal_text);
	value_set_text(
		m, a, "annex_url", text_join(a, "/policy/annex1/#", policy_category_slug(c)));
	value_set_text(m, a, "list_url",
		list_url(w->ctx, a, FACET_CATEGORY, (uint16_t)c, SUBSET_ALL, ORDER_ID));
	const char *title = text_join3(a, policy_category_label(c), "，", policy_ring_label(r));
	return emit(w, text_join(a, which_result_url(a, c, r), "index"), m,
		text_join(a, title, "：要求和期限"), e);
}

/* ---- all pages ----------------------------------------------------------------------------------------- */

/* 0: ""; 1, 2: "y" "n"; 3–6; 7–14: like the nodes of a binary tree. */
static const char *way_at(struct arena *a, size_t index)
{
	size_t length = 0, first = 0;
	while (index >= first + ((size_t)1 << length)) {
		first += (size_t)1 << length;
		length++;
	}
	char *way = arena_alloc(a, length + 1);
	for (size_t i = 0; i < length; i++)
		way[i] = (index - first) >> (length - 1 - i) & 1 ? 'n' : 'y';
	return way;
}

static size_t which_count(const struct ctx *c)
{
	(void)c;
	return WAYS + (CATEGORY_COUNT - 1) * (RING_COUNT - 1);
}

static enum err_code which_emit(struct worker *w, size_t index, struct err *e)
{
	if (index >= WAYS) {
		size_t cell = index - WAYS;
		return result_emit(w, (enum category)(cell / 2 + 1), (enum ring)(cell % 2 + 1), e);
	}
	const char *way = way_at(w->arena, index);
	return strlen(way) < QUESTIONS ? question_emit(w, way, e) : side_emit(w, way, e);
}

const struct other_kind which_kind = {
	.count = which_count, .emit = which_emit, .depends = ON_DAY | ON_FILES};
