/*
 * Evidence opened to the public. A picture is read from the archive, re-hashed, decoded and encoded anew by photo-clean in a
 * process of its own, and the copy is stored beside; what cannot be cleaned stays filed and is not published.
 *
 * Nothing of the picture is written to a disk on the way: the program reads one memory file and writes another.
 */
#include "cli/photo_run.h"

#include "cli/fill.h"
#include "tianlan/photo.h"
#include "tianlan/register_supervision.h"

enum { WALL_MS = 30 * 1000 };

/* What the picture is told; NULL: it is not the picture's fault. */
static const char *why_not(int status)
{
	switch (status) {
	case PHOTO_FAILED:
		return NULL;
	case PHOTO_NOT_A_PICTURE:
		return T("不是 JPEG、PNG 或 WebP 静态图片", "no still JPEG, PNG or WebP picture");
	case PHOTO_TOO_LARGE:
		return T("像素太多，最多 5000 万", "too many pixels, at most 50 million");
	case PHOTO_TOO_HEAVY:
		return T("超过 10 MB", "larger than 10 MB");
	case PHOTO_EMPTY:
		return T("文件是空的", "the file is empty");
	default: /* PHOTO_DAMAGED, and the signals */
		return T("读不出来，或者不完整", "it cannot be read or is not complete");
	}
}

static enum err_code clean(const char *program, const struct buf *picture, struct buf *ret_jpeg,
	const char **ret_why, struct err *e)
{
	const char *const argv[] = {program, NULL};
	int status = PHOTO_FAILED;
	enum err_code code = process_filter(
		argv, buf_text(picture), picture->len, WALL_MS, ret_jpeg, &status, e);

	*ret_why = NULL;
	if (!code && status == PHOTO_CLEANED && (ret_jpeg->overflow || !ret_jpeg->len))
		status = PHOTO_FAILED;
	if (!code && status == PHOTO_FAILED)
		code = err_set(e, ERR_SYSTEM,
			T("清洗照片的程序没有做成", "photo-clean could not do its work"));
	if (!code && status != PHOTO_CLEANED)
		*ret_why = why_not(status);
	return code;
}

static enum err_code publish_picture(struct cli *c, struct reg *r, int64_t seq,
	const struct change_note *note, const char **ret_why, struct err *e)
{
	const char *program = NULL;
	struct buf picture, jpeg;
	enum err_code code = fill_photo_program(c->arena, &program, e);

	if (code)
		return code;
	buf_init(&picture, PHOTO_MAX_BYTES);
	buf_init(&jpeg, PHOTO_MAX_BYTES);
	code = reg_evidence_read(r, seq, &picture, e);
	if (!code)
		code = clean(program, &picture, &jpeg, ret_why, e);
	if (!code && !*ret_why)
		code = reg_evidence_public_copy(r, seq, buf_text(&jpeg), jpeg.len, note, e);
	buf_done(&picture);
	buf_done(&jpeg);
	return code;
}

enum err_code photo_publish(struct cli *c, struct reg *r, int64_t seq,
	const struct change_note *note, const char **ret_why, struct err *e)
{
	struct evidence ev;
	bool picture;

	*ret_why = NULL;
	if (reg_evidence_get(r, seq, c->arena, &ev, &picture, e))
		return e->code;
	if (!picture || *ev.public_sha256)
		return reg_evidence_publish(r, seq, true, note, e);
	if (ev.bytes > PHOTO_MAX_BYTES) {
		*ret_why = why_not(PHOTO_TOO_HEAVY);
		return ERR_OK;
	}
	return publish_picture(c, r, seq, note, ret_why, e);
}

void photo_refused(struct cli *c, int64_t seq, const char *why)
{
	if (!why)
		return;
	cli_warn(T("第 %lld 号档案材料已归档，但是不能公开：%s",
			 "evidence %lld is filed but cannot be published: %s"),
		(long long)seq, why);
	c->status = 1;
}

struct wanted {
	int64_t event;
	int64_t seq[64];
	size_t count;
};

static enum err_code of_event(void *ctx, const struct evidence *ev, struct err *e)
{
	struct wanted *w = ctx;

	(void)e;
	if (ev->event == w->event && !ev->may_publish && w->count < COUNT_OF(w->seq))
		w->seq[w->count++] = ev->seq;
	return ERR_OK;
}

enum err_code photo_publish_event(struct cli *c, struct reg *r, struct enterprise_id id,
	int64_t event, const struct change_note *note, struct err *e)
{
	struct wanted w = {.event = event};
	enum err_code code = reg_evidence_each(r, id, of_event, &w, e);

	for (size_t i = 0; i < w.count && !code; i++) {
		const char *why = NULL;

		code = photo_publish(c, r, w.seq[i], note, &why, e);
		photo_refused(c, w.seq[i], why);
	}
	return code;
}
