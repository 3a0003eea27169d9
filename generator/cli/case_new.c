/*
 * tianlan case new: a tip-off that came by phone, letter or visit. It is sealed before anything of it is written, and goes the way
 * of those from the form. Who it was is read from standard input alone: an argument would stand in the shell's history and in the
 * list of processes.
 */
#include "cli/case_out.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
	"tianlan case new --origin phone|letter|visit --kind K… [--street S] [--enterprise E] "
	"[--place P] "
	"[--happened-on D] --what TEXT|- [--named|--confidential --contact -] --by WHO";

enum {
	INPUT_MAX = 32 << 10,
	PLACE_CHARS = 200,
	NAME_CHARS = 50,
	PHONE_CHARS = 40,
	PHONE_DIGITS = 5
};

struct taking_down {
	struct bench b;
	const char *origin, *kinds, *contact, *happened;
	struct tipoff t;
	struct buf input; /* wiped */
};

/* ---- options -------------------------------------------------------------------------------------------- */

/* --kind may repeat, and each may hold several. */
static enum err_code read_kinds(
	struct cli *c, int *argc, char **argv, struct taking_down *n, struct err *e)
{
	n->kinds = "";
	for (;;) {
		const char *kind = NULL;
		if (cli_option(argc, argv, "--kind", &kind, e))
			return e->code;
		if (!kind)
			break;
		n->kinds = arena_printf(c->arena, "%s %s", n->kinds, kind);
	}
	return kind_slugs(c, "--kind", n->kinds, &n->kinds, e);
}

static enum err_code read_way(int *argc, char **argv, struct taking_down *n, struct err *e)
{
	bool named = cli_flag(argc, argv, "--named"),
	     confidential = cli_flag(argc, argv, "--confidential");

	if (cli_option(argc, argv, "--contact", &n->contact, e))
		return e->code;
	if (named && confidential)
		return err_set(e, ERR_USAGE,
			T("--named 和 --confidential 只能写一个",
				"--named or --confidential, not both"));
	if (n->contact && !str_eq(n->contact, "-"))
		return err_set(e, ERR_USAGE,
			T("联系方式只从标准输入读：写 --contact -，第一行称呼，第二行电话",
				"the contact is read from standard input alone: --contact -, the "
				"name "
				"on the first line, the telephone number on the second"));
	if ((named || confidential) != (n->contact != NULL))
		return err_set(e, ERR_USAGE,
			T("实名（--named）或保密（--confidential）的要有 --contact -，匿名的不要",
				"--named and --confidential need --contact -; an anonymous one has "
				"none"));
	n->t.way = named ? "named" : confidential ? "confidential" : "anonymous";
	return ERR_OK;
}

static enum err_code read_options(
	struct cli *c, int *argc, char **argv, struct taking_down *n, struct err *e)
{
	struct tipoff *t = &n->t;

	t->enterprise = t->street = t->place = t->happened_on = "";
	t->contact_name = t->contact_phone = "";
	if (cli_policy(c, e) || bench_options(c, argc, argv, &n->b, e) ||
		record_needed(argc, argv, "--origin", &n->origin, e) ||
		record_needed(argc, argv, "--what", &t->what, e) ||
		cli_option(argc, argv, "--street", &t->street, e) ||
		cli_option(argc, argv, "--enterprise", &t->enterprise, e) ||
		cli_option(argc, argv, "--place", &t->place, e) ||
		cli_option(argc, argv, "--happened-on", &t->happened_on, e) ||
		read_way(argc, argv, n, e) || read_kinds(c, argc, argv, n, e) ||
		cli_words(*argc, argv, 0, 0, usage, e) || cli_need_by(c, false, e))
		return e->code;
	return ERR_OK;
}

/* ---- what came by standard input ------------------------------------------------------------------------------ */

static char *take_line(char **at)
{
	char *line = *at;
	size_t len = strcspn(line, "\n");

	*at = line + len + (line[len] == '\n');
	line[len] = '\0';
	if (len && line[len - 1] == '\r')
		line[len - 1] = '\0';
	return line;
}

static enum err_code check_contact(const struct tipoff *t, struct err *e)
{
	size_t digits = 0;

	for (const char *p = t->contact_phone; *p; p++)
		digits += *p >= '0' && *p <= '9';
	/* What was typed is never said again. */
	if (!*t->contact_name || utf8_length(t->contact_name) > NAME_CHARS)
		return err_set(e, ERR_USAGE,
			T("标准输入第一行应为称呼，不超过 %d 个字",
				"the first line of standard input is the name, at most %d "
				"characters"),
			NAME_CHARS);
	if (digits < PHONE_DIGITS || utf8_length(t->contact_phone) > PHONE_CHARS ||
		t->contact_phone[strspn(t->contact_phone, "0123456789 +-()")])
		return err_set(e, ERR_USAGE,
			T("标准输入第二行应为电话：至少 %d 位数字，可以有空格、加号、减号和括号",
				"the second line of standard input is the telephone number: %d "
				"digits or "
				"more, blanks, + - ( )"),
			PHONE_DIGITS);
	return ERR_OK;
}

