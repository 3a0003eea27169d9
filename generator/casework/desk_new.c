/*
 * A tip-off that came by phone, letter or visit: sealed to the same keys as those of the form and put through the same drain, as
 * the host "desk" with a spool of its own, so that it stands in git, chain, slots and status like any other.
 *
 * The receipt is drawn by chance, as one from the form follows from chance: nobody who holds the host's secrets can work it out.
 * A crash in between leaves the envelope in the spool; the next desk_new() drains it. Nothing of the text is written in clear.
 */
#include "casework/casework_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DESK_SPOOL "desk"
enum { KNOWN_DAYS = 2, DAY_SECONDS = 86400, CHINA_SECONDS = 8 * 3600 };

/* ---- what the drain needs ------------------------------------------------------------------------------- */

static enum err_code make_private(const char *path, struct err *e)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return err_errno(e, T("不能建目录“%s”", "cannot make the folder \"%s\""), path);
	return ERR_OK;
}

/* The spool is made once; its last folder says that all of it stands. */
static enum err_code make_spool(struct desk *d, struct arena *a, struct err *e)
{
	const char *dir = path_join(a, d->o.instance, DESK_SPOOL);

	if (file_exists(path_join(a, dir, "bad")))
		return ERR_OK;
	if (make_private(dir, e) || spool_make(dir, e))
		return e->code;
	return dir_sync(d->o.instance, e);
}

static enum err_code read_recipients(struct desk *d, struct recipients *ret, struct err *e)
{
	const char *missing = NULL;

	*ret = (struct recipients){0};
	/* A struct box_public is its 32 bytes. */
	if (file_exists(d->keys) &&
		(keys_public(d->keys, KEY_FACTS, (uint8_t(*)[KEY_BYTES])ret->facts, RECIPIENTS_MAX,
			 &ret->facts_count, e) ||
			keys_public(d->keys, KEY_CONTACT, (uint8_t(*)[KEY_BYTES])ret->contact,
				RECIPIENTS_MAX, &ret->contact_count, e)))
		return e->code;
	if (!ret->facts_count)
		missing = key_purpose_name(KEY_FACTS);
	else if (!ret->contact_count)
		missing = key_purpose_name(KEY_CONTACT);
	if (missing)
		return err_set(e, ERR_NOT_FOUND,
			T("keys/ 里没有 %s 公钥，封不了举报；先运行 tianlan keys new",
				"keys/ has no public key for %s to seal to; run tianlan keys new "
				"first"),
			missing);
	return ERR_OK;
}

/* ---- the letter ---------------------------------------------------------------------------------------------- */

