/*
 * report.cgi: the form, and what is done with a post, in this order: the token, the fields, the pace, whether this very post
 * was stored before, the network's budget, the pictures, the sealing, the spool. Nothing is counted before it is stored, no
 * receipt is shown before it is durable, and every refusal gives back what was typed.
 */
#include "intake/intake_internal.h"
#include "intake/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TRY_AGAIN_SECONDS = 120,
	ENVELOPE_START = 64 * 1024,
	DAY_SECONDS = 86400,
	CHINA_SECONDS = 8 * 3600,
};

struct visit {
	struct intake *in;
	const struct request *req;
	const struct chance *chance;
	struct response *res;
	struct arena *a;
	struct day today;
	struct form form;
	struct token token;
	struct receipt receipt;
	struct receipt_keys keys;
	uint8_t content_mac[MAC_BYTES];
	struct budget budget;
	bool budget_looked;
	bool slow;
	bool taken; /* it stands in the spool */
};

/* ---- answers that are the form ------------------------------------------------------------------------ */

/* AGAIN asks for no pause, so it is given for one of ours alone. */
enum token_given { TOKEN_KEPT, TOKEN_NEW, TOKEN_AGAIN };

static const char *token_for(struct visit *v, enum token_given which)
{
	if (which == TOKEN_KEPT)
		return v->form.value[FORM_TOKEN];
	char *text = arena_alloc(v->a, TOKEN_TEXT_BYTES);
	token_make(&v->in->secret, v->req->now, which == TOKEN_AGAIN, v->chance, text);
	return text;
}

static void look_at_budget(struct visit *v)
{
	if (!v->budget_looked)
		budget_look(v->in, v->req->remote_addr, v->req->now, v->chance, &v->budget);
	v->budget_looked = true;
}

static void retry_after(struct visit *v, int64_t seconds)
{
	snprintf(v->in->retry_after, sizeof v->in->retry_after, "%lld", (long long)seconds);
	v->res->retry_after = v->in->retry_after;
}

/* title NULL: the errors of the fields speak for themselves. */
static void form_again(struct visit *v, int status, enum token_given which, const char *title,
	const char *text, bool phones)
{
	look_at_budget(v);
	struct form_page p = {.status = status,
		.notice_title = title,
		.notice_text = text,
		.notice_late = phones,
		.token = token_for(v, which),
		.ask_work = v->budget.hour_over,
		.today = v->today};
	form_answer(v->in, v->a, &v->form, &p, v->res);
}

static void answer_trouble(struct visit *v, const struct err *e)
{
	response_log(v->res, "report: %s", e->message);
	retry_after(v, TRY_AGAIN_SECONDS);
	form_again(v, 503, TOKEN_KEPT, T("现在收不下，还没有提交", "not received: try again later"),
		T("服务器出了故障，或者存满了。请稍后再按一次“提交举报”，不要关掉这一页；等不及的请"
		  "打电话。",
			"The server is in trouble or full. Press send again in a few minutes, and "
			"keep this page open; or call."),
		true);
}

static void answer_busy(struct visit *v, const struct err *e)
{
	response_log(v->res, "report: %s", e->message);
	retry_after(v, TRY_AGAIN_SECONDS);
	form_again(v, 503, TOKEN_KEPT,
		T("正在处理别人的照片，还没有提交", "busy with other photos: not received"),
		T("现在传照片的人多，没有轮到。请过几分钟再按一次“提交举报”，也可以先不传照片。",
			"Many photos are coming in at the moment. Press send again in a few "
			"minutes, or send it without photos."),
		true);
}

static void answer_problem(struct visit *v, int status, const char *title, const char *text)
{
	struct value *m = page_model(v->in, v->a);
	struct page p = {PAGE_PROBLEM, status, title, true, false};
	value_set_text(m, v->a, "text", text);
	value_set_bool(m, v->a, "back", true);
	page_answer(v->in, &p, m, v->res);
}

/* ---- GET ------------------------------------------------------------------------------------------------ */

