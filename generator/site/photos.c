/*
 * Photos that may be shown: copied from the instance's evidence/public/ to /photos/, and taken away when no record shows
 * them any more.
 *
 * A photo's name is the hash of its bytes, so one that stands is not read again; of every photo shown only the head is
 * read, for its size. Which record shows which photo is remembered in a state file (a line each: number, hash), because
 * an incremental build sees the changed records alone and must leave what a full one would.
 */
#include "site/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PHOTO_BYTES_MAX = 32 << 20,
	HEAD_BYTES = 64 << 10,
	STATE_BYTES_MAX = 256 << 20,
	HASH_CHARS = 64
};

struct shown {
	int64_t number;
	char sha256[HASH_CHARS +
		    1]; /* "": the record was rendered; what it showed before no longer counts */
};
struct photos {
	pthread_mutex_t lock;
	struct shown *all;
	size_t count, cap;
};

static const char state_name[] = "photos";

void photos_open(struct extras *x)
{
	x->photos = arena_alloc(x->arena, sizeof *x->photos);
	pthread_mutex_init(&x->photos->lock, NULL);
}

void photos_close(struct extras *x)
{
	if (!x->photos)
		return;
	pthread_mutex_destroy(&x->photos->lock);
	free(x->photos->all);
}

static void note(struct photos *p, int64_t number, const char *sha256)
{
	pthread_mutex_lock(&p->lock);
	if (p->count == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 256;
		p->all = mem_grow(p->all, p->cap, sizeof *p->all);
	}
	struct shown *s = &p->all[p->count++];
	*s = (struct shown){.number = number};
	memcpy(s->sha256, sha256, strlen(sha256));
	pthread_mutex_unlock(&p->lock);
}

/* ---- one photo --------------------------------------------------------------------------------- */

static const char *photo_url(struct arena *a, const char *sha256)
{
	return arena_printf(a, "/photos/%.2s/%s.jpg", sha256, sha256);
}

static const char *copy_path(const struct ctx *c, struct arena *a, const char *sha256)
{
	return arena_printf(a, "%s/evidence/public/%.2s/%s.jpg", c->o->instance, sha256, sha256);
}

static bool is_hash(const char *s)
{
	return s && strlen(s) == HASH_CHARS && strspn(s, "0123456789abcdef") == HASH_CHARS;
}

static enum err_code read_head(const char *path, struct buf *ret, struct err *e)
{
	char block[4096];
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e,
			T("读不到可以公开的照片“%s”；请从备份恢复这个文件，或者重新登记照片",
				"cannot read the photo \"%s\" that may be shown; restore the file "
				"from "
				"a backup or file the photo anew"),
			path);
	while (ret->len < HEAD_BYTES && (n = read(fd, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		buf_add(ret, block, (size_t)n);
	}
	enum err_code code =
		n < 0 ? err_errno(e, T("读“%s”失败", "cannot read \"%s\""), path) : ERR_OK;
	close(fd);
	return code;
}

static enum err_code size_of(
	const char *path, uint32_t *ret_width, uint32_t *ret_height, struct err *e)
{
	struct buf head;
	buf_init(&head, HEAD_BYTES + 4096);
	enum err_code code = read_head(path, &head, e);
	if (!code && !picture_size(head.data, head.len, ret_width, ret_height))
		code = err_set(e, ERR_INPUT,
			T("“%s”不是 JPEG 照片；请重新登记这张照片",
				"\"%s\" is no JPEG photo; file the photo anew"),
			path);
	buf_done(&head);
	return code;
}

static enum err_code copy(const struct ctx *c, const char *path, const char *url, struct err *e)
{
	if (store_keep(c->store, url))
		return ERR_OK;
	struct buf b;
	buf_init(&b, PHOTO_BYTES_MAX);
	enum err_code code = file_read(path, PHOTO_BYTES_MAX, &b, e);
	if (!code)
		code = store_put(c->store, url, b.data, b.len, e);
	buf_done(&b);
	return code;
}

static const char *kind_word(const char *kind)
{
	if (str_eq(kind, "photo-before"))
		return "整治前";
	return str_eq(kind, "photo-after") ? "整治后" : "整治中";
}

static enum err_code add_photo(struct worker *w, const struct pub_record *rec,
	const struct pub_evidence *ev, struct value *list, bool begins, struct err *e)
{
	struct arena *a = w->arena;
	const char *path = copy_path(w->ctx, a, ev->public_sha256);
	const char *url = photo_url(a, ev->public_sha256);
	uint32_t width, height;
	if (size_of(path, &width, &height, e) || copy(w->ctx, path, url, e))
		return e->code;
	note(w->ctx->extras->photos, rec->number, ev->public_sha256);
	const char *day = text_or(text_day_zh(a, ev->day), "日期未填"), *word = kind_word(ev->kind);
	struct value *v = value_add_map(list, a);
	value_set_bool(v, a, "begins", begins);
	value_set_text(v, a, "url", url);
	value_set_int(v, a, "width", width);
	value_set_int(v, a, "height", height);
	value_set_text(v, a, "alt", arena_printf(a, "%s，%s，%s", rec->name, word, day));
	value_set_text(v, a, "label", text_join3(a, word, "，", day));
	return ERR_OK;
}

/* ---- a record's photos ------------------------------------------------------------------------------ */

static bool is_photo(const struct pub_evidence *ev, const char *kind)
{
	return is_hash(ev->public_sha256) && str_eq(ev->kind, kind);
}

/* The n-th photo of a kind, in the order filed; NULL: there are fewer. */
static const struct pub_evidence *nth(const struct pub_record *rec, const char *kind, size_t n)
{
	for (size_t i = 0; i < rec->evidence_count; i++)
		if (is_photo(&rec->evidence[i], kind) && n-- == 0)
			return &rec->evidence[i];
	return NULL;
}

enum err_code photos_put(
	struct worker *w, const struct pub_record *rec, struct value *m, struct err *e)
{
	struct arena *a = w->arena;
	struct value *list = value_list(a);
	size_t shown = 0;
	note(w->ctx->extras->photos, rec->number, "");
	if (rec->state == STATE_WITHDRAWN)
		return ERR_OK;
	for (size_t n = 0;; n++) {
		const struct pub_evidence *pair[2] = {
			nth(rec, "photo-before", n), nth(rec, "photo-after", n)};
		if (!pair[0] && !pair[1])
			break;
		for (size_t i = 0; i < COUNT_OF(pair); i++) {
			bool begins = shown && (i == 0 || !pair[0]);
			if (!pair[i])
				continue;
			if (add_photo(w, rec, pair[i], list, begins, e))
				return e->code;
			shown++;
		}
	}
	const struct pub_evidence *ev;
	for (size_t n = 0; (ev = nth(rec, "photo-during", n)); n++, shown++)
		if (add_photo(w, rec, ev, list, n % 2 == 0 && shown, e))
			return e->code;
	value_set(m, a, "photos", list);
	value_set_bool(m, a, "has_photos", shown > 0);
	return ERR_OK;
}

/* ---- after all records ---------------------------------------------------------------------------------- */

static int by_record(const void *x, const void *y)
{
	const struct shown *a = x, *b = y;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->sha256, b->sha256);
}

