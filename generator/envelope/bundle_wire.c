/*
 * The bytes of a bundle.
 *
 *   "tianlan-bundle 1\n" · 4 length of the head · head · 64 signature of all before it · the contents, one behind the other
 *   head  8 serial · 4 made · 4 until (days since 1970) · 4 files, and for each: 1 length of its path, path · 8 length ·
 *         32 SHA-256
 *
 * The table is in order of path, so the same files give the same bytes. A reader believes nothing before the signature fits,
 * and takes nothing that the writer would not write.
 */
#include "envelope/bundle_internal.h"

#include "envelope/octets.h"

#include <stdlib.h>
#include <string.h>

static const char magic[] = "tianlan-bundle 1\n";
#define MAGIC_LEN (sizeof magic - 1)
#define HEAD_FIXED 20
#define ROW_FIXED (1 + 8 + SHA256_BYTES)
#define HEAD_MAX (HEAD_FIXED + BUNDLE_FILES_MAX * (ROW_FIXED + BUNDLE_PATH_MAX))

/* ---- what a bundle can hold ------------------------------------------------------------------- */

bool bundle_path_ok(const char *path, size_t len)
{
	bool begins = true; /* of a part */
	if (len == 0 || len > BUNDLE_PATH_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = path[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			     (c >= 'a' && c <= 'z') || c == '_' || c == '-';
		if (!plain && (begins || (c != '.' && c != '/')))
			return false;
		begins = c == '/';
	}
	return !begins;
}

static bool day_ok(struct day d)
{
	return day_compare(d, day_from_ymd(1900, 1, 1)) >= 0 &&
	       day_compare(d, day_from_ymd(2199, 12, 31)) <= 0;
}

bool bundle_head_ok(const struct bundle_head *head)
{
	return head->serial >= 1 && head->serial <= BUNDLE_SERIAL_MAX && day_ok(head->made) &&
	       day_ok(head->until) && day_compare(head->made, head->until) <= 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct bundle_file *)a)->path, ((const struct bundle_file *)b)->path);
}

/* Whether a folder of this path is a file of the table. */
static bool lies_in_a_file(const struct bundle_file *files, size_t count, const char *path)
{
	char folder[BUNDLE_PATH_MAX + 1];
	for (size_t i = 0; path[i]; i++) {
		folder[i] = '\0';
		struct bundle_file key = {.path = folder};
		if (path[i] == '/' && bsearch(&key, files, count, sizeof *files, by_path))
			return true;
		folder[i] = path[i];
	}
	return false;
}

bool bundle_table_ok(const struct bundle_file *files, size_t count)
{
	if (count > BUNDLE_FILES_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!bundle_path_ok(files[i].path, strlen(files[i].path)) ||
			(i > 0 && by_path(&files[i - 1], &files[i]) >= 0))
			return false;
	for (size_t i = 0; i < count; i++)
		if (lies_in_a_file(files, count, files[i].path))
			return false;
	return true;
}

enum err_code bundle_sorted(struct arena *a, const struct bundle_head *head,
	const struct bundle_file *files, size_t count, const struct bundle_file **ret,
	struct err *e)
{
	if (count > BUNDLE_FILES_MAX || !bundle_head_ok(head))
		return err_set(e, ERR_INPUT,
			T("数据包的文件太多，或编号、日期不对",
				"a bundle has too many files, or no valid serial or days"));
	struct bundle_file *sorted = arena_alloc(a, (count + 1) * sizeof *sorted);
	if (count) {
		memcpy(sorted, files, count * sizeof *sorted);
		qsort(sorted, count, sizeof *sorted, by_path);
	}
	if (!bundle_table_ok(sorted, count))
		return err_set(e, ERR_INPUT,
			T("数据包中有不允许的文件名，或重名",
				"a bundle has a file name that is not allowed, or one twice"));
	*ret = sorted;
	return ERR_OK;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	if (len)
		memcpy(at, bytes, len);
	return at + len;
}

static uint8_t *put_row(uint8_t *at, const struct bundle_file *f)
{
	size_t path_len = strlen(f->path);
	*at++ = (uint8_t)path_len;
	at = put_bytes(at, f->path, path_len);
	octets_put64(at, f->len);
	sha256_bytes(f->len ? f->bytes : "", f->len, at + 8);
	return at + 8 + SHA256_BYTES;
}

