/*
 * The course of a tip-off: what was done so far, and what may be done next.
 *
 * One table has an answer for every pair of state and step: it may, or the sentence that says what comes first. What also depends
 * on the facts (an outcome, the linked enterprise, a limit of the law) is checked after it, each in a function of its own.
 * The course follows DOMAIN: find one, fix one. The limits for objecting and for putting off the end are data (clocks.conf).
 * Invariants: days never go back; a reopening forgets the round before it, but not when the case came in and was answered.
 */
#include "policy/policy_internal.h"

/* ---- the course so far ------------------------------------------------------------------ */

static void forget_round(struct case_course *c)
{
	c->accepted = c->dispatched = c->objected = c->checked = DAY_NONE;
	c->rectifying = c->concluded = c->published = c->asked = DAY_NONE;
	c->outcome = OUTCOME_NONE;
	c->extended_days = 0;
}

/* What becomes of the tip-off was said for the first time. */
static void answer(struct case_course *c, struct day day)
{
	if (!day_is_set(c->answered))
		c->answered = day;
}

static void take_dispatch(struct case_course *c, struct day day)
{
	c->dispatched = day;
	c->objected = DAY_NONE;
	c->dispatches++;
}

static void take_reopening(struct case_course *c, struct day day)
{
	forget_round(c);
	c->running_from = day;
	c->reopened++;
}

static void take(struct case_course *c, const struct case_fact *fact)
{
	struct day day = fact->day;

	switch (fact->kind) {
	case CASE_RECEIVED:
		c->received = day;
		break;
	case CASE_ACCEPTED:
		c->accepted = c->running_from = day;
		answer(c, day);
		break;
	case CASE_DECLINED:
	case CASE_MERGED:
	case CASE_TRANSFERRED:
		answer(c, day);
		break;
	case CASE_DISPATCHED:
		take_dispatch(c, day);
		break;
	case CASE_OBJECTED:
		c->objected = day;
		break;
	case CASE_CHECKED:
		c->checked = day;
		c->outcome = fact->outcome;
		break;
	case CASE_RECTIFYING:
		c->rectifying = day;
		break;
	case CASE_CONCLUDED:
		c->concluded = day;
		break;
	case CASE_PUBLISHED:
		c->published = day;
		break;
	case CASE_ASKED:
		c->asked = day;
		break;
	case CASE_REOPENED:
		take_reopening(c, day);
		break;
	case CASE_EXTENDED:
		c->extended_days += fact->days;
		break;
	case CASE_ERASED:
	case CASE_STEP_COUNT:
		break;
	}
}

void policy_case_course(const struct case_fact *steps, size_t count, struct case_course *ret)
{
	struct case_course c = {.since = DAY_NONE,
		.last = DAY_NONE,
		.received = DAY_NONE,
		.answered = DAY_NONE,
		.running_from = DAY_NONE};

	forget_round(&c);
	for (size_t i = 0; i < count; i++) {
		take(&c, &steps[i]);
		c.last = steps[i].day;
		if (steps[i].kind == CASE_EXTENDED)
			continue;
		c.state = steps[i].kind;
		c.since = steps[i].day;
	}
	*ret = c;
}

bool policy_case_is_open(enum case_step state)
{
	return state == CASE_RECEIVED || state == CASE_ACCEPTED || state == CASE_DISPATCHED ||
	       state == CASE_OBJECTED || state == CASE_CHECKED || state == CASE_RECTIFYING ||
	       state == CASE_REOPENED;
}

enum case_bucket policy_case_bucket(
	const struct policy *p, const struct case_course *c, struct day today)
{
	switch (c->state) {
	case CASE_CONCLUDED:
	case CASE_PUBLISHED:
	case CASE_ASKED:
		return BUCKET_CONCLUDED;
	case CASE_DECLINED:
		return BUCKET_DECLINED;
	case CASE_MERGED:
		return BUCKET_MERGED;
	case CASE_TRANSFERRED:
		return BUCKET_TRANSFERRED;
	case CASE_ERASED:
		return BUCKET_ERASED;
	case CASE_RECEIVED:
	case CASE_ACCEPTED:
	case CASE_DISPATCHED:
	case CASE_OBJECTED:
	case CASE_CHECKED:
	case CASE_RECTIFYING:
	case CASE_REOPENED:
	case CASE_EXTENDED:
	case CASE_STEP_COUNT:
		break;
	}
	return policy_case_is_late(p, c, today) ? BUCKET_OPEN_LATE : BUCKET_OPEN;
}

