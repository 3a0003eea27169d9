/*
 * policy: the plan (水政办〔2017〕67号) as dated data and pure functions: fields and their publish
 * classes, classification, measures, duties and deadlines, the course of a rectification, routing.
 *
 * Not here: a clock (today is a parameter), storage, wording of pages. I/O is loading its data only.
 * Ownership: a struct policy owns what it loaded, until policy_free(). Results live in the caller's
 *   arena or struct; strings in results are borrowed from the policy or are static.
 * Errors: ERR_INPUT with file:line:column for a data file; ERR_USAGE for unknown names.
 * Sources: the clause is named at each rule; what the plan leaves open is marked "ours".
 * Threads: a loaded policy is read-only and may be shared.
 */
#ifndef TIANLAN_POLICY_H
#define TIANLAN_POLICY_H

#include "tianlan/base.h"

/* ---- vocabulary ------------------------------------------------------------------------ */

enum tri { TRI_UNKNOWN = 0, TRI_NO, TRI_YES };

/* 附件1 rows 1–7, in the plan's order. */
enum category {
	CATEGORY_NONE = 0,
	CATEGORY_SAN,
	CATEGORY_LUAN,
	CATEGORY_WU,
	CATEGORY_SANLUAN,
	CATEGORY_SANWU,
	CATEGORY_LUANWU,
	CATEGORY_SANLUANWU,
	CATEGORY_COUNT
};
enum ring { RING_UNKNOWN = 0, RING_INNER, RING_OUTER, RING_COUNT };
/* 三、: one per enterprise (一企一策). */
enum measure { MEASURE_NONE = 0, MEASURE_CLOSE, MEASURE_RELOCATE, MEASURE_RECTIFY, MEASURE_COUNT };

enum action {
	ACTION_RELOCATE,
	ACTION_STOP,
	ACTION_LIMIT,
	ACTION_COMPLETE_PROCEDURES,
	ACTION_RECTIFY,
	ACTION_UPGRADE_TREATMENT,
	ACTION_PASS_ENVIRONMENT_CHECK,
	ACTION_CLOSE,
	ACTION_BAN,
	ACTION_COUNT
};
enum duty_state {
	DUTY_UNKNOWN = 0, /* cannot be worked out: a fact is missing */
	DUTY_NO_DATE,	  /* the plan sets no date */
	DUTY_DUE,	  /* days: left */
	DUTY_OVERDUE,	  /* days: over */
	DUTY_MET,
	DUTY_MET_LATE,
	DUTY_PAST_WHEN_ISSUED, /* the date lies before the plan's own date */
	DUTY_PAST_WHEN_FOUND,  /* the date lies before the enterprise was found */
	DUTY_DISCHARGED, /* not done, and no longer asked: the enterprise was closed, or its record withdrawn */
	DUTY_STATE_COUNT
};
enum event_kind {
	EVENT_REGISTERED = 1,
	EVENT_CLASSIFIED,
	EVENT_MEASURE_DECIDED,
	EVENT_ORDERED,
	EVENT_PROGRESS,
	EVENT_ACCEPTANCE_ASKED,
	EVENT_ACCEPTED,
	EVENT_REJECTED,
	EVENT_MOVED,
	EVENT_CLOSED,
	EVENT_CLEARED_WATER,
	EVENT_CLEARED_POWER,
	EVENT_CLEARED_EQUIPMENT,
	EVENT_CLEARED_MATERIALS,
	EVENT_CLEARED_PRODUCTS,
	EVENT_SELF_CHECKED,
	EVENT_REVIEWED,
	EVENT_VERIFIED,
	EVENT_SIGNED_OFF,
	EVENT_LOOKED_BACK,
	EVENT_RELAPSED,
	EVENT_PENALISED,
	EVENT_DEMOLISHED,
	EVENT_RESUMED,
	EVENT_CORRECTION,
	EVENT_WITHDRAWN,
	EVENT_KIND_COUNT
};
enum course_state {
	STATE_REGISTERED = 1,
	STATE_CLASSIFIED,
	STATE_ORDERED,
	STATE_UNDER_WAY,
	STATE_ACCEPTANCE_ASKED,
	STATE_ACCEPTED,
	STATE_CLOSED,
	STATE_SIGNED_OFF,
	STATE_RELAPSED,
	STATE_WITHDRAWN,
	STATE_OUT_OF_SCOPE,
	STATE_COUNT
};
/* From strictest to widest. NEVER reaches no log, page, commit, message or temporary file. */
enum publish_class {
	PUBLISH_NEVER = 0,
	PUBLISH_INTERNAL,
	PUBLISH_AGGREGATE,
	PUBLISH_BANDED,
	PUBLISH_SUMMARY,
	PUBLISH_REVIEWED,
	PUBLISH_PUBLIC
};

