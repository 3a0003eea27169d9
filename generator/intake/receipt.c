/*
 * receipt.cgi: what became of a tip-off. Four places are asked, always all of them and in the same order, whatever the first
 * says: the office's status file where the office works on this machine, the one its last bundle brought, the drain's, the
 * spool. What the office says goes before what the drain says; its own file is never older than a bundle made from it.
 */
#include "intake/intake_internal.h"
#include "intake/wire.h"

#include <stdlib.h>
#include <string.h>

/* The steps of a case as citizens hear of them. */
static const struct {
	const char *id, *zh, *en, *meaning_zh, *meaning_en;
} states[] = {
	{"received", "已收到", "Received", "已经安全收到，正在等待受理。", "Received; waiting."},
	{"accepted", "已受理", "Accepted", "已经受理，将转给承办单位和街道核查。",
		"Accepted; it goes to those in charge."},
	{"declined", "不予受理", "Declined", "没有受理，理由见上面的答复。",
		"Not accepted; the reply says why."},
	{"merged", "已合并办理", "Merged", "和另一件反映同一问题的举报合在一起办理，结果相同。",
		"Handled together with another about the same matter."},
	{"dispatched", "已转办", "Dispatched", "已经转给承办单位和街道，等待现场核查。",
		"With those in charge; to be checked on site."},
	{"objected", "正在重新确定承办单位", "Being reassigned",
		"承办单位认为不归它管，正在重新确定由谁办理。",
		"The unit says it is not its matter."},
	{"checked", "已核查", "Checked", "已经到现场核查。", "Checked on site."},
	{"rectifying", "正在整治", "Being rectified", "情况属实，正在整治。",
		"Found true; being rectified."},
	{"concluded", "已办结", "Concluded", "已经办结。", "Concluded."},
	{"published", "结果已公开", "Published",
		"已经办结，结果已在网站公开，其中没有举报人的信息。",
		"Concluded; the result is published."},
	{"asked", "已回访", "Asked back", "已经办结并回访。", "Concluded; the reporter was asked."},
	{"reopened", "重新办理", "Reopened", "又有新的情况，正在重新办理。", "Taken up again."},
	{"extended", "正在办理", "Under way", "还在办理，办结的期限延长了一次。",
		"Under way; the day to conclude was put off once."},
	{"transferred", "已移送", "Transferred", "不归本区管，已经移送有权办理的机关。",
		"Passed to those who may decide."},
	{"erased", "已销毁", "Erased", "保存期限已到，举报的内容已经销毁。",
		"Its time was over; the content is erased."},
};

struct look {
	struct intake *in;
	const struct request *req;
	struct response *res;
	struct arena *a;
};

/* ---- pages ------------------------------------------------------------------------------------------- */

static void answer(struct look *l, int status, struct value *m)
{
	struct page p = {PAGE_STATUS, status, T("查举报进展", "What became of a tip-off"),
		status != 200, false};
	page_answer(l->in, &p, m, l->res);
}

static void answer_mistyped(struct look *l, const char *typed, const char *title, const char *text)
{
	struct value *m = page_model(l->in, l->a);
	value_set_text(m, l->a, "problem_title", title);
	value_set_text(m, l->a, "problem", text);
	value_set_text(m, l->a, "typed", typed);
	answer(l, 422, m);
}

static void answer_trouble(struct look *l, int status, const char *title, const char *text)
{
	struct value *m = page_model(l->in, l->a);
	struct page p = {PAGE_PROBLEM, status, title, true, false};
	value_set_text(m, l->a, "text", text);
	page_answer(l->in, &p, m, l->res);
}

/* "2018-W05" or "2018-01-30" in words. */
static const char *when_text(struct arena *a, const char *when)
{
	char from[DAY_ZH_BYTES], to[DAY_ZH_BYTES];
	struct week w;
	struct day d;
	if (day_parse(when, &d))
		return arena_strdup(a, day_text_zh(d, from));
	if (!week_parse(when, strlen(when), &w))
		return "";
	d = week_monday(w);
	return arena_printf(a, T("%s至%s这一周", "the week from %s to %s"), day_text_zh(d, from),
		day_text_zh(day_add(d, 6), to));
}

static void answer_state(struct look *l, const struct status *s)
{
	struct value *m = page_model(l->in, l->a);
	const char *label = s->state, *meaning = "";
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		if (str_eq(s->state, states[i].id)) {
			label = T(states[i].zh, states[i].en);
			meaning = T(states[i].meaning_zh, states[i].meaning_en);
		}
	}
	value_set_text(m, l->a, "state", label);
	value_set_text(m, l->a, "meaning", meaning);
	value_set_text(m, l->a, "when", when_text(l->a, s->when));
	value_set_text(m, l->a, "reply", s->reply);
	value_set_text(m, l->a, "typed", "");
	answer(l, 200, m);
}

/* ---- looking -------------------------------------------------------------------------------------------- */

