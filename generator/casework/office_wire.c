/*
 * The records of the office's branch. Fixed lines, one text for one meaning: what is read is written anew and compared.
 *
 *   steps/HH/COMMITMENT/NNN   tianlan-step 1 / case: COMMITMENT / n: N / step: KIND / role: ROLE / day: DAY / content: HEX
 *   anchors/HOST/SEQ          tianlan-anchor 1 / branch: intake/HOST / seq: N / head: HEX
 *
 * They tell that a step was taken, by which role and on which day, and a salted hash: nothing of the tip-off, and nothing of what
 * staff wrote.
 */
#include "casework/casework_internal.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 96 };

/* ---- writing ---------------------------------------------------------------------------------- */

void office_step_path(const char *commitment, int64_t n, char out[OFFICE_PATH_BYTES])
{
	snprintf(out, OFFICE_PATH_BYTES, "steps/%.2s/%.64s/%03lld", commitment, commitment,
		(long long)n);
}

void office_step_write(const struct office_step *s, struct buf *out)
{
	char day[DAY_TEXT_BYTES];

	buf_printf(out,
		"tianlan-step 1\ncase: %s\nn: %lld\nstep: %s\nrole: %s\nday: %s\ncontent: %s\n",
		s->commitment, (long long)s->n, policy_case_step_id(s->kind), desk_role_id(s->role),
		day_text(s->day, day), s->content);
}

void office_anchor_path(const char *host, int64_t seq, char out[OFFICE_PATH_BYTES])
{
	snprintf(out, OFFICE_PATH_BYTES, "anchors/%.63s/%09lld", host, (long long)seq);
}

void office_anchor_write(const struct office_anchor *a, struct buf *out)
{
	buf_printf(out, "tianlan-anchor 1\nbranch: intake/%s\nseq: %lld\nhead: %s\n", a->host,
		(long long)a->seq, a->head);
}

/* ---- reading ---------------------------------------------------------------------------------- */

struct lines {
	const char *at, *end;
};

/* The rest of a line that begins with `name`, as a text; false when the next line does not, or is longer than a value is. */
static bool take(struct lines *l, const char *name, char out[VALUE_BYTES])
{
	size_t head = strlen(name);
	const char *lf = l->at < l->end ? memchr(l->at, '\n', (size_t)(l->end - l->at)) : NULL;

	if (!lf || (size_t)(lf - l->at) < head || memcmp(l->at, name, head) != 0)
		return false;
	size_t len = (size_t)(lf - l->at) - head;
	if (len >= VALUE_BYTES || memchr(l->at, '\0', head + len))
		return false;
	memcpy(out, l->at + head, len);
	out[len] = '\0';
	l->at = lf + 1;
	return true;
}

static bool number(const char *text, int64_t *ret)
{
	return strlen(text) <= 15 && str_to_int64(text, ret);
}

static bool hash(const char *text, char out[SHA256_HEX_BYTES])
{
	uint8_t bytes[SHA256_BYTES];

	if (!hex_decode(text, bytes, sizeof bytes))
		return false;
	memcpy(out, text, SHA256_HEX_BYTES);
	return true;
}

static bool same(const struct buf *written, const void *bytes, size_t len)
{
	return !written->overflow && written->len == len &&
	       memcmp(buf_text(written), bytes, len) == 0;
}

static bool read_step(struct lines l, struct office_step *s)
{
	char v[VALUE_BYTES];

	if (!take(&l, "tianlan-step 1", v) || *v || !take(&l, "case: ", v) ||
		!hash(v, s->commitment) || !take(&l, "n: ", v) || !number(v, &s->n) ||
		!take(&l, "step: ", v))
		return false;
	s->kind = policy_case_step_find(v);
	return s->kind && take(&l, "role: ", v) && desk_role_find(v, &s->role) &&
	       take(&l, "day: ", v) && day_parse(v, &s->day) && take(&l, "content: ", v) &&
	       hash(v, s->content) && l.at == l.end;
}

enum err_code office_step_parse(
	const char *path, const void *bytes, size_t len, struct office_step *ret, struct err *e)
{
	struct lines l = {bytes, (const char *)bytes + len};
	struct office_step s = {0};
	char place[OFFICE_PATH_BYTES];
	struct buf again;
	bool ok;

	buf_init(&again, OFFICE_RECORD_MAX);
	ok = len > 0 && len <= OFFICE_RECORD_MAX && read_step(l, &s);
	if (ok) {
		office_step_write(&s, &again);
		office_step_path(s.commitment, s.n, place);
		ok = same(&again, bytes, len) && str_eq(place, path) && s.n >= 2 &&
		     s.kind != CASE_RECEIVED;
	}
	buf_done(&again);
	if (!ok)
		return err_set(e, ERR_INPUT,
			T("“%s”不是办理步骤的记录", "\"%s\" is no record of a step"), path);
	*ret = s;
	return ERR_OK;
}

static bool read_anchor(struct lines l, struct office_anchor *a)
{
	char v[VALUE_BYTES];

	if (!take(&l, "tianlan-anchor 1", v) || *v || !take(&l, "branch: intake/", v) ||
		!host_name_valid(v))
		return false;
	memcpy(a->host, v, strlen(v) + 1);
	return take(&l, "seq: ", v) && number(v, &a->seq) && a->seq >= 1 && take(&l, "head: ", v) &&
	       hash(v, a->head) && l.at == l.end;
}

enum err_code office_anchor_parse(
	const char *path, const void *bytes, size_t len, struct office_anchor *ret, struct err *e)
{
	struct lines l = {bytes, (const char *)bytes + len};
	struct office_anchor a = {0};
	char place[OFFICE_PATH_BYTES];
	struct buf again;
	bool ok;

	buf_init(&again, OFFICE_RECORD_MAX);
	ok = len > 0 && len <= OFFICE_RECORD_MAX && read_anchor(l, &a);
	if (ok) {
		office_anchor_write(&a, &again);
		office_anchor_path(a.host, a.seq, place);
		ok = same(&again, bytes, len) && str_eq(place, path);
	}
	buf_done(&again);
	if (!ok)
		return err_set(e, ERR_INPUT,
			T("“%s”不是收件链的锚定记录", "\"%s\" is no anchor of an intake chain"),
			path);
	*ret = a;
	return ERR_OK;
}
