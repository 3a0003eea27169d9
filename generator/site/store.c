/*
 * The output folder and what is known of it. Beside the site stands <out>.state/:
 *
 *   lock             one build at a time
 *   manifest/FOLDER  per folder of the site: "hash name" of every file in it (a folder's / is written ,)
 *   state/NAME       what the build remembers (state.c)
 *   stage/           files of the build under way; stage/tree/ is a first build's whole site
 *   journal          made durable only when everything staged is; from then on the build counts as done
 *
 * Invariants: a file of the site is only ever replaced by rename. Without a journal an interrupted build left nothing
 * but stage/, which the next one drops; with one the next build carries its renames out, each of which may already
 * have been done. Whether a file changed is decided by the manifest's hash, not by reading it.
 */
#include "site/store.h"

#include "site/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FEW_FILES = 48 }; /* up to here fsync one by one, above it once for the file system */

struct step {
	char kind; /* 'p' put, 'd' delete, 's' state */
	uint64_t stage;
	char *path;
};

struct store {
	char *out, *state;
	int lock;
	bool first, verify;
	pthread_mutex_t mutex;
	struct folder **folders;
	size_t folder_count;
	struct step *actions;
	size_t action_count, action_cap;
	atomic_ullong next_stage;
	atomic_size_t unchanged, written, removed;
	atomic_ullong bytes;
};

static char *text(const char *fmt, ...) PRINTF_LIKE(1, 2);
static char *text(const char *fmt, ...)
{
	va_list args;
	char *s = NULL;
	va_start(args, fmt);
	int n = vasprintf(&s, fmt, args);
	va_end(args);
	if (n < 0)
		abort();
	return s;
}

/* ---- folders ------------------------------------------------------------------------------ */

static char *manifest_path(const struct store *s, const char *folder)
{
	char *path = text("%s/manifest/%s", s->state, folder);
	for (char *p = path + strlen(s->state) + strlen("/manifest/"); *p; p++)
		if (*p == '/')
			*p = ',';
	return path;
}

/* The folder that holds path; loaded on first use. The caller holds the mutex. */
static enum err_code folder_of(
	struct store *s, const char *path, struct folder **ret, struct err *e)
{
	size_t len = (size_t)(strrchr(path, '/') - path) + 1;
	for (size_t i = s->folder_count; i-- > 0;) {
		if (strncmp(s->folders[i]->name, path, len) == 0 && !s->folders[i]->name[len]) {
			*ret = s->folders[i];
			return ERR_OK;
		}
	}
	struct folder *f = mem_zero(1, sizeof *f);
	f->name = text("%.*s", (int)len, path);
	folder_add(f, ".")->seen = true; /* makes the table; "." is never a file's name */
	char *file = manifest_path(s, f->name);
	enum err_code code = s->first ? ERR_OK : manifest_read(file, f, e);
	free(file);
	s->folders = mem_grow(s->folders, s->folder_count + 1, sizeof(struct folder *));
	s->folders[s->folder_count++] = f;
	*ret = f;
	return code;
}

/* ---- writing ------------------------------------------------------------------------------- */

static enum err_code make_parents(const char *file, struct err *e)
{
	char *dir = mem_strdup(file);
	*strrchr(dir, '/') = '\0';
	enum err_code code = dir_make_all(dir, e);
	free(dir);
	return code;
}

static enum err_code write_plain(const char *path, const void *bytes, size_t len, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 && errno == ENOENT) {
		if (make_parents(path, e))
			return e->code;
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	}
	if (fd < 0)
		return err_errno(e, T("不能写“%s”", "cannot write \"%s\""), path);
	for (const char *p = bytes; len;) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int saved = errno;
			close(fd);
			errno = saved;
			return err_errno(e, T("写“%s”失败", "cannot write \"%s\""), path);
		}
		p += n;
		len -= (size_t)n;
	}
	if (close(fd))
		return err_errno(e, T("写“%s”失败", "cannot write \"%s\""), path);
	return ERR_OK;
}

static char *stage_path(const struct store *s, uint64_t id)
{
	return text("%s/stage/%03llu/%llu", s->state, (unsigned long long)(id / 1000),
		(unsigned long long)id);
}

