/*
 * The status file. A bucket is the first byte of the tag; where the search begins within it follows from the tag, so that no
 * position tells an order. A place without an entry holds bytes of a stream under the filler key: the writer knows them
 * again, to everyone else they look like an entry. A bucket that is full doubles the file.
 *
 * Reading looks at every place of one bucket and opens exactly one sealed text, the entry or a stand-in, whether there is an
 * entry or not. Writing writes whole places and syncs. A place lies within one sector's 4 KiB, which a loss of power does not
 * tear in practice; should it, the place is none of ours and none of the filler, and stays taken. Of the received entries the
 * first of a tag stays whatever comes later: their tags come from the exposed host.
 */
#include "envelope/status_internal.h"

#include "envelope/disk.h"
#include "envelope/octets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char entry_purpose[] = "tianlan status entry";
static const char filler_purpose[] = "tianlan status filler";

enum err_code status_seal(const struct receipt_keys *k, const struct status *s, size_t entry_bytes,
	const struct chance *chance, uint8_t *out, struct err *e)
{
	uint8_t plain[STATUS_PLAIN_MAX];
	if (entry_bytes != STATUS_RECEIVED_BYTES && entry_bytes != STATUS_REPLY_BYTES)
		return err_set(
			e, ERR_INPUT, T("状态条目没有这种大小", "no status entry has this size"));
	size_t len = STATUS_PLAIN_BYTES(entry_bytes);
	enum err_code code = status_plain_write(s, plain, len, e);
	if (code)
		return code;
	memcpy(out, k->status_tag, STATUS_TAG_BYTES);
	aead_seal(k->status_key, entry_purpose, k->status_tag, STATUS_TAG_BYTES, plain, len, chance,
		out + STATUS_TAG_BYTES);
	bytes_wipe(plain, sizeof plain);
	return ERR_OK;
}

/* ---- places -------------------------------------------------------------------------------- */

static size_t bucket_bytes(const struct status_header *h)
{
	return (size_t)h->capacity * h->entry_bytes;
}

static off_t bucket_offset(const struct status_header *h, uint32_t bucket)
{
	return (off_t)(STATUS_HEADER_BYTES + bucket * bucket_bytes(h));
}

static uint32_t first_place(const struct status_header *h, const uint8_t *tag)
{
	return octets_get32(tag + 1) & (h->capacity - 1);
}

/* One block of the filler of a place. */
static void filler_block(const struct status_header *h, const uint8_t key[KEY_BYTES],
	uint32_t bucket, uint32_t place, uint32_t block, uint8_t out[MAC_BYTES])
{
	uint8_t where[20];
	octets_put32(where, bucket);
	octets_put32(where + 4, place);
	octets_put32(where + 8, h->capacity);
	octets_put32(where + 12, h->entry_bytes);
	octets_put32(where + 16, block);
	mac_once(key, filler_purpose, where, sizeof where, out);
}

static void fill_bucket(
	const struct status_header *h, const uint8_t key[KEY_BYTES], uint32_t bucket, uint8_t *out)
{
	for (uint32_t place = 0; place < h->capacity; place++)
		for (uint32_t block = 0; block < h->entry_bytes / MAC_BYTES; block++)
			filler_block(h, key, bucket, place, block,
				out + (size_t)place * h->entry_bytes + (size_t)block * MAC_BYTES);
}

/* The first block covers the tag: what a crash left behind an unwritten tag is free. */
static bool is_filler(const struct status_header *h, const uint8_t key[KEY_BYTES], uint32_t bucket,
	uint32_t place, const uint8_t *bytes)
{
	uint8_t block[MAC_BYTES];
	filler_block(h, key, bucket, place, 0, block);
	return bytes_equal(block, bytes, sizeof block);
}

enum place { PLACE_NONE, PLACE_FREE, PLACE_STANDING };

