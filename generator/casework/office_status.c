/*
 * What the office answers under a receipt: an entry of status/office.bin for each case whose status key is known, in step with
 * its row. An entry that stands is replaced, so the same may be done twice.
 *
 * The file and the key of its empty places belong together. Where either is gone (a restored backup) all entries are written anew
 * beside and put in its place; until then old receipts are answered from what the drain wrote.
 */
#include "casework/casework_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the key of empty places ----------------------------------------------------------------------- */

/* One lock for all who may make it, so that it is made once. */
static enum err_code lock_folder(const char *folder, int *ret, struct err *e)
{
	*ret = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int bad = *ret < 0;
	while (!bad && flock(*ret, LOCK_EX))
		bad = errno != EINTR;
	return bad ? err_errno(e, T("不能锁“%s”", "cannot lock \"%s\""), folder) : ERR_OK;
}

static enum err_code make_filler(const char *keys, const char *path, const struct chance *chance,
	uint8_t ret[KEY_BYTES], bool *ret_made, struct err *e)
{
	struct err why = {0};
	int lock = -1;
	enum err_code code = ERR_OK;

	if (mkdir(keys, 0700) && errno != EEXIST)
		return err_errno(e, T("不能建“%s”", "cannot make \"%s\""), keys);
	code = lock_folder(keys, &lock, e);
	if (!code && key_read(path, KEY_FILLER, true, ret, &why)) {
		chance_fill(chance, ret, KEY_BYTES);
		code = why.code == ERR_NOT_FOUND ? key_write(path, KEY_FILLER, true, ret, e)
						 : (*e = why).code;
		*ret_made = !code;
	}
	if (lock >= 0)
		close(lock);
	return code;
}

enum err_code office_filler(const char *instance, const struct chance *chance,
	uint8_t ret[KEY_BYTES], bool *ret_made, struct err *e)
{
	struct arena *a = arena_new();
	struct err why = {0};
	const char *keys = path_join(a, instance, "keys");
	const char *path = path_join(a, keys, "filler.secret");
	enum err_code code = key_read(path, KEY_FILLER, true, ret, &why);

	*ret_made = false;
	if (code == ERR_NOT_FOUND)
		code = make_filler(keys, path, chance, ret, ret_made, e);
	else if (code)
		*e = why;
	arena_free(a);
	return code;
}

/* ---- entries ------------------------------------------------------------------------------------------ */

struct entries {
	struct desk *d;
	uint8_t (*list)[STATUS_REPLY_BYTES];
	size_t count, cap;
};

static bool is_told(const struct tip_case *row)
{
	return (day_is_set(row->course.concluded) || row->course.reopened) &&
	       row->course.state != CASE_ERASED;
}

/* Whose tip-off was merged is answered as the one it was merged into, once that has been concluded. */
static enum err_code answer_merged(struct entries *n, const struct tip_case *row, struct arena *a,
	struct status *s, char since[DAY_TEXT_BYTES], struct err *e)
{
	struct tip_case first;

	if (row->course.state != CASE_MERGED || !row->merged_into)
		return ERR_OK;
	if (reg_case_get(n->d->o.reg, row->merged_into, a, &first, e))
		return e->code;
	if (!is_told(&first))
		return ERR_OK;
	s->state = policy_case_step_id(first.course.state);
	s->when = day_text(first.course.since, since);
	s->reply = first.reply ? first.reply : "";
	return ERR_OK;
}

static enum err_code add_entry(void *ctx, const struct tip_case *row, struct err *e)
{
	struct entries *n = ctx;
	char since[DAY_TEXT_BYTES];
	struct receipt_keys keys = {0};
	struct arena *a;
	enum err_code code;

