/*
 * What the commands at the desk share. The contact and the words of a tip-off come by standard input or out of a sealed case;
 * they are printed where staff asked for them and nowhere else.
 */
#include "cli/desk_cli.h"

#include "cli/record_out.h"
#include "tianlan/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the desk -------------------------------------------------------------------------------------- */

static enum desk_role role_by_keys(struct cli *c)
{
	uint8_t secret[KEY_BYTES];
	struct err ignored;
	enum err_code code =
		keys_secret(path_join(c->arena, c->dir, "keys"), KEY_FACTS, secret, &ignored);

	bytes_wipe(secret, sizeof secret);
	return code ? DESK_OFFICE : DESK_INSPECTOR;
}

enum err_code bench_options(struct cli *c, int *argc, char **argv, struct bench *ret, struct err *e)
{
	const char *role = NULL;

	*ret = (struct bench){.c = c, .chance = chance_system()};
	/* The role may be told by the keys that are here. */
	if (cli_guard_memory(e) || cli_option(argc, argv, "--role", &role, e) ||
		cli_option(argc, argv, "--unit", &ret->unit, e))
		return e->code;
	if (!role)
		ret->role = role_by_keys(c);
	else if (!desk_role_find(role, &ret->role))
		return err_set(e, ERR_USAGE,
			T("--role 只能是 inspector、reply 或 office：“%s”",
				"--role is inspector, reply or office: \"%s\""),
			role);
	return ERR_OK;
}

enum err_code bench_open(struct bench *b, struct err *e)
{
	struct cli *c = b->c;
	struct unit_names *names;

	if (cli_guard_memory(e) || cli_register(c, &b->reg, e) || ledger_start(e))
		return e->code;
	b->ledger_started = true;
	if (b->unit && (unit_names_load(c, b->reg, &names, e) ||
			       unit_by_text(names, "--unit", b->unit, &b->unit, e)))
		return e->code;
	const struct desk_options o = {.instance = c->dir,
		.reg = b->reg,
		.policy = c->policy,
		.role = b->role,
		.unit = b->unit,
		.by = c->by,
		.today = c->today,
		.at = c->now,
		.chance = &b->chance};
	return desk_open(&o, &b->desk, e);
}

enum err_code bench_flush(struct bench *b, struct err *e)
{
	enum err_code code = desk_flush(b->desk, e);

	/* Refused: somebody changed a row by hand, which does not mend itself. */
	if (code && code != ERR_REFUSED)
		return err_prefix(
			e, T("登记库已经记下，链条和回执状态还没有写，下一个 case 命令会补写",
				   "the register has it, but chain and status are not written yet; "
				   "the "
				   "next case command will"));
	return code;
}

void bench_close(struct bench *b)
{
	desk_close(b->desk);
	reg_close(b->reg);
	if (b->ledger_started)
		ledger_stop();
	b->desk = NULL;
	b->reg = NULL;
	b->ledger_started = false;
}

static enum err_code count_row(void *ctx, const struct tip_case *row, struct err *e)
{
	(void)row;
	(void)e;
	++*(size_t *)ctx;
	return ERR_OK;
}

/* Opening the desk follows as well: what was reopened is what waits no more. */
enum err_code cli_follow(struct cli *c, struct reg *r, size_t *ret_reopened, struct err *e)
{
	size_t before = 0, after = 0, ignored = 0;
	const struct chance chance = chance_system();
	const struct desk_options o = {.instance = c->dir,
		.reg = r,
		.policy = c->policy,
		.role = DESK_OFFICE,
		.by = c->by,
		.today = c->today,
		.at = c->now,
		.chance = &chance};
	struct desk *d = NULL;

	*ret_reopened = 0;
	if (!file_exists(path_join(c->arena, c->dir, "cases.git")))
		return ERR_OK;
	if (cli_guard_memory(e) || reg_case_relapsed_each(r, count_row, &before, e) ||
		ledger_start(e))
		return e->code;
	enum err_code code = desk_open(&o, &d, e);
	if (!code)
		code = desk_follow(d, &ignored, e);
	if (!code)
		code = desk_flush(d, e);
	desk_close(d);
	ledger_stop();
	if (!code)
		code = reg_case_relapsed_each(r, count_row, &after, e);
	if (code)
		return err_prefix(e,
			T("已经登记，但有关的举报还没有都重启；排除故障后运行 tianlan case follow",
				"recorded, but not all tip-offs about it are reopened; mend this "
				"and run tianlan case follow"));
	if (before > after)
		*ret_reopened = before - after;
	return ERR_OK;
}