/* A record's page links here with its id, so that nobody has to copy it. Nothing else is taken from an address. */
static void prefill(struct visit *v)
{
	struct form_body *query = arena_alloc(v->a, sizeof *query);
	struct err ignored;
	if (urlencoded_parse(v->a, v->req->query, strlen(v->req->query), query, &ignored))
		return;
	for (size_t i = 0; i < query->count; i++) {
		bool bad;
		const char *value = text_clean(v->a, query->parts[i].value, false, &bad);
		if (bad || utf8_length(value) > 200)
			continue;
		if (str_eq(query->parts[i].name, "enterprise"))
			v->form.value[FORM_ENTERPRISE] = value;
		for (size_t k = 0; k < v->in->conf.streets.count; k++)
			if (str_eq(query->parts[i].name, "street") &&
				str_eq(value, v->in->conf.streets.at[k].code))
				v->form.value[FORM_STREET] = value;
	}
	form_find_enterprise(v->a, v->in, &v->form);
}

/* What is wrong with the machine though tip-offs are taken. It is said here and not when one is taken: the log would tell
 * when that was. */
static void log_conditions(struct visit *v)
{
	struct sign_secret key;
	struct err e = {0};
	const char *cert;
	size_t cert_len;
	if (!v->budget.usable)
		response_log(v->res, "report: the budget file cannot be used");
	else if (intake_proof_keys(v->in, v->a, v->today, &cert, &cert_len, &key, &e))
		response_log(v->res, "report: receipt without proof: %s", e.message);
	else
		bytes_wipe(&key, sizeof key);
	if (page_check(v->in, PAGE_RECEIPT, &e))
		response_log(v->res, "page receipt.html: %s", e.message);
}

static void answer_form(struct visit *v)
{
	form_init(&v->form);
	prefill(v);
	look_at_budget(v);
	log_conditions(v);
	struct form_page p = {.status = 200,
		.token = token_for(v, TOKEN_NEW),
		.ask_work = v->budget.hour_over,
		.today = v->today};
	form_answer(v->in, v->a, &v->form, &p, v->res);
}

/* ---- POST: reading --------------------------------------------------------------------------------------- */

static enum err_code parse(struct visit *v, struct form_body *body, struct err *e)
{
	const struct request *r = v->req;
	const char *boundary;
	enum err_code code = ERR_OK;
	if (r->body_cut)
		return err_set(e, ERR_INPUT, T("没有收全", "the body was cut off"));
	switch (content_type_of(r->content_type)) {
	case BODY_MULTIPART:
		code = content_type_boundary(v->a, r->content_type, &boundary, e);
		return code ? code : multipart_parse(v->a, r->body, r->body_len, boundary, body, e);
	case BODY_URLENCODED:
		return urlencoded_parse(v->a, r->body, r->body_len, body, e);
	case BODY_UNKNOWN:
		break;
	}
	return err_set(e, ERR_INPUT, T("不是表单", "no form"));
}

static void answer_too_large(struct visit *v)
{
	answer_problem(v, 413, T("内容太大", "Too large"),
		T("照片加起来太大，或者文字太长，没有收下。请按浏览器的“后退”键返回，少选几张照片或"
		  "者换小一些的，再提交。",
			"The photos are too large together, or a text too long; nothing was "
			"received. "
			"Go back, choose fewer or smaller photos, and send again."));
}

/* False: answered already. */
static bool read_form(struct visit *v)
{
	struct err e = {0};
	form_init(&v->form);
	if (v->req->content_length > (int64_t)v->in->conf.limits.body_bytes ||
		v->req->body_len > v->in->conf.limits.body_bytes) {
		answer_too_large(v);
		return false;
	}
	struct form_body *body = arena_alloc(v->a, sizeof *body);
	enum err_code code = parse(v, body, &e);
	if (!code)
		code = form_read(v->a, v->in, body, &v->form, &e);
	if (code == ERR_REFUSED)
		answer_too_large(v);
	else if (code)
		answer_problem(v, 400, T("没有收全", "Not received whole"),
			T("网络中断，或者浏览器发来的内容不完整，没有收下。请按浏览器的“后退”键返回"
			  "，再提交一次。",
				"The connection broke, or the browser sent something incomplete; "
				"nothing "
				"was received. Go back and send again."));
	return !code;
}

