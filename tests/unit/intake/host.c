/* See host.h. */
#include "host.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fill(void *ctx, void *out, size_t len)
{
	uint64_t *state = ctx;
	for (size_t i = 0; i < len; i++) {
		*state = *state * 6364136223846793005u + 1442695040888963407u;
		((uint8_t *)out)[i] = (uint8_t)(*state >> 56);
	}
}

const char *host_path(struct host *h, const char *path)
{
	return arena_printf(h->arena, "%s/%s", h->dir, path);
}

bool host_has(struct host *h, const char *path)
{
	return file_exists(host_path(h, path));
}

void host_file(struct host *h, const char *path, const char *text)
{
	struct err e;
	if (!text)
		cr_assert_eq(unlink(host_path(h, path)), 0, "%s", path);
	else
		cr_assert_eq(file_write_durable(host_path(h, path), text, strlen(text), &e), ERR_OK,
			"%s", e.message);
}

static void make_folders(struct host *h)
{
	static const char *const folders[] = {"host", "intake/00000001/hosts",
		"intake/00000001/templates", "spool/tmp", "spool/new", "spool/seen", "spool/budget",
		"status"};
	struct err e;
	snprintf(h->dir, sizeof h->dir, "/tmp/tianlan-intake-XXXXXX");
	cr_assert_not_null(mkdtemp(h->dir));
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		cr_assert_eq(dir_make_all(host_path(h, folders[i]), &e), ERR_OK, "%s", e.message);
	cr_assert_eq(symlink("00000001", host_path(h, "intake/current")), 0);
}

