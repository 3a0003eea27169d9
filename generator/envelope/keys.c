/*
 * Key files: one line each, one key of 32 bytes. A secret is 0600 from its first moment and goes through no buffer that is
 * not wiped. Of a pair the secret is written first: where a public half stands, its secret was durable.
 */
#include "tianlan/envelope.h"

#include "envelope/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 128
#define FINGERPRINT_DIGITS 16

static const char *const purpose_names[KEY_PURPOSE_COUNT] = {
	[KEY_FACTS] = "facts",
	[KEY_CONTACT] = "contact",
	[KEY_RECEIPT] = "receipt",
	[KEY_HOST] = "host",
	[KEY_TOKEN] = "token",
	[KEY_FILLER] = "filler",
};

const char *key_purpose_name(enum key_purpose p)
{
	return purpose_names[p];
}

bool key_purpose_find(const char *name, enum key_purpose *ret)
{
	for (int i = 0; i < KEY_PURPOSE_COUNT; i++)
		if (str_eq(name, purpose_names[i])) {
			*ret = (enum key_purpose)i;
			return true;
		}
	return false;
}

/* ---- one file ---------------------------------------------------------------------------------- */

static size_t line_head(enum key_purpose p, bool secret, char out[LINE_MAX_BYTES])
{
	return (size_t)snprintf(out, LINE_MAX_BYTES, "tianlan-key 1 %s %s ", purpose_names[p],
		secret ? "secret" : "public");
}

enum err_code key_write(const char *path, enum key_purpose p, bool secret,
	const uint8_t key[KEY_BYTES], struct err *e)
{
	char line[LINE_MAX_BYTES];
	size_t len = line_head(p, secret, line);
	base64_encode(key, KEY_BYTES, line + len);
	len += BASE64_BYTES(KEY_BYTES) - 1;
	line[len++] = '\n';
	enum err_code code = disk_replace(path, secret ? 0600 : 0644, line, len, e);
	bytes_wipe(line, sizeof line);
	return code;
}

static enum err_code read_line(
	const char *path, char out[LINE_MAX_BYTES], size_t *ret_len, struct err *e)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || disk_read_at(fd, out, LINE_MAX_BYTES, 0, ret_len)) {
		enum err_code code = fd < 0 && errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
		err_errno(e, T("不能读密钥文件“%s”", "cannot read the key file \"%s\""), path);
		if (e)
			e->code = code;
		if (fd >= 0)
			close(fd);
		return code;
	}
	close(fd);
	return ERR_OK;
}

enum err_code key_read(
	const char *path, enum key_purpose p, bool secret, uint8_t ret[KEY_BYTES], struct err *e)
{
	char line[LINE_MAX_BYTES], head[LINE_MAX_BYTES];
	uint8_t key[KEY_BYTES];
	size_t len;
	enum err_code code = read_line(path, line, &len, e);
	if (code)
		return code;
	size_t head_len = line_head(p, secret, head);
	if (len && line[len - 1] == '\n')
		len--;
	if (len < head_len || memcmp(line, head, head_len) != 0 ||
		!base64_decode(line + head_len, len - head_len, key, KEY_BYTES))
		code = err_set(e, ERR_INPUT,
			T("“%s”不是 %s 的%s密钥文件", "\"%s\" is not a key file of %s, %s half"),
			path, purpose_names[p], secret ? T("私", "secret") : T("公", "public"));
	else
		memcpy(ret, key, KEY_BYTES);
	bytes_wipe(line, sizeof line);
	bytes_wipe(key, sizeof key);
	return code;
}

/* ---- pairs ---------------------------------------------------------------------------------------- */

static bool is_pair(enum key_purpose p)
{
	return p != KEY_TOKEN && p != KEY_FILLER;
}

static void public_of(enum key_purpose p, const uint8_t secret[KEY_BYTES], uint8_t out[KEY_BYTES])
{
	if (p == KEY_FACTS || p == KEY_CONTACT) {
		struct box_secret s;
		struct box_public pub;
		memcpy(s.bytes, secret, KEY_BYTES);
		box_public_of(&s, &pub);
		memcpy(out, pub.bytes, KEY_BYTES);
		bytes_wipe(&s, sizeof s);
		return;
	}
	struct sign_secret s;
	struct sign_public pub;
	memcpy(s.bytes, secret, KEY_BYTES);
	sign_public_of(&s, &pub);
	memcpy(out, pub.bytes, KEY_BYTES);
	bytes_wipe(&s, sizeof s);
}

static void make_secret(enum key_purpose p, const struct chance *chance, uint8_t out[KEY_BYTES])
{
	if (p == KEY_FACTS || p == KEY_CONTACT) {
		struct box_secret s;
		struct box_public pub;
		box_keys(chance, &pub, &s);
		memcpy(out, s.bytes, KEY_BYTES);
		bytes_wipe(&s, sizeof s);
		return;
	}
	struct sign_secret s;
	struct sign_public pub;
	sign_keys(chance, &pub, &s);
	memcpy(out, s.bytes, KEY_BYTES);
	bytes_wipe(&s, sizeof s);
}

