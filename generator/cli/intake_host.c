/*
 * The folders of an intake host, and who may do what in them.
 *
 * host/ comes into being whole: it is filled under another name and then renamed, so that a host never has half of its
 * secrets. A host that stands is never made anew: its token secret is what receipts follow from.
 *
 * Permissions: with the users tianlan-web (the programs behind the form) and tianlan-drain (both in the group tianlan),
 *   web may add envelopes and not take any away, drain may take them; neither reads the other's secrets.
 */
#include "cli/intake.h"

#include "tianlan/input.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool intake_has_host(struct arena *a, const char *dir)
{
	return file_exists(path_join(a, dir, "host/name"));
}

/* ---- making ----------------------------------------------------------------------------------------- */

static const char host_conf[] =
	"# 这台收件服务器自己的设置（libconfig 格式）。\n"
	"# 上传的内容只放在内存文件系统上；确认磁盘可信（例如加密的交换区以外没有别的落盘）才改成 "
	"true。\n"
	"disk_trusted = false;\n"
	"# 清洗照片的程序；空着就用收举报的程序旁边的 photo-clean。\n"
	"photo_program = \"\";\n";

/* What the office needs to know of a host. Read by conf_load(), like any file that people hand over. */
static enum err_code write_request(struct arena *a, const char *host, const char *name,
	const uint8_t key[KEY_BYTES], struct err *e)
{
	char text[BASE64_BYTES(KEY_BYTES)];
	base64_encode(key, KEY_BYTES, text);
	const char *all = arena_printf(a,
		"# 交给办公室：tianlan intake certify 这个文件\nname = \"%s\";\nkey = \"%s\";\n",
		name, text);
	return file_write_durable(path_join(a, host, "request"), all, strlen(all), e);
}

static enum err_code fill_host(struct arena *a, const char *host, const char *name,
	const struct chance *chance, struct err *e)
{
	uint8_t token[KEY_BYTES], filler[KEY_BYTES];
	struct sign_public public;
	struct sign_secret secret;
	chance_fill(chance, token, sizeof token);
	chance_fill(chance, filler, sizeof filler);
	sign_keys(chance, &public, &secret);
	const char *line = arena_printf(a, "%s\n", name);
	enum err_code code =
		key_write(path_join(a, host, "token.secret"), KEY_TOKEN, true, token, e);
	if (!code)
		code = key_write(path_join(a, host, "filler.secret"), KEY_FILLER, true, filler, e);
	if (!code)
		code = key_write(
			path_join(a, host, "receipt.key"), KEY_HOST, true, secret.bytes, e);
	if (!code)
		code = key_write(
			path_join(a, host, "receipt.pub"), KEY_HOST, false, public.bytes, e);
	bytes_wipe(token, sizeof token);
	bytes_wipe(filler, sizeof filler);
	bytes_wipe(&secret, sizeof secret);
	if (!code)
		code = file_write_durable(
			path_join(a, host, "host.conf"), host_conf, sizeof host_conf - 1, e);
	if (!code)
		code = write_request(a, host, name, public.bytes, e);
	if (!code)
		code = file_write_durable(path_join(a, host, "name"), line, strlen(line), e);
	return code;
}

static enum err_code reserved(const char *name, struct err *e)
{
	return err_set(e, ERR_USAGE,
		T("收件服务器不能叫“%s”：hub、office、desk 在存放处和链条里另有意思，换一个名称",
			"no intake host can be called \"%s\": hub, office and desk mean something "
			"else among places and chains; choose another name"),
		name);
}

static enum err_code make_private(const char *path, struct err *e)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return err_errno(e, T("不能建目录“%s”", "cannot make the folder \"%s\""), path);
	return ERR_OK;
}

enum err_code intake_host_make(struct arena *a, const char *dir, const char *name,
	const struct chance *chance, struct err *e)
{
	const char *host = path_join(a, dir, "host"), *new = path_join(a, dir, "host.new");
	if (!host_name_valid(name))
		return err_set(e, ERR_USAGE,
			T("名称只用小写字母、数字和连字符：“%s”",
				"a name is of lower case letters, digits and hyphens: \"%s\""),
			name);
	if (host_name_reserved(name))
		return reserved(name, e);
	if (intake_has_host(a, dir)) /* an empty folder may stand there: it is replaced */
		return err_set(e, ERR_CONFLICT,
			T("“%s”里已经有一台收件服务器的密钥（host/），没有改动",
				"\"%s\" holds the keys of an intake host already (host/); nothing "
				"was changed"),
			dir);
	if (dir_make_all(dir, e) || dir_remove_all(new, e) || make_private(new, e) ||
		fill_host(a, new, name, chance, e))
		return e->code;
	if (spool_make(path_join(a, dir, "spool"), e) ||
		make_private(path_join(a, dir, "spool/budget"), e) ||
		make_private(path_join(a, dir, "status"), e))
		return e->code;
	if (rename(new, host))
		return err_errno(e, T("不能换上“%s”", "cannot put \"%s\" in place"), host);
	return dir_sync(dir, e);
}

enum err_code intake_host_read(struct arena *a, const char *dir, const char **ret_name,
	uint8_t ret_key[KEY_BYTES], struct err *e)
{
	struct buf b;
	buf_init(&b, 256);
	enum err_code code = file_read(path_join(a, dir, "host/name"), b.max, &b, e);
	char *name = buf_dup(&b, a);
	buf_done(&b);
	if (code)
		return code;
	name[strcspn(name, "\r\n")] = '\0';
	if (!host_name_valid(name))
		return err_at(e, ERR_INPUT, path_join(a, dir, "host/name"), 1, 1,
			T("不是收件服务器的名称", "is no name of an intake host"));
	if (key_read(path_join(a, dir, "host/receipt.pub"), KEY_HOST, false, ret_key, e))
		return e->code;
	*ret_name = name;
	return ERR_OK;
}