static void add_action(struct store *s, char kind, uint64_t stage, const char *path)
{
	pthread_mutex_lock(&s->mutex);
	if (s->action_count == s->action_cap) {
		s->action_cap = s->action_cap ? s->action_cap * 2 : 256;
		s->actions = mem_grow(s->actions, s->action_cap, sizeof *s->actions);
	}
	s->actions[s->action_count++] = (struct step){kind, stage, mem_strdup(path)};
	pthread_mutex_unlock(&s->mutex);
}

static enum err_code stage(
	struct store *s, char kind, const char *path, const void *bytes, size_t len, struct err *e)
{
	uint64_t id = atomic_fetch_add(&s->next_stage, 1);
	char *to = stage_path(s, id);
	enum err_code code = write_plain(to, bytes, len, e);
	free(to);
	if (!code)
		add_action(s, kind, id, path);
	return code;
}

static bool stands_on_disk(const struct store *s, const char *path)
{
	char *file = text("%s%s", s->out, path);
	bool is = access(file, F_OK) == 0;
	free(file);
	return is;
}

enum err_code store_put(
	struct store *s, const char *path, const void *bytes, size_t len, struct err *e)
{
	struct hash128 hash = hash128_bytes(bytes, len);
	struct folder *f;
	pthread_mutex_lock(&s->mutex);
	enum err_code code = folder_of(s, path, &f, e);
	bool same = false;
	if (!code) {
		const char *name = strrchr(path, '/') + 1;
		struct entry *en = folder_slot(f, name);
		same = en->name && hash128_eq(en->hash, hash);
		en = en->name ? en : folder_add(f, name);
		en->seen = true;
		en->hash = hash;
		f->dirty |= !same;
	}
	pthread_mutex_unlock(&s->mutex);
	if (code)
		return code;
	if (same && (!s->verify || stands_on_disk(s, path))) {
		atomic_fetch_add(&s->unchanged, 1);
		return ERR_OK;
	}
	atomic_fetch_add(&s->written, 1);
	atomic_fetch_add(&s->bytes, len);
	if (!s->first)
		return stage(s, 'p', path, bytes, len, e);
	char *to = text("%s/stage/tree%s", s->state, path);
	code = write_plain(to, bytes, len, e);
	free(to);
	return code;
}

bool store_keep(struct store *s, const char *path)
{
	struct folder *f;
	struct err ignored;
	pthread_mutex_lock(&s->mutex);
	struct entry *en =
		folder_of(s, path, &f, &ignored) ? NULL : folder_slot(f, strrchr(path, '/') + 1);
	/* One that was put in this build may not stand on the disk yet. */
	bool keeps = en && en->name && (en->seen || !s->verify || stands_on_disk(s, path));
	if (keeps && !en->seen) {
		en->seen = true;
		atomic_fetch_add(&s->unchanged, 1);
	}
	pthread_mutex_unlock(&s->mutex);
	return keeps;
}

bool store_has(struct store *s, const char *path)
{
	struct folder *f;
	struct err ignored;
	pthread_mutex_lock(&s->mutex);
	bool has =
		!folder_of(s, path, &f, &ignored) && folder_slot(f, strrchr(path, '/') + 1)->name;
	pthread_mutex_unlock(&s->mutex);
	return has;
}

enum err_code store_remove(struct store *s, const char *path, struct err *e)
{
	struct folder *f;
	pthread_mutex_lock(&s->mutex);
	enum err_code code = folder_of(s, path, &f, e);
	bool has = !code && folder_slot(f, strrchr(path, '/') + 1)->name;
	if (has)
		folder_drop(f, strrchr(path, '/') + 1);
	pthread_mutex_unlock(&s->mutex);
	if (has) {
		atomic_fetch_add(&s->removed, 1);
		add_action(s, 'd', 0, path);
	}
	return code;
}