static void fingerprint_of(const uint8_t key[KEY_BYTES], char out[FINGERPRINT_DIGITS + 1])
{
	char hex[SHA256_HEX_BYTES];
	sha256_hex(key, KEY_BYTES, hex);
	memcpy(out, hex, FINGERPRINT_DIGITS);
	out[FINGERPRINT_DIGITS] = '\0';
}

/* 0700 when it is made here; its parents as the umask says. */
static enum err_code make_folder(struct arena *a, const char *dir, struct err *e)
{
	char *parent = arena_strdup(a, dir);
	size_t len = strlen(parent);
	while (len > 1 && parent[len - 1] == '/')
		parent[--len] = '\0';
	char *slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		enum err_code code = dir_make_all(parent, e);
		if (code)
			return code;
	}
	struct stat st;
	if (mkdir(dir, 0700) && (errno != EEXIST || stat(dir, &st) || !S_ISDIR(st.st_mode)))
		return err_errno(e, T("不能建目录“%s”", "cannot make folder \"%s\""), dir);
	return ERR_OK;
}

enum err_code keys_make(struct arena *a, const char *dir, enum key_purpose p,
	const struct chance *chance, struct key_pair_files *ret, struct err *e)
{
	uint8_t secret[KEY_BYTES], public[KEY_BYTES];
	char fingerprint[FINGERPRINT_DIGITS + 1];
	if (!is_pair(p))
		return err_set(e, ERR_USAGE,
			T("%s 没有公钥，不是一对", "%s has no public half: it is no pair"),
			purpose_names[p]);
	enum err_code code = make_folder(a, dir, e);
	if (code)
		return code;
	make_secret(p, chance, secret);
	public_of(p, secret, public);
	fingerprint_of(public, fingerprint);
	char *stem = path_join(a, dir, arena_printf(a, "%s-%s", purpose_names[p], fingerprint));
	struct key_pair_files files = {arena_printf(a, "%s.pub", stem),
		arena_printf(a, "%s.key", stem), arena_strdup(a, fingerprint)};
	if (file_exists(files.public_path) || file_exists(files.secret_path))
		code = err_set(e, ERR_CONFLICT,
			T("密钥“%s”已存在", "the key \"%s\" exists already"), stem);
	if (!code)
		code = key_write(files.secret_path, p, true, secret, e);
	if (!code)
		code = key_write(files.public_path, p, false, public, e);
	bytes_wipe(secret, sizeof secret);
	if (!code)
		*ret = files;
	return code;
}

/* ---- folders ----------------------------------------------------------------------------------------- */

/* PURPOSE-FINGERPRINT.pub or .key */
static bool name_is(const char *name, enum key_purpose p, const char *end)
{
	size_t head = strlen(purpose_names[p]);
	if (!str_starts(name, purpose_names[p]) || name[head] != '-')
		return false;
	name += head + 1;
	size_t digits = strspn(name, "0123456789abcdef");
	return digits == FINGERPRINT_DIGITS && str_eq(name + digits, end);
}