/* ---- POST: the same one again -------------------------------------------------------------------------- */

static void add_hash(struct mac *m, const char *name, const void *bytes, size_t len)
{
	mac_add(m, name, strlen(name));
	mac_add(m, bytes, len);
}

/* Everything typed, in the order of the fields, and the pictures as they were sent. */
static void hash_content(struct visit *v)
{
	static const enum form_field typed[] = {FORM_ENTERPRISE, FORM_STREET, FORM_PLACE, FORM_WHEN,
		FORM_WHAT, FORM_WAY, FORM_CONTACT_NAME, FORM_CONTACT_PHONE, FORM_RECEIPT,
		FORM_WEBSITE};
	struct mac m;
	token_content_begin(&v->in->secret, &v->token, &m);
	for (size_t i = 0; i < v->in->conf.kinds.count; i++)
		if (v->form.kind[i])
			add_hash(&m, "kind", v->in->conf.kinds.at[i].code,
				strlen(v->in->conf.kinds.at[i].code));
	for (size_t i = 0; i < COUNT_OF(typed); i++)
		add_hash(&m, form_field_name(typed[i]), v->form.value[typed[i]],
			strlen(v->form.value[typed[i]]));
	for (size_t i = 0; i < v->form.photo_count; i++) {
		uint8_t hash[SHA256_BYTES];
		sha256_bytes(v->form.photos[i].bytes.at, v->form.photos[i].bytes.len, hash);
		add_hash(&m, "photo", hash, sizeof hash);
	}
	mac_end(&m, v->content_mac);
}

/* ---- the page of a tip-off received -------------------------------------------------------------------- */

enum { HEARD_WITHIN_DAYS = 15 };

static const char *week_sentence(struct arena *a, struct week w)
{
	char from[DAY_ZH_BYTES], to[DAY_ZH_BYTES];
	struct day monday = week_monday(w);
	return arena_printf(a, T("%s至%s这一周", "the week from %s to %s"),
		day_text_zh(monday, from), day_text_zh(day_add(monday, 6), to));
}

/* Without a certificate a receipt is as good, but nobody else can check it. */
static void add_proof(struct visit *v, struct value *m, struct week week,
	const uint8_t commitment[COMMITMENT_BYTES])
{
	struct proof proof = {.receipt = v->receipt, .week = week};
	struct sign_secret key;
	struct err e = {0};
	const char *cert;
	size_t cert_len;
	memcpy(proof.commitment, commitment, COMMITMENT_BYTES);
	if (intake_proof_keys(v->in, v->a, v->today, &cert, &cert_len, &key, &e)) {
		value_set_bool(m, v->a, "no_proof", true);
		return;
	}
	struct buf text;
	buf_init(&text, ENVELOPE_START);
	proof_write(&proof, cert, cert_len, &key, &text);
	bytes_wipe(&key, sizeof key);
	value_set_text(m, v->a, "proof", buf_dup(&text, v->a));
	value_set_text(m, v->a, "week_text", week_sentence(v->a, week));
	wipe_done(&text);
}

static void answer_received(
	struct visit *v, struct week week, const uint8_t commitment[COMMITMENT_BYTES])
{
	bool declined = str_eq(v->form.value[FORM_RECEIPT], "no");
	struct value *m = page_model(v->in, v->a);
	char *heard_by = arena_alloc(v->a, DAY_ZH_BYTES);
	char *text = arena_alloc(v->a, RECEIPT_TEXT_BYTES);
	struct page p = {PAGE_RECEIPT, 200, T("举报已收到", "Received"), false, false};
	v->taken = true;
	receipt_text(&v->receipt, text);
	value_set_bool(m, v->a, "declined", declined);
	value_set_text(m, v->a, "receipt", declined ? NULL : text);
	value_set_bool(m, v->a, "slow", v->slow);
	value_set_bool(m, v->a, "named", str_eq(v->form.value[FORM_WAY], "named"));
	value_set_text(
		m, v->a, "heard_by", day_text_zh(day_add(v->today, HEARD_WITHIN_DAYS), heard_by));
	if (!declined)
		add_proof(v, m, week, commitment);
	page_answer(v->in, &p, m, v->res);
}