/* ---- what may follow -------------------------------------------------------------------- */

enum answer {
	NO_SUCH = 0,
	YES,
	ONCE,	     /* received already */
	ACCEPT,	     /* first */
	IS_ACCEPTED, /* already */
	IS_OURS,     /* accepted: no declining any more */
	DISPATCH,    /* first */
	IS_OBJECTED,
	OBJECT_LATE, /* checked already */
	CHECK,	     /* first */
	FIXING,	     /* rectifying: a check first */
	IS_FIXING,
	CONCLUDE, /* first */
	RUNNING,  /* no need to reopen */
	IS_CONCLUDED,
	IS_PUBLISHED,
	IS_DECLINED,
	IS_MERGED,
	IS_TRANSFERRED,
	IS_REOPENED,
	IS_ERASED,
	ANSWER_COUNT
};

static const struct {
	const char *zh, *en;
} sentences[ANSWER_COUNT] = {
	[NO_SUCH] = {"没有这一步；还没有收件的，先收件",
		"there is no such step; what was not received is received first"},
	[ONCE] = {"已经收件：另一件举报请另行登记",
		"received already: another tip-off is a case of its own"},
	[ACCEPT] = {"尚未受理：先受理", "not accepted yet: accept it first"},
	[IS_ACCEPTED] = {"已经受理：接着转办或者核查",
		"accepted already: go on with the dispatch or the check"},
	[IS_OURS] = {"已经受理，不能再不予受理：不归本区管的请移送，重复的请并入另一件",
		"accepted already, so it cannot be declined: transfer or merge it instead"},
	[DISPATCH] = {"尚未转办：先转给牵头单位",
		"not dispatched yet: dispatch it to a lead first"},
	[IS_OBJECTED] = {"已经退回：先转给别的单位",
		"sent back: dispatch it to another unit first"},
	[OBJECT_LATE] = {"已经核查，不能再退回：要换单位请再转办",
		"checked already, so it cannot be sent back: dispatch it anew instead"},
	[CHECK] = {"尚未核查：先登记现场核查的结果", "not checked yet: record the check first"},
	[FIXING] = {"正在整治：要换单位，先再登记一次核查",
		"under rectification: record another check first"},
	[IS_FIXING] = {"已经在整治：完成后办结，情况有变先再登记一次核查",
		"under rectification already: conclude it, or record another check first"},
	[CONCLUDE] = {"尚未办结：先办结", "not concluded yet: conclude it first"},
	[RUNNING] = {"还在办理，不用重启：接着办下一步",
		"still open, no need to reopen: go on with the next step"},
	[IS_CONCLUDED] = {"已经办结：要继续办理，先重启", "concluded already: reopen it first"},
	[IS_PUBLISHED] = {"这一轮的结果已经公开：情况有变，先重启",
		"published already in this round: reopen it first if things have changed"},
	[IS_DECLINED] = {"已不予受理：要办理，先重启", "declined: reopen it first"},
	[IS_MERGED] = {"已并入另一件：要单独办理，先重启", "merged: reopen it first"},
	[IS_TRANSFERRED] = {"已移送：要由本区办理，先重启", "transferred: reopen it first"},
	[IS_REOPENED] = {"已经重启：接着转办或者核查",
		"reopened already: go on with the dispatch or the check"},
	[IS_ERASED] = {"已销毁，内容不在了：新的情况请另行登记",
		"erased, nothing is left to work on: what is new is a case of its own"},
};

/* clang-format off */
/* Columns: received accepted declined merged | dispatched objected checked rectifying | concluded published asked reopened |
 * transferred erased extended. */