/* ---- names --------------------------------------------------------------------------------------------- */

struct unit_names {
	struct arena *a;
	struct {
		const char *code, *name;
	} * at;
	size_t count, cap;
};

static enum err_code keep_name(void *ctx, const struct unit *u, struct err *e)
{
	struct unit_names *n = ctx;

	(void)e;
	if (n->count == n->cap) {
		size_t cap = n->cap ? 2 * n->cap : 64;
		void *more = arena_alloc(n->a, cap * sizeof(*n->at));
		if (n->count)
			memcpy(more, n->at, n->count * sizeof(*n->at));
		n->at = more;
		n->cap = cap;
	}
	n->at[n->count].code = arena_strdup(n->a, u->code);
	n->at[n->count++].name = arena_strdup(n->a, u->name);
	return ERR_OK;
}

enum err_code unit_names_load(struct cli *c, struct reg *r, struct unit_names **ret, struct err *e)
{
	struct unit_names *n = arena_alloc(c->arena, sizeof *n);

	n->a = c->arena;
	*ret = n;
	return reg_unit_each(r, keep_name, n, e);
}

const char *unit_shown(const struct unit_names *n, const char *code)
{
	for (size_t i = 0; code && i < n->count; i++)
		if (str_eq(n->at[i].code, code))
			return n->at[i].name;
	return code;
}

enum err_code unit_by_text(const struct unit_names *n, const char *option, const char *text,
	const char **ret, struct err *e)
{
	for (size_t i = 0; i < n->count; i++)
		if (str_eq(n->at[i].code, text) || str_eq(n->at[i].name, text)) {
			*ret = n->at[i].code;
			return ERR_OK;
		}
	return err_set(e, ERR_USAGE,
		T("%s：没有单位“%s”；tianlan unit list 列出全部",
			"%s: there is no unit \"%s\"; tianlan unit list names them"),
		option, text);
}

static const struct tipoff_kind *find_kind(struct cli *c, const char *slug, size_t len)
{
	size_t count;
	const struct tipoff_kind *kinds = policy_tipoff_kinds(c->policy, &count);

	for (size_t i = 0; i < count; i++)
		if (strlen(kinds[i].slug) == len && memcmp(kinds[i].slug, slug, len) == 0)
			return &kinds[i];
	return NULL;
}

const char *kind_names(struct cli *c, const char *slugs)
{
	struct buf b;

	buf_init(&b, 4096);
	for (const char *at = slugs ? slugs : ""; *at;) {
		size_t len = strcspn(at, " ");
		const struct tipoff_kind *k = find_kind(c, at, len);
		if (len && b.len)
			buf_str(&b, T("，", ", "));
		if (k && base_lang_get() == LANG_ZH)
			buf_str(&b, k->name);
		else
			buf_add(&b, at, len);
		at += len + (at[len] == ' ');
	}
	const char *names = buf_dup(&b, c->arena);
	buf_done(&b);
	return names;
}

enum err_code kind_slugs(
	struct cli *c, const char *option, const char *text, const char **ret, struct err *e)
{
	struct buf b;

	buf_init(&b, 4096);
	for (const char *at = text; *at;) {
		size_t len = strcspn(at, " ,");
		if (len && !find_kind(c, at, len)) {
			buf_done(&b);
			return err_set(e, ERR_USAGE,
				T("%s：没有“%.*s”这种举报；种类见 content/policy/routing.conf",
					"%s: there is no kind \"%.*s\"; they stand in "
					"content/policy/routing.conf"),
				option, (int)(len < 64 ? len : 64), at);
		}
		if (len && b.len)
			buf_char(&b, ' ');
		buf_add(&b, at, len);
		at += len + (at[len] != '\0');
	}
	*ret = buf_dup(&b, c->arena);
	buf_done(&b);
	return **ret ? ERR_OK
		     : err_set(e, ERR_USAGE, T("%s 后面没有写种类", "%s names no kind"), option);
}

/* ---- texts of others --------------------------------------------------------------------------------------- */

