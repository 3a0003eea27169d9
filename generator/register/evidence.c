/*
 * Evidence: files copied into evidence/ab/<sha256> before their row is written, so that a row never names
 * a file that is not there. The name is the hash of the bytes: what was read back is what was stored.
 *
 * A file without a row (its transaction failed) is harmless and is used again when the same bytes come.
 */
#include "register/register_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES 65536
#define NAME_MAX_BYTES 240

static const char *const kinds[] = {"photo-before", "photo-during", "photo-after", "video",
	"check-record", "equipment-list", "legal-paper", "other"};

static bool is_kind(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(kinds[i], kind))
			return true;
	return false;
}

/* ---- files ----------------------------------------------------------------------------------------- */

static char *file_dir(const struct reg *r, struct arena *a, const char *folder, const char *sha256)
{
	char *dir = path_join(a, r->dir, EVIDENCE_DIR);

	if (*folder)
		dir = path_join(a, dir, folder);
	return path_join(a, dir, arena_strndup(a, sha256, 2));
}

char *reg_file_path(struct reg *r, struct arena *a, const char *folder, const char *sha256)
{
	return path_join(a, file_dir(r, a, folder, sha256), sha256);
}

static bool stands_already(const char *path, const char *sha256)
{
	char stored[SHA256_HEX_BYTES];
	uint64_t bytes;

	return file_exists(path) && sha256_file(path, stored, &bytes, NULL) == ERR_OK &&
	       str_eq(stored, sha256);
}

enum err_code reg_file_store(struct reg *r, const char *folder, const void *bytes, size_t len,
	char ret_sha256[SHA256_HEX_BYTES], struct err *e)
{
	struct arena *a = arena_new();
	char sha256[SHA256_HEX_BYTES];
	char *path;
	enum err_code code = ERR_OK;

	sha256_hex(bytes, len, sha256);
	path = reg_file_path(r, a, folder, sha256);
	if (!stands_already(path, sha256)) {
		code = dir_make_all(file_dir(r, a, folder, sha256), e);
		if (!code)
			code = file_write_durable(path, bytes, len, e);
	}
	if (!code)
		memcpy(ret_sha256, sha256, sizeof(sha256));
	arena_free(a);
	return code;
}

static enum err_code write_whole(
	int fd, const char *bytes, size_t len, const char *path, struct err *e)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0)
			return err_errno(e, "%s", path);
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err_code copy_bytes(int from, int to, const char *path, struct err *e)
{
	char *block = mem_alloc(COPY_BYTES);
	enum err_code code = ERR_OK;
	ssize_t n;

	while (!code && (n = read(from, block, COPY_BYTES)) != 0)
		code = n < 0 ? err_errno(e, "%s", path)
			     : write_whole(to, block, (size_t)n, path, e);
	if (!code && fsync(to) != 0)
		code = err_errno(e, "%s", path);
	free(block);
	return code;
}

/* Videos are large: copied block by block, then hashed as they stand on the disk. */
enum err_code reg_file_copy(
	const char *from, const char *to, const char *dir, const char *sha256, struct err *e)
{
	struct arena *a = arena_new();
	char *temporary = arena_printf(a, "%s.new-%ld", to, (long)getpid());
	char copied[SHA256_HEX_BYTES];
	uint64_t bytes;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = -1;
	enum err_code code = in < 0 ? err_errno(e, "%s", from) : ERR_OK;

	if (!code) {
		out = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0640);
		if (out < 0)
			code = err_errno(e, "%s", temporary);
	}
	if (!code)
		code = copy_bytes(in, out, temporary, e);
	if (out >= 0 && close(out) != 0 && !code)
		code = err_errno(e, "%s", temporary);
	if (in >= 0)
		close(in);
	if (!code)
		code = sha256_file(temporary, copied, &bytes, e);
	if (!code && !str_eq(copied, sha256))
		code = err_set(e, ERR_CONFLICT,
			T("%s 的内容与登记的 SHA-256 不符，或者在复制时被改动",
				"%s is not what its SHA-256 says, or changed while it was copied"),
			from);
	if (!code && rename(temporary, to) != 0)
		code = err_errno(e, "%s", to);
	if (!code)
		code = dir_sync(dir, e);
	if (code && out >= 0)
		(void)unlink(temporary);
	arena_free(a);
	return code;
}

static enum err_code check_regular(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(
			e, ERR_NOT_FOUND, T("没有这个文件：%s", "there is no file %s"), path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, T("不是普通文件：%s", "not a regular file: %s"), path);
	return ERR_OK;
}

/* The file's own name, cleaned: no folder, no control characters. */
static const char *base_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!utf8_valid(name, strlen(name), NULL) || strlen(name) > NAME_MAX_BYTES)
		return T("未命名", "unnamed");
	return value_clean(a, name, false);
}

/* ---- rows --------------------------------------------------------------------------------------------- */

struct filed {
	const char *sha256, *name;
	uint64_t bytes;
};

static enum err_code insert(struct reg *r, struct enterprise_id id, int64_t event,
	const struct filed *file, const char *kind, struct day day, bool may_publish,
	const struct change_note *note, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_EVIDENCE_INSERT, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	if (event)
		reg_bind_int(s, 2, event);
	reg_bind_text(s, 3, file->sha256);
	reg_bind_text(s, 4, file->name);
	reg_bind_text(s, 5, kind);
	reg_bind_day(s, 6, day);
	reg_bind_int(s, 7, may_publish);
	reg_bind_int(s, 8, (int64_t)file->bytes);
	reg_bind_text(s, 9, note->by);
	reg_bind_text(s, 10, note->at);
	code = reg_run(r, s, e);
	sqlite3_clear_bindings(s);
	if (code)
		return code;
	return reg_log(r,
		&(struct log_entry){.enterprise = id,
			.kind = "evidence",
			.detail = kind,
			.day = day,
			.internal = !may_publish},
		note, e);
}

