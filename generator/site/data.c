/*
 * The whole public register as files: enterprises as CSV and JSON, events as CSV.
 *
 * One table of columns makes the CSV, the JSON, the dictionary and the Data Package, so that they cannot disagree.
 * CSV begins with a BOM, because the spreadsheets people use take UTF-8 for GBK without one. Withdrawn records keep
 * their number and state and nothing else, as on their pages.
 */
#include "site/data.h"

#include <string.h>

enum { DOWNLOAD_BYTES_MAX = 1 << 30 };
#define NO_FIELD ((enum field)0)

/* ---- columns -------------------------------------------------------------------------------------- */

static const char *answer_word(enum tri t)
{
	return t == TRI_YES ? "yes" : t == TRI_NO ? "no" : NULL;
}

static enum tri answer_in(const struct pub_record *rec, enum field f)
{
	const struct answers *x = &rec->answers;
	switch ((int)f) {
	case FIELD_EMISSIONS_EXCEED:
		return x->emissions_exceed;
	case FIELD_CONFORMS:
		return x->conforms;
	case FIELD_HAS_FIRE:
		return x->has_fire;
	case FIELD_HAS_EIA:
		return x->has_eia;
	case FIELD_HAS_PLANNING:
		return x->has_planning;
	case FIELD_HAS_LICENCE:
		return x->has_licence;
	case FIELD_HAS_HAZARD:
		return x->has_hazard;
	case FIELD_HAS_UNLAWFUL_BUILDING:
		return x->has_unlawful_building;
	case FIELD_UNLAWFUL_OPERATION:
		return x->unlawful_operation;
	case FIELD_INDUSTRIAL_PREMISES:
		return rec->industrial_premises;
	case FIELD_IN_DEMOLITION:
		return rec->in_demolition;
	default:
		return TRI_UNKNOWN;
	}
}

static const char *field_text(
	const struct ctx *c, struct arena *a, const struct pub_record *rec, enum field f)
{
	if (policy_field(f)->type == TYPE_TRI)
		return answer_word(answer_in(rec, f));
	switch ((int)f) {
	case FIELD_NAME:
		return rec->name;
	case FIELD_INDUSTRY:
		return rec->industry_text;
	case FIELD_INDUSTRY_KIND:
		return rec->industry;
	case FIELD_ADDRESS:
		return rec->address;
	case FIELD_COMMUNITY:
		return rec->community;
	case FIELD_STREET:
		return text_or(street_name(c, rec->street), rec->street);
	case FIELD_PRODUCTS:
		return rec->products;
	case FIELD_EQUIPMENT:
		return rec->equipment_summary;
	case FIELD_EMPLOYEES:
		return rec->employees_band;
	case FIELD_PREMISES:
		return rec->premises;
	case FIELD_RECTIFICATION_NOTE:
		return rec->note;
	case FIELD_CATEGORY:
		return rec->category ? policy_category_label(rec->category) : NULL;
	case FIELD_RING:
		return policy_ring_id(rec->ring);
	case FIELD_MEASURE:
		return policy_measure_id(rec->measure);
	case FIELD_FOUND_ON:
		return text_day(a, rec->found_on);
	default:
		return NULL;
	}
}

static const char *extra_text(const struct ctx *c, struct arena *a, const struct pub_record *rec,
	const struct row *row, const char *id)
{
	if (str_eq(id, "street_code"))
		return rec->street;
	if (str_eq(id, "address_withheld"))
		return rec->address_withheld ? "yes" : "no";
	if (str_eq(id, "since"))
		return text_day(a, rec->since);
	if (str_eq(id, "order"))
		return text_day(a, rec->course.order);
	if (str_eq(id, "next_due"))
		return text_day(a, day_of(row->due));
	if (str_eq(id, "overdue"))
		return row->flags & ROW_OVERDUE ? "yes" : "no";
	if (str_eq(id, "first_reported"))
		return text_month(a, rec->first_reported);
	if (str_eq(id, "last_reported"))
		return text_month(a, rec->last_reported);
	(void)c;
	return NULL;
}

/* What stays of a withdrawn record: id, state, since, content day, address of its page. */
static const char *column_text(const struct ctx *c, struct arena *a, const struct pub_record *rec,
	const struct row *row, const struct data_column *col)
{
	const char *id = col->id;
	if (str_eq(id, "id"))
		return rec->id;
	if (str_eq(id, "state"))
		return policy_state_slug(rec->state);
	if (str_eq(id, "content_day"))
		return text_day(a, rec->content_day);
	if (str_eq(id, "page"))
		return text_join(a, text_or(c->o->config.base_path, ""),
			url_of_record(a, pub_prefix(c->pub), rec->number));
	if (rec->state == STATE_WITHDRAWN && !str_eq(id, "since"))
		return NULL;
	return col->field ? field_text(c, a, rec, col->field) : extra_text(c, a, rec, row, id);
}