/* The 22 columns of 附件2 (numbered as in the form), community split off column 22, then our own. */
enum field {
	FIELD_SEQ = 1,
	FIELD_INDUSTRY,
	FIELD_NAME,
	FIELD_ADDRESS,
	FIELD_CONTACT_NAME,
	FIELD_CONTACT_PHONE,
	FIELD_EMPLOYEES,
	FIELD_EQUIPMENT,
	FIELD_PRODUCTS,
	FIELD_OUTPUT_WAN,
	FIELD_PREMISES,
	FIELD_EMISSIONS_EXCEED,
	FIELD_CONFORMS,
	FIELD_HAS_FIRE,
	FIELD_HAS_EIA,
	FIELD_HAS_PLANNING,
	FIELD_HAS_LICENCE,
	FIELD_HAS_HAZARD,
	FIELD_HAS_UNLAWFUL_BUILDING,
	FIELD_IN_DEMOLITION,
	FIELD_RECTIFICATION_NOTE,
	FIELD_STREET,
	FIELD_COMMUNITY,
	FIELD_ID,
	FIELD_RING,
	FIELD_CATEGORY,
	FIELD_MEASURE,
	FIELD_FOUND_ON,
	FIELD_INDUSTRIAL_PREMISES,
	FIELD_UNLAWFUL_OPERATION,
	FIELD_INDUSTRY_KIND, /* slug of the named industries of 二、, worked out or set by staff */
	FIELD_ADDRESS_PUBLIC,
	FIELD_NOTE_PUBLIC,
	FIELD_HAZARD_PUBLIC,
	FIELD_DEMOLITION_PUBLIC, /* staff reviewed: yes/no */
	FIELD_OUT_OF_SCOPE, /* staff found that the plan does not apply to it: yes/no, with the change's reason */
	FIELD_COUNT
};
enum field_type { TYPE_TEXT, TYPE_INT, TYPE_NUMBER, TYPE_TRI, TYPE_DAY, TYPE_ENUM };

struct field_info {
	enum field field;
	const char *id;	     /* DOMAIN identifier, e.g. "has_eia" */
	const char *heading; /* the form's exact heading for columns 1–22, else our label */
	const char *label;   /* short label for pages */
	const char *label_en;
	enum field_type type;
	enum publish_class publish;
	const char *yes,
		*no; /* how the form writes the answers: 是/否 or 有/无; NULL when not TYPE_TRI */
	enum tri problem; /* the answer that counts as a problem; TRI_UNKNOWN: neutral */
};
const struct field_info *policy_field(enum field f);	    /* must be a field */
const struct field_info *policy_field_find(const char *id); /* NULL when unknown */

/* Names of the enums. id: the identifier used in files, addresses and --json ("散乱" is the label of
 * slug "sanluan"). find functions accept identifier or Chinese label; 0 / false when unknown. */
const char *policy_category_slug(enum category c);  /* "sanluan" */
const char *policy_category_label(enum category c); /* "散乱"; "未认定" for NONE */
enum category policy_category_find(const char *slug_or_label);
enum category policy_category_from(bool scattered, bool disorderly, bool polluting);
const char *policy_ring_id(enum ring r);    /* "inner" "outer" "" */
const char *policy_ring_label(enum ring r); /* 二环路以内 二环路以外 未定 */
enum ring policy_ring_find(const char *id);
const char *policy_measure_id(enum measure m);	  /* "close" "relocate" "rectify" "" */
const char *policy_measure_label(enum measure m); /* 关停取缔 限期搬迁 停产整治 未定 */
enum measure policy_measure_find(const char *id);
const char *policy_action_id(enum action a);
const char *policy_action_label(enum action a);
const char *policy_duty_state_id(enum duty_state s);
const char *policy_duty_state_label(enum duty_state s);
const char *policy_event_id(enum event_kind k); /* "acceptance_asked" */
const char *policy_event_label(enum event_kind k);
const char *policy_event_label_en(enum event_kind k);
enum event_kind policy_event_find(const char *id);
const char *policy_state_slug(enum course_state s); /* "acceptance-asked" */
const char *policy_state_label(enum course_state s);
enum course_state policy_state_find(const char *slug);

