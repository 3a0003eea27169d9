/*
 * A second pair of eyes before a result becomes public: somebody else reads the reply, with the key that opens the contact, so that
 * the program can hold the reply against the half that its writer could not open.
 */
#include "casework/casework_internal.h"

#include <string.h>

static enum err_code may_review(const struct desk *d, struct err *e)
{
	if (!d->named)
		return err_set(e, ERR_USAGE, T("没有写明是谁办的", "say who does it"));
	if (d->o.read_only)
		return err_set(e, ERR_USAGE, T("只读打开的，不能办理", "opened for looking only"));
	if (d->o.role != DESK_REPLY)
		return err_set(e, ERR_USAGE,
			T("公布前的审核要用联系方式的密钥核对答复：请加 --role reply",
				"a review holds the reply against the contact: use --role reply"));
	return ERR_OK;
}

struct found {
	struct arena *a;
	struct reply_review v;
	bool any;
};

static enum err_code take(void *ctx, const struct reply_review *v, struct err *e)
{
	struct found *f = ctx;

	(void)e;
	f->v = *v;
	f->v.reply = arena_strdup(f->a, v->reply ? v->reply : "");
	f->any = true;
	return ERR_OK;
}

/* What was quarantined holds no contact, nor does an anonymous one: there an opening that fails takes nothing away. */
static bool has_contact(const struct tip_case *row)
{
	return !str_eq(row->origin, "quarantined") && !str_eq(row->way, "anonymous");
}

static enum err_code read_again(struct desk *d, const struct tip_case *row, const char *reply,
	struct arena *a, struct err *e)
{
	struct sealed_case c = {0};
	struct tipoff t;
	struct err why = {0};
	enum err_code code = sealed_case_read(d, row, &c, e);
	bool opened = false;

	if (!code) {
		opened = !sealed_case_open(d, &c, a, &t, &why);
		if (!opened && ((why.code != ERR_REFUSED && why.code != ERR_NOT_FOUND) ||
				       has_contact(row)))
			code = (*e = why).code;
	}
	if (!code)
		code = reply_check(d, reply, opened ? &t : NULL, row->enterprise, e);
	if (opened)
		bytes_wipe(&t, sizeof t);
	sealed_case_done(&c);
	return code;
}

enum err_code desk_review(struct desk *d, int64_t number, struct err *e)
{
	struct arena *a = arena_new();
	struct found f = {.a = a};
	struct tip_case row;
	const struct change_note note = desk_note_for(d, NULL);
	enum err_code code = may_review(d, e);

	if (!code)
		code = reg_case_get(d->o.reg, number, a, &row, e);
	if (!code)
		code = reg_reply_review_each(d->o.reg, number, take, &f, e);
	if (!code && f.any)
		code = read_again(d, &row, f.v.reply, a, e);
	/* What was read is named: a reply that came since is not reviewed with it. Not concluded: the register says so. */
	if (!code)
		code = reg_reply_review_add(d->o.reg, number, f.v.step, &note, e);
	arena_free(a);
	return code;
}
