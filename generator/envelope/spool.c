/*
 * The web's side of the spool: an envelope is written in tmp/, synced, and claimed by one rename without replacing, so one id
 * is one case however many posts race. The drain remembers an id in seen/ before it takes the envelope off new/; so new/ is
 * looked at before seen/, and seen/ once more after a claim: an id is never missed between the two.
 *
 * Runs in the web side's sandbox: openat, fstat, fstatfs, read, write, fsync, renameat2, linkat, unlinkat, close; no /proc,
 * no stdio.
 */
#include "envelope/spool_internal.h"

#include "envelope/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define TRIES 8

static enum err_code broken(struct err *e)
{
	return err_errno(e, T("收件目录不能写", "cannot write to the spool"));
}

/* ---- opening ------------------------------------------------------------------------------ */

static enum err_code open_folder(int at, const char *path, int flags, int *ret, struct err *e)
{
	*ret = openat(at, path, flags | O_DIRECTORY | O_CLOEXEC);
	if (*ret >= 0)
		return ERR_OK;
	int saved = errno;
	enum err_code code = saved == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
	err_errno(e, T("不能打开收件目录“%s”", "cannot open the spool's folder \"%s\""), path);
	if (e)
		e->code = code;
	errno = saved;
	return code;
}

enum err_code spool_open(const char *dir, enum spool_side side, struct spool *ret, struct err *e)
{
	/* The web only passes through tmp/ and seen/ by name; new/ it syncs, and the drain lists. */
	int pass = side == SPOOL_WEB ? O_PATH : O_RDONLY;
	struct spool s = {-1, -1, -1, -1, side == SPOOL_DRAIN};
	enum err_code code = open_folder(AT_FDCWD, dir, O_PATH, &s.dir, e);
	if (!code)
		code = open_folder(s.dir, "new", O_RDONLY | O_NOFOLLOW, &s.new, e);
	if (!code)
		code = open_folder(s.dir, "seen", pass | O_NOFOLLOW, &s.seen, e);
	if (!code)
		code = open_folder(s.dir, "tmp", pass | O_NOFOLLOW, &s.tmp, e);
	/* Where tmp/ is the web's alone the drain does without: it only clears it of old files. */
	if (code == ERR_SYSTEM && s.seen >= 0 && errno == EACCES && side == SPOOL_DRAIN)
		code = ERR_OK;
	if (code) {
		spool_close(&s);
		return code;
	}
	*ret = s;
	return ERR_OK;
}