static void make_keys(struct host *h, const char **ret_facts, const char **ret_contact)
{
	struct box_public facts, contact;
	struct sign_secret office, mine;
	struct host_secret token;
	struct host_cert cert = {.host = "host-1",
		.from = day_from_ymd(2018, 1, 1),
		.until = day_from_ymd(2018, 12, 31)};
	struct err e = {0};
	struct buf text;
	char *a = arena_alloc(h->arena, BASE64_BYTES(32)),
	     *b = arena_alloc(h->arena, BASE64_BYTES(32));
	box_keys(&h->chance, &facts, &h->facts);
	box_keys(&h->chance, &contact, &h->contact);
	sign_keys(&h->chance, &h->office, &office);
	sign_keys(&h->chance, &cert.key, &mine);
	chance_fill(&h->chance, token.bytes, sizeof token.bytes);
	base64_encode(facts.bytes, 32, a);
	base64_encode(contact.bytes, 32, b);
	buf_init(&text, 4096);
	host_cert_write(&cert, &office, &text);
	host_file(h, "intake/00000001/hosts/host-1.cert", buf_text(&text));
	buf_done(&text);
	host_file(h, "host/name", "host-1\n");
	cr_assert_eq(key_write(host_path(h, "host/token.secret"), KEY_TOKEN, true, token.bytes, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(key_write(host_path(h, "host/receipt.key"), KEY_HOST, true, mine.bytes, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(key_write(host_path(h, "intake/00000001/office.pub"), KEY_RECEIPT, false,
			     h->office.bytes, &e),
		ERR_OK, "%s", e.message);
	*ret_facts = a;
	*ret_contact = b;
}

static enum err_code copy_template(const char *relative, void *ctx, struct err *e)
{
	struct host *h = ctx;
	struct buf b;
	buf_init(&b, 1 << 20);
	enum err_code code =
		file_read(path_join(h->arena, "theme/intake", relative), 1 << 20, &b, e);
	if (!code)
		host_file(h, arena_printf(h->arena, "intake/00000001/templates/%s", relative),
			buf_text(&b));
	buf_done(&b);
	return code;
}

void host_open(struct host *h, const char *limits, bool write)
{
	const char *facts, *contact;
	struct err e = {0};
	*h = (struct host){.arena = arena_new(),
		.seed = 7,
		.now = 1517400000, /* 2018-01-31 20:00:00 in China */
		.address = "192.0.2.17",
		.launcher = -1};
	h->chance = (struct chance){fill, &h->seed};
	buf_init(&h->res.body, ANSWER_MAX_BYTES);
	cr_assert_eq(crypto_start(&e), ERR_OK);
	make_folders(h);
	make_keys(h, &facts, &contact);
	host_file(h, "intake/00000001/form.conf",
		arena_printf(h->arena,
			"site_name = \"测试站\"; base_path = \"\"; demo = false;\n"
			"kinds = ( { slug = \"waste-gas\"; name = \"废气\"; }, { slug = \"noise\"; "
			"name = \"噪声\"; }, { slug = \"other\"; name = \"其他\"; } );\n"
			"streets = ( { code = \"650105001\"; name = \"七纺街道\"; } );\n"
			"phones = { hotline = \"12345\"; emergency = \"0991-0000000\"; environment "
			"= "
			"\"\"; };\n"
			"limits = { photo_count = 3; photo_mib = 10; body_mib = 32; what_min = 10; "
			"what_max = 4000; token_hours = 24; dwell_seconds = 3; %s };\n"
			"facts_keys = ( \"%s\" ); contact_keys = ( \"%s\" );\n"
			"form_script = \"/assets/form.0123.js\";\n",
			*limits ? limits
				: "network_daily = 20; loopback_daily = 20; global_hourly = 600; "
				  "work_bits = 8;",
			facts, contact));
	host_file(h, "intake/00000001/shell.html",
		"<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><title>@@TITLE@@ - "
		"测试站</title></head>"
		"<body><h1>@@TITLE@@</h1>\n@@BODY@@\n@@SCRIPT@@</body></html>\n");
	host_file(h, "intake/00000001/names.tsv",
		"650105-000001\t一号作坊\n650105-000123\t某某<铸造>厂\n650105-0001234\t长号企业\n");
	cr_assert_eq(dir_each_file("theme/intake", copy_template, h, &e), ERR_OK, "%s", e.message);
	host_again(h, write);
}

void host_again(struct host *h, bool write)
{
	struct err e = {0};
	intake_close(h->in);
	h->in = NULL;
	cr_assert_eq(intake_open(h->dir, write, &h->in, &e), ERR_OK, "%s:%d: %s", e.file, e.line,
		e.message);
}

void host_close(struct host *h)
{
	struct err e;
	intake_close(h->in);
	buf_done(&h->res.body);
	if (h->launcher >= 0)
		close(h->launcher);
	cr_assert_eq(dir_remove_all(h->dir, &e), ERR_OK, "%s", e.message);
	arena_free(h->arena);
}

/* ---- requests -------------------------------------------------------------------------------------- */

static struct request request(struct host *h, const char *method)
{
	buf_clear(&h->res.body);
	return (struct request){.method = method,
		.query = "",
		.content_type = "",
		.content_length = -1,
		.remote_addr = h->address,
		.body = "",
		.now = h->now,
		.photo_launcher = h->launcher};
}

void host_get(struct host *h, const char *query)
{
	struct request r = request(h, "GET");
	r.query = query;
	report_handle(h->in, &r, &h->chance, &h->res);
}

void host_post_body(struct host *h, const char *type, const void *body, size_t len)
{
	struct request r = request(h, "POST");
	r.content_type = type;
	r.content_length = (int64_t)len;
	r.body = body;
	r.body_len = len;
	report_handle(h->in, &r, &h->chance, &h->res);
}

void host_post(struct host *h, const char *const *pairs)
{
	struct buf b;
	buf_init(&b, (size_t)40 << 20);
	for (const char *const *p = pairs; *p; p += 2) {
		bool file = **p == '@';
		buf_printf(&b, "--x1\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n",
			*p + file, file ? "; filename=\"x.jpg\"" : "");
		buf_str(&b, p[1]);
		buf_str(&b, "\r\n");
	}
	buf_str(&b, "--x1--\r\n");
	host_post_body(h, "multipart/form-data; boundary=x1", b.data, b.len);
	buf_done(&b);
}

void host_look_up(struct host *h, const char *code)
{
	struct request r = request(h, "POST");
	const char *body = arena_printf(h->arena, "receipt=%s", code);
	r.content_type = "application/x-www-form-urlencoded";
	r.body = body;
	r.body_len = strlen(body);
	r.content_length = (int64_t)r.body_len;
	receipt_handle(h->in, &r, &h->chance, &h->res);
}

const char *host_token(struct host *h, int64_t age)
{
	char *text = arena_alloc(h->arena, TOKEN_TEXT_BYTES);
	token_make(&h->in->secret, h->now - age, false, &h->chance, text);
	return text;
}

/* ---- answers ------------------------------------------------------------------------------------------- */

const char *host_between(struct host *h, const char *from, const char *to)
{
	const char *at = strstr(buf_text(&h->res.body), from);
	const char *end = at ? strstr(at + strlen(from), to) : NULL;
	if (!end)
		return "";
	at += strlen(from);
	return arena_strndup(h->arena, at, (size_t)(end - at));
}

bool host_says(const struct host *h, const char *text)
{
	return strstr(buf_text(&h->res.body), text) != NULL;
}

size_t host_waiting(struct host *h)
{
	size_t n = 0;
	DIR *d = opendir(host_path(h, "spool/new"));
	cr_assert_not_null(d);
	for (struct dirent *de; (de = readdir(d));)
		n += de->d_name[0] != '.';
	closedir(d);
	return n;
}

void host_tipoff(struct host *h, const char *receipt, struct tipoff *ret)
{
	struct receipt r;
	struct receipt_keys keys;
	struct envelope env;
	struct record record;
	struct slot slot;
	struct err e = {0};
	struct buf bytes;
	char name[CASE_ID_HEX_BYTES];
	cr_assert_eq(receipt_parse(receipt, strlen(receipt), &r), RECEIPT_READ, "%s", receipt);
	receipt_derive(&r, &keys);
	case_id_text(&keys.id, name);
	buf_init(&bytes, ENVELOPE_MAX_BYTES);
	cr_assert_eq(file_read(host_path(h, arena_printf(h->arena, "spool/new/%s", name)),
			     ENVELOPE_MAX_BYTES, &bytes, &e),
		ERR_OK, "%s", e.message);
	const void *kept = arena_strndup(h->arena, bytes.data, bytes.len);
	cr_assert_eq(envelope_parse(kept, bytes.len, &env, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(record_parse(env.record.at, env.record.len, &record, &e), ERR_OK);
	cr_assert_eq(slot_parse(env.slot.at, env.slot.len, &slot, &e), ERR_OK);
	cr_assert_eq(envelope_open(h->arena, &record, &slot, &h->facts, &h->contact, ret, &e),
		ERR_OK, "%s", e.message);
	buf_done(&bytes);
}