static const struct data_column columns[] = {
	{"id", FIELD_ID, NULL, NULL},
	{"name", FIELD_NAME, NULL, NULL},
	{"street", FIELD_STREET, NULL, NULL},
	{"street_code", NO_FIELD, "街道代码", "统计用区划代码；片区为登记簿的代码"},
	{"community", FIELD_COMMUNITY, NULL, NULL},
	{"address", FIELD_ADDRESS, NULL, NULL},
	{"address_withheld", NO_FIELD, "地址不公开", "yes：有地址，但不公开"},
	{"industry", FIELD_INDUSTRY, NULL, NULL},
	{"industry_kind", FIELD_INDUSTRY_KIND, NULL, NULL},
	{"products", FIELD_PRODUCTS, NULL, NULL},
	{"equipment", FIELD_EQUIPMENT, NULL, NULL},
	{"employees", FIELD_EMPLOYEES, NULL, NULL},
	{"premises", FIELD_PREMISES, NULL, NULL},
	{"emissions_exceed", FIELD_EMISSIONS_EXCEED, NULL, NULL},
	{"conforms", FIELD_CONFORMS, NULL, NULL},
	{"has_fire", FIELD_HAS_FIRE, NULL, NULL},
	{"has_eia", FIELD_HAS_EIA, NULL, NULL},
	{"has_planning", FIELD_HAS_PLANNING, NULL, NULL},
	{"has_licence", FIELD_HAS_LICENCE, NULL, NULL},
	{"has_hazard", FIELD_HAS_HAZARD, NULL, NULL},
	{"has_unlawful_building", FIELD_HAS_UNLAWFUL_BUILDING, NULL, NULL},
	{"unlawful_operation", FIELD_UNLAWFUL_OPERATION, NULL, NULL},
	{"industrial_premises", FIELD_INDUSTRIAL_PREMISES, NULL, NULL},
	{"in_demolition", FIELD_IN_DEMOLITION, NULL, NULL},
	{"rectification_note", FIELD_RECTIFICATION_NOTE, NULL, NULL},
	{"category", FIELD_CATEGORY, NULL, NULL},
	{"ring", FIELD_RING, NULL, NULL},
	{"measure", FIELD_MEASURE, NULL, NULL},
	{"found_on", FIELD_FOUND_ON, NULL, NULL},
	{"state", NO_FIELD, "状态", "由整治记录推算出的现状，取值见各状态页"},
	{"since", NO_FIELD, "状态起始日", "现状从哪天开始"},
	{"order", NO_FIELD, "责令停产日", "现行责令的日期，2个月、3个月从这天起算"},
	{"next_due", NO_FIELD, "下一期限", "还没有做完的期限中最早的一个，含当日"},
	{"overdue", NO_FIELD, "是否逾期", "按生成当日计算"},
	{"first_reported", NO_FIELD, "首次上报月份", "街道月报首次载明的月份"},
	{"last_reported", NO_FIELD, "最近上报月份", "街道月报最近载明的月份"},
	{"content_day", NO_FIELD, "内容日期", "这一条最近一次变更的日期"},
	{"page", NO_FIELD, "网页", "本站上的地址"},
};

static const struct data_column event_columns[] = {
	{"seq", NO_FIELD, "序号", "登记簿内不重复，不改变"},
	{"id", NO_FIELD, "编号", "企业编号，对应企业表"},
	{"kind", NO_FIELD, "种类", "整治记录的种类"},
	{"label", NO_FIELD, "种类（中文）", NULL},
	{"day", NO_FIELD, "日期", "事项发生的日期"},
	{"unit", NO_FIELD, "单位", "作出或记录事项的单位代码"},
	{"doc", NO_FIELD, "文号", NULL},
	{"note", NO_FIELD, "说明", "经审核公开的说明"},
	{"corrects", NO_FIELD, "更正", "这一条更正的记录的序号"},
	{"voided", NO_FIELD, "已作废", "yes：后来已更正"},
};

const struct data_column *data_columns(size_t *ret_count)
{
	*ret_count = COUNT_OF(columns);
	return columns;
}

const struct data_column *data_event_columns(size_t *ret_count)
{
	*ret_count = COUNT_OF(event_columns);
	return event_columns;
}

const char *data_column_label(const struct data_column *col)
{
	return col->label ? col->label : policy_field(col->field)->label;
}

/* ---- the scan ------------------------------------------------------------------------------------------ */

struct scan {
	struct worker *w;
	struct arena *a; /* of what a record needs; reset for each */
	struct buf *enterprises, *events;
	struct json json;
};

static const struct row *row_of(const struct ctx *c, const struct pub_record *rec)
{
	return &c->now->rows[rec->number - 1];
}