static int by_hash(const void *x, const void *y)
{
	return strcmp(((const struct shown *)x)->sha256, ((const struct shown *)y)->sha256);
}

static bool was_rendered(const struct photos *p, int64_t number)
{
	const struct shown key = {.number = number};
	return p->count && bsearch(&key, p->all, p->count, sizeof key, by_record);
}

/* The lines of the last build's list; what cannot be read counts as none. */
static struct shown *read_old(struct ctx *c, size_t *ret_count)
{
	struct buf b;
	struct err ignored;
	struct shown *all = NULL;
	size_t count = 0, cap = 0;
	buf_init(&b, STATE_BYTES_MAX);
	bool has = store_read_state(c->store, state_name, &b, &ignored) == ERR_OK;
	for (char *p = has ? b.data : NULL, *eol; p && (eol = strchr(p, '\n')); p = eol + 1) {
		struct shown s = {0};
		*eol = '\0';
		char *space = strchr(p, ' ');
		if (!space || !is_hash(space + 1))
			continue;
		*space = '\0';
		if (!str_to_int64(p, &s.number))
			continue;
		memcpy(s.sha256, space + 1, HASH_CHARS);
		if (count == cap)
			all = mem_grow(all, cap = cap ? cap * 2 : 256, sizeof *all);
		all[count++] = s;
	}
	buf_done(&b);
	*ret_count = count;
	return all;
}

static enum err_code remove_gone(struct ctx *c, const struct shown *old, size_t old_count,
	struct shown *now, size_t now_count, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = ERR_OK;
	if (now_count)
		qsort(now, now_count, sizeof *now, by_hash);
	for (size_t i = 0; !code && i < old_count; i++)
		if (!now_count || !bsearch(&old[i], now, now_count, sizeof *now, by_hash))
			code = store_remove(c->store, photo_url(a, old[i].sha256), e);
	arena_free(a);
	return code;
}

static enum err_code keep_list(struct ctx *c, struct shown *now, size_t count, struct err *e)
{
	struct buf b;
	buf_init(&b, STATE_BYTES_MAX);
	if (count)
		qsort(now, count, sizeof *now, by_record);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, "%lld %s\n", (long long)now[i].number, now[i].sha256);
	enum err_code code = store_put_state(c->store, state_name, buf_text(&b), b.len, e);
	buf_done(&b);
	return code;
}

enum err_code photos_settle(struct ctx *c, bool full, struct err *e)
{
	struct photos *p = c->extras->photos;
	size_t old_count = 0, count = 0;
	if (!p->count && !full)
		return ERR_OK;
	if (p->count)
		qsort(p->all, p->count, sizeof *p->all, by_record);
	struct shown *old = full ? NULL : read_old(c, &old_count);
	struct shown *now = mem_zero(p->count + old_count + 1, sizeof *now);
	for (size_t i = 0; i < p->count; i++)
		if (*p->all[i].sha256)
			now[count++] = p->all[i];
	for (size_t i = 0; i < old_count; i++)
		if (!was_rendered(p, old[i].number))
			now[count++] = old[i];
	enum err_code code = ERR_OK;
	if (full || old_count || count) {
		code = remove_gone(c, old, old_count, now, count, e);
		if (!code)
			code = keep_list(c, now, count, e);
	}
	free(old);
	free(now);
	return code;
}
