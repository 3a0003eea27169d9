/*
 * What of the evidence may be published. A picture tells more than it shows (place, time, telephone, a thumbnail of what was
 * cut off): it is published only as a copy that was decoded and encoded anew, which stands in evidence/public/HH/<sha256>.jpg.
 *
 * Invariants: a picture that may be published has a copy; a copy that no row names any more is taken away. The original
 * never changes and is never published.
 */
#include "tianlan/register_supervision.h"

#include "register/register_internal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define COPY_MAX_BYTES ((size_t)16 << 20)

char *reg_public_copy_path(const struct reg *r, struct arena *a, const char *sha256)
{
	return arena_printf(a, "%s/" EVIDENCE_DIR "/public/%.2s/%s.jpg", r->dir, sha256, sha256);
}

bool reg_evidence_is_picture(const char *kind, const char *path)
{
	char head[16];
	ssize_t got = 0;
	int fd;

	if (str_starts(kind, "photo-"))
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, head, sizeof(head));
		close(fd);
	}
	return got > 0 && evidence_is_picture(head, (size_t)got);
}

static enum err_code get(
	struct reg *r, int64_t seq, struct arena *a, struct evidence *ret, struct err *e)
{
	sqlite3_stmt *s;
	bool row;
	enum err_code code = reg_stmt(r, STMT_EVIDENCE_GET, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, seq);
	code = reg_step(r, s, &row, e);
	if (!code && !row)
		code = err_set(e, ERR_NOT_FOUND,
			T("没有第 %lld 号档案材料", "there is no evidence %lld"), (long long)seq);
	if (!code)
		reg_evidence_read_row(s, a, ret);
	sqlite3_reset(s);
	return code;
}

enum err_code reg_evidence_get(struct reg *r, int64_t seq, struct arena *a, struct evidence *ret,
	bool *ret_picture, struct err *e)
{
	struct evidence found;
	enum err_code code = get(r, seq, a, &found, e);

	if (code)
		return code;
	*ret_picture = reg_evidence_is_picture(found.kind, reg_file_path(r, a, "", found.sha256));
	*ret = found;
	return ERR_OK;
}

enum err_code reg_evidence_read(struct reg *r, int64_t seq, struct buf *ret, struct err *e)
{
	struct arena *a = arena_new();
	char sha256[SHA256_HEX_BYTES];
	struct evidence ev;
	enum err_code code = get(r, seq, a, &ev, e);

	if (!code) {
		buf_clear(ret);
		code = file_read(reg_file_path(r, a, "", ev.sha256), ret->max, ret, e);
		if (code == ERR_NOT_FOUND)
			code = err_set(e, ERR_INPUT,
				T("第 %lld 号档案材料的文件不见了",
					"the file of evidence %lld is missing"),
				(long long)seq);
	}
	if (!code) {
		sha256_hex(buf_text(ret), ret->len, sha256);
		if (!str_eq(sha256, ev.sha256))
			code = err_set(e, ERR_INPUT,
				T("第 %lld 号档案材料与登记的 SHA-256 不符",
					"evidence %lld is not what its SHA-256 says"),
				(long long)seq);
	}
	arena_free(a);
	return code;
}

/* ---- opening and closing ------------------------------------------------------------------------------ */

/* public_sha256 NULL: no copy. Logged for the site, whichever way it goes. */
static enum err_code set_open(struct reg *r, const struct evidence *ev, bool may_publish,
	const char *public_sha256, const struct change_note *note, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_EVIDENCE_OPEN, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, ev->seq);
	reg_bind_int(s, 2, may_publish);
	reg_bind_text(s, 3, public_sha256);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (code)
		return code;
	return reg_log(r,
		&(struct log_entry){.enterprise = ev->enterprise,
			.kind = "evidence",
			.detail = ev->kind,
			.day = DAY_NONE},
		note, e);
}

static enum err_code store_copy(struct reg *r, struct arena *a, const void *jpeg, size_t len,
	char ret_sha256[SHA256_HEX_BYTES], struct err *e)
{
	char *path;
	enum err_code code;

	sha256_hex(jpeg, len, ret_sha256);
	path = reg_public_copy_path(r, a, ret_sha256);
	code = dir_make_all(
		arena_printf(a, "%s/" EVIDENCE_DIR "/public/%.2s", r->dir, ret_sha256), e);
	return code ? code : file_write_durable(path, jpeg, len, e);
}

enum err_code reg_evidence_public_copy(struct reg *r, int64_t seq, const void *jpeg, size_t len,
	const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	char sha256[SHA256_HEX_BYTES];
	struct evidence ev;
	enum err_code code = reg_note_check(note, e);

	if (!code && (len > COPY_MAX_BYTES || !evidence_jpeg_is_bare(jpeg, len)))
		code = err_set(e, ERR_INPUT,
			T("第 %lld 号档案材料的公开副本不是只含像素的 JPEG",
				"the copy of evidence %lld is no JPEG of pixels alone"),
			(long long)seq);
	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = get(r, seq, a, &ev, e);
		if (!code)
			code = store_copy(r, a, jpeg, len, sha256, e);
		if (!code && !(ev.may_publish && str_eq(ev.public_sha256, sha256)))
			code = set_open(r, &ev, true, sha256, note, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

/* The file goes once no row names it. */
static enum err_code drop_copy(struct reg *r, struct arena *a, const char *sha256, struct err *e)
{
	int64_t others = 1;
	sqlite3_stmt *s;
	bool row;
	enum err_code code;

	if (!*sha256)
		return ERR_OK;
	code = reg_stmt(r, STMT_EVIDENCE_COPIES, &s, e);
	if (code)
		return code;
	reg_bind_text(s, 1, sha256);
	code = reg_step(r, s, &row, e);
	if (!code && row)
		others = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (!code && others == 0 && unlink(reg_public_copy_path(r, a, sha256)) != 0 &&
		file_exists(reg_public_copy_path(r, a, sha256)))
		code = err_errno(e, T("不能删除公开副本", "cannot delete the public copy"));
	return code;
}

static enum err_code open_or_close(struct reg *r, struct evidence *ev, bool may_publish,
	bool picture, const struct change_note *note, struct err *e)
{
	if (ev->may_publish == may_publish && (may_publish || !*ev->public_sha256))
		return ERR_OK;
	if (may_publish && picture && !*ev->public_sha256)
		return err_set(e, ERR_REFUSED,
			T("第 %lld 号档案材料是图片，还没有去掉附带信息的副本，不能公开",
				"evidence %lld is a picture without a cleaned copy: it cannot be "
				"published"),
			(long long)ev->seq);
	return set_open(r, ev, may_publish,
		may_publish && *ev->public_sha256 ? ev->public_sha256 : NULL, note, e);
}

enum err_code reg_evidence_publish(
	struct reg *r, int64_t seq, bool may_publish, const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	struct evidence ev = {0};
	bool picture = false;
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = reg_evidence_get(r, seq, a, &ev, &picture, e);
		if (!code)
			code = open_or_close(r, &ev, may_publish, picture, note, e);
		code = reg_scope_end(r, code, e);
	}
	/* Inside a change of the caller's the row may yet come back. */
	if (!code && !may_publish && !r->in_transaction)
		code = drop_copy(r, a, ev.public_sha256, e);
	arena_free(a);
	return code;
}
