/*
 * tianlan handover send|fetch|status: between an intake host and the office, through a folder both can reach.
 *
 * `send` runs on the intake host, `fetch` in the office, each as often as one likes; where they stand, `status` says on either.
 * What was not as it should be is warned about and gives exit status 1, and the rest is done all the same.
 */
#include "cli/record_out.h"

#include "cli/instance.h"

#include "tianlan/casework.h"
#include "tianlan/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] = "tianlan handover send|fetch [--hub DIR] | status [--json]";

enum { HEAD_SHOWN = 12 };

static int64_t now_of(const struct cli *c)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now = 0;

	if (c->today_given)
		return (int64_t)c->today.n * 86400 + (9 - 8) * 3600; /* 09:00 in China */
	return epoch && str_to_int64(epoch, &now) ? now : (int64_t)time(NULL);
}

static enum err_code find_hub(struct cli *c, const char *given, const char **ret, struct err *e)
{
	*ret = given;
	if (!given && instance_hub(c->arena, c->dir, ret, e))
		return e->code;
	return *ret ? ERR_OK
		    : err_set(e, ERR_USAGE,
			      T("没有写明中转目录：用 --hub，或者在 tianlan.conf 里写 hub",
				      "the hub is not named: use --hub, or write hub in "
				      "tianlan.conf"));
}

/* ---- send and fetch ---------------------------------------------------------------------------------- */

static enum err_code print_json(const struct handover_report *r, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, 1 << 14);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_int(&j, "sent", (int64_t)r->sent);
	json_out_int(&j, "fetched", (int64_t)r->fetched);
	json_out_int(&j, "acknowledged", (int64_t)r->acknowledged);
	json_out_int(&j, "erased", (int64_t)r->erased);
	json_out_int(&j, "incomplete", (int64_t)r->incomplete);
	json_out_int(&j, "branches", (int64_t)r->branches);
	json_out_int(&j, "bad", (int64_t)r->bad);
	json_out_string(&j, "bad_first", r->bad ? r->bad_first : NULL);
	json_out_string(&j, "incomplete_first", *r->incomplete_first ? r->incomplete_first : NULL);
	json_out_object_end(&j);
	return record_json_finish(&out, e);
}

static enum err_code print_report(
	struct cli *c, bool sending, const struct handover_report *r, struct err *e)
{
	if (r->bad) {
		c->status = 1;
		cli_warn(T("%zu 处不对，没有动它们。第一处：%s",
				 "%zu things are not as they should be and were left alone. The "
				 "first: "
				 "%s"),
			r->bad, r->bad_first);
	}
	if (c->json)
		return print_json(r, e);
	if (*r->incomplete_first)
		cli_print(
			T("中转目录里有还没有到齐的，下一次应当到齐。第一处：%s\n",
				"the hub holds what has not arrived as a whole yet; it should with "
				"the next run. The first: %s\n"),
			r->incomplete_first);
	if (sending)
		cli_print(
			T("送出 %zu 件；内部已收到 %zu 件，这里的已销毁；应要求销毁 %zu 件；缺照片 "
			  "%zu 件\n",
				"%zu sent; %zu acknowledged by the office and destroyed here; %zu "
				"erased at its request; %zu lack a photo\n"),
			r->sent, r->acknowledged, r->erased, r->incomplete);
	else
		cli_print(T("取自 %zu 台收件服务器：新到 %zu 件，签收 %zu 件；已确认销毁 %zu "
			    "件；还缺密钥槽或照片 %zu 件\n",
				  "from %zu intake hosts: %zu new, %zu acknowledged; %zu confirmed "
				  "as erased; %zu still lack their slot or photos\n"),
			r->branches, r->fetched, r->acknowledged, r->erased, r->incomplete);
	return ERR_OK;
}

/* Where the key is missing and cannot be made, the hand-over goes on without: it says so when it has to sign. */
static void make_key(struct cli *c)
{
	const struct chance chance = chance_system();

	if (file_exists(path_join(c->arena, c->dir, "host/name")) &&
		!file_exists(path_join(c->arena, c->dir, "register.db")))
		(void)!handover_key_make(c->dir, &chance, NULL);
}

static enum err_code send(struct cli *c, const char *hub, struct err *e)
{
	struct handover_report report = {0};