enum err_code intake_host_certify(struct arena *a, const char *dir, const char *name,
	const uint8_t key[KEY_BYTES], bool replace, struct err *e)
{
	const char *folder = path_join(a, dir, "keys/hosts");
	const char *path = arena_printf(a, "%s/%s.pub", folder, name);
	uint8_t old[KEY_BYTES];
	if (host_name_reserved(name))
		return reserved(name, e);
	if (dir_make_all(folder, e))
		return e->code;
	if (file_exists(path) && !replace) {
		if (key_read(path, KEY_HOST, false, old, e))
			return e->code;
		if (bytes_equal(old, key, KEY_BYTES))
			return ERR_OK;
		return err_set(e, ERR_CONFLICT,
			T("名为 %s 的收件服务器登记的是另一把公钥；确实换了机器的话加 --replace",
				"the intake host %s has another key on record; if it really is a "
				"new one, say --replace"),
			name);
	}
	return key_write(path, KEY_HOST, false, key, e);
}

/* ---- the permission table ----------------------------------------------------------------------------- */

static const struct permission table[] = {
	{"spool", true, "root", "tianlan", 0750},
	{"spool/tmp", true, "tianlan-web", "tianlan", 02770},
	{"spool/budget", true, "tianlan-web", "tianlan", 0700},
	{"spool/new", true, "tianlan-web", "tianlan", 02770},
	{"spool/seen", true, "tianlan-drain", "tianlan", 02750},
	{"spool/bad", true, "tianlan-drain", "tianlan-drain", 0700},
	{"slots", true, "tianlan-drain", "tianlan-drain", 0700},
	{"photos", true, "tianlan-drain", "tianlan-drain", 0700},
	{"cases.git", true, "tianlan-drain", "tianlan-drain", 0700},
	{"status", true, "tianlan-drain", "tianlan", 02750},
	{"host", true, "root", "tianlan", 0750},
	{"host/token.secret", false, "root", "tianlan-web", 0440},
	{"host/receipt.key", false, "root", "tianlan-web", 0440},
	{"host/filler.secret", false, "root", "tianlan-drain", 0440},
	{"host/handover.key", false, "root", "tianlan-drain", 0440},
	{"host/handover.cert", false, "root", "tianlan", 0440},
	{"host/receipt.pub", false, "root", "tianlan", 0440},
	{"host/name", false, "root", "tianlan", 0440},
	{"host/host.conf", false, "root", "tianlan", 0440},
	{"host/office.pub", false, "root", "tianlan", 0440},
	{"host/request", false, "root", "tianlan", 0440},
	{"intake", true, "root", "root", 0755},
};

const struct permission *intake_table(size_t *ret_count)
{
	*ret_count = COUNT_OF(table);
	return table;
}

static bool users_exist(void)
{
	return getpwnam("tianlan-web") && getpwnam("tianlan-drain") && getgrnam("tianlan") &&
	       getgrnam("tianlan-web") && getgrnam("tianlan-drain");
}

/* Never follows a link: some of the folders belong to less trusted users. */
static enum err_code set_path(
	const char *path, bool folder, uid_t user, gid_t group, mode_t mode, struct err *e)
{
	int fd = open(
		path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (folder ? O_DIRECTORY : 0));
	enum err_code code = ERR_OK;
	if (fd < 0 || fchown(fd, user, group) || fchmod(fd, mode))
		code = err_errno(
			e, T("不能设置“%s”的权限", "cannot set the permissions of \"%s\""), path);
	if (fd >= 0)
		close(fd);
	return code;
}

static enum err_code set_row(
	struct arena *a, const char *dir, const struct permission *p, struct err *e)
{
	const char *path = path_join(a, dir, p->path);
	if (!p->folder && !file_exists(path))
		return ERR_OK;
	if (p->folder && make_private(path, e))
		return e->code;
	const struct passwd *user = getpwnam(p->user);
	const struct group *group = getgrnam(p->group);
	if (!user || !group)
		return err_set(e, ERR_SYSTEM,
			T("没有用户 %s 或者组 %s", "there is no user %s or no group %s"), p->user,
			p->group);
	return set_path(path, p->folder, user->pw_uid, group->gr_gid, p->mode, e);
}

struct opening {
	struct arena *arena;
	const char *dir;
};

/* A bundle holds nothing secret: the web server's programs read it. */
static enum err_code open_file(const char *relative, void *ctx, struct err *e)
{
	const struct opening *o = ctx;
	const char *path = path_join(o->arena, o->dir, relative);
	if (set_path(path, false, 0, 0, 0644, e))
		return e->code;
	char *folder = arena_strdup(o->arena, path);
	for (char *slash;
		(slash = strrchr(folder, '/')) && (size_t)(slash - folder) > strlen(o->dir);) {
		*slash = '\0';
		if (set_path(folder, true, 0, 0, 0755, e))
			return e->code;
	}
	return ERR_OK;
}

enum err_code intake_permissions(struct arena *a, const char *dir, bool *ret_applied, struct err *e)
{
	struct opening opening = {a, path_join(a, dir, "intake")};
	*ret_applied = false;
	if (geteuid() != 0 || !users_exist())
		return ERR_OK;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (set_row(a, dir, &table[i], e))
			return e->code;
	if (dir_each_file(opening.dir, open_file, &opening, e))
		return e->code;
	*ret_applied = true;
	return ERR_OK;
}