static int visible(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The names that fit, in byte order. */
static enum err_code names_of(struct arena *a, const char *dir, enum key_purpose p, const char *end,
	const char ***ret_names, size_t *ret_count, struct err *e)
{
	struct dirent **list;
	int n = scandir(dir, &list, visible, by_bytes);
	if (n < 0) {
		enum err_code code = errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
		err_errno(e, T("不能读密钥目录“%s”", "cannot read the key folder \"%s\""), dir);
		if (e)
			e->code = code;
		return code;
	}
	const char **names = arena_alloc(a, ((size_t)n + 1) * sizeof *names);
	size_t count = 0;
	for (int i = 0; i < n; i++) {
		if (name_is(list[i]->d_name, p, end))
			names[count++] = arena_strdup(a, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	*ret_names = names;
	*ret_count = count;
	return ERR_OK;
}

/* A public key whose name is its fingerprint's. */
static enum err_code read_public(struct arena *a, const char *dir, const char *name,
	enum key_purpose p, uint8_t ret[KEY_BYTES], struct err *e)
{
	uint8_t key[KEY_BYTES];
	char fingerprint[FINGERPRINT_DIGITS + 1];
	const char *path = path_join(a, dir, name);
	enum err_code code = key_read(path, p, false, key, e);
	if (code)
		return code;
	fingerprint_of(key, fingerprint);
	if (strncmp(name + strlen(purpose_names[p]) + 1, fingerprint, FINGERPRINT_DIGITS) != 0)
		return err_set(e, ERR_INPUT,
			T("“%s”里的公钥与文件名的指纹不符",
				"the key in \"%s\" is not the one its name says"),
			path);
	memcpy(ret, key, KEY_BYTES);
	return ERR_OK;
}

enum err_code keys_public(const char *dir, enum key_purpose p, uint8_t (*ret)[KEY_BYTES],
	size_t max, size_t *ret_count, struct err *e)
{
	struct arena *a = arena_new();
	const char **names;
	size_t count;
	enum err_code code = names_of(a, dir, p, ".pub", &names, &count, e);
	if (!code && count > max)
		code = err_set(e, ERR_INPUT,
			T("“%s”中 %s 的公钥超过 %zu 个",
				"\"%s\" has more public keys of %s than %zu"),
			dir, purpose_names[p], max);
	for (size_t i = 0; !code && i < count; i++)
		code = read_public(a, dir, names[i], p, ret[i], e);
	if (!code)
		*ret_count = count;
	arena_free(a);
	return code;
}

/* ERR_NOT_FOUND when the public half is missing; ERR_INPUT when it is not this secret's. */
static enum err_code read_pair(struct arena *a, const char *dir, const char *secret_name,
	enum key_purpose p, uint8_t ret[KEY_BYTES], struct err *e)
{
	uint8_t public[KEY_BYTES], expected[KEY_BYTES], secret[KEY_BYTES];
	char *name = arena_strdup(a, secret_name);
	memcpy(name + strlen(name) - 4, ".pub", 4);
	enum err_code code = read_public(a, dir, name, p, public, e);
	if (!code)
		code = key_read(path_join(a, dir, secret_name), p, true, secret, e);
	if (code)
		return code;
	public_of(p, secret, expected);
	if (!bytes_equal(public, expected, KEY_BYTES))
		code = err_set(e, ERR_INPUT,
			T("“%s”里的私钥与它的公钥不是一对",
				"the secret in \"%s\" is not that of its public half"),
			path_join(a, dir, secret_name));
	else
		memcpy(ret, secret, KEY_BYTES);
	bytes_wipe(secret, sizeof secret);
	return code;
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

struct named_file {
	const char *name;
	struct stat st;
};

/* Newest first; of one moment the last by name. */
static int newest_first(const void *x, const void *y)
{
	const struct named_file *a = x, *b = y;
	if (is_newer(&a->st, &b->st))
		return -1;
	return is_newer(&b->st, &a->st) ? 1 : strcmp(b->name, a->name);
}

/* Those of the names that stand there; secrets only with their public half beside. */
static enum err_code newest(struct arena *a, const char *dir, enum key_purpose p, const char *end,
	struct named_file **ret, size_t *ret_count, struct err *e)
{
	const char **names;
	size_t count, stand = 0;
	if (!is_pair(p))
		return err_set(e, ERR_USAGE,
			T("%s 没有公钥，不是一对", "%s has no public half: it is no pair"),
			purpose_names[p]);
	enum err_code code = names_of(a, dir, p, end, &names, &count, e);
	if (code)
		return code;
	struct named_file *files = arena_alloc(a, (count + 1) * sizeof *files);
	for (size_t i = 0; i < count; i++) {
		char *beside = path_join(a, dir, names[i]);
		files[stand].name = names[i];
		bool there = stat(beside, &files[stand].st) == 0;
		memcpy(beside + strlen(beside) - 4, ".pub", 4);
		stand += there && file_exists(beside);
	}
	if (!stand)
		return err_set(e, ERR_NOT_FOUND,
			T("“%s”中没有 %s 的密钥对", "\"%s\" has no key pair of %s"), dir,
			purpose_names[p]);
	qsort(files, stand, sizeof *files, newest_first);
	*ret = files;
	*ret_count = stand;
	return ERR_OK;
}

enum err_code keys_secret(
	const char *dir, enum key_purpose p, uint8_t ret[KEY_BYTES], struct err *e)
{
	struct arena *a = arena_new();
	struct named_file *files = NULL;
	size_t count = 0;
	enum err_code code = newest(a, dir, p, ".key", &files, &count, e);
	if (!code && files)
		code = read_pair(a, dir, files[0].name, p, ret, e);
	arena_free(a);
	return code;
}

enum err_code keys_secrets(const char *dir, enum key_purpose p, uint8_t (*ret)[KEY_BYTES],
	size_t max, size_t *ret_count, struct err *e)
{
	struct arena *a = arena_new();
	struct named_file *files = NULL;
	size_t count = 0;
	enum err_code code = newest(a, dir, p, ".key", &files, &count, e);
	if (!code && count > max)
		code = err_set(e, ERR_INPUT,
			T("“%s”中 %s 的密钥超过 %zu 对",
				"\"%s\" has more key pairs of %s than %zu"),
			dir, purpose_names[p], max);
	for (size_t i = 0; !code && i < count; i++)
		code = read_pair(a, dir, files[i].name, p, ret[i], e);
	if (code)
		bytes_wipe(ret, max * KEY_BYTES);
	else
		*ret_count = count;
	arena_free(a);
	return code;
}

enum err_code keys_public_newest(
	const char *dir, enum key_purpose p, uint8_t ret[KEY_BYTES], struct err *e)
{
	struct arena *a = arena_new();
	struct named_file *files = NULL;
	size_t count = 0;
	enum err_code code = newest(a, dir, p, ".pub", &files, &count, e);
	if (!code && files)
		code = read_public(a, dir, files[0].name, p, ret, e);
	arena_free(a);
	return code;
}