	if (!row->has_status)
		return ERR_OK;
	/* What a case was told is erased with it. */
	struct status s = {.state = policy_case_step_id(row->course.state),
		.when = row->course.state == CASE_RECEIVED ? row->week
							   : day_text(row->course.since, since),
		.reply = row->reply && row->course.state != CASE_ERASED ? row->reply : ""};
	if (n->count == n->cap) {
		n->cap = n->cap ? 2 * n->cap : 16;
		n->list = mem_grow(n->list, n->cap, sizeof *n->list);
	}
	memcpy(keys.status_tag, row->status_tag, STATUS_TAG_BYTES);
	memcpy(keys.status_key, row->status_key, KEY_BYTES);
	a = arena_new();
	code = answer_merged(n, row, a, &s, since, e);
	if (!code)
		code = status_seal(
			&keys, &s, STATUS_REPLY_BYTES, n->d->o.chance, n->list[n->count], e);
	arena_free(a);
	bytes_wipe(&keys, sizeof keys);
	n->count += !code;
	return code;
}

static enum err_code add_numbers(
	struct entries *n, const int64_t *numbers, size_t count, struct err *e)
{
	struct arena *a = arena_new();
	enum err_code code = ERR_OK;

	for (size_t i = 0; !code && i < count; i++, arena_reset(a)) {
		struct tip_case row;
		code = reg_case_get(n->d->o.reg, numbers[i], a, &row, e);
		if (!code)
			code = add_entry(n, &row, e);
		if (!code && row.corroboration && is_told(&row)) {
			const struct tip_case_filter merged = {.merged_into = row.number};
			code = reg_case_each(n->d->o.reg, &merged, add_entry, n, e);
		}
	}
	arena_free(a);
	return code;
}

static enum err_code put(
	const struct entries *n, const char *path, const uint8_t filler[KEY_BYTES], struct err *e)
{
	struct status_entry *list = mem_zero(n->count + 1, sizeof *list);

	for (size_t i = 0; i < n->count; i++)
		list[i].bytes = n->list[i];
	enum err_code code = status_put(path, STATUS_REPLY_BYTES, list, n->count, filler, e);
	free(list);
	return code;
}

/* ---- the file ------------------------------------------------------------------------------------------- */

static enum err_code put_all_anew(struct desk *d, struct arena *a, const char *folder,
	const char *path, const uint8_t filler[KEY_BYTES], struct err *e)
{
	struct entries all = {.d = d};
	const char *beside = arena_printf(a, "%s.anew", path);
	enum err_code code = reg_case_each(d->o.reg, NULL, add_entry, &all, e);

	if (!code && unlink(beside) && errno != ENOENT)
		code = err_errno(e, T("不能删“%s”", "cannot remove \"%s\""), beside);
	if (!code)
		code = put(&all, beside, filler, e);
	if (!code && rename(beside, path))
		code = err_errno(e, T("不能写“%s”", "cannot write \"%s\""), path);
	if (!code)
		code = dir_sync(folder, e);
	free(all.list);
	return code;
}

static enum err_code make_folder(struct desk *d, const char *folder, struct err *e)
{
	if (file_exists(folder))
		return ERR_OK;
	if (mkdir(folder, 0750) && errno != EEXIST)
		return err_errno(e, T("不能建“%s”", "cannot make \"%s\""), folder);
	return dir_sync(d->o.instance, e);
}

/* Rows are read under the lock, so that whoever writes last writes what stands last. */
enum err_code desk_status_put(struct desk *d, const int64_t *numbers, size_t count, struct err *e)
{
	struct arena *a = arena_new();
	struct entries some = {.d = d};
	const char *folder = path_join(a, d->o.instance, "status");
	const char *path = path_join(a, folder, "office.bin");
	uint8_t filler[KEY_BYTES];
	bool made = false;
	int lock = -1;
	enum err_code code = add_numbers(&some, numbers, count, e);

	/* Nothing to say: no file, no key. */
	if (!code && some.count) {
		some.count = 0;
		code = make_folder(d, folder, e);
		if (!code)
			code = lock_folder(folder, &lock, e);
		if (!code)
			code = office_filler(d->o.instance, d->o.chance, filler, &made, e);
		if (!code && (made || !file_exists(path)))
			code = put_all_anew(d, a, folder, path, filler, e);
		else if (!code)
			code = add_numbers(&some, numbers, count, e);
		if (!code && some.count)
			code = put(&some, path, filler, e);
	}
	if (lock >= 0)
		close(lock);
	bytes_wipe(filler, sizeof filler);
	free(some.list);
	arena_free(a);
	return code;
}