/* Loads every folder the manifest knows, so that those no page was put into are seen too. */
static enum err_code load_all_folders(struct store *s, struct err *e)
{
	char *dir = text("%s/manifest", s->state);
	DIR *d = opendir(dir);
	free(dir);
	if (!d)
		return ERR_OK;
	enum err_code code = ERR_OK;
	for (struct dirent *de; !code && (de = readdir(d));) {
		if (de->d_name[0] != ',')
			continue;
		char *name = mem_strdup(de->d_name);
		for (char *p = name; *p; p++)
			if (*p == ',')
				*p = '/';
		struct folder *f;
		pthread_mutex_lock(&s->mutex);
		code = folder_of(s, name, &f, e);
		pthread_mutex_unlock(&s->mutex);
		free(name);
	}
	closedir(d);
	return code;
}

enum err_code store_remove_unseen(struct store *s, struct err *e)
{
	enum err_code code = load_all_folders(s, e);
	for (size_t i = 0; !code && i < s->folder_count; i++) {
		const struct entry **list;
		size_t n = folder_sorted(s->folders[i], &list);
		char **gone = mem_alloc((n + 1) * sizeof *gone);
		size_t gone_count = 0;
		for (size_t k = 0; k < n; k++)
			if (!list[k]->seen)
				gone[gone_count++] =
					text("%s%s", s->folders[i]->name, list[k]->name);
		free(list);
		for (size_t k = 0; k < gone_count; k++) {
			if (!code)
				code = store_remove(s, gone[k], e);
			free(gone[k]);
		}
		free(gone);
	}
	return code;
}

enum err_code store_put_state(
	struct store *s, const char *name, const void *bytes, size_t len, struct err *e)
{
	return stage(s, 's', name, bytes, len, e);
}

enum err_code store_read_state(struct store *s, const char *name, struct buf *ret, struct err *e)
{
	char *path = text("%s/state/%s", s->state, name);
	enum err_code code = file_exists(path)
				     ? file_read(path, ret->max, ret, e)
				     : err_set(e, ERR_NOT_FOUND, T("没有“%s”", "no \"%s\""), name);
	free(path);
	return code;
}

/* ---- commit and recovery -------------------------------------------------------------------- */

static enum err_code sync_all(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || syncfs(fd);
	if (fd >= 0)
		close(fd);
	return failed ? err_errno(e, T("同步“%s”失败", "cannot sync \"%s\""), dir) : ERR_OK;
}

static enum err_code sync_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd);
	if (fd >= 0)
		close(fd);
	return failed ? err_errno(e, T("同步“%s”失败", "cannot sync \"%s\""), path) : ERR_OK;
}

static enum err_code sync_staged(struct store *s, struct err *e)
{
	if (s->first || s->action_count > FEW_FILES)
		return sync_all(s->state, e);
	for (size_t i = 0; i < s->action_count; i++) {
		if (s->actions[i].kind == 'd')
			continue;
		char *path = stage_path(s, s->actions[i].stage);
		enum err_code code = sync_file(path, e);
		free(path);
		if (code)
			return code;
	}
	return ERR_OK;
}

static enum err_code rename_into(const char *from, const char *to, struct err *e)
{
	if (rename(from, to) == 0)
		return ERR_OK;
	if (errno == ENOENT && !file_exists(from))
		return ERR_OK; /* done before the interruption */
	if (errno == ENOENT && make_parents(to, e) == ERR_OK && rename(from, to) == 0)
		return ERR_OK;
	return err_errno(e, T("不能把新文件换到“%s”", "cannot move the new file to \"%s\""), to);
}

/* A full build makes no empty folders, so none may stay behind a deleted file. */
static void drop_empty_folders(const char *out, char *file)
{
	size_t top = strlen(out);
	for (char *slash; (slash = strrchr(file, '/')) && (size_t)(slash - file) > top;) {
		*slash = '\0';
		if (rmdir(file) && errno != ENOENT)
			return;
	}
}

