/* What both sides of the hand-over share: the report, the lock, where a record lies, and a host's key for signing. */
#include "casework/handover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

enum { FIRST_WEEK_YEAR = 2017, NAME_FILE_MAX = 1024 };

static void note_first(char *out, size_t bytes, const char *what, const char *why)
{
	int n = what ? snprintf(out, bytes, T("%s：%s", "%s: %s"), what, why)
		     : snprintf(out, bytes, "%s", why);
	size_t len = n < 0 ? 0 : strlen(out), bad = len;
	/* Cut within a character: back to its beginning. */
	if (!utf8_valid(out, len, &bad))
		out[bad] = '\0';
}

void handover_bad(struct handover_report *r, const char *what, const char *why)
{
	if (r->bad++ == 0)
		note_first(r->bad_first, sizeof r->bad_first, what, why);
}

void handover_late(struct handover_report *r, size_t count, const char *what, const char *why)
{
	r->incomplete += count;
	if (!*r->incomplete_first)
		note_first(r->incomplete_first, sizeof r->incomplete_first, what, why);
}

enum err_code handover_lock(const struct shelf *s, struct err *e)
{
	while (flock(s->folders[SHELF_PHOTOS], LOCK_EX))
		if (errno != EINTR)
			return err_errno(e, T("不能锁“photos”", "cannot lock \"photos\""));
	return ERR_OK;
}

/* Cases in the hub are new ones, as a rule: the search ends after a step or two. */
const char *handover_record(struct ledger *l, struct arena *a, const char *id, struct day newest)
{
	const struct day first = week_monday((struct week){FIRST_WEEK_YEAR, 1});

	for (struct day d = newest; day_compare(d, first) >= 0; d = day_add(d, -7)) {
		char week[WEEK_TEXT_BYTES];
		const char *path = case_record_path(a, id, week_text(week_of_day(d), week));
		if (ledger_has(l, path))
			return path;
	}
	return NULL;
}

enum err_code handover_host_name(
	const char *instance, struct arena *a, const char **ret, struct err *e)
{
	const char *path = path_join(a, instance, "host/name");
	struct buf b;

	if (!file_exists(path) && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND,
			T("“%s”不是收件服务器（没有 host/name）",
				"\"%s\" is no intake host (it has no host/name)"),
			instance);
	buf_init(&b, NAME_FILE_MAX);
	enum err_code code = file_read(path, NAME_FILE_MAX, &b, e);
	char *name = buf_dup(&b, a);
	buf_done(&b);
	if (code)
		return code;
	name[strcspn(name, "\r\n")] = '\0';
	if (!host_name_valid(name))
		return err_at(e, ERR_INPUT, path, 1, 0,
			T("这不是收件服务器的名字", "this is no name of an intake host"));
	*ret = name;
	return ERR_OK;
}

/* ---- the host's key -------------------------------------------------------------------------------- */

static bool key_stands(const char *key, const char *cert, struct sign_secret *ret)
{
	return file_exists(key) && file_exists(cert) &&
	       !key_read(key, KEY_HOST, true, ret->bytes, NULL);
}

enum err_code handover_key_make(const char *instance, const struct chance *chance, struct err *e)
{
	struct arena *a = arena_new();
	const char *host = path_join(a, instance, "host"), *name = NULL;
	const char *key = path_join(a, host, "handover.key"),
		   *cert = path_join(a, host, "handover.cert");
	struct sign_secret receipt = {0}, secret = {0};
	struct sign_public public;
	struct handover_cert c;
	struct buf text;
	enum err_code code = ERR_OK;

	buf_init(&text, HANDOVER_NOTE_MAX);
	if (!key_stands(key, cert, &secret)) {
		code = handover_host_name(instance, a, &name, e);
		if (!code)
			code = key_read(path_join(a, host, "receipt.key"), KEY_HOST, true,
				receipt.bytes, e);
		if (!code) {
			sign_keys(chance, &public, &secret);
			handover_cert_make(name, &public, &receipt, &c);
			handover_cert_write(&c, &text);
			code = key_write(key, KEY_HOST, true, secret.bytes, e);
		}
		if (!code)
			code = file_write_durable(cert, buf_text(&text), text.len, e);
	}
	bytes_wipe(&receipt, sizeof receipt);
	bytes_wipe(&secret, sizeof secret);
	buf_done(&text);
	arena_free(a);
	return code;
}