/* What a terminal obeys instead of showing it, or shows as nothing. */
static bool is_unseen(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{0, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x61C, 0x61C}, {0x180E, 0x180E},
		{0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFE00, 0xFE0F},
		{0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};

	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

const char *text_shown(struct arena *a, const char *text, bool lines)
{
	const char *end = text + strlen(text);
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	while (text < end) {
		uint32_t code;
		size_t n = utf8_decode(text, end, &code);

		if (!n)
			buf_printf(&b, "\\x{%02X}", (unsigned char)*text);
		else if (is_unseen(code) && !(lines && code == '\n'))
			buf_printf(&b, "\\u{%04X}", (unsigned)code);
		else
			buf_add(&b, text, n);
		text += n ? n : 1;
	}
	const char *shown = buf_dup(&b, a);
	if (b.data)
		bytes_wipe(b.data, b.cap);
	buf_done(&b);
	return shown;
}

static void add_escaped(struct buf *out, uint32_t code)
{
	if (code > 0xFFFF) {
		code -= 0x10000;
		buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xD800 + (code >> 10)),
			(unsigned)(0xDC00 + (code & 0x3FF)));
	} else {
		buf_printf(out, "\\u%04x", (unsigned)code);
	}
}

void json_out_foreign(struct json *j, const char *key, const char *text)
{
	size_t before = j->out->len;

	json_out_string(j, key, text);
	size_t len = j->out->len - before;
	char *written = mem_alloc(len + 1);
	if (len)
		memcpy(written, j->out->data + before, len);
	/* Below 0x20 and 0x7F are escapes by now; the rest is done again. */
	j->out->len = before;
	for (const char *at = written, *end = written + len; at < end;) {
		uint32_t code;
		size_t n = utf8_decode(at, end, &code);
		if (n && is_unseen(code))
			add_escaped(j->out, code);
		else
			buf_add(j->out, at, n ? n : 1);
		at += n ? n : 1;
	}
	bytes_wipe(written, len);
	free(written);
}

/* ---- input --------------------------------------------------------------------------------------------------- */

enum err_code read_input(size_t max, struct buf *ret, struct err *e)
{
	static const char zeros[1024];

	/* Grown before anything is read, so that no copy is left behind by a larger one. */
	buf_init(ret, max + 1);
	while (ret->len <= max && !ret->overflow)
		buf_add(ret, zeros,
			max + 1 - ret->len < sizeof zeros ? max + 1 - ret->len : sizeof zeros);
	buf_clear(ret);
	for (;;) {
		char piece[4096];
		ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, T("不能读标准输入", "cannot read standard input"));
		if (n == 0)
			break;
		buf_add(ret, piece, (size_t)n);
		bytes_wipe(piece, sizeof piece);
		if (ret->overflow || ret->len > max)
			return err_set(e, ERR_INPUT,
				T("标准输入的文字太长，最多 %zu 字节",
					"the text on standard input is too long: at most %zu "
					"bytes"),
				max);
	}
	if (!utf8_valid(buf_text(ret), ret->len, NULL) ||
		(ret->len && memchr(ret->data, 0, ret->len)))
		return err_set(e, ERR_INPUT,
			T("标准输入不是 UTF-8 文字", "standard input is no UTF-8 text"));
	return ERR_OK;
}

enum err_code read_text(
	struct cli *c, const char *option, const char **text, bool *used, struct err *e)
{
	struct buf b;

	if (!str_eq(*text, "-"))
		return ERR_OK;
	if (*used)
		return err_set(e, ERR_USAGE,
			T("标准输入只能给一个选项用，%s 请直接写",
				"standard input serves one option: "
				"write out %s"),
			option);
	*used = true;
	enum err_code code = read_input((size_t)64 << 10, &b, e);
	if (!code) {
		while (b.len && strchr("\r\n \t", b.data[b.len - 1]))
			b.data[--b.len] = '\0';
		*text = buf_dup(&b, c->arena);
		if (!**text)
			code = err_set(e, ERR_USAGE,
				T("%s：标准输入是空的", "%s: standard input is empty"), option);
	}
	bytes_wipe(b.data, b.cap);
	buf_done(&b);
	return code;
}

enum err_code read_why(struct cli *c, bool *used, struct err *e)
{
	return cli_need_by(c, true, e) ? e->code : read_text(c, "--why", &c->why, used, e);
}