static const unsigned char table[CASE_STEP_COUNT][CASE_STEP_COUNT] = {
	[CASE_RECEIVED] = {NO_SUCH, ONCE, YES, YES, YES,
		ACCEPT, ACCEPT, ACCEPT, ACCEPT, ACCEPT, CONCLUDE, CONCLUDE, RUNNING, YES, YES, ACCEPT},
	[CASE_ACCEPTED] = {NO_SUCH, ONCE, IS_ACCEPTED, IS_OURS, YES,
		YES, DISPATCH, DISPATCH, DISPATCH, DISPATCH, CONCLUDE, CONCLUDE, RUNNING, YES, YES, YES},
	[CASE_DECLINED] = {NO_SUCH, ONCE, IS_DECLINED, IS_DECLINED, IS_DECLINED,
		IS_DECLINED, IS_DECLINED, IS_DECLINED, IS_DECLINED, IS_DECLINED, IS_DECLINED, IS_DECLINED, YES,
		IS_DECLINED, YES, IS_DECLINED},
	[CASE_MERGED] = {NO_SUCH, ONCE, IS_MERGED, IS_MERGED, IS_MERGED,
		IS_MERGED, IS_MERGED, IS_MERGED, IS_MERGED, IS_MERGED, IS_MERGED, IS_MERGED, YES,
		IS_MERGED, YES, IS_MERGED},
	[CASE_DISPATCHED] = {NO_SUCH, ONCE, IS_ACCEPTED, IS_OURS, YES,
		YES, YES, YES, CHECK, CHECK, CONCLUDE, CONCLUDE, RUNNING, YES, YES, YES},
	[CASE_OBJECTED] = {NO_SUCH, ONCE, IS_ACCEPTED, IS_OURS, YES,
		YES, IS_OBJECTED, IS_OBJECTED, IS_OBJECTED, IS_OBJECTED, CONCLUDE, CONCLUDE, RUNNING, YES, YES, YES},
	[CASE_CHECKED] = {NO_SUCH, ONCE, IS_ACCEPTED, IS_OURS, YES,
		YES, OBJECT_LATE, YES, YES, YES, CONCLUDE, CONCLUDE, RUNNING, YES, YES, YES},
	[CASE_RECTIFYING] = {NO_SUCH, ONCE, IS_ACCEPTED, IS_OURS, YES,
		FIXING, FIXING, YES, IS_FIXING, YES, CONCLUDE, CONCLUDE, RUNNING, YES, YES, YES},
	[CASE_CONCLUDED] = {NO_SUCH, ONCE, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED,
		IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, YES, YES, YES,
		IS_CONCLUDED, YES, IS_CONCLUDED},
	[CASE_PUBLISHED] = {NO_SUCH, ONCE, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED,
		IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, IS_PUBLISHED, YES, YES,
		IS_CONCLUDED, YES, IS_CONCLUDED},
	[CASE_ASKED] = {NO_SUCH, ONCE, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED,
		IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, IS_CONCLUDED, YES, YES, YES,
		IS_CONCLUDED, YES, IS_CONCLUDED},
	[CASE_REOPENED] = {NO_SUCH, ONCE, IS_REOPENED, IS_REOPENED, YES,
		YES, DISPATCH, YES, CHECK, CHECK, CONCLUDE, CONCLUDE, IS_REOPENED, YES, YES, YES},
	[CASE_TRANSFERRED] = {NO_SUCH, ONCE, IS_TRANSFERRED, IS_TRANSFERRED, IS_TRANSFERRED,
		IS_TRANSFERRED, IS_TRANSFERRED, IS_TRANSFERRED, IS_TRANSFERRED, IS_TRANSFERRED, IS_TRANSFERRED,
		IS_TRANSFERRED, YES, IS_TRANSFERRED, YES, IS_TRANSFERRED},
	[CASE_ERASED] = {NO_SUCH, IS_ERASED, IS_ERASED, IS_ERASED, IS_ERASED,
		IS_ERASED, IS_ERASED, IS_ERASED, IS_ERASED, IS_ERASED, IS_ERASED, IS_ERASED, IS_ERASED,
		IS_ERASED, IS_ERASED, IS_ERASED},
};
/* clang-format on */

static const char *sentence(enum answer answer)
{
	return T(sentences[answer].zh, sentences[answer].en);
}

static const char *refuse_day(const struct case_course *now, struct day day)
{
	if (!day_is_set(day))
		return T("没有写明日期：补上这一步的日期",
			"the day is missing: say when it was done");
	if (day_compare(day, now->last) < 0)
		return T("日期早于上一步：核对日期，改成上一步当天或者以后",
			"the day lies before the last step's: give that day or a later one");
	return NULL;
}

