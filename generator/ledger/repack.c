/*
 * Small packs and loose objects written together. When there are too many packs, the smallest are merged until half as many
 * are allowed: so packs grow by that factor each time, and an object is rewritten no more often than the logarithm of their
 * number. What is merged becomes two packs: the history (commits, folders, chain), whose versions differ little and are
 * stored as deltas, and the records, which have nothing in common.
 *
 * Nothing is ever dropped: the new packs hold every object of those they replace, reachable or not (a push may be under way
 * that has not named its objects yet), each is read back from them alone, and they are fsynced before the first old file
 * goes. Of an old pack the index goes first: what is left after a crash is a pack without an index, which every reader passes
 * over and a later run removes. Who has either file open keeps it; who only knows its name finds it gone, looks through the
 * folder again (git and libgit2 both do) and finds the new pack, which stood there before.
 */
#include "ledger/ledger_internal.h"

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STALE_SECONDS = 3600, FAN_OUT_LAST = 8 + 255 * 4, KINDS = 2 };

struct pack {
	char name[PACK_NAME_BYTES]; /* "pack-HEX" */
	uint32_t objects;
	bool fixed; /* marked to be kept, or not understood: counted, never touched */
};

struct repack {
	struct ledger *l;
	char *folder; /* objects/pack */
	int fd;
	struct pack *packs; /* those not fixed first, smallest first */
	size_t count, fixed;
	git_oid *ids; /* of what is merged: the history first, then the records */
	size_t id_count, id_cap, history;
	git_odb *source;
	git_oid *loose;
	size_t loose_count, loose_cap;
	char written[KINDS][PACK_NAME_BYTES]; /* "" when there is nothing of this kind */
};

static enum err_code repack_failed(struct err *e)
{
	return ledger_git_failed(e, T("合包", "merge packs"));
}

static void suffixed(char out[PACK_NAME_BYTES + 16], const char *name, const char *suffix)
{
	size_t n = strnlen(name, PACK_NAME_BYTES - 1), m = strlen(suffix);
	memcpy(out, name, n);
	memcpy(out + n, suffix, m + 1);
}

static bool has_file(const struct repack *r, const char *name, const char *suffix)
{
	char file[PACK_NAME_BYTES + 16];
	suffixed(file, name, suffix);
	return faccessat(r->fd, file, F_OK, 0) == 0;
}

/* ---- what stands --------------------------------------------------------------------------------------- */

/* The number of objects is the last of an index's 256 counts (version 2; git wrote nothing else since 2008). */
static bool index_objects(const struct repack *r, const char *name, uint32_t *ret)
{
	static const uint8_t magic[8] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
	uint8_t head[8], count[4];
	char file[PACK_NAME_BYTES + 16];

	suffixed(file, name, ".idx");
	int fd = openat(r->fd, file, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head &&
		    memcmp(head, magic, sizeof magic) == 0 &&
		    pread(fd, count, sizeof count, FAN_OUT_LAST) == (ssize_t)sizeof count;
	if (fd >= 0)
		close(fd);
	if (good)
		*ret = (uint32_t)count[0] << 24 | (uint32_t)count[1] << 16 |
		       (uint32_t)count[2] << 8 | count[3];
	return good;
}

static int by_size(const void *x, const void *y)
{
	const struct pack *a = x, *b = y;
	if (a->fixed != b->fixed)
		return a->fixed ? 1 : -1;
	if (a->objects != b->objects)
		return a->objects < b->objects ? -1 : 1;
	return strcmp(a->name, b->name);
}

static DIR *folder_listing(const struct repack *r, struct err *e)
{
	int fd = openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d) {
		(void)err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""), r->folder);
		if (fd >= 0)
			close(fd);
	}
	return d;
}

static enum err_code list_packs(struct repack *r, struct err *e)
{
	size_t cap = 0;
	DIR *d = folder_listing(r, e);