/* ---- loading ---------------------------------------------------------------------------- */

struct policy;

/* Reads annex1.conf, routing.conf, fields.conf, industries.conf, units.conf and the files of policy_cases.h below dir and checks them.
 * fields.conf may only tighten the publish classes of the table in the code: loosening is an error. */
enum err_code policy_load(const char *dir, struct policy **ret_policy, struct err *e) MUST_USE;
void policy_free(struct policy *p);
/* Names the loaded data's content: changes when any file's meaning changes. */
const char *policy_version(const struct policy *p);
enum publish_class policy_publish_class(const struct policy *p, enum field f);

struct unit_info {
	const char *code; /* "650105001" for a street, "environment" for a department */
	const char *name;
	const char *kind;    /* "street" "zone" "department" "office" "team" */
	const char *clause;  /* 五、（二）5 */
	const char *role;    /* what it answers for, in our own words */
	const char *tipoffs; /* kinds of tip-off that go there (ours) */
};
const struct unit_info *policy_units(const struct policy *p, size_t *ret_count);

/* What people may tip off (routing.conf), in the file's order, which is the form's. */
struct tipoff_kind {
	const char *slug; /* "waste-gas" */
	const char *name; /* 废气、异味 */
	const char *to;	  /* code of the department it goes to, or "street" */
	bool emissions;	  /* the lead then is the unit named for emissions */
};
const struct tipoff_kind *policy_tipoff_kinds(const struct policy *p, size_t *ret_count);

struct industry_info {
	const char *slug;	     /* "casting" */
	const char *name;	     /* 铸造 */
	bool named;		     /* in 二、; false for 其他 */
	const char *const *keywords; /* NULL-ended: free text that means this industry */
};
const struct industry_info *policy_industries(const struct policy *p, size_t *ret_count);
const struct industry_info *policy_industry_find(const struct policy *p, const char *slug_or_name);
/* From the form's free text; the entry for 其他 ("other") when nothing fits. exact: the text is the name itself. */
const struct industry_info *policy_industry_match(
	const struct policy *p, const char *text, bool *ret_exact);

/* ---- classification (附件1, 定义) ------------------------------------------------------- */

struct answers { /* what the form says; TRI_YES means the heading's 是 or 有 */
	enum tri emissions_exceed, conforms, has_fire, has_eia, has_planning, has_licence,
		has_hazard, has_unlawful_building, unlawful_operation;
};
struct reason {
	enum field field;
	enum tri answer;
	const char *attribute; /* "scattered" "disorderly" "polluting" */
	const char *rule;      /* rule id, e.g. "classify-disorderly-eia" */
	const char *text;      /* one sentence, Chinese */
};
struct classification {
	enum tri scattered, disorderly, polluting;
	enum category category; /* NONE when nothing was seen or an unknown could change it */
	enum category at_least; /* what is known to hold; NONE when nothing */
	bool none_seen;		/* all answered, none holds: 表内未见, never "is none" */
	struct reason reasons[12];
	size_t reason_count;
	enum field missing[12]; /* answers that are needed and blank */
	size_t missing_count;
	struct {
		const char *id, *text;
	} review[4]; /* e.g. "confirm-which-plan", "unlawful-building-alone", "hazard-to-safety" */
	size_t review_count;
};
void policy_classify(const struct policy *p, const struct answers *a, struct classification *ret);

/* ---- duties and deadlines (附件1) ------------------------------------------------------- */