static void answer_used(struct visit *v)
{
	form_again(v, 409, TOKEN_AGAIN,
		T("这张表单已经提交过一次，内容和这次不同",
			"this form was sent before, with other content"),
		T("前一次的已经收到，用前一次的回执号查。现在这一份还没有提交：要另外举报一件，或者"
		  "补充，请再按一次“提交举报”。",
			"What was sent before was received. This one was not: to report another "
			"matter, "
			"or to add something, press send again."),
		false);
}

/* Answers, and says so, when this token's case stands in the spool. same_only: other content is not spoken of. */
static bool answer_known(struct visit *v, bool same_only)
{
	bool found = false;
	struct spool_known known;
	struct err e = {0};
	enum err_code code = intake_spool(v->in, &e);
	if (!code)
		code = spool_find_durable(&v->in->spool, &v->keys.id, &found, &known, &e);
	if (code) {
		answer_trouble(v, &e);
		return true;
	}
	if (found && bytes_equal(known.content_mac, v->content_mac, MAC_BYTES))
		answer_received(v, known.week, known.commitment);
	else if (found && !same_only)
		answer_used(v);
	else
		return false;
	return true;
}

/* ---- POST: keeping it ------------------------------------------------------------------------------------ */

static const char *china_time(struct arena *a, int64_t now)
{
	char date[DAY_TEXT_BYTES];
	int64_t second = (now + 8 * 3600) % 86400;
	return arena_printf(a, "%sT%02d:%02d:%02d+08:00", day_text(day_from_unix(now), date),
		(int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

static void fill_tipoff(const struct visit *v, struct tipoff *t)
{
	const struct form *f = &v->form;
	bool anonymous = str_eq(f->value[FORM_WAY], "anonymous");
	*t = (struct tipoff){.received_at = china_time(v->a, v->req->now),
		.host = v->in->host,
		.enterprise = f->value[FORM_ENTERPRISE],
		.street = f->value[FORM_STREET],
		.place = f->value[FORM_PLACE],
		.happened_on = f->value[FORM_WHEN],
		.what = f->value[FORM_WHAT],
		.way = f->value[FORM_WAY],
		.lane = v->slow ? "slow" : "ordinary",
		.honeypot = *f->value[FORM_WEBSITE] != '\0',
		.receipt_declined = str_eq(f->value[FORM_RECEIPT], "no"),
		.contact_name = anonymous ? "" : f->value[FORM_CONTACT_NAME],
		.contact_phone = anonymous ? "" : f->value[FORM_CONTACT_PHONE]};
	for (size_t i = 0; i < v->in->conf.kinds.count; i++)
		if (f->kind[i])
			t->kinds[t->kind_count++] = v->in->conf.kinds.at[i].code;
	memcpy(t->status_tag, v->keys.status_tag, sizeof t->status_tag);
	memcpy(t->status_key, v->keys.status_key, sizeof t->status_key);
}

/* The midnight after the token's last second: what is kept of a tip-off tells no time of a day. */
static int64_t known_until(const struct visit *v)
{
	int64_t last = v->token.issued + v->in->conf.limits.token_seconds + CHINA_SECONDS;
	return (last + DAY_SECONDS - 1) / DAY_SECONDS * DAY_SECONDS - CHINA_SECONDS;
}

/* The machine's failures come back as ERR_SYSTEM or whatever the room below called them: all are trouble. */
static enum err_code store(struct visit *v, const struct clean_photo *photos, size_t photo_count,
	struct spool_known *ret, enum spool_claim *ret_claim, struct err *e)
{
	struct tipoff t;
	struct photo_plain plain[TIPOFF_PHOTOS];
	struct envelope_head head = {
		.id = v->keys.id, .token_expires = known_until(v), .week = week_of_day(v->today)};
	struct buf sealed;
	memcpy(head.content_mac, v->content_mac, MAC_BYTES);
	fill_tipoff(v, &t);
	for (size_t i = 0; i < photo_count; i++)
		plain[i] = (struct photo_plain){
			photos[i].jpeg.data, photos[i].jpeg.len, photos[i].width, photos[i].height};
	buf_init(&sealed, ENVELOPE_MAX_BYTES);
	ret->week = head.week;
	enum err_code code = envelope_seal(&t, plain, photo_count, &v->in->conf.to, &head,
		v->chance, &sealed, ret->commitment, e);
	struct spool_known known;
	if (!code)
		code = spool_put(
			&v->in->spool, sealed.data, sealed.len, v->chance, ret_claim, &known, e);
	if (!code && *ret_claim != SPOOL_STORED)
		*ret = known;
	buf_done(&sealed);
	bytes_wipe(&t, sizeof t);
	return code;
}

static void keep(struct visit *v, const struct clean_photo *photos)
{
	struct spool_known stands;
	enum spool_claim claim;
	struct err e = {0};
	if (store(v, photos, v->form.photo_count, &stands, &claim, &e)) {
		answer_trouble(v, &e);
		return;
	}
	if (claim == SPOOL_OTHER) {
		answer_used(v);
		return;
	}
	/* A file that cannot be used is spoken of with the form. */
	if (claim == SPOOL_STORED)
		(void)budget_count(
			v->in, v->req->remote_addr, v->req->now, v->chance, BUDGET_ACCEPTED);
	answer_received(v, stands.week, stands.commitment);
}

/* Looking at pictures costs the machine as much as taking them, so it costs the network as much: nobody can go on for ever. */
static void answer_photo_refused(struct visit *v)
{
	if (!budget_count(v->in, v->req->remote_addr, v->req->now, v->chance, BUDGET_REFUSED))
		response_log(v->res, "report: the budget file cannot be used");
	form_again(v, 422, TOKEN_KEPT, NULL, NULL, false);
}

static void clean_and_keep(struct visit *v)
{
	struct clean_photo photos[TIPOFF_PHOTOS] = {0};
	struct err e = {0};
	for (size_t i = 0; i < COUNT_OF(photos); i++)
		buf_init(&photos[i].jpeg, PHOTO_JPEG_MAX_BYTES);
	enum err_code code = photos_clean(v->a, &v->form, v->req->photo_launcher, photos, &e);
	if (code == ERR_REFUSED)
		answer_photo_refused(v);
	else if (code == ERR_CONFLICT)
		answer_busy(v, &e);
	else if (code)
		answer_trouble(v, &e);
	else
		keep(v, photos);
	for (size_t i = 0; i < COUNT_OF(photos); i++)
		wipe_done(&photos[i].jpeg);
}

/* ---- POST: in order ---------------------------------------------------------------------------------------- */

/* Over everyone's hourly budget a post waits in the slow lane, unless its browser worked for it. */
static void choose_lane(struct visit *v)
{
	const char *token = v->form.value[FORM_TOKEN];
	v->slow = !v->budget.usable ||
		  (v->budget.hour_over && !work_is_done(token, v->form.value[FORM_WORK],
						  v->in->conf.limits.work_bits));
}

static void accept_post(struct visit *v)
{
	look_at_budget(v);
	if (v->budget.network_over) {
		retry_after(v, v->budget.retry_after);
		form_again(v, 429, TOKEN_NEW,
			T("您所在的网络今天的举报次数已满，还没有提交",
				"this network's tip-offs of today are used up: not received"),
			T("同一个网络一天能收的举报有限，为的是挡住成批的垃圾举报。可以换一个网络（"
			  "例如关掉无线网，用手机流量）马上再交，可以明天再交，也可以打电话。",
				"The number a day from one network is limited against floods. Try "
				"another "
				"network at once, or tomorrow; or call."),
			true);
		return;
	}
	choose_lane(v);
	clean_and_keep(v);
}

static void answer_too_fast(struct visit *v)
{
	int64_t wait = v->token.issued + v->in->conf.limits.dwell_seconds - v->req->now;
	retry_after(v, wait > 0 ? wait : 1);
	form_again(v, 429, TOKEN_KEPT, T("提交得太快，还没有收下", "too fast: not received"),
		arena_printf(v->a,
			T("表单打开不到 %lld "
			  "秒就提交了，像是机器做的。请等几秒，再按一次“提交举报”。",
				"The form was sent within %lld seconds, as machines do. Wait a "
				"little, and "
				"press send again."),
			(long long)v->in->conf.limits.dwell_seconds),
		false);
}

static void answer_token(struct visit *v, bool expired)
{
	long long hours = (long long)(v->in->conf.limits.token_seconds / 3600);
	if (expired)
		form_again(v, 410, TOKEN_AGAIN,
			T("这张表单打开得太久，还没有提交",
				"this form was open too long: not received"),
			arena_printf(v->a,
				T("表单打开超过 %lld "
				  "小时就作废。已经换了一张新的，请再按一次“提交举报”。",
					"A form is good for %lld hours. This is a new one: press "
					"send again."),
				hours),
			false);
	else
		form_again(v, 400, TOKEN_NEW,
			T("这张表单不是从本站打开的，还没有提交",
				"this form is not ours: not received"),
			T("表单里的校验对不上，可能是从别处转来的，或者被改动过。已经换了一张新的，"
			  "请再按一次“提交举报”。",
				"The form's token does not fit; it may come from elsewhere. This "
				"is a new "
				"one: press send again."),
			false);
}

static void handle_post(struct visit *v)
{
	const struct form_limits *l = &v->in->conf.limits;
	if (!read_form(v))
		return;
	const char *text = v->form.value[FORM_TOKEN];
	enum token_reading reading = token_check(&v->in->secret, text, strlen(text), v->req->now,
		l->token_seconds, l->dwell_seconds, &v->token);
	if (reading == TOKEN_FORGED) {
		answer_token(v, false);
		return;
	}
	form_check(v->a, v->in, v->today, &v->form);
	token_receipt(&v->in->secret, &v->token, &v->receipt);
	receipt_derive(&v->receipt, &v->keys);
	hash_content(v);
	/* A receipt that got lost on the way is shown again, however late. */
	if (reading == TOKEN_EXPIRED && !answer_known(v, true))
		answer_token(v, true);
	if (reading == TOKEN_EXPIRED)
		return;
	if (v->form.error_count > 0)
		form_again(v, 422, TOKEN_KEPT, NULL, NULL, false);
	else if (reading == TOKEN_TOO_FRESH)
		answer_too_fast(v);
	else if (!answer_known(v, false))
		accept_post(v);
}

void report_handle(struct intake *in, const struct request *req, const struct chance *chance,
	struct response *res)
{
	struct visit *v = mem_zero(1, sizeof *v);
	*v = (struct visit){.in = in,
		.req = req,
		.chance = chance,
		.res = res,
		.a = arena_new(),
		.today = day_from_unix(req->now)};
	res->status = 200;
	res->retry_after = res->allow = NULL;
	res->log[0] = '\0';
	if (str_eq(req->method, "POST")) {
		handle_post(v);
		/* Whatever was to be said of it: the log does not tell when a tip-off was taken. */
		if (v->taken)
			res->log[0] = '\0';
	} else if (str_eq(req->method, "GET") || str_eq(req->method, "HEAD")) {
		answer_form(v);
	} else {
		res->allow = "GET, HEAD, POST";
		answer_problem(v, 405, T("不能这样访问", "Not this way"),
			T("这个网址只能打开表单和提交表单。",
				"This address shows a form and takes it."));
	}
	arena_free(v->a);
	bytes_wipe(v, sizeof *v);
	free(v);
}
