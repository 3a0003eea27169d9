#include "world.h"

#include <git2.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char instance[64];
struct err e;
struct arena *arena;
struct box_secret facts_key, contact_key;
struct chance chance;
struct policy *policy;
struct reg *reg;
static struct recipients to;
static struct host_secret host;

const char *at(const char *relative)
{
	return path_join(arena, instance, relative);
}

void world_begin(void)
{
	uint8_t filler[KEY_BYTES];
	struct key_pair_files pair;

	strcpy(instance, "/tmp/tianlan-casework-XXXXXX");
	cr_assert_not_null(mkdtemp(instance));
	arena = arena_new();
	cr_assert_eq(crypto_start(&e), ERR_OK);
	cr_assert_eq(ledger_start(&e), ERR_OK);
	chance = chance_system();
	cr_assert_eq(keys_make(arena, at("keys"), KEY_FACTS, &chance, &pair, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(keys_make(arena, at("keys"), KEY_CONTACT, &chance, &pair, &e), ERR_OK);
	cr_assert_eq(keys_secret(at("keys"), KEY_FACTS, facts_key.bytes, &e), ERR_OK);
	cr_assert_eq(keys_secret(at("keys"), KEY_CONTACT, contact_key.bytes, &e), ERR_OK);
	box_public_of(&facts_key, &to.facts[0]);
	box_public_of(&contact_key, &to.contact[0]);
	to.facts_count = to.contact_count = 1;
	cr_assert_eq(dir_make_all(at("host"), &e), ERR_OK);
	chance_fill(&chance, filler, sizeof filler);
	chance_fill(&chance, host.bytes, sizeof host.bytes);
	cr_assert_eq(key_write(at("host/filler.secret"), KEY_FILLER, true, filler, &e), ERR_OK,
		"%s", e.message);
	cr_assert_eq(spool_make(at("spool"), &e), ERR_OK, "%s", e.message);
}

void world_end(void)
{
	reg_close(reg);
	policy_free(policy);
	cr_assert_eq(dir_remove_all(instance, &e), ERR_OK, "%s", e.message);
	ledger_stop();
	arena_free(arena);
}

/* The receipt of a token whose nonce is the number: the same number is the same case. */
static void keys_of(size_t n, struct receipt_keys *ret)
{
	struct receipt r;
	struct token t = {0};

	memcpy(t.bytes, &n, sizeof n);
	token_receipt(&host, &t, &r);
	receipt_derive(&r, ret);
}

struct tipoff tipoff_of(size_t n, size_t variant)
{
	return (struct tipoff){.received_at = "2018-01-31T20:00:00+08:00",
		.host = "host-1",
		.kinds = {"waste-gas"},
		.kind_count = 1,
		.enterprise = "",
		.street = "650105001",
		.place = "某路十字路口",
		.happened_on = "2018-01-30",
		.what = arena_printf(arena, "%s，第 %zu 件，%zu", SECRET_TEXT, n, variant),
		.way = "named",
		.lane = "ordinary",
		.contact_name = SECRET_NAME,
		.contact_phone = SECRET_PHONE};
}

static void seal_tipoff(size_t n, struct tipoff t, uint8_t mac, size_t photos, size_t photo_bytes,
	struct buf *bytes, struct posted *ret)
{
	struct photo_plain plain[TIPOFF_PHOTOS];
	struct envelope_head head = {.token_expires = NOW + 86400, .week = {2018, 5}};

	keys_of(n, &ret->keys);
	head.id = ret->keys.id;
	memset(head.content_mac, mac, sizeof head.content_mac);
	memcpy(t.status_tag, ret->keys.status_tag, sizeof t.status_tag);
	memcpy(t.status_key, ret->keys.status_key, sizeof t.status_key);
	case_id_text(&head.id, ret->id);
	char *jpeg = arena_alloc(arena, photo_bytes + 1);
	memset(jpeg, 'J', photo_bytes);
	for (size_t i = 0; i < photos; i++)
		plain[i] = (struct photo_plain){jpeg, photo_bytes, 640, 480};
	buf_init(bytes, ENVELOPE_MAX_BYTES);
	cr_assert_eq(
		envelope_seal(&t, plain, photos, &to, &head, &chance, bytes, ret->commitment, &e),
		ERR_OK, "%s", e.message);
	ret->photo_count = photos;
	for (size_t i = 0; i < photos; i++)
		memcpy(ret->photo_sha256[i], t.photos[i].sealed_sha256, SHA256_BYTES);
}

void seal(size_t n, size_t variant, size_t photos, size_t photo_bytes, struct buf *bytes,
	struct posted *ret)
{
	seal_tipoff(
		n, tipoff_of(n, variant), (uint8_t)(n + variant), photos, photo_bytes, bytes, ret);
}

static void claim(const struct buf *bytes)
{
	struct spool s;
	enum spool_claim is;
	struct spool_known known;

	cr_assert_eq(spool_open(at("spool"), SPOOL_WEB, &s, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_put(&s, bytes->data, bytes->len, &chance, &is, &known, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(is, SPOOL_STORED);
	spool_close(&s);
}

void post_tipoff(size_t n, const struct tipoff *t, struct posted *ret)
{
	struct buf bytes;

	seal_tipoff(n, *t, (uint8_t)n, 0, 0, &bytes, ret);
	claim(&bytes);
	buf_done(&bytes);
}

void post(size_t n, size_t photos, size_t photo_bytes, struct posted *ret)
{
	struct buf bytes;

	seal(n, 0, photos, photo_bytes, &bytes, ret);
	claim(&bytes);
	buf_done(&bytes);
}

void post_many(size_t first, size_t count)
{
	struct posted p;
	for (size_t i = 0; i < count; i++)
		post(first + i, 0, 0, &p);
}

void put_new(const char *name, const void *bytes, size_t len)
{
	const char *path = at(arena_printf(arena, "spool/new/%s", name));
	cr_assert_eq(file_write_durable(path, bytes, len, &e), ERR_OK, "%s", e.message);
}

struct drain_report drain(size_t group)
{
	struct drain_options o = {.instance = instance,
		.host = "host-1",
		.now = NOW,
		.group = group,
		.chance = &chance};
	struct drain_report r = {0};
	cr_assert_eq(drain_run(&o, &r, &e), ERR_OK, "%s", e.message);
	return r;
}

static enum err_code count(const char *relative, void *ctx, struct err *x)
{
	const char *slash = strrchr(relative, '/');
	(void)x;
	if ((slash ? slash[1] : relative[0]) != '.' && !str_ends(relative, ".why"))
		++*(size_t *)ctx;
	return ERR_OK;
}

size_t files_below(const char *relative)
{
	size_t n = 0;
	cr_assert_eq(dir_each_file(at(relative), count, &n, &e), ERR_OK, "%s", e.message);
	return n;
}

struct chain_report verify(void)
{
	struct chain_report r;
	cr_assert_eq(chain_verify(instance, &r, &e), ERR_OK, "%s", e.message);
	return r;
}

/* ---- the office ------------------------------------------------------------------------------------ */

void office_begin(void)
{
	const struct change_note note = {.by = "u", .at = "2018-01-01T09:00:00+08:00"};

	world_begin();
	cr_assert_eq(policy_load("content/policy", &policy, &e), ERR_OK, "%s:%d %s", e.file, e.line,
		e.message);
	cr_assert_eq(reg_create(instance, policy, "0123456789abcdef0123456789abcdef", "650105",
			     &note, &e),
		ERR_OK, "%s", e.message);
	cr_assert_eq(reg_open(instance, policy, &reg, &e), ERR_OK, "%s", e.message);
}

struct day day(const char *text)
{
	struct day d;
	cr_assert(day_parse(text, &d), "%s", text);
	return d;
}

struct desk *desk_as(const char *role, const char *unit, const char *today)
{
	return desk_of("工作人员甲", role, unit, today);
}

struct desk *desk_of(const char *by, const char *role, const char *unit, const char *today)
{
	struct desk_options o = {.instance = instance,
		.reg = reg,
		.policy = policy,
		.unit = unit,
		.by = by,
		.today = day(today),
		.at = arena_printf(arena, "%sT10:00:00+08:00", today),
		.chance = &chance};
	struct desk *d = NULL;

	cr_assert(desk_role_find(role, &o.role), "%s", role);
	cr_assert_eq(desk_open(&o, &d, &e), ERR_OK, "%s", e.message);
	return d;
}

void flush_and_close(struct desk *d)
{
	cr_assert_eq(desk_flush(d, &e), ERR_OK, "%s", e.message);
	desk_close(d);
}

int64_t step(struct desk *d, int64_t number, const struct case_act *act)
{
	struct case_act a = *act;
	int64_t n = 0;

	if (!a.day.n)
		a.day = DAY_NONE;
	if (!a.why)
		a.why = SECRET_WHY;
	cr_assert_eq(desk_step(d, number, &a, &n, &e), ERR_OK, "%s: %s",
		policy_case_step_id(a.kind), e.message);
	return n;
}

void open_all(size_t count)
{
	struct desk *d = desk_as("inspector", NULL, "2018-02-01");
	struct desk_case k;

	for (size_t i = 1; i <= count; i++) {
		cr_assert_eq(desk_case_get(d, (int64_t)i, arena, &k, &e), ERR_OK, "%s", e.message);
		cr_assert(k.opened && k.row.opened);
	}
	desk_close(d);
}

int64_t number_of(const struct posted *p)
{
	struct tip_case row;

	cr_assert_eq(reg_case_find(reg, p->id, arena, &row, &e), ERR_OK, "%s", e.message);
	return row.number;
}

struct agree_report agree(void)
{
	struct agree_report r;

	cr_assert_eq(agree_verify(instance, reg, &r, &e), ERR_OK, "%s", e.message);
	return r;
}

struct enterprise_id enterprise_named(const char *name)
{
	const struct change_note note = {.by = "u", .at = "2018-01-01T09:00:00+08:00"};
	const char *value[FIELD_COUNT] = {[FIELD_NAME] = name, [FIELD_STREET] = "650105001"};
	struct enterprise_id id = {0};

	cr_assert_eq(reg_enterprise_add(reg, value, "650105001", day("2017-12-20"), &note, &id, &e),
		ERR_OK, "%s", e.message);
	return id;
}

void sql(const char *text)
{
	sqlite3 *db;
	char *why = NULL;

	cr_assert_eq(sqlite3_open(at("register.db"), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	cr_assert_eq(sqlite3_exec(db, text, NULL, NULL, &why), SQLITE_OK, "%s: %s", text, why);
	sqlite3_close(db);
}

int64_t sql_int(const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *s;

	cr_assert_eq(sqlite3_open(at("register.db"), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	cr_assert_eq(sqlite3_prepare_v2(db, text, -1, &s, NULL), SQLITE_OK, "%s", text);
	cr_assert_eq(sqlite3_step(s), SQLITE_ROW, "%s", text);
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}
