/*
 * Which cases may be the same matter: what agrees is weighed, and said.
 *
 * Texts are compared by the pairs of neighbouring characters that both have, after folding of width, case and punctuation:
 * Chinese needs no words for that, and it is quick enough for every case there is. Names and places of which the numbers
 * differ (3号, 5号) are two places, however close the rest. Nothing is decided here; a person does that.
 * The words of a tip-off are compared in memory, wiped afterwards, and stand in no answer.
 */
#include "casework/matter.h"

#include "tianlan/crypto.h"

#include <stdlib.h>
#include <string.h>

/* ---- grams: pairs of neighbouring characters, and how often ------------------------------------------ */

struct gram {
	uint64_t pair;	     /* 0: an empty place */
	uint32_t count;	     /* in the indexed text */
	uint32_t used, turn; /* how many of them the text of this turn has had */
};
struct grams {
	struct gram *at;
	size_t cap, total; /* cap: a power of two, at least twice the different pairs */
	uint32_t turn;
};

struct pairs { /* walks a key */
	const char *at, *end;
	uint32_t last;
	bool begun;
};

/* A key of one character is one pair with nothing. */
static bool next_pair(struct pairs *p, uint64_t *ret)
{
	uint32_t code;
	size_t n = utf8_decode(p->at, p->end, &code);

	if (!n)
		return false;
	p->at += n;
	if (!p->begun) {
		p->begun = true;
		p->last = code;
		if (p->at < p->end)
			return next_pair(p, ret);
		*ret = (uint64_t)code << 32 | 0xFFFFFFFFu;
		return true;
	}
	*ret = (uint64_t)p->last << 32 | code;
	p->last = code;
	return true;
}

static struct gram *place_of(const struct grams *g, uint64_t pair)
{
	uint64_t hash = pair * UINT64_C(0x9E3779B97F4A7C15);

	for (size_t i = (size_t)(hash >> 32) & (g->cap - 1);; i = (i + 1) & (g->cap - 1))
		if (!g->at[i].pair || g->at[i].pair == pair)
			return &g->at[i];
}

static void grams_init(struct grams *g, const char *key)
{
	struct pairs p = {key, key + strlen(key), 0, false};
	uint64_t pair;

	*g = (struct grams){.cap = 16};
	while (g->cap < 2 * strlen(key))
		g->cap *= 2;
	g->at = mem_zero(g->cap, sizeof(*g->at));
	while (next_pair(&p, &pair)) {
		struct gram *gram = place_of(g, pair);
		gram->pair = pair;
		gram->count++;
		g->total++;
	}
}

static void grams_done(struct grams *g)
{
	bytes_wipe(g->at, g->cap * sizeof(*g->at));
	free(g->at);
}

/* Dice's coefficient in per cent: twice what both have, of what each has. */
static int grams_share(struct grams *g, const char *key)
{
	struct pairs p = {key, key + strlen(key), 0, false};
	uint64_t pair;
	size_t total = 0, both = 0;

	g->turn++;
	while (next_pair(&p, &pair)) {
		struct gram *gram = place_of(g, pair);
		total++;
		if (!gram->pair)
			continue;
		if (gram->turn != g->turn) {
			gram->turn = g->turn;
			gram->used = 0;
		}
		both += gram->used++ < gram->count;
	}
	return total && g->total ? (int)(200 * both / (total + g->total)) : 0;
}

/* ---- one matter ------------------------------------------------------------------------------------------ */

struct matter_index {
	struct matter m;
	struct grams place, text;
};

struct matter_index *matter_index_new(const struct matter *m)
{
	struct matter_index *x = mem_zero(1, sizeof(*x));

	x->m = *m;
	grams_init(&x->place, m->place_key);
	grams_init(&x->text, m->text_key);
	return x;
}

void matter_index_free(struct matter_index *x)
{
	if (!x)
		return;
	grams_done(&x->place);
	grams_done(&x->text);
	free(x);
}

static const char *next_word(const char **at, size_t *ret_len)
{
	const char *word = *at + strspn(*at, " ");

	*ret_len = strcspn(word, " ");
	*at = word + *ret_len;
	return *ret_len ? word : NULL;
}

static bool has_word(const char *words, const char *word, size_t len)
{
	const char *w;
	size_t n;

	while ((w = next_word(&words, &n)))
		if (n == len && memcmp(w, word, len) == 0)
			return true;
	return false;
}