static enum err_code act(
	const char *out, const char *state, char kind, uint64_t id, const char *path, struct err *e)
{
	char *to = kind == 's' ? text("%s/%s", state, path) : text("%s%s", out, path);
	char *from = text("%s/stage/%03llu/%llu", state, (unsigned long long)(id / 1000),
		(unsigned long long)id);
	enum err_code code = ERR_OK;
	if (kind != 'd')
		code = rename_into(from, to, e);
	else if (unlink(to) && errno != ENOENT)
		code = err_errno(e, T("不能删除“%s”", "cannot delete \"%s\""), to);
	else
		drop_empty_folders(out, to);
	free(from);
	free(to);
	return code;
}

/* Carries the journal out. Every line may have been done already. */
static enum err_code replay(const char *out, const char *state, const char *journal, struct err *e)
{
	enum err_code code = ERR_OK;
	char *tree = text("%s/stage/tree", state);
	if (strncmp(journal, "swap\n", 5) == 0) {
		journal += 5;
		if (file_exists(tree) && rename(tree, out))
			code = err_errno(e,
				T("不能把新网站换到“%s”", "cannot move the new site to \"%s\""),
				out);
	}
	free(tree);
	while (!code && *journal && strncmp(journal, "end\n", 4) != 0) {
		char kind = *journal;
		char *after;
		uint64_t id = strtoull(journal + 2, &after, 10);
		const char *eol = strchr(after, '\n');
		char *path = text("%.*s", (int)(eol - after - 1), after + 1);
		code = act(out, state, kind, id, path, e);
		free(path);
		journal = eol + 1;
	}
	return code;
}

static enum err_code finish(const char *out, const char *state, const char *journal, struct err *e)
{
	if (replay(out, state, journal, e) || sync_all(state, e))
		return e->code;
	char *path = text("%s/journal", state);
	int failed = unlink(path);
	free(path);
	if (failed)
		return err_errno(e, T("不能清除日志", "cannot remove the journal"));
	path = text("%s/stage", state);
	enum err_code code = dir_remove_all(path, e);
	free(path);
	return code;
}

static enum err_code recover(struct store *s, bool *ret_recovered, struct err *e)
{
	char *path = text("%s/journal", s->state);
	char *staged = text("%s/stage", s->state);
	enum err_code code = ERR_OK;
	struct buf b;
	buf_init(&b, (size_t)1 << 30);
	*ret_recovered = file_exists(staged);
	if (file_exists(path)) {
		*ret_recovered = true;
		code = file_read(path, b.max, &b, e);
		if (!code && !str_ends(buf_text(&b), "end\n"))
			code = err_set(e, ERR_INPUT,
				T("日志“%s”不完整", "the journal \"%s\" is incomplete"), path);
		if (!code)
			code = finish(s->out, s->state, buf_text(&b), e);
	} else {
		code = dir_remove_all(staged, e);
	}
	buf_done(&b);
	free(staged);
	free(path);
	return code;
}

static enum err_code stage_manifest(struct store *s, struct err *e)
{
	for (size_t i = 0; i < s->folder_count; i++) {
		struct folder *f = s->folders[i];
		if (!f->dirty)
			continue;
		struct buf b;
		buf_init(&b, (size_t)1 << 30);
		folder_write(f, &b);
		char *file = manifest_path(s, f->name);
		enum err_code code =
			stage(s, 's', file + strlen(s->state) + 1, buf_text(&b), b.len, e);
		free(file);
		buf_done(&b);
		if (code)
			return code;
	}
	return ERR_OK;
}

enum err_code store_commit(struct store *s, struct site_report *counts, struct err *e)
{
	if (stage_manifest(s, e))
		return e->code;
	counts->written = s->written;
	counts->removed = s->removed;
	counts->unchanged = s->unchanged;
	counts->bytes_written = s->bytes;
	if (!s->action_count)
		return ERR_OK;
	struct buf b;
	buf_init(&b, (size_t)1 << 30);
	if (s->first)
		buf_str(&b, "swap\n");
	for (size_t i = 0; i < s->action_count; i++)
		buf_printf(&b, "%c %llu %s%s\n", s->actions[i].kind,
			(unsigned long long)s->actions[i].stage,
			s->actions[i].kind == 's' && !str_starts(s->actions[i].path, "manifest/")
				? "state/"
				: "",
			s->actions[i].path);
	buf_str(&b, "end\n");
	char *journal = text("%s/journal", s->state);
	enum err_code code = sync_staged(s, e);
	if (!code)
		code = file_write_durable(journal, buf_text(&b), b.len, e);
	free(journal);
	if (!code)
		code = finish(s->out, s->state, buf_text(&b), e);
	buf_done(&b);
	return code;
}