/* A status file that is not there knows nothing; one that cannot be read is trouble, and does not speak for "unknown". */
static enum err_code ask_file(struct look *l, const char *path, const struct receipt_keys *keys,
	bool *ret_found, struct status *ret, struct err *e)
{
	*ret_found = false;
	enum err_code code = status_find(l->a, path, keys, ret_found, ret, e);
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

static enum err_code ask_spool(struct look *l, const struct receipt_keys *keys, bool *ret_found,
	struct status *ret, struct err *e)
{
	struct spool_known known;
	char week[WEEK_TEXT_BYTES] = "";
	*ret_found = false;
	enum err_code code = intake_spool(l->in, e);
	if (!code)
		code = spool_find(&l->in->spool, &keys->id, ret_found, &known, e);
	if (!code && *ret_found)
		week_text(known.week, week);
	*ret = (struct status){"received", arena_strdup(l->a, week), ""};
	return code;
}

/* In the order of who goes before. */
enum place { OFFICE_HERE, OFFICE_BUNDLE, DRAIN, SPOOL, PLACES };

static void look_up(struct look *l, const struct receipt *r)
{
	struct receipt_keys keys;
	struct status said[PLACES];
	bool found[PLACES];
	struct err e[PLACES] = {0};
	size_t answer_of = PLACES, trouble = PLACES;
	receipt_derive(r, &keys);
	const char *const files[PLACES] = {
		[OFFICE_HERE] = arena_printf(l->a, "%s/status/office.bin", l->in->root),
		[OFFICE_BUNDLE] = arena_printf(l->a, "%s/status.bin", l->in->bundle),
		[DRAIN] = arena_printf(l->a, "%s/status/received.bin", l->in->root)};
	for (size_t i = 0; i < PLACES; i++) {
		enum err_code code =
			files[i] ? ask_file(l, files[i], &keys, &found[i], &said[i], &e[i])
				 : ask_spool(l, &keys, &found[i], &said[i], &e[i]);
		if (code && trouble == PLACES)
			trouble = i;
		if (!code && found[i] && answer_of == PLACES)
			answer_of = i;
	}
	bytes_wipe(&keys, sizeof keys);
	if (trouble < PLACES)
		response_log(l->res, "receipt: %s", e[trouble].message);
	if (answer_of < PLACES)
		answer_state(l, &said[answer_of]);
	else if (trouble < PLACES)
		answer_trouble(l, 503, T("现在查不了", "Not available"),
			T("服务器出了故障，请过几分钟再查。您的举报不受影响。",
				"The server is in trouble: try again in a few minutes. Your "
				"tip-off is safe."));
	else {
		struct value *m = page_model(l->in, l->a);
		value_set_bool(m, l->a, "missing", true);
		value_set_text(m, l->a, "typed", "");
		answer(l, 404, m);
	}
}

/* ---- a post ------------------------------------------------------------------------------------------------ */

static enum err_code read_code(struct look *l, struct bytes *ret, struct err *e)
{
	const struct request *r = l->req;
	struct form_body *body = arena_alloc(l->a, sizeof *body);
	const char *boundary;
	enum err_code code = ERR_OK;
	enum body_type type = content_type_of(r->content_type);
	*ret = (struct bytes){(const uint8_t *)"", 0};
	if (r->body_cut || type == BODY_UNKNOWN)
		return err_set(e, ERR_INPUT, T("不是表单", "no form"));
	if (type == BODY_MULTIPART)
		code = content_type_boundary(l->a, r->content_type, &boundary, e);
	if (!code)
		code = type == BODY_MULTIPART
			       ? multipart_parse(l->a, r->body, r->body_len, boundary, body, e)
			       : urlencoded_parse(l->a, r->body, r->body_len, body, e);
	for (size_t i = 0; !code && i < body->count; i++)
		if (str_eq(body->parts[i].name, "receipt"))
			*ret = body->parts[i].value;
	return code;
}

static void handle_post(struct look *l)
{
	struct err e = {0};
	struct bytes raw;
	struct receipt r;
	bool ignored;
	enum err_code code = read_code(l, &raw, &e);
	if (code) {
		answer_trouble(l, code == ERR_REFUSED ? 413 : 400,
			T("没有收全", "Not received whole"),
			T("浏览器发来的内容不完整。请返回，再查一次。",
				"The browser sent something incomplete: go back and try again."));
		return;
	}
	const char *typed = text_clean(l->a, raw, false, &ignored);
	/* What was typed is shown again as long as it could be a code. */
	const char *shown = strlen(typed) <= 256 ? typed : "";
	switch (receipt_parse(typed, strlen(typed), &r)) {
	case RECEIPT_READ:
		look_up(l, &r);
		break;
	case RECEIPT_WRONG_CHECK:
		answer_mistyped(l, shown, T("回执号抄错了", "The code is mistyped"),
			T("校验位对不上：有一个或者几个字母、数字抄错了，请对着原来的再看一遍",
				"The check digit does not fit: some letter or digit is wrong, "
				"compare it "
				"with the original"));
		break;
	case RECEIPT_NOT_ONE:
		answer_mistyped(l, shown, T("这不是回执号", "This is no receipt code"),
			T("请填回执号：一共 20 个字母和数字，例如 XXXX-XXXX-XXXX-XXXX-XXXX "
			  "这样五组",
				"Give the receipt code: 20 letters and digits in five groups"));
		break;
	}
	bytes_wipe(&r, sizeof r);
}

void receipt_handle(struct intake *in, const struct request *req, const struct chance *chance,
	struct response *res)
{
	struct look l = {in, req, res, arena_new()};
	(void)chance;
	res->status = 200;
	res->retry_after = res->allow = NULL;
	res->log[0] = '\0';
	if (str_eq(req->method, "POST")) {
		handle_post(&l);
	} else if (str_eq(req->method, "GET") || str_eq(req->method, "HEAD")) {
		struct value *m = page_model(in, l.a);
		value_set_text(m, l.a, "typed", "");
		answer(&l, 200, m);
	} else {
		res->allow = "GET, HEAD, POST";
		answer_trouble(&l, 405, T("不能这样访问", "Not this way"),
			T("这个网址只能查回执号。", "This address looks up receipt codes."));
	}
	arena_free(l.a);
}