/* Kinds that both name, of all that are named, in per cent. */
static int kinds_share(const char *a, const char *b)
{
	size_t in_a = 0, in_b = 0, both = 0, n;
	const char *w, *at = a;

	while ((w = next_word(&at, &n))) {
		in_a++;
		both += has_word(b, w, n);
	}
	for (at = b; next_word(&at, &n);)
		in_b++;
	return in_a && in_b ? (int)(100 * both / (in_a + in_b - both)) : 0;
}

/* ---- the score ---------------------------------------------------------------------------------------------- */

struct tally {
	int score;
	struct buf *why; /* NULL: not wanted */
};

static void count_in(struct tally *t, int points, const char *words)
{
	t->score += points;
	if (!t->why)
		return;
	if (t->why->len)
		buf_str(t->why, T("；", "; "));
	buf_str(t->why, words);
}

static void count_enterprise(struct tally *t, const struct matter *a, const struct matter *b)
{
	enum text_likeness like = reg_text_likeness(a->enterprise_key, b->enterprise_key, 3);

	if (a->enterprise && b->enterprise)
		like = a->enterprise == b->enterprise ? TEXT_SAME : TEXT_OTHER;
	else if (reg_name_is_blank(a->enterprise_key) || reg_name_is_blank(b->enterprise_key))
		return;
	if (like == TEXT_SAME)
		count_in(t, MATTER_ENTERPRISE, T("同一家企业", "the same enterprise"));
	else if (like == TEXT_NEAR)
		count_in(t, MATTER_ENTERPRISE_NEAR,
			T("企业名称相近", "nearly the same enterprise's name"));
	else
		count_in(t, MATTER_OTHER_ENTERPRISE, T("企业不同", "different enterprises"));
}

static void count_place(struct tally *t, struct matter_index *x, const struct matter *other)
{
	int share = grams_share(&x->place, other->place_key);

	if (!reg_text_same_numbers(x->m.place_key, other->place_key))
		share /= 2;
	int points = share >= MATTER_PLACE_FULL ? MATTER_PLACE
						: MATTER_PLACE * share / MATTER_PLACE_FULL;
	if (share >= MATTER_PLACE_FULL)
		count_in(t, points, T("地点相同或相近", "the same place, or nearly"));
	else if (share >= MATTER_PLACE_FULL / 2)
		count_in(t, points, T("地点有几分像", "places that are somewhat alike"));
	else
		t->score += points;
}

static void count_circumstances(struct tally *t, const struct matter *a, const struct matter *b)
{
	int share = kinds_share(a->kinds, b->kinds);
	int apart = day_is_set(a->happened) && day_is_set(b->happened)
			    ? abs(day_between(a->happened, b->happened))
			    : MATTER_DAYS + 1;

	if (share == 100)
		count_in(t, MATTER_KINDS, T("种类相同", "the same kinds"));
	else if (share)
		count_in(t, MATTER_KINDS * share / 100, T("种类有重合", "kinds in common"));
	if (a->street && b->street && str_eq(a->street, b->street))
		count_in(t, MATTER_STREET, T("同一街道", "the same street"));
	else if (a->street && b->street)
		count_in(t, MATTER_OTHER_STREET, T("街道不同", "different streets"));
	if (apart <= MATTER_DAYS)
		count_in(t, MATTER_DAY, T("发现的日子相近", "about the same day"));
}

static void count_text(struct tally *t, struct matter_index *x, const struct matter *other)
{
	int share = grams_share(&x->text, other->text_key);
	int points =
		share >= MATTER_TEXT_FULL ? MATTER_TEXT : MATTER_TEXT * share / MATTER_TEXT_FULL;

	if (share >= MATTER_TEXT_FULL)
		count_in(t, points, T("写的内容几乎一样", "almost the same words"));
	else if (share >= MATTER_TEXT_FULL / 2)
		count_in(t, points, T("写的内容相近", "similar words"));
	else
		t->score += points;
}

int matter_score(
	struct matter_index *x, const struct matter *other, struct arena *a, const char **ret_why)
{
	struct buf why;
	struct tally t = {.why = ret_why ? &why : NULL};

	buf_init(&why, 4096);
	count_enterprise(&t, &x->m, other);
	count_place(&t, x, other);
	count_circumstances(&t, &x->m, other);
	count_text(&t, x, other);
	if (ret_why)
		*ret_why = buf_dup(&why, a);
	buf_done(&why);
	return t.score < 0 ? 0 : t.score > 100 ? 100 : t.score;
}