	make_key(c);
	enum err_code code = handover_send(c->dir, hub, now_of(c), &report, e);
	return code ? code : print_report(c, true, &report, e);
}

static enum err_code fetch(struct cli *c, const char *hub, struct err *e)
{
	struct handover_report report = {0};
	struct reg *r = NULL;
	enum err_code code = cli_register(c, &r, e);

	if (!code)
		code = handover_fetch(c->dir, hub, r, c->today, &report, e);
	reg_close(r);
	return code ? code : print_report(c, false, &report, e);
}

/* ---- status ---------------------------------------------------------------------------------------------- */

static enum err_code status_json(const struct handover_host *hosts, size_t count, struct err *e)
{
	struct buf out;
	struct json j;

	buf_init(&out, RECORD_JSON_BYTES);
	json_out_init(&j, &out);
	json_out_array(&j, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct handover_host *h = &hosts[i];
		json_out_object(&j, NULL);
		json_out_string(&j, "host", h->host);
		json_out_int(&j, "cases", h->cases);
		json_out_int(&j, "waiting", h->waiting);
		json_out_int(&j, "acknowledged", h->acknowledged);
		json_out_int(&j, "erased", h->erased);
		json_out_int(&j, "erase_open", h->erase_open);
		json_out_int(&j, "head_seq", h->head_seq);
		json_out_string(&j, "head", *h->head ? h->head : NULL);
		json_out_object_end(&j);
	}
	json_out_array_end(&j);
	return record_json_finish(&out, e);
}

static void status_text(const struct handover_host *hosts, size_t count, bool office)
{
	if (count == 0)
		cli_print("%s\n",
			T("还没有收件服务器移交过", "no intake host has handed anything over"));
	for (size_t i = 0; i < count; i++) {
		const struct handover_host *h = &hosts[i];
		if (office)
			cli_print(
				T("%s：%lld 件，等密钥槽 %lld 件，已签收 %lld 件，已销毁 %lld "
				  "件，等它确认销毁 %lld 件；链到第 %lld 行 %.*s\n",
					"%s: %lld cases, %lld wait for their slot, %lld "
					"acknowledged, %lld erased, %lld asked to be erased there; "
					"chain up to line %lld %.*s\n"),
				h->host, (long long)h->cases, (long long)h->waiting,
				(long long)h->acknowledged, (long long)h->erased,
				(long long)h->erase_open, (long long)h->head_seq, HEAD_SHOWN,
				h->head);
		else
			cli_print(T("%s：内部还没有签收 %lld 件，已签收、这里已销毁 %lld "
				    "件；链到第 %lld 行 %.*s\n",
					  "%s: %lld not yet acknowledged by the office, %lld "
					  "acknowledged and destroyed here; chain up to line %lld "
					  "%.*s\n"),
				h->host, (long long)h->waiting, (long long)h->acknowledged,
				(long long)h->head_seq, HEAD_SHOWN, h->head);
	}
}

static enum err_code show_status(struct cli *c, struct err *e)
{
	const struct handover_host *hosts = NULL;
	size_t count = 0;
	struct reg *r = NULL;
	enum err_code code = ERR_OK;

	if (file_exists(path_join(c->arena, c->dir, "register.db")))
		code = cli_register(c, &r, e);
	if (!code)
		code = handover_status(c->dir, r, c->arena, &hosts, &count, e);
	if (!code && c->json)
		code = status_json(hosts, count, e);
	else if (!code)
		status_text(hosts, count, r != NULL);
	reg_close(r);
	return code;
}

enum err_code cmd_handover(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL, *hub = NULL;

	if (cli_guard_memory(e) || record_verb(&argc, argv, usage, &verb, e))
		return e->code;
	bool sending = str_eq(verb, "send"), looking = str_eq(verb, "status");
	if (!sending && !looking && !str_eq(verb, "fetch"))
		return record_unknown_verb(verb, usage, e);
	if (cli_option(&argc, argv, "--hub", &hub, e) || cli_words(argc, argv, 0, 0, usage, e) ||
		(!looking && find_hub(c, hub, &hub, e)))
		return e->code;
	enum err_code code = ledger_start(e);
	if (!code)
		code = looking ? show_status(c, e) : sending ? send(c, hub, e) : fetch(c, hub, e);
	ledger_stop();
	return code;
}