	if (!d)
		return ERR_SYSTEM;
	for (struct dirent *de; (de = readdir(d));) {
		size_t len = strlen(de->d_name);
		if (!str_starts(de->d_name, "pack-") || !str_ends(de->d_name, ".idx") ||
			len >= PACK_NAME_BYTES)
			continue;
		struct pack p = {0};
		memcpy(p.name, de->d_name, len - strlen(".idx"));
		if (!has_file(r, p.name, ".pack"))
			continue;
		p.fixed = has_file(r, p.name, ".keep") || has_file(r, p.name, ".promisor") ||
			  has_file(r, p.name, ".mtimes") || !index_objects(r, p.name, &p.objects);
		if (r->count == cap) {
			cap = cap ? 2 * cap : 64;
			r->packs = mem_grow(r->packs, cap, sizeof *r->packs);
		}
		r->packs[r->count++] = p;
		r->fixed += p.fixed;
	}
	closedir(d);
	if (r->count)
		qsort(r->packs, r->count, sizeof *r->packs, by_size);
	return ERR_OK;
}

static void id_add(git_oid **ids, size_t *count, size_t *cap, const git_oid *id)
{
	if (*count == *cap) {
		*cap = *cap ? 2 * *cap : 1024;
		*ids = mem_grow(*ids, *cap, sizeof **ids);
	}
	(*ids)[(*count)++] = *id;
}

static int note_loose(const git_oid *id, void *ctx)
{
	struct repack *r = ctx;
	id_add(&r->loose, &r->loose_count, &r->loose_cap, id);
	return 0;
}

static int note_packed(const git_oid *id, void *ctx)
{
	struct repack *r = ctx;
	id_add(&r->ids, &r->id_count, &r->id_cap, id);
	return 0;
}

/* An object store of its own, over one backend, which it owns from then on. */
static int store_of(git_odb_backend *backend, git_odb **ret)
{
	int bad = git_odb_new(ret);

	if (!bad)
		bad = git_odb_add_backend(*ret, backend, 1);
	if (bad)
		backend->free(backend);
	return bad;
}

static int pack_backend(const struct repack *r, const char *name, git_odb_backend **ret)
{
	struct buf path;
	int bad;

	buf_init(&path, 8192);
	buf_printf(&path, "%s/%s.idx", r->folder, name);
	bad = git_odb_backend_one_pack(ret, buf_text(&path));
	buf_done(&path);
	return bad;
}

static int loose_backend(const struct repack *r, git_odb_backend **ret)
{
	char *objects = mem_strdup(r->folder);
	int bad;

	*strrchr(objects, '/') = '\0';
	bad = git_odb_backend_loose(ret, objects, -1, 1, 0, 0);
	free(objects);
	return bad;
}

static enum err_code list_loose(struct repack *r, struct err *e)
{
	git_odb_backend *backend = NULL;
	git_odb *store = NULL;
	int bad = loose_backend(r, &backend);

	if (!bad)
		bad = store_of(backend, &store);
	if (!bad)
		bad = git_odb_foreach(store, note_loose, r);
	git_odb_free(store);
	return bad ? repack_failed(e) : ERR_OK;
}

/* ---- which of them ---------------------------------------------------------------------------------------- */

/* How many of the smallest packs to merge; they become two. Loose objects alone make packs of their own. */
static size_t choose(const struct repack *r, size_t max_packs)
{
	size_t usable = r->count - r->fixed, keep = max_packs / 2;

	if (r->count <= max_packs || usable <= KINDS)
		return 0;
	size_t merge = r->count + KINDS - keep;
	return merge < usable ? merge : usable;
}

/* ---- the new packs -------------------------------------------------------------------------------------------- */

/* Lists the objects of the first `merge` packs and the loose ones, and opens one store over them all. */
static enum err_code gather(struct repack *r, size_t merge, struct err *e)
{
	int bad = git_odb_new(&r->source);

	for (size_t i = 0; !bad && i <= merge; i++) {
		git_odb_backend *list = NULL, *read = NULL;
		git_odb *store = NULL;
		bool loose = i == merge;
		if (loose && r->loose_count == 0)
			break;
		bad = loose ? loose_backend(r, &read) : pack_backend(r, r->packs[i].name, &read);
		if (!bad && git_odb_add_backend(r->source, read, (int)(merge - i) + 1)) {
			read->free(read);
			bad = -1;
		}
		if (bad || loose)
			break;
		bad = pack_backend(r, r->packs[i].name, &list);
		if (!bad)
			bad = store_of(list, &store);
		if (!bad)
			bad = git_odb_foreach(store, note_packed, r);
		git_odb_free(store);
	}
	for (size_t i = 0; !bad && i < r->loose_count; i++)
		id_add(&r->ids, &r->id_count, &r->id_cap, &r->loose[i]);
	return bad ? repack_failed(e) : ERR_OK;
}