static void close_folder(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void spool_close(struct spool *s)
{
	close_folder(&s->tmp);
	close_folder(&s->new);
	close_folder(&s->seen);
	close_folder(&s->dir);
}

enum err_code spool_make(const char *dir, struct err *e)
{
	static const char *const folders[] = {"tmp", "new", "seen", "bad"};
	enum err_code code = dir_make_all(dir, e);
	int fd = -1;
	if (!code)
		code = open_folder(AT_FDCWD, dir, O_RDONLY, &fd, e);
	for (size_t i = 0; !code && i < COUNT_OF(folders); i++)
		if (mkdirat(fd, folders[i], 0700) && errno != EEXIST)
			code = err_errno(e,
				T("不能建收件目录“%s”", "cannot make the spool's folder \"%s\""),
				folders[i]);
	if (!code && fsync(fd))
		code = broken(e);
	close_folder(&fd);
	return code;
}

/* ---- what stands there ----------------------------------------------------------------------- */

int spool_open_file(int folder, const char *name)
{
	return openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static enum err_code cannot_look(struct err *e)
{
	return err_errno(e, T("收件目录不能读", "cannot read the spool"));
}

enum err_code spool_seen_find(const struct spool *s, const struct case_id *id, bool *ret_there,
	bool *ret_whole, struct spool_known *ret, struct err *e)
{
	char name[CASE_ID_HEX_BYTES];
	uint8_t bytes[SPOOL_SEEN_BYTES + 1];
	size_t got;
	case_id_text(id, name);
	int fd = spool_open_file(s->seen, name);
	*ret_there = fd >= 0;
	*ret_whole = false;
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : cannot_look(e);
	enum err_code code =
		disk_read_at(fd, bytes, sizeof bytes, 0, &got) ? cannot_look(e) : ERR_OK;
	close(fd);
	if (!code)
		*ret_whole = spool_seen_read(bytes, got, id, ret);
	return code;
}

/* The envelope of an id in new/: *ret_fd stays open for the caller, -1 when there is none. *ret_known says nothing unless
 * *ret_whole. */
static enum err_code new_find(const struct spool *s, const struct case_id *id, int *ret_fd,
	bool *ret_whole, struct spool_known *ret_known, struct err *e)
{
	char name[CASE_ID_HEX_BYTES];
	uint8_t head[SPOOL_HEAD_BYTES];
	struct stat st;
	size_t got = 0;
	case_id_text(id, name);
	*ret_whole = false;
	*ret_fd = spool_open_file(s->new, name);
	if (*ret_fd < 0)
		return errno == ENOENT ? ERR_OK : cannot_look(e);
	if (fstat(*ret_fd, &st) ||
		(S_ISREG(st.st_mode) && disk_read_at(*ret_fd, head, sizeof head, 0, &got))) {
		enum err_code code = cannot_look(e);
		close_folder(ret_fd);
		return code;
	}
	*ret_whole = S_ISREG(st.st_mode) &&
		     spool_head_read(head, got, (uint64_t)st.st_size, id, ret_known);
	return ERR_OK;
}

/* The writer of what stands in new/ may not have synced it yet: before anyone is told of it, it is synced here. */
static enum err_code sync_standing(const struct spool *s, int fd, struct err *e)
{
	return fsync(fd) || fsync(s->new) ? broken(e) : ERR_OK;
}

/* What seen/ remembers needs no sync: it was durable in git before it was remembered. */
static enum err_code find(const struct spool *s, const struct case_id *id, bool sync,
	bool *ret_found, struct spool_known *ret_known, struct err *e)
{
	struct spool_known known = {0};
	int fd;
	bool there, whole;
	enum err_code code = new_find(s, id, &fd, &whole, &known, e);
	if (!code && whole && sync)
		code = sync_standing(s, fd, e);
	close_folder(&fd);
	if (!code && !whole)
		code = spool_seen_find(s, id, &there, &whole, &known, e);
	if (code)
		return code;
	*ret_found = whole;
	if (whole)
		*ret_known = known;
	return ERR_OK;
}

enum err_code spool_find(const struct spool *s, const struct case_id *id, bool *ret_found,
	struct spool_known *ret_known, struct err *e)
{
	return find(s, id, false, ret_found, ret_known, e);
}

enum err_code spool_find_durable(const struct spool *s, const struct case_id *id, bool *ret_found,
	struct spool_known *ret_known, struct err *e)
{
	return find(s, id, true, ret_found, ret_known, e);
}

/* ---- room --------------------------------------------------------------------------------------- */

#define RESERVE_MOST (UINT64_C(256) << 20)
#define RESERVE_SHARE 8

bool spool_room(const struct statfs *fs, size_t len)
{
	uint64_t unit = (uint64_t)(fs->f_frsize > 0 ? fs->f_frsize : fs->f_bsize);
	uint64_t size = fs->f_blocks * unit, left = fs->f_bavail * unit;
	uint64_t reserve =
		size / RESERVE_SHARE < RESERVE_MOST ? size / RESERVE_SHARE : RESERVE_MOST;
	if (reserve == 0) /* a file system that counts nothing */
		return true;
	if (left < len || left - len < reserve)
		return false;
	return fs->f_files == 0 || fs->f_ffree > fs->f_files / (size / reserve);
}

/* The drain needs room before it frees any: what the web leaves is what the drain works with. */
static enum err_code check_room(const struct spool *s, size_t len, struct err *e)
{
	struct statfs fs;
	if (fstatfs(s->new, &fs))
		return broken(e);
	if (spool_room(&fs, len))
		return ERR_OK;
	enum err_code code =
		err_set(e, ERR_SYSTEM, T("没有足够的空间", "there is not enough room"));
	errno = ENOSPC;
	return code;
}

/* ---- storing ------------------------------------------------------------------------------------ */

struct put {
	struct spool *s;
	const struct envelope *envelope;
	char id[CASE_ID_HEX_BYTES], temp[2 * 16 + 1];
	bool decided;
	enum spool_claim claim;
	struct spool_known known;
};

static void decide(struct put *p, const struct spool_known *known)
{
	p->decided = true;
	p->known = *known;
	p->claim = bytes_equal(known->content_mac, p->envelope->head.content_mac, MAC_BYTES)
			   ? SPOOL_SAME
			   : SPOOL_OTHER;
}

static enum err_code decide_by_seen(struct put *p, struct err *e)
{
	struct spool_known known = {0};
	bool there, whole;
	enum err_code code =
		spool_seen_find(p->s, &p->envelope->head.id, &there, &whole, &known, e);
	if (code || !there)
		return code;
	decide(p, &known);
	/* What was seen is kept, but no longer known: another token is asked for, so that nothing is lost. */
	if (!whole)
		p->claim = SPOOL_OTHER;
	return ERR_OK;
}

/* Decides when the id stands in new/ or seen/. */
static enum err_code decide_by_standing(struct put *p, struct err *e)
{
	struct spool_known known = {0};
	int fd;
	bool whole;
	enum err_code code = new_find(p->s, &p->envelope->head.id, &fd, &whole, &known, e);
	if (code)
		return code;
	if (fd < 0)
		return decide_by_seen(p, e);
	if (!whole)
		code = err_set(e, ERR_SYSTEM,
			T("收件目录里同号的文件不可读",
				"a file of this id in the spool is unreadable"));
	else
		decide(p, &known);
	if (!code)
		code = sync_standing(p->s, fd, e);
	close_folder(&fd);
	return code;
}

/* The envelope durable in tmp/, under a name of chance. */
static enum err_code write_temp(
	struct put *p, const void *bytes, size_t len, const struct chance *chance, struct err *e)
{
	int fd = -1;
	for (int tries = 0; fd < 0 && tries < TRIES; tries++) {
		uint8_t name[16];
		chance_fill(chance, name, sizeof name);
		hex_encode(name, sizeof name, p->temp);
		fd = disk_create(p->s->tmp, p->temp, 0640);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0)
		return broken(e);
	enum err_code code = disk_write(fd, bytes, len) || fdatasync(fd) ? broken(e) : ERR_OK;
	if (close(fd) && !code)
		code = broken(e);
	if (code)
		unlinkat(p->s->tmp, p->temp, 0);
	return code;
}

/* 0, or -1 with EEXIST when the id stands in new/. */
static int claim(const struct put *p)
{
	int failed = renameat2(p->s->tmp, p->temp, p->s->new, p->id, RENAME_NOREPLACE);
	if (!failed || (errno != EINVAL && errno != ENOSYS))
		return failed;
	if (linkat(p->s->tmp, p->temp, p->s->new, p->id, 0))
		return -1;
	return unlinkat(p->s->tmp, p->temp, 0);
}

/* Ours stands in new/. If the id was drained before it is one too many; if the drain was quick, it was ours that it took. A
 * failed sync leaves it: another post may have been told by now that it is kept. */
static enum err_code after_claim(struct put *p, struct err *e)
{
	enum err_code code = decide_by_seen(p, e);
	if (code)
		return code;
	if (p->decided)
		unlinkat(p->s->new, p->id, 0);
	else if (fsync(p->s->new))
		return broken(e);
	if (!p->decided ||
		bytes_equal(p->known.commitment, p->envelope->commitment, COMMITMENT_BYTES))
		p->claim = SPOOL_STORED;
	p->decided = true;
	return ERR_OK;
}

static enum err_code store(
	struct put *p, const void *bytes, size_t len, const struct chance *chance, struct err *e)
{
	enum err_code code = check_room(p->s, len, e);
	if (!code)
		code = write_temp(p, bytes, len, chance, e);
	if (code)
		return code;
	for (int tries = 0; !p->decided; tries++) {
		if (claim(p) == 0)
			return after_claim(p, e);
		code = errno == EEXIST && tries < TRIES ? decide_by_standing(p, e) : broken(e);
		if (code)
			break;
	}
	unlinkat(p->s->tmp, p->temp, 0);
	return code;
}

enum err_code spool_put(struct spool *s, const void *envelope, size_t len,
	const struct chance *name_chance, enum spool_claim *ret_claim,
	struct spool_known *ret_known, struct err *e)
{
	struct envelope parsed;
	enum err_code code = envelope_parse(envelope, len, &parsed, e);
	if (code)
		return code;
	struct put p = {.s = s, .envelope = &parsed};
	case_id_text(&parsed.head.id, p.id);
	/* Most posts of a used token end here, and write nothing. */
	code = decide_by_standing(&p, e);
	if (!code && !p.decided)
		code = store(&p, envelope, len, name_chance, e);
	if (code)
		return code;
	*ret_claim = p.claim;
	if (p.claim != SPOOL_STORED)
		*ret_known = p.known;
	return ERR_OK;
}
