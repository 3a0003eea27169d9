#include "hosts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char office[64], hub[96], hosts[HOSTS][96];
const char *const host_names[HOSTS] = {"host-1", "host-2"};

void use(const char *dir)
{
	size_t len = strlen(dir);
	cr_assert_lt(len, sizeof instance);
	memcpy(instance, dir, len + 1);
}

void run(const char *format, ...)
{
	char command[2048];
	va_list args;
	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	cr_assert_eq(system(command), 0, "%s", command);
}

static void make_host(size_t i)
{
	uint8_t filler[KEY_BYTES], of_office[KEY_BYTES];
	struct sign_public public;
	struct sign_secret secret;
	const char *line = arena_printf(arena, "%s\n", host_names[i]);
	size_t count;

	cr_assert_eq(keys_public(at("keys"), KEY_RECEIPT, &of_office, 1, &count, &e), ERR_OK);
	snprintf(hosts[i], sizeof hosts[i], "%s-%zu", office, i + 1);
	const char *pinned = at(arena_printf(arena, "keys/hosts/%s.pub", host_names[i]));
	use(hosts[i]);
	cr_assert_eq(dir_make_all(at("host"), &e), ERR_OK);
	cr_assert_eq(spool_make(at("spool"), &e), ERR_OK);
	chance_fill(&chance, filler, sizeof filler);
	sign_keys(&chance, &public, &secret);
	cr_assert_eq(key_write(at("host/filler.secret"), KEY_FILLER, true, filler, &e), ERR_OK);
	cr_assert_eq(key_write(at("host/receipt.key"), KEY_HOST, true, secret.bytes, &e), ERR_OK);
	cr_assert_eq(key_write(at("host/receipt.pub"), KEY_HOST, false, public.bytes, &e), ERR_OK);
	cr_assert_eq(key_write(at("host/office.pub"), KEY_RECEIPT, false, of_office, &e), ERR_OK);
	cr_assert_eq(file_write_durable(at("host/name"), line, strlen(line), &e), ERR_OK);
	cr_assert_eq(handover_key_make(instance, &chance, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(key_write(pinned, KEY_HOST, false, public.bytes, &e), ERR_OK, "%s", e.message);
	use(office);
}

void hosts_begin(void)
{
	struct key_pair_files pair;

	office_begin();
	strcpy(office, instance);
	snprintf(hub, sizeof hub, "%s-hub", office);
	cr_assert_eq(dir_make_all(hub, &e), ERR_OK);
	cr_assert_eq(keys_make(arena, at("keys"), KEY_RECEIPT, &chance, &pair, &e), ERR_OK);
	cr_assert_eq(dir_make_all(at("keys/hosts"), &e), ERR_OK);
	for (size_t i = 0; i < HOSTS; i++)
		make_host(i);
}

void hosts_end(void)
{
	use(office);
	for (size_t i = 0; i < HOSTS; i++)
		cr_assert_eq(dir_remove_all(hosts[i], &e), ERR_OK);
	cr_assert_eq(dir_remove_all(hub, &e), ERR_OK);
	world_end();
}

void drain_at(size_t i)
{
	struct drain_options o = {
		.instance = hosts[i], .host = host_names[i], .now = NOW, .chance = &chance};
	struct drain_report r = {0};
	cr_assert_eq(drain_run(&o, &r, &e), ERR_OK, "%s", e.message);
}

void take_in(size_t i, size_t n, size_t photos, struct posted *ret)
{
	use(hosts[i]);
	post(n, photos, 3000, ret);
	use(office);
	drain_at(i);
}

struct handover_report send_from(size_t i)
{
	struct handover_report r;
	e = (struct err){0};
	cr_assert_eq(handover_send(hosts[i], hub, NOW, &r, &e), ERR_OK, "%s", e.message);
	return r;
}

struct handover_report fetch_all(void)
{
	struct handover_report r;
	e = (struct err){0};
	cr_assert_eq(handover_fetch(office, hub, reg, day("2018-01-31"), &r, &e), ERR_OK, "%s",
		e.message);
	return r;
}

const char *slot_of(const char *dir, const char *id)
{
	return path_join(arena, dir, case_slot_path(arena, id));
}

const char *photo_of(const char *dir, const struct posted *p, size_t i)
{
	char hex[SHA256_HEX_BYTES];
	hex_encode(p->photo_sha256[i], SHA256_BYTES, hex);
	return path_join(arena, dir, case_photo_path(arena, hex));
}

const char *in_hub(const char *relative)
{
	return path_join(arena, hub, relative);
}

int64_t size_of(const char *path)
{
	struct stat st;
	return lstat(path, &st) ? -1 : st.st_size;
}

static enum err_code add_one(const char *relative, void *ctx, struct err *x)
{
	(void)relative;
	(void)x;
	++*(size_t *)ctx;
	return ERR_OK;
}

size_t count_below(const char *dir)
{
	size_t n = 0;
	if (file_exists(dir))
		cr_assert_eq(dir_each_file(dir, add_one, &n, &e), ERR_OK, "%s", e.message);
	return n;
}

struct search {
	const char *dir;
	const void *bytes;
	size_t len;
	bool found;
};

static enum err_code look(const char *relative, void *ctx, struct err *x)
{
	struct search *s = ctx;
	struct buf b;
	(void)x;
	buf_init(&b, (size_t)256 << 20);
	cr_assert_eq(file_read(path_join(arena, s->dir, relative), b.max, &b, &e), ERR_OK);
	if (b.len >= s->len && memmem(b.data, b.len, s->bytes, s->len)) {
		fprintf(stderr, "in %s\n", relative);
		s->found = true;
	}
	buf_done(&b);
	return ERR_OK;
}

bool holds(const char *dir, const void *bytes, size_t len)
{
	struct search s = {dir, bytes, len, false};
	cr_assert_eq(dir_each_file(dir, look, &s, &e), ERR_OK, "%s", e.message);
	return s.found;
}

void assert_opens_at_office(const struct posted *p)
{
	struct desk *d = desk_as("inspector", NULL, "2018-01-31");
	struct desk_case c;

	cr_assert_eq(desk_case_get(d, number_of(p), arena, &c, &e), ERR_OK, "%s", e.message);
	cr_assert(c.opened);
	cr_assert(str_starts(c.tipoff.what, SECRET_TEXT));
	cr_assert_eq(c.tipoff.photo_count, p->photo_count);
	flush_and_close(d);
}

void assert_no_bad(const struct handover_report *r)
{
	cr_assert_eq(r->bad, 0, "%s", r->bad_first);
}

/* Once here, nowhere else. */
void assert_arrived(size_t i, const struct posted *p)
{
	cr_assert_gt(size_of(slot_of(office, p->id)), 0);
	cr_assert_eq(size_of(slot_of(hosts[i], p->id)), 0);
	for (size_t n = 0; n < p->photo_count; n++) {
		cr_assert_gt(size_of(photo_of(office, p, n)), 0);
		cr_assert_eq(size_of(photo_of(hosts[i], p, n)), -1);
	}
	assert_opens_at_office(p);
}

void assert_hub_empty(void)
{
	static const char *const below[] = {"slots", "photos", "acks", "erase", "gone"};
	for (size_t i = 0; i < COUNT_OF(below); i++)
		cr_assert_eq(count_below(in_hub(below[i])), 0, "%s", below[i]);
}

void assert_agree(int64_t cases)
{
	struct desk *d = desk_as("office", NULL, "2018-01-31");
	flush_and_close(d);
	struct agree_report r = agree();
	cr_assert(r.sound, "%s %s", r.what, r.chain.why);
	cr_assert_eq(r.cases, cases, "%lld cases", (long long)r.cases);
}