static void event_cells(struct scan *s, const struct pub_record *rec, const struct pub_event *ev)
{
	struct buf *b = s->events;
	char day[DAY_TEXT_BYTES];
	buf_int(b, ev->seq);
	csv_field(b, false, rec->id);
	csv_field(b, false, policy_event_id(ev->kind));
	csv_field(b, false, policy_event_label(ev->kind));
	csv_field(b, false, day_text(ev->day, day));
	csv_field(b, false, text_or(ev->unit, ""));
	csv_field(b, false, text_or(ev->doc, ""));
	csv_field(b, false, text_or(ev->note, ""));
	buf_char(b, ',');
	if (ev->corrects)
		buf_int(b, ev->corrects);
	csv_field(b, false, ev->voided ? "yes" : "no");
	csv_end_row(b);
}

static enum err_code csv_record(void *ctx, const struct pub_record *rec, struct err *e)
{
	struct scan *s = ctx;
	const struct ctx *c = s->w->ctx;
	(void)e;
	arena_reset(s->a);
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		csv_field(s->enterprises, i == 0,
			text_or(column_text(c, s->a, rec, row_of(c, rec), &columns[i]), ""));
	csv_end_row(s->enterprises);
	for (size_t i = 0; i < rec->event_count; i++)
		event_cells(s, rec, &rec->events[i]);
	return ERR_OK;
}

void data_head(struct buf *b, const struct data_column *cols, size_t n)
{
	buf_str(b, "\xef\xbb\xbf");
	for (size_t i = 0; i < n; i++)
		csv_field(b, i == 0, data_column_label(&cols[i]));
	csv_end_row(b);
}

static enum err_code put(struct worker *w, const char *path, const struct buf *b, struct err *e)
{
	if (b->overflow)
		return err_set(e, ERR_INPUT, T("%s 太大", "%s is too large"), path);
	return store_put(w->ctx->store, path, b->data, b->len, e);
}

static enum err_code csv_emit(struct worker *w, struct err *e)
{
	struct buf enterprises, events;
	struct arena *records = arena_new();
	struct scan s = {.w = w, .a = w->arena, .enterprises = &enterprises, .events = &events};
	buf_init(&enterprises, DOWNLOAD_BYTES_MAX);
	buf_init(&events, DOWNLOAD_BYTES_MAX);
	data_head(&enterprises, columns, COUNT_OF(columns));
	data_head(&events, event_columns, COUNT_OF(event_columns));
	enum err_code code = pub_record_each(w->pub, 1, 0, records, csv_record, &s, e);
	if (!code)
		code = put(w, "/data/enterprises.csv", &enterprises, e);
	if (!code)
		code = put(w, "/data/events.csv", &events, e);
	buf_done(&enterprises);
	buf_done(&events);
	arena_free(records);
	return code;
}

static enum err_code json_record(void *ctx, const struct pub_record *rec, struct err *e)
{
	struct scan *s = ctx;
	const struct ctx *c = s->w->ctx;
	(void)e;
	arena_reset(s->a);
	buf_char(s->enterprises, '\n');
	json_out_object(&s->json, NULL);
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		const char *text = column_text(c, s->a, rec, row_of(c, rec), &columns[i]);
		json_out_string(&s->json, columns[i].id, text && *text ? text : NULL);
	}
	json_out_object_end(&s->json);
	return ERR_OK;
}

static enum err_code json_emit(struct worker *w, struct err *e)
{
	struct buf b;
	struct arena *records = arena_new();
	struct scan s = {.w = w, .a = w->arena, .enterprises = &b};
	char day[DAY_TEXT_BYTES];
	buf_init(&b, DOWNLOAD_BYTES_MAX);
	json_out_init(&s.json, &b);
	json_out_object(&s.json, NULL);
	json_out_string(&s.json, "data_day",
		day_is_set(w->ctx->data_day) ? day_text(w->ctx->data_day, day) : NULL);
	json_out_bool(&s.json, "demo", w->ctx->o->config.demo);
	json_out_array(&s.json, "enterprises");
	enum err_code code = pub_record_each(w->pub, 1, 0, records, json_record, &s, e);
	json_out_array_end(&s.json);
	json_out_object_end(&s.json);
	buf_char(&b, '\n');
	if (!code)
		code = put(w, "/data/enterprises.json", &b, e);
	buf_done(&b);
	arena_free(records);
	return code;
}

static size_t bulk_count(const struct ctx *c)
{
	(void)c;
	return 3;
}

static size_t bulk_pages(const struct ctx *c)
{
	(void)c;
	return 1;
}

static enum err_code bulk_emit(struct worker *w, size_t index, struct err *e)
{
	return index == 0 ? csv_emit(w, e) : index == 1 ? json_emit(w, e) : output_emit(w, e);
}

const struct other_kind bulk_kind = {.count = bulk_count,
	.emit = bulk_emit,
	.pages = bulk_pages,
	.depends = ON_CHANGES | ON_DAY | IS_BULK};