static bool is_history(git_odb_object *object)
{
	const char *at = git_odb_object_data(object), *line = NULL;
	struct chain_line parsed;
	size_t len = 0;

	return git_odb_object_type(object) != GIT_OBJECT_BLOB ||
	       (chain_next(&at, at + git_odb_object_size(object), &line, &len) &&
		       !chain_line_parse(line, len, &parsed, NULL));
}

/* The history in front, in the order it stands: the objects of one commit after those of another. */
static enum err_code part(struct repack *r, struct err *e)
{
	git_oid *records = mem_zero(r->id_count + 1, sizeof *records);
	size_t count = 0;
	int bad = 0;

	r->history = 0;
	for (size_t i = 0; !bad && i < r->id_count; i++) {
		git_odb_object *object = NULL;
		bad = git_odb_read(&object, r->source, &r->ids[i]);
		if (!bad && is_history(object))
			r->ids[r->history++] = r->ids[i];
		else if (!bad)
			records[count++] = r->ids[i];
		git_odb_object_free(object);
	}
	if (!bad)
		memcpy(r->ids + r->history, records, count * sizeof *records);
	free(records);
	return bad ? repack_failed(e) : ERR_OK;
}

static enum err_code write_packs(struct repack *r, struct err *e)
{
	git_repository *repo = NULL;
	enum err_code code = ERR_OK;
	size_t records = r->id_count - r->history;

	if (git_repository_wrap_odb(&repo, r->source))
		return repack_failed(e);
	if (r->history)
		code = pack_write(repo, r->ids, r->history, false, r->folder, r->written[0], e);
	if (!code && records)
		code = pack_write(
			repo, r->ids + r->history, records, true, r->folder, r->written[1], e);
	git_repository_free(repo);
	return code;
}

/* From the new packs alone; reading an object checks its bytes against its id. */
static enum err_code verify(const struct repack *r, struct err *e)
{
	for (size_t kind = 0; kind < KINDS; kind++) {
		size_t from = kind ? r->history : 0, to = kind ? r->id_count : r->history;
		git_odb_backend *backend = NULL;
		git_odb *store = NULL;
		if (from == to)
			continue;
		int bad = pack_backend(r, r->written[kind], &backend);
		if (!bad)
			bad = store_of(backend, &store);
		for (size_t i = from; !bad && i < to; i++) {
			git_odb_object *object = NULL;
			bad = git_odb_read(&object, store, &r->ids[i]);
			git_odb_object_free(object);
		}
		git_odb_free(store);
		if (bad)
			return repack_failed(e);
	}
	return ERR_OK;
}

/* ---- the old ones -------------------------------------------------------------------------------------------- */

static enum err_code remove_file(
	const struct repack *r, const char *name, const char *suffix, struct err *e)
{
	char file[PACK_NAME_BYTES + 16];

	suffixed(file, name, suffix);
	if (unlinkat(r->fd, file, 0) && errno != ENOENT)
		return err_errno(e, T("不能删除“%s”", "cannot delete \"%s\""), file);
	return ERR_OK;
}

static enum err_code remove_packs(const struct repack *r, size_t merge, struct err *e)
{
	static const char *const suffixes[] = {".idx", ".bitmap", ".rev", ".pack"};
	/* An index over several packs that names one that is gone would mislead; it only saves time. */
	enum err_code code = remove_file(r, "multi-pack-index", "", e);

	for (size_t s = 0; s < COUNT_OF(suffixes); s++)
		for (size_t i = 0; !code && i < merge; i++)
			if (!str_eq(r->packs[i].name, r->written[0]) &&
				!str_eq(r->packs[i].name, r->written[1]))
				code = remove_file(r, r->packs[i].name, suffixes[s], e);
	return code;
}