/* Contact first, then the text. */
static enum err_code read_from_input(struct taking_down *n, struct err *e)
{
	bool what = str_eq(n->t.what, "-");

	if (!what && !n->contact)
		return ERR_OK;
	if (read_input(INPUT_MAX, &n->input, e))
		return e->code;
	char *at = n->input.len ? n->input.data : NULL;
	static char nothing[1];
	if (!at)
		at = nothing;
	if (n->contact) {
		n->t.contact_name = take_line(&at);
		n->t.contact_phone = take_line(&at);
		if (check_contact(&n->t, e))
			return e->code;
	}
	if (what) {
		for (size_t len = strlen(at); len && strchr(" \t\r\n", at[len - 1]); len--)
			at[len - 1] = '\0';
		n->t.what = at;
	}
	return ERR_OK;
}

static enum err_code check_texts(struct cli *c, const struct tipoff *t, struct err *e)
{
	struct day day;

	if (!*t->what)
		return err_set(e, ERR_USAGE, T("--what：没有写情况", "--what says nothing"));
	if (!*t->place && !*t->enterprise)
		return err_set(e, ERR_USAGE,
			T("要写地点（--place）或者企业（--enterprise）",
				"say where it is (--place) or which enterprise (--enterprise)"));
	if (utf8_length(t->place) > PLACE_CHARS || utf8_length(t->enterprise) > PLACE_CHARS)
		return err_set(e, ERR_USAGE,
			T("地点和企业名称不超过 %d 个字",
				"place and enterprise: at most %d characters"),
			PLACE_CHARS);
	if (*t->happened_on && (!day_parse(t->happened_on, &day) || day_compare(day, c->today) > 0))
		return err_set(e, ERR_USAGE,
			T("--happened-on 要写成 2018-01-31 的样子，不能晚于今天",
				"--happened-on: a day like 2018-01-31, not after today"));
	return ERR_OK;
}

/* ---- taking it down ---------------------------------------------------------------------------------------------- */

static int64_t now_of(const struct cli *c)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now = 0;

	if (c->today_given)
		return (int64_t)c->today.n * 86400 + (9 - 8) * 3600; /* 09:00 in China */
	return epoch && str_to_int64(epoch, &now) ? now : (int64_t)time(NULL);
}

static void json_receipt(struct json *j, void *ctx)
{
	json_out_string(j, "receipt", ctx);
}

static enum err_code take_down(struct cli *c, struct taking_down *n, struct err *e)
{
	struct tipoff *t = &n->t;
	struct unit_names *names;
	struct receipt receipt;
	char text[RECEIPT_TEXT_BYTES];
	int64_t number = 0;

	if (*t->street && (unit_names_load(c, n->b.reg, &names, e) ||
				  unit_by_text(names, "--street", t->street, &t->street, e)))
		return e->code;
	for (const char *at = n->kinds; *at && t->kind_count < TIPOFF_KINDS;) {
		size_t len = strcspn(at, " ");
		t->kinds[t->kind_count++] = arena_strndup(c->arena, at, len);
		at += len + (at[len] == ' ');
	}
	if (desk_new(n->b.desk, n->origin, t, NULL, 0, now_of(c), &receipt, &number, e) ||
		bench_flush(&n->b, e))
		return e->code;
	receipt_text(&receipt, text);
	enum err_code code = case_print_now(&n->b, number, 1, json_receipt, text, e);
	if (!code && !c->json)
		cli_print(T("回执号 %s（只在这里显示这一次，请告诉举报人）\n",
				  "receipt %s (shown this once: tell the person)\n"),
			text);
	bytes_wipe(&receipt, sizeof receipt);
	bytes_wipe(text, sizeof text);
	return code;
}

enum err_code case_new(struct cli *c, int argc, char **argv, struct err *e)
{
	struct taking_down *n = mem_zero(1, sizeof *n);
	enum err_code code = read_options(c, &argc, argv, n, e);

	if (!code)
		code = read_from_input(n, e);
	if (!code)
		code = check_texts(c, &n->t, e);
	if (!code) {
		code = bench_open(&n->b, e);
		if (!code)
			code = take_down(c, n, e);
		bench_close(&n->b);
	}
	if (n->input.data)
		bytes_wipe(n->input.data, n->input.cap);
	buf_done(&n->input);
	bytes_wipe(n, sizeof *n);
	free(n);
	return code;
}