/* ---- life cycle ------------------------------------------------------------------------------ */

static enum err_code take_lock(struct store *s, struct err *e)
{
	char *path = text("%s/lock", s->state);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	enum err_code code = ERR_OK;
	if (s->lock < 0)
		code = err_errno(e, T("不能打开“%s”", "cannot open \"%s\""), path);
	else if (flock(s->lock, LOCK_EX | LOCK_NB))
		code = err_set(e, ERR_CONFLICT,
			T("另一个生成任务正在写“%s”，等它结束后再试",
				"another build is writing \"%s\"; try again when it has ended"),
			s->out);
	free(path);
	return code;
}

static bool is_site_folder(const char *out)
{
	DIR *d = opendir(out);
	if (!d)
		return false;
	bool any = false;
	for (struct dirent *de; !any && (de = readdir(d));)
		any = !str_eq(de->d_name, ".") && !str_eq(de->d_name, "..");
	closedir(d);
	return any;
}

/* A first build starts from nothing: what was known of a site that is gone is dropped. */
static enum err_code forget(struct store *s, struct err *e)
{
	rmdir(s->out); /* an empty folder stands in the way of the swap */
	static const char *const known[] = {"manifest", "state"};
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		char *dir = text("%s/%s", s->state, known[i]);
		enum err_code code = dir_remove_all(dir, e);
		free(dir);
		if (code)
			return code;
	}
	return ERR_OK;
}

enum err_code store_open(
	const char *out, bool *ret_first, bool *ret_recovered, struct store **ret, struct err *e)
{
	struct store *s = mem_zero(1, sizeof *s);
	s->out = mem_strdup(out);
	for (size_t n = strlen(s->out); n > 1 && s->out[n - 1] == '/'; n--)
		s->out[n - 1] = '\0';
	s->state = text("%s.state", s->out);
	s->lock = -1;
	pthread_mutex_init(&s->mutex, NULL);
	enum err_code code = dir_make_all(s->state, e);
	if (!code)
		code = take_lock(s, e);
	if (!code)
		code = recover(s, ret_recovered, e);
	if (code)
		goto out;
	char *known = text("%s/manifest", s->state);
	bool has_manifest = file_exists(known);
	free(known);
	if (is_site_folder(s->out) && !has_manifest) {
		code = err_set(e, ERR_CONFLICT,
			T("“%s”里有不是天蓝生成的文件，没有动它；请换一个目录或先把它移走",
				"\"%s\" holds files that Tianlan did not make; name another folder "
				"or move it away"),
			s->out);
		goto out;
	}
	s->first = !is_site_folder(s->out);
	if (s->first && forget(s, e)) {
		code = e->code;
		goto out;
	}
	*ret_first = s->first;
	*ret = s;
	return ERR_OK;
out:
	store_close(s);
	return code;
}

void store_verify_disk(struct store *s)
{
	s->verify = !s->first;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->folder_count; i++) {
		for (size_t k = 0; k < s->folders[i]->cap; k++)
			free(s->folders[i]->slots[k].name);
		free(s->folders[i]->slots);
		free(s->folders[i]->name);
		free(s->folders[i]);
	}
	free(s->folders);
	for (size_t i = 0; i < s->action_count; i++)
		free(s->actions[i].path);
	free(s->actions);
	char *journal = text("%s/journal", s->state);
	char *staged = text("%s/stage", s->state);
	struct err ignored;
	if (s->lock >= 0 && !file_exists(journal) && dir_remove_all(staged, &ignored))
		s->first = false; /* what is left is dropped by the next build */
	free(staged);
	free(journal);
	if (s->lock >= 0)
		close(s->lock);
	pthread_mutex_destroy(&s->mutex);
	free(s->out);
	free(s->state);
	free(s);
}