enum err_code reg_evidence_file(struct reg *r, struct enterprise_id id, int64_t event,
	const char *path, const char *kind, struct day day, bool may_publish,
	const struct change_note *note, struct err *e)
{
	struct arena *a = arena_new();
	char sha256[SHA256_HEX_BYTES];
	struct filed file = {.sha256 = sha256, .name = base_name(a, path)};
	char *to = NULL;
	enum err_code code = ERR_OK;

	if (!kind || !is_kind(kind))
		code = err_set(e, ERR_USAGE,
			T("没有“%s”这种档案材料", "there is no kind of evidence “%s”"),
			kind ? kind : "");
	if (!code && !day_is_set(day))
		code = err_set(
			e, ERR_USAGE, T("缺少材料的日期", "the day of the evidence is missing"));
	if (!code)
		code = check_regular(path, e);
	if (!code)
		code = sha256_file(path, sha256, &file.bytes, e);
	if (!code) {
		to = reg_file_path(r, a, "", sha256);
		if (!stands_already(to, sha256)) {
			code = dir_make_all(file_dir(r, a, "", sha256), e);
			if (!code)
				code = reg_file_copy(
					path, to, file_dir(r, a, "", sha256), sha256, e);
		}
	}
	/* A picture is opened by its cleaned copy alone. */
	if (!code)
		code = insert(r, id, event, &file, kind, day,
			may_publish && !reg_evidence_is_picture(kind, to), note, e);
	arena_free(a);
	return code;
}

enum err_code reg_evidence_add(struct reg *r, struct enterprise_id id, const char *path,
	const char *kind, struct day day, bool may_publish, const struct change_note *note,
	struct err *e)
{
	struct arena *a = arena_new();
	const char *now[FIELD_COUNT];
	enum err_code code = reg_note_check(note, e);

	if (!code)
		code = reg_scope_begin(r, e);
	if (!code) {
		code = reg_row_get(r, id, a, now, NULL, e);
		if (!code)
			code = reg_evidence_file(r, id, 0, path, kind, day, may_publish, note, e);
		code = reg_scope_end(r, code, e);
	}
	arena_free(a);
	return code;
}

static void take_hash(char to[SHA256_HEX_BYTES], const char *sha256)
{
	if (sha256 && strlen(sha256) < SHA256_HEX_BYTES)
		memcpy(to, sha256, strlen(sha256) + 1);
}

void reg_evidence_read_row(sqlite3_stmt *s, struct arena *a, struct evidence *ev)
{

	*ev = (struct evidence){
		.seq = sqlite3_column_int64(s, 0),
		.name = reg_column_text(s, 2, a),
		.kind = reg_column_text(s, 3, a),
		.by = reg_column_text(s, 4, a),
		.day = reg_column_day(s, 5),
		.may_publish = sqlite3_column_int(s, 6) != 0,
		.bytes = (uint64_t)sqlite3_column_int64(s, 7),
		.enterprise = {sqlite3_column_int64(s, 8)},
		.event = sqlite3_column_int64(s, 9),
	};
	take_hash(ev->sha256, reg_column_text(s, 1, a));
	take_hash(ev->public_sha256, reg_column_text(s, 10, a));
}

/* The original, then the copy that may be shown. */
static enum err_code report_bad(struct reg *r, struct arena *a, struct evidence *ev,
	evidence_fn *fn, void *ctx, struct err *e)
{
	enum err_code code = ERR_OK;

	if (!stands_already(reg_file_path(r, a, "", ev->sha256), ev->sha256))
		code = fn(ctx, ev, e);
	if (code || !*ev->public_sha256 ||
		stands_already(reg_public_copy_path(r, a, ev->public_sha256), ev->public_sha256))
		return code;
	memcpy(ev->sha256, ev->public_sha256, sizeof(ev->sha256));
	ev->kind = "public-copy";
	return fn(ctx, ev, e);
}

static enum err_code each(
	struct reg *r, sqlite3_stmt *s, bool bad_only, evidence_fn *fn, void *ctx, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code;
	bool row;

	while (!(code = reg_step(r, s, &row, e)) && row) {
		struct evidence ev;

		arena_reset(a);
		reg_evidence_read_row(s, a, &ev);
		code = bad_only ? report_bad(r, a, &ev, fn, ctx, e) : fn(ctx, &ev, e);
		if (code)
			break;
	}
	sqlite3_reset(s);
	arena_free(a);
	return code;
}

enum err_code reg_evidence_each(
	struct reg *r, struct enterprise_id id, evidence_fn *fn, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_EVIDENCE_EACH, &s, e);

	if (code)
		return code;
	reg_bind_int(s, 1, id.n);
	return each(r, s, false, fn, ctx, e);
}

enum err_code reg_evidence_verify(struct reg *r, evidence_fn *bad, void *ctx, struct err *e)
{
	sqlite3_stmt *s;
	enum err_code code = reg_stmt(r, STMT_EVIDENCE_ALL, &s, e);

	return code ? code : each(r, s, true, bad, ctx, e);
}