enum err_code bundle_bytes(const struct bundle_head *head, const struct bundle_file *files,
	size_t count, const struct sign_secret *office, uint8_t **ret_bytes, size_t *ret_len,
	struct err *e)
{
	size_t head_len = HEAD_FIXED, contents = 0;
	for (size_t i = 0; i < count; i++) {
		if (files[i].len > BUNDLE_MAX_BYTES - HEAD_MAX - contents)
			return err_set(e, ERR_INPUT,
				T("数据包太大，上限 %zu 字节",
					"the bundle is too large, at most %zu bytes"),
				BUNDLE_MAX_BYTES);
		head_len += ROW_FIXED + strlen(files[i].path);
		contents += files[i].len;
	}
	size_t len = MAGIC_LEN + 4 + head_len + SIGNATURE_BYTES + contents;
	uint8_t *bytes = mem_alloc(len);
	uint8_t *at = put_bytes(bytes, magic, MAGIC_LEN);
	octets_put32(at, (uint32_t)head_len);
	octets_put64(at + 4, (uint64_t)head->serial);
	octets_put32(at + 12, (uint32_t)head->made.n);
	octets_put32(at + 16, (uint32_t)head->until.n);
	octets_put32(at + 20, (uint32_t)count);
	at += 24;
	for (size_t i = 0; i < count; i++)
		at = put_row(at, &files[i]);
	sign_bytes(office, bytes, (size_t)(at - bytes), at);
	at += SIGNATURE_BYTES;
	for (size_t i = 0; i < count; i++)
		at = put_bytes(at, files[i].bytes, files[i].len);
	*ret_bytes = bytes;
	*ret_len = len;
	return ERR_OK;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static enum err_code damaged(struct err *e)
{
	return err_set(e, ERR_INPUT, T("不是数据包，或已损坏", "not a bundle, or a damaged one"));
}

/* One row of the table; *contents moves on by the file's length. False when it does not fit. */
static bool take_row(struct arena *a, const uint8_t **at, const uint8_t *end,
	const uint8_t **contents, const uint8_t *contents_end, struct bundle_file *ret,
	const uint8_t **ret_sum)
{
	if (end - *at < 1 || end - *at < ROW_FIXED + **at)
		return false;
	size_t path_len = **at;
	const char *path = (const char *)*at + 1;
	if (!bundle_path_ok(path, path_len))
		return false;
	*at += 1 + path_len;
	uint64_t len = octets_get64(*at);
	if (len > (uint64_t)(contents_end - *contents))
		return false;
	*ret = (struct bundle_file){arena_strndup(a, path, path_len), *contents, (size_t)len};
	*ret_sum = *at + 8;
	*at += 8 + SHA256_BYTES;
	*contents += len;
	return true;
}

static enum err_code read_table(struct arena *a, const uint8_t *head, size_t head_len,
	const uint8_t *contents, const uint8_t *contents_end, struct bundle_head *ret_head,
	const struct bundle_file **ret_files, size_t *ret_count, struct err *e)
{
	const uint8_t *at = head + HEAD_FIXED, *end = head + head_len;
	const uint8_t *sums[BUNDLE_FILES_MAX];
	struct bundle_head h = {(int64_t)octets_get64(head), {(int32_t)octets_get32(head + 8)},
		{(int32_t)octets_get32(head + 12)}};
	size_t count = octets_get32(head + 16);
	if (count > BUNDLE_FILES_MAX || !bundle_head_ok(&h))
		return damaged(e);
	struct bundle_file *files = arena_alloc(a, (count + 1) * sizeof *files);
	for (size_t i = 0; i < count; i++)
		if (!take_row(a, &at, end, &contents, contents_end, &files[i], &sums[i]))
			return damaged(e);
	if (at != end || contents != contents_end || !bundle_table_ok(files, count))
		return damaged(e);
	for (size_t i = 0; i < count; i++) {
		uint8_t sum[SHA256_BYTES];
		sha256_bytes(files[i].bytes, files[i].len, sum);
		if (memcmp(sum, sums[i], sizeof sum) != 0)
			return damaged(e);
	}
	*ret_head = h;
	*ret_files = files;
	*ret_count = count;
	return ERR_OK;
}

enum err_code bundle_parse(struct arena *a, const void *bytes, size_t len,
	const struct sign_public *office, struct bundle_head *ret_head,
	const struct bundle_file **ret_files, size_t *ret_count, struct err *e)
{
	const uint8_t *p = bytes;
	if (len > BUNDLE_MAX_BYTES || len < MAGIC_LEN + 4 || memcmp(p, magic, MAGIC_LEN) != 0)
		return damaged(e);
	size_t head_len = octets_get32(p + MAGIC_LEN), head_at = MAGIC_LEN + 4;
	if (head_len < HEAD_FIXED || head_len > HEAD_MAX ||
		len - head_at < head_len + SIGNATURE_BYTES)
		return damaged(e);
	const uint8_t *signature = p + head_at + head_len;
	if (!sign_check(office, p, head_at + head_len, signature))
		return err_set(e, ERR_REFUSED,
			T("数据包不是本办公室签署的，或已被改动",
				"the bundle is not signed by this office, or was changed"));
	return read_table(a, p + head_at, head_len, signature + SIGNATURE_BYTES, p + len, ret_head,
		ret_files, ret_count, e);
}