/* Where an entry of this tag stands or can stand; none when the bucket is full. */
static enum place place_for(const struct status_header *h, const uint8_t key[KEY_BYTES],
	uint32_t bucket, const uint8_t *bytes, const uint8_t *tag, uint32_t *ret_place)
{
	enum place found = PLACE_NONE;
	uint32_t first = first_place(h, tag);
	for (uint32_t i = 0; i < h->capacity; i++) {
		uint32_t place = (first + i) & (h->capacity - 1);
		const uint8_t *at = bytes + (size_t)place * h->entry_bytes;
		if (bytes_equal(at, tag, STATUS_TAG_BYTES)) {
			*ret_place = place;
			return PLACE_STANDING;
		}
		if (!found && is_filler(h, key, bucket, place, at)) {
			*ret_place = place;
			found = PLACE_FREE;
		}
	}
	return found;
}

/* ---- the file -------------------------------------------------------------------------------- */

struct file {
	const char *path;
	const uint8_t *filler_key;
	int fd;
	struct status_header head;
};

static enum err_code cannot_write(const char *path, struct err *e)
{
	return err_errno(e, T("不能写状态文件“%s”", "cannot write the status file \"%s\""), path);
}

static enum err_code damaged(const char *path, struct err *e)
{
	return err_set(
		e, ERR_INPUT, T("状态文件“%s”已损坏", "the status file \"%s\" is damaged"), path);
}

/* Opens and checks the head and the size. ERR_NOT_FOUND: no file. */
static enum err_code open_file(
	const char *path, int flags, int *ret_fd, struct status_header *ret, struct err *e)
{
	uint8_t head[STATUS_HEADER_USED];
	size_t got;
	struct stat st;
	int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, T("没有状态文件", "there is no status file"));
	if (fd < 0)
		return err_errno(
			e, T("不能打开状态文件“%s”", "cannot open the status file \"%s\""), path);
	enum err_code code = ERR_OK;
	struct status_header h = {0};
	if (fstat(fd, &st) || (S_ISREG(st.st_mode) && disk_read_at(fd, head, sizeof head, 0, &got)))
		code = err_errno(
			e, T("不能读状态文件“%s”", "cannot read the status file \"%s\""), path);
	else if (!S_ISREG(st.st_mode))
		code = damaged(path, e);
	else
		code = status_header_read(head, got, &h, e);
	if (!code && st.st_size != bucket_offset(&h, STATUS_BUCKETS))
		code = damaged(path, e);
	if (code) {
		close(fd);
		return code;
	}
	*ret_fd = fd;
	*ret = h;
	return ERR_OK;
}

static enum err_code read_bucket(int fd, const char *path, const struct status_header *h,
	uint32_t bucket, uint8_t *out, struct err *e)
{
	size_t got;
	if (disk_read_at(fd, out, bucket_bytes(h), bucket_offset(h, bucket), &got))
		return err_errno(
			e, T("不能读状态文件“%s”", "cannot read the status file \"%s\""), path);
	return got == bucket_bytes(h) ? ERR_OK : damaged(path, e);
}

/* Puts what is in an old bucket into a new one of twice the places: there is always room. */
static void move_bucket(const struct file *old, const struct status_header *h, uint32_t bucket,
	const uint8_t *from, uint8_t *to)
{
	for (uint32_t place = 0; place < old->head.capacity; place++) {
		const uint8_t *entry = from + (size_t)place * h->entry_bytes;
		uint32_t new_place;
		if (!is_filler(&old->head, old->filler_key, bucket, place, entry) &&
			place_for(h, old->filler_key, bucket, to, entry, &new_place))
			memcpy(to + (size_t)new_place * h->entry_bytes, entry, h->entry_bytes);
	}
}