static enum err_code remove_loose(const struct repack *r, struct err *e)
{
	for (size_t i = 0; i < r->loose_count; i++) {
		char hex[GIT_OID_HEXSZ + 1], path[GIT_OID_HEXSZ + 8];
		git_oid_tostr(hex, sizeof hex, &r->loose[i]);
		memcpy(path, "../", 3);
		memcpy(path + 3, hex, 2);
		path[5] = '/';
		memcpy(path + 6, hex + 2, GIT_OID_HEXSZ - 2 + 1);
		if (unlinkat(r->fd, path, 0) && errno != ENOENT)
			return err_errno(e, T("不能删除“%s”", "cannot delete \"%s\""), path);
	}
	return ERR_OK;
}

/* What a crash left: packs without index, indexes without pack, temporary files of libgit2. Only old ones, by the new pack's
 * time: a push may be putting its own in place. */
static enum err_code remove_left_over(const struct repack *r, struct err *e)
{
	struct stat now, st;
	char file[PACK_NAME_BYTES + 16];
	DIR *d;

	suffixed(file, r->written[r->history ? 0 : 1], ".pack");
	if (fstatat(r->fd, file, &now, 0))
		return err_errno(e, T("不能读“%s”", "cannot read \"%s\""), file);
	d = folder_listing(r, e);
	if (!d)
		return ERR_SYSTEM;
	for (struct dirent *de; (de = readdir(d));) {
		char name[PACK_NAME_BYTES] = "";
		size_t len = strlen(de->d_name);
		bool temporary = str_starts(de->d_name, "pack_git2_");
		const char *dot = strrchr(de->d_name, '.');
		bool half = str_starts(de->d_name, "pack-") && dot && len < PACK_NAME_BYTES &&
			    (str_eq(dot, ".pack") || str_eq(dot, ".idx"));
		if (half)
			memcpy(name, de->d_name, (size_t)(dot - de->d_name));
		half = half && !has_file(r, name, str_eq(dot, ".idx") ? ".pack" : ".idx") &&
		       !has_file(r, name, ".keep");
		if ((temporary || half) && fstatat(r->fd, de->d_name, &st, 0) == 0 &&
			st.st_mtime + STALE_SECONDS < now.st_mtime)
			unlinkat(r->fd, de->d_name, 0);
	}
	closedir(d);
	return ERR_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

static enum err_code merge_packs(struct repack *r, size_t merge, struct err *e)
{
	if (gather(r, merge, e) || part(r, e) || write_packs(r, e) || verify(r, e) ||
		remove_packs(r, merge, e) || remove_loose(r, e) || remove_left_over(r, e))
		return e->code;
	return dir_sync(r->folder, e);
}

static enum err_code repack(struct repack *r, size_t max_packs, size_t *ret_packs, struct err *e)
{
	size_t merge = 0, before;
	enum err_code code = list_packs(r, e);

	if (!code)
		code = list_loose(r, e);
	if (code)
		return code;
	before = r->count;
	merge = choose(r, max_packs);
	if (merge == 0 && r->loose_count == 0) {
		*ret_packs = before;
		return ERR_OK;
	}
	code = merge_packs(r, merge, e);
	r->count = r->fixed = 0;
	if (!code)
		code = list_packs(r, e);
	if (!code)
		*ret_packs = r->count;
	return code;
}

enum err_code ledger_repack(struct ledger *l, size_t max_packs, size_t *ret_packs, struct err *e)
{
	struct repack r = {.l = l, .fd = -1};
	struct buf folder;
	enum err_code code = ledger_lock(l, e);

	if (code)
		return code;
	buf_init(&folder, 8192);
	buf_printf(&folder, "%s/objects/pack", l->path);
	r.folder = mem_strdup(buf_text(&folder));
	buf_done(&folder);
	r.fd = open(r.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r.fd < 0)
		code = err_errno(e, T("不能读目录“%s”", "cannot read folder \"%s\""), r.folder);
	if (!code)
		code = repack(&r, max_packs, ret_packs, e);
	git_odb_free(r.source);
	if (r.fd >= 0)
		close(r.fd);
	free(r.packs);
	free(r.ids);
	free(r.loose);
	free(r.folder);
	ledger_unlock(l);
	return code;
}