struct duty_facts {
	enum category category;
	enum ring ring;
	struct day found_on; /* DAY_NONE: unknown, then not tested */
	struct day order;    /* date of the stop-production order */
	struct day done
		[ACTION_COUNT]; /* day the action was completed, DAY_NONE when not; see policy_facts_from_events */
	bool discharged; /* closed for good or withdrawn: other duties no longer run */
};
struct duty {
	const char *rule;   /* "annex1-4-inner-relocate" */
	const char *clause; /* "附件1第4行（散乱）二环路以内" */
	enum action action;
	struct day due; /* DAY_NONE when there is none or it cannot be worked out */
	const char *
		working; /* Chinese, with the arithmetic: 责令停产日 2018-01-01 ＋ 2个月 ＝ 2018-03-01（含当日） */
	enum duty_state state;
	int days;	     /* days left (DUE) or over (OVERDUE), positive; 0 otherwise */
	bool soon;	     /* DUE within 30 days */
	const char *missing; /* the missing fact's name when UNKNOWN: "ring" "order" "ring,order" */
	const char *missed[4];	  /* "penalty" "close" "demolish" "ban"; NULL-ended */
	const char *missed_text;  /* what follows when missed, our own words */
	const char *until;	  /* e.g. "no production until moved"; NULL when nothing */
	struct day in_force_from; /* version of the rule used */
	const char *text;	  /* what is to be done, our own words */
	int months; /* the months after the order; 0 when the due day is fixed or there is none */
};
#define DUTIES_MAX 8
struct duties {
	struct duty duty[DUTIES_MAX];
	size_t count;
	struct day goal; /* 一、: 2017-12-31, shown beside, never a duty */
	const char *goal_text;
	const char *open[4]; /* what the plan leaves open, as sentences */
	size_t open_count;
};
/* rules_as_of picks the version of each rule (today for open records); strings live in a. */
void policy_duties(const struct policy *p, struct arena *a, const struct duty_facts *facts,
	struct day rules_as_of, struct day today, struct duties *ret);
const char *policy_missed_label(const char *missed_id); /* 处罚 关停取缔 拆除 两断三清取缔 */
/* The due duty that comes first among those DUE or OVERDUE; NULL when none. */
const struct duty *policy_duties_next(const struct duties *d);

/* ---- the course (五–六) ----------------------------------------------------------------- */

struct event_fact { /* one event as the course sees it; corrected or void events are left out by the caller */
	int64_t seq;
	enum event_kind kind;
	struct day day;
};
enum signoff_step { STEP_SELF, STEP_REVIEW, STEP_VERIFY, SIGNOFF_STEPS };
struct course {
	enum course_state state;
	struct day since;
	struct day order;      /* the order in force (the latest since the last relapse) */
	struct day cleared[5]; /* water power equipment materials products */
	struct day done[ACTION_COUNT];
	struct day self_checked, reviewed,
		verified; /* the three steps to the sign-off, since its ground and the last relapse */
	int64_t step_seq[SIGNOFF_STEPS]; /* the events that count for them; 0: none */
	int lookbacks, relapses;
	struct day last_lookback;
	bool discharged; /* closed, withdrawn or out of scope */
};
/* Events in order of (day, seq). Pure: the same events give the same course. out_of_scope is a field of the record. */
void policy_course(
	const struct event_fact *events, size_t count, bool out_of_scope, struct course *ret);
/* May this kind follow in this state? NULL when it may, else why not (Chinese or English sentence).
 * now: the course over the events up to and including the new event's day, so that an event recorded
 * late is judged by what stood on its own day. */
const char *policy_event_refusal(const struct course *now, enum event_kind kind,
	enum category category, enum measure measure);

/* ---- amendments ------------------------------------------------------------------------- */

/* The Annex 1 cells as data, for the matrix page: every duty of a cell without facts. A fixed day has the
 * state DUTY_DUE (or DUTY_PAST_WHEN_ISSUED) whatever as_of is, with no days counted. */
void policy_cell(const struct policy *p, struct arena *a, enum category c, enum ring r,
	struct day as_of, struct duties *ret);
/* Does the version of the rules of this cell differ between two days? */
bool policy_cell_changed(
	const struct policy *p, enum category c, enum ring r, struct day from, struct day to);
/* The plan's own date, number and title, from the data. */
struct plan_info {
	struct day issued; /* 2017-12-06 */
	const char *number, *title;
};
const struct plan_info *policy_plan(const struct policy *p);

#endif