/* Writes a whole file of this head to fd: empty, or with what is in old (fd -1: none). */
static enum err_code write_file(
	int fd, const struct file *old, const struct status_header *h, struct err *e)
{
	uint8_t head[STATUS_HEADER_BYTES] = {0};
	uint8_t *to = mem_alloc(bucket_bytes(h));
	uint8_t *from = old->fd >= 0 ? mem_alloc(bucket_bytes(&old->head)) : NULL;
	status_header_write(h, head);
	enum err_code code =
		disk_write(fd, head, sizeof head) ? cannot_write(old->path, e) : ERR_OK;
	for (uint32_t bucket = 0; !code && bucket < STATUS_BUCKETS; bucket++) {
		fill_bucket(h, old->filler_key, bucket, to);
		if (from)
			code = read_bucket(old->fd, old->path, &old->head, bucket, from, e);
		if (!code && from)
			move_bucket(old, h, bucket, from, to);
		if (!code && disk_write(fd, to, bucket_bytes(h)))
			code = cannot_write(old->path, e);
	}
	if (!code && fsync(fd))
		code = cannot_write(old->path, e);
	free(to);
	free(from);
	return code;
}

/* Replaces f by a file of this head with the same entries, durably; f is open on it afterwards. */
static enum err_code rebuild(struct file *f, const struct status_header *h, struct err *e)
{
	struct buf beside;
	buf_init(&beside, 8192);
	buf_printf(&beside, "%s.new", f->path);
	int fd = -1;
	if (beside.overflow)
		errno = ENAMETOOLONG;
	else if (unlink(beside.data) == 0 || errno == ENOENT)
		fd = disk_create(AT_FDCWD, beside.data, 0640);
	enum err_code code = fd < 0 ? cannot_write(f->path, e) : write_file(fd, f, h, e);
	if (!code && (rename(beside.data, f->path) || disk_sync_parent(f->path)))
		code = cannot_write(f->path, e);
	if (code) {
		if (fd >= 0) {
			close(fd);
			unlink(beside.data);
		}
	} else {
		if (f->fd >= 0)
			close(f->fd);
		f->fd = fd;
		f->head = *h;
	}
	buf_done(&beside);
	return code;
}

static enum err_code grow(struct file *f, struct err *e)
{
	struct status_header twice = {f->head.entry_bytes, f->head.capacity * 2};
	if (twice.capacity > STATUS_CAPACITY_MAX)
		return err_set(e, ERR_SYSTEM,
			T("状态文件“%s”已满", "the status file \"%s\" is full"), f->path);
	return rebuild(f, &twice, e);
}

static bool may_grow(const struct status_header *h)
{
	return h->entry_bytes != STATUS_RECEIVED_BYTES ||
	       h->capacity < STATUS_RECEIVED_CAPACITY_MAX;
}

static enum err_code put_one(struct file *f, const uint8_t *entry, struct err *e)
{
	bool keep_first = f->head.entry_bytes == STATUS_RECEIVED_BYTES;
	for (;;) {
		uint32_t bucket = entry[0], place = 0;
		uint8_t *bytes = mem_alloc(bucket_bytes(&f->head));
		enum err_code code = read_bucket(f->fd, f->path, &f->head, bucket, bytes, e);
		enum place where = PLACE_NONE;
		if (!code)
			where = place_for(&f->head, f->filler_key, bucket, bytes, entry, &place);
		free(bytes);
		if (code || (where == PLACE_STANDING && keep_first))
			return code;
		if (where != PLACE_NONE) {
			off_t at = bucket_offset(&f->head, bucket) +
				   (off_t)((size_t)place * f->head.entry_bytes);
			return disk_write_at(f->fd, entry, f->head.entry_bytes, at)
				       ? cannot_write(f->path, e)
				       : ERR_OK;
		}
		if (!may_grow(&f->head))
			return ERR_OK;
		code = grow(f, e);
		if (code)
			return code;
	}
}

