/* A spool in a folder of its own, made-up envelopes, and what the drain does with one. */
#include "spool_made.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char dir[] = "/tmp/tianlan-spool-XXXXXX";
struct spool web, drain;
struct chance chance;
static struct recipients to;
struct err e;

void spool_begin(void)
{
	struct box_secret secret;
	cr_assert_eq(crypto_start(&e), ERR_OK);
	chance = chance_system();
	box_keys(&chance, &to.facts[0], &secret);
	box_keys(&chance, &to.contact[0], &secret);
	to.facts_count = to.contact_count = 1;
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(spool_make(dir, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(dir, SPOOL_WEB, &web, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(spool_open(dir, SPOOL_DRAIN, &drain, &e), ERR_OK, "%s", e.message);
}

void spool_end(void)
{
	spool_close(&web);
	spool_close(&drain);
	cr_assert_eq(dir_remove_all(dir, &e), ERR_OK, "%s", e.message);
}

/* ---- made-up envelopes ------------------------------------------------------------------------------ */

struct case_id made_id(int n)
{
	uint8_t mac[MAC_BYTES];
	struct case_id id;
	mac_once(NULL, "test id", &n, sizeof n, mac);
	memcpy(id.bytes, mac, sizeof id.bytes);
	return id;
}

const char *made_name(int n)
{
	static char name[CASE_ID_HEX_BYTES];
	struct case_id id = made_id(n);
	case_id_text(&id, name);
	return name;
}

/* An envelope of id n; its content MAC is of the number `content`. */
void made_envelope(int n, uint8_t content, struct buf *ret)
{
	struct tipoff t = {.received_at = "2018-11-25T20:11:03+08:00",
		.host = "intake-1",
		.kinds = {"waste-gas"},
		.kind_count = 1,
		.enterprise = "",
		.street = "650105001",
		.place = "某路",
		.happened_on = "",
		.what = "夜间有刺激气味，持续两小时。",
		.way = "anonymous",
		.lane = "ordinary",
		.contact_name = "",
		.contact_phone = ""};
	struct envelope_head head = {
		.id = made_id(n), .token_expires = EXPIRES, .week = {2018, 47}};
	uint8_t commitment[COMMITMENT_BYTES];
	memset(head.content_mac, content, sizeof head.content_mac);
	buf_init(ret, ENVELOPE_MAX_BYTES);
	cr_assert_eq(envelope_seal(&t, NULL, 0, &to, &head, &chance, ret, commitment, &e), ERR_OK,
		"%s", e.message);
}

enum spool_claim put(int n, uint8_t content)
{
	struct buf b;
	enum spool_claim claim;
	struct spool_known known;
	made_envelope(n, content, &b);
	cr_assert_eq(spool_put(&web, b.data, b.len, &chance, &claim, &known, &e), ERR_OK, "%s",
		e.message);
	buf_done(&b);
	return claim;
}

/* What the drain does with one name, without git. */
enum err_code drain_one(const char *name)
{
	struct buf b;
	struct envelope v;
	buf_init(&b, ENVELOPE_MAX_BYTES);
	enum err_code code = spool_read(&drain, name, &b, &e);
	if (!code)
		code = envelope_parse(b.data, b.len, &v, &e);
	if (!code) {
		struct spool_known known = {
			.week = v.head.week, .token_expires = v.head.token_expires};
		memcpy(known.content_mac, v.head.content_mac, MAC_BYTES);
		memcpy(known.commitment, v.commitment, COMMITMENT_BYTES);
		code = spool_done(&drain, name, &known, &e);
	}
	buf_done(&b);
	return code;
}

size_t files_in(const char *folder)
{
	struct arena *a = arena_new();
	struct spool as_new = drain;
	const char *const *names;
	size_t count;
	as_new.new = openat(drain.dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(as_new.new, 0);
	cr_assert_eq(spool_list(&as_new, a, 100000, &names, &count, &e), ERR_OK);
	close(as_new.new);
	arena_free(a);
	return count;
}

bool is_in(const char *folder, const char *name)
{
	struct stat st;
	char path[300];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return fstatat(drain.dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

void write_in(const char *folder, const char *name, const void *bytes, size_t len)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s/%s", dir, folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

enum err_code try_put(int n)
{
	struct buf b;
	enum spool_claim claim;
	struct spool_known known;
	made_envelope(n, 'a', &b);
	enum err_code code = spool_put(&web, b.data, b.len, &chance, &claim, &known, &e);
	buf_done(&b);
	return code;
}