/* 信访工作条例 (2022) 23: within 5 working days; before it, and where the data has no such limit, at any time. */
static const char *refuse_objection(
	const struct policy *p, const struct case_course *now, struct day day)
{
	const struct clock_law *law =
		policy_clock_between(p, CASE_DISPATCHED, CASE_OBJECTED, now->dispatched);

	if (!law || day_compare(day, policy_clock_due(p, law, now->dispatched, law->days)) <= 0)
		return NULL;
	return policy_clock_words(p, law)->objection[base_lang_get()];
}

/* At most what the law allows, once in a round; whether the day has passed already does not matter. */
static const char *refuse_extension(
	const struct policy *p, const struct case_course *now, const struct case_next *next)
{
	const struct clock_law *law =
		policy_clock_between(p, CASE_ACCEPTED, CASE_CONCLUDED, now->running_from);

	if (!law)
		return T("没有办结期限，不用延期：接着办理",
			"there is no time limit to put off: go on");
	if (now->extended_days)
		return T("这一轮已经延期一次，不能再延：请尽快办结",
			"put off once already in this round: conclude it");
	if (next->days < 1)
		return T("没有写明延长几天：补上天数", "say by how many days it is put off");
	if (next->days > law->extension_days)
		return policy_clock_words(p, law)->extension[base_lang_get()];
	return NULL;
}

static const char *refuse_check(const struct case_next *next)
{
	if (next->outcome <= OUTCOME_NONE || next->outcome >= OUTCOME_COUNT)
		return T("没有写明核查结果：写明属实、部分属实或者不属实",
			"the outcome is missing: true, partly or untrue");
	return NULL;
}

static const char *link_first(void)
{
	return T("查实的举报还没有关联企业：先关联登记在册的企业，没有登记的先登记（发现一例）",
		"no enterprise is linked yet: link one, and register it first if it is new");
}

static const char *refuse_rectifying(const struct case_course *now, const struct case_next *next)
{
	if (now->outcome == OUTCOME_UNTRUE)
		return T("核查结果是不属实，没有可以整治的：直接办结，或者再登记一次核查",
			"the check found it untrue: conclude it, or record another check first");
	return next->linked ? NULL : link_first();
}

/* 整治一例: what was found true ends with the enterprise's own sign-off, or staff say why not. */
static const char *refuse_conclusion(const struct case_course *now, const struct case_next *next)
{
	if (now->state == CASE_CHECKED && now->outcome == OUTCOME_UNTRUE)
		return NULL;
	if (now->state == CASE_CHECKED && !next->linked)
		return link_first();
	if (next->enterprise_settled || next->despite_open)
		return NULL;
	return T("关联的企业还没有销号：先销号；确要先办结的，写明整治仍在继续和理由",
		"the linked enterprise is not signed off yet: do that first, or conclude it "
		"despite "
		"the rectification going on, with the reason");
}

static const char *refuse_by_facts(
	const struct policy *p, const struct case_course *now, const struct case_next *next)
{
	switch (next->kind) {
	case CASE_OBJECTED:
		return refuse_objection(p, now, next->day);
	case CASE_CHECKED:
		return refuse_check(next);
	case CASE_RECTIFYING:
		return refuse_rectifying(now, next);
	case CASE_CONCLUDED:
		return refuse_conclusion(now, next);
	case CASE_PUBLISHED:
		return day_is_set(now->published) ? sentence(IS_PUBLISHED) : NULL;
	case CASE_EXTENDED:
		return refuse_extension(p, now, next);
	case CASE_RECEIVED:
	case CASE_ACCEPTED:
	case CASE_DECLINED:
	case CASE_MERGED:
	case CASE_DISPATCHED:
	case CASE_ASKED:
	case CASE_REOPENED:
	case CASE_TRANSFERRED:
	case CASE_ERASED:
	case CASE_STEP_COUNT:
		break;
	}
	return NULL;
}

const char *policy_case_refusal(
	const struct policy *p, const struct case_course *now, const struct case_next *next)
{
	size_t state = (size_t)now->state, kind = (size_t)next->kind;
	enum answer answer = NO_SUCH;
	const char *why;

	if (!state && kind == CASE_RECEIVED)
		answer = YES;
	else if (state < CASE_STEP_COUNT && kind < CASE_STEP_COUNT)
		answer = (enum answer)table[state][kind];
	if (answer != YES)
		return sentence(answer);
	why = refuse_day(now, next->day);
	return why ? why : refuse_by_facts(p, now, next);
}