enum err_code status_put(const char *path, size_t entry_bytes, const struct status_entry *entries,
	size_t count, const uint8_t filler_key[KEY_BYTES], struct err *e)
{
	struct file f = {.path = path, .filler_key = filler_key, .fd = -1};
	struct status_header first = {(uint32_t)entry_bytes, STATUS_CAPACITY_MIN};
	if (entry_bytes != STATUS_RECEIVED_BYTES && entry_bytes != STATUS_REPLY_BYTES)
		return err_set(
			e, ERR_INPUT, T("状态条目没有这种大小", "no status entry has this size"));
	enum err_code code = open_file(path, O_RDWR, &f.fd, &f.head, e);
	if (code == ERR_NOT_FOUND)
		code = rebuild(&f, &first, e);
	if (!code && f.head.entry_bytes != entry_bytes)
		code = err_set(e, ERR_INPUT,
			T("状态文件“%s”的条目大小不同",
				"the status file \"%s\" has entries of another size"),
			path);
	for (size_t i = 0; !code && i < count; i++)
		code = put_one(&f, entries[i].bytes, e);
	if (!code && count && fdatasync(f.fd))
		code = cannot_write(path, e);
	if (f.fd >= 0)
		close(f.fd);
	return code;
}

/* ---- looking up ------------------------------------------------------------------------------- */

/* The stand-in's nonce: it is sealed and opened again here and goes nowhere. */
static void fill_zero(void *ctx, void *out, size_t len)
{
	(void)ctx;
	memset(out, 0, len);
}

/* Copies the entry of the tag over out, touching every place alike; false leaves out as it was. */
static bool select_entry(
	const struct status_header *h, const uint8_t *bytes, const uint8_t *tag, uint8_t *out)
{
	unsigned found = 0;
	for (uint32_t place = 0; place < h->capacity; place++) {
		const uint8_t *at = bytes + (size_t)place * h->entry_bytes;
		unsigned here = bytes_equal(at, tag, STATUS_TAG_BYTES) & ~found & 1U;
		uint8_t mask = (uint8_t)(0U - here);
		for (uint32_t i = 0; i < h->entry_bytes; i++)
			out[i] = (uint8_t)((out[i] & ~mask) | (at[i] & mask));
		found |= here;
	}
	return found;
}

/* *ret_damaged: an entry of the tag stands, but is no status. */
static enum err_code find_in(struct arena *a, const struct status_header *h, const uint8_t *bytes,
	const struct receipt_keys *k, bool *ret_found, bool *ret_damaged, struct status *ret,
	struct err *e)
{
	static const struct status stand_in = {"received", "2018-W01", ""};
	const struct chance zero = {fill_zero, NULL};
	uint8_t entry[STATUS_REPLY_BYTES] = {0}, plain[STATUS_PLAIN_MAX];
	struct status s = {0};
	enum err_code code = status_seal(k, &stand_in, h->entry_bytes, &zero, entry, e);
	if (code)
		return code;
	bool found = select_entry(h, bytes, k->status_tag, entry);
	bool opened = aead_open(k->status_key, entry_purpose, k->status_tag, STATUS_TAG_BYTES,
		entry + STATUS_TAG_BYTES, h->entry_bytes - STATUS_TAG_BYTES, plain);
	bool whole = opened && status_plain_read(a, plain, STATUS_PLAIN_BYTES(h->entry_bytes), &s,
				       NULL) == ERR_OK;
	bytes_wipe(plain, sizeof plain);
	*ret_found = found && whole;
	*ret_damaged = found && !whole;
	*ret = *ret_found ? s : (struct status){"", "", ""};
	return ERR_OK;
}

enum err_code status_find(struct arena *a, const char *path, const struct receipt_keys *k,
	bool *ret_found, struct status *ret, struct err *e)
{
	struct status_header h = {0};
	int fd = -1;
	enum err_code code = open_file(path, O_RDONLY, &fd, &h, e);
	if (code)
		return code;
	/* A writer may be within this very place: then it is whole a moment later. */
	uint8_t *bytes = mem_alloc(bucket_bytes(&h));
	bool damaged_entry = true;
	for (int tries = 0; !code && damaged_entry && tries < 3; tries++) {
		code = read_bucket(fd, path, &h, k->status_tag[0], bytes, e);
		if (!code)
			code = find_in(a, &h, bytes, k, ret_found, &damaged_entry, ret, e);
	}
	close(fd);
	free(bytes);
	return code;
}