static const char *china_time(struct arena *a, int64_t now)
{
	char date[DAY_TEXT_BYTES];
	int64_t second = (now + CHINA_SECONDS) % DAY_SECONDS;

	return arena_printf(a, "%sT%02d:%02d:%02d+08:00", day_text(day_from_unix(now), date),
		(int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

static void draw_receipt(const struct chance *chance, struct receipt *ret)
{
	struct host_secret secret;
	struct token token = {0};

	chance_fill(chance, &secret, sizeof secret);
	chance_fill(chance, token.bytes, sizeof token.bytes);
	token_receipt(&secret, &token, ret);
	bytes_wipe(&secret, sizeof secret);
	bytes_wipe(&token, sizeof token);
}

/* A midnight, as for letters from the form: what is kept of a tip-off tells no time of a day. */
static int64_t known_until(int64_t now)
{
	int64_t last = now + KNOWN_DAYS * DAY_SECONDS + CHINA_SECONDS;
	return last / DAY_SECONDS * DAY_SECONDS - CHINA_SECONDS;
}

static enum err_code put_letter(
	struct desk *d, struct arena *a, const struct buf *letter, struct err *e)
{
	struct spool spool = {.dir = -1, .tmp = -1, .new = -1, .seen = -1};
	struct spool_known known;
	enum spool_claim claim = SPOOL_OTHER;
	enum err_code code =
		spool_open(path_join(a, d->o.instance, DESK_SPOOL), SPOOL_WEB, &spool, e);

	if (!code)
		code = spool_put(&spool, letter->data, letter->len, d->o.chance, &claim, &known, e);
	if (!code && claim != SPOOL_STORED)
		code = err_set(e, ERR_SYSTEM,
			T("编号碰巧已经有了，请再登记一次",
				"by chance the id stands already: take it down again"));
	spool_close(&spool);
	return code;
}

static enum err_code seal_letter(struct desk *d, struct arena *a, const char *origin,
	struct tipoff *t, const struct photo_plain *photos, size_t photo_count, int64_t now,
	struct receipt *receipt, struct case_id *ret_id, struct err *e)
{
	struct recipients to;
	struct receipt_keys keys;
	struct envelope_head head = {
		.token_expires = known_until(now), .week = week_of_day(day_from_unix(now))};
	uint8_t commitment[COMMITMENT_BYTES];
	struct buf letter;

	if (read_recipients(d, &to, e))
		return e->code;
	draw_receipt(d->o.chance, receipt);
	receipt_derive(receipt, &keys);
	head.id = *ret_id = keys.id;
	chance_fill(d->o.chance, head.content_mac, sizeof head.content_mac);
	t->received_at = china_time(a, now);
	/* The first opening learns the origin from it. */
	t->host = arena_printf(a, DESK_HOST "-%s", origin);
	t->lane = "ordinary";
	t->honeypot = t->receipt_declined = false;
	memcpy(t->status_tag, keys.status_tag, sizeof t->status_tag);
	memcpy(t->status_key, keys.status_key, sizeof t->status_key);
	bytes_wipe(&keys, sizeof keys);
	buf_init(&letter, ENVELOPE_MAX_BYTES);
	enum err_code code = envelope_seal(
		t, photos, photo_count, &to, &head, d->o.chance, &letter, commitment, e);
	if (!code)
		code = put_letter(d, a, &letter, e);
	buf_done(&letter);
	return code;
}

/* ---- from the spool to the row ----------------------------------------------------------------------------------- */

static enum err_code drain_desk(struct desk *d, int64_t now, struct err *e)
{
	struct drain_options o = {.instance = d->o.instance,
		.host = DESK_HOST,
		.spool = DESK_SPOOL,
		.now = now,
		.chance = d->o.chance};
	struct drain_report report = {0};

	return drain_run(&o, &report, e);
}

/* What the person at the desk knows of it needs no key: the row is filled as by a first opening. */
static enum err_code fill_row(struct desk *d, struct arena *a, const struct case_id *id,
	const char *origin, const struct tipoff *t, int64_t now, int64_t *ret_number, struct err *e)
{
	char hex[CASE_ID_HEX_BYTES];
	struct tip_case row;
	struct buf kinds;
	struct tip_case_opened o = {.received_on = day_from_unix(now),
		.origin = origin,
		.way = t->way,
		.street = t->street && *t->street ? t->street : NULL};

	case_id_text(id, hex);
	if (desk_take_in(d, e) || reg_case_find(d->o.reg, hex, a, &row, e))
		return e->code;
	buf_init(&kinds, 4096);
	for (size_t i = 0; i < t->kind_count; i++) {
		buf_str(&kinds, i ? " " : "");
		buf_str(&kinds, t->kinds[i]);
	}
	o.kinds = buf_dup(&kinds, a);
	buf_done(&kinds);
	memcpy(o.status_tag, t->status_tag, sizeof o.status_tag);
	memcpy(o.status_key, t->status_key, sizeof o.status_key);
	enum err_code code = reg_case_opened(d->o.reg, row.number, &o, e);
	bytes_wipe(o.status_key, sizeof o.status_key);
	*ret_number = row.number;
	return code ? code : desk_status_put(d, ret_number, 1, e);
}

static enum err_code check_new(
	struct desk *d, const char *origin, const struct tipoff *t, struct err *e)
{
	if (!str_eq(origin, "phone") && !str_eq(origin, "letter") && !str_eq(origin, "visit"))
		return err_set(e, ERR_USAGE,
			T("来源只能是 phone、letter 或 visit",
				"the origin is phone, letter or visit"));
	if (d->o.read_only)
		return err_set(e, ERR_USAGE,
			T("只看的时候不能登记", "nothing is taken down by who only looks"));
	if (!t->kind_count)
		return err_set(e, ERR_USAGE,
			T("至少要有一种问题；不清楚的写 other",
				"at least one kind; \"other\" when unsure"));
	return t->street && *t->street ? desk_unit_check(d, t->street, e) : ERR_OK;
}

enum err_code desk_new(struct desk *d, const char *origin, struct tipoff *t,
	const struct photo_plain *photos, size_t photo_count, int64_t now,
	struct receipt *ret_receipt, int64_t *ret_number, struct err *e)
{
	struct arena *a = arena_new();
	struct receipt receipt;
	struct case_id id;
	int64_t number = 0;
	enum err_code code = check_new(d, origin, t, e);

	if (!code)
		code = make_spool(d, a, e);
	if (!code)
		code = seal_letter(d, a, origin, t, photos, photo_count, now, &receipt, &id, e);
	if (!code)
		code = drain_desk(d, now, e);
	if (!code)
		code = fill_row(d, a, &id, origin, t, now, &number, e);
	if (!code) {
		*ret_receipt = receipt;
		*ret_number = number;
	}
	bytes_wipe(&receipt, sizeof receipt);
	bytes_wipe(t->status_key, sizeof t->status_key);
	t->received_at = t->host = NULL; /* were in this function's memory */
	arena_free(a);
	return code;
}
