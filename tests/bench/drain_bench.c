/*
 * drain_bench DIR [CASES]: what the drain costs, both sides in one run, in a folder that it makes and removes.
 *
 *   drain   a spool of 1 000 sealed tip-offs drained in groups of 100 (slots, git, status, seen: all of it), against the same
 *           records committed to a bare repository one by one, fsynced, with libgit2's plain calls
 *   growth  the cost of a commit when there are few cases and when there are CASES (100 000), in groups of 1 000, a week each,
 *           and of one commit of 100; all cases in one week beside it, the worst there can be
 *   repack  what merging packs cost in all, for each case
 */
#include "casework/casework_internal.h"

#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPOOLED = 1000, ONE_BY_ONE = 100, GROUP = 1000, SAMPLES = 7, PACKS = 24 };

static struct err e;
static struct chance chance;

static void must(enum err_code code)
{
	if (!code)
		return;
	fprintf(stderr, "drain_bench: %s\n", e.message);
	exit(1);
}

static void must_git(int bad)
{
	if (!bad)
		return;
	fprintf(stderr, "drain_bench: git: %s\n",
		git_error_last() ? git_error_last()->message : "?");
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return values[count / 2];
}

/* ---- the drain, against one commit each ------------------------------------------------------------ */

struct office {
	struct recipients to;
	struct host_secret host;
};

static void make_instance(struct arena *a, const char *dir, struct office *o)
{
	struct box_secret secret;
	uint8_t filler[KEY_BYTES];

	must(dir_make_all(path_join(a, dir, "host"), &e));
	chance_fill(&chance, filler, sizeof filler);
	chance_fill(&chance, o->host.bytes, sizeof o->host.bytes);
	must(key_write(path_join(a, dir, "host/filler.secret"), KEY_FILLER, true, filler, &e));
	must(spool_make(path_join(a, dir, "spool"), &e));
	box_keys(&chance, &o->to.facts[0], &secret);
	box_keys(&chance, &o->to.contact[0], &secret);
	o->to.facts_count = o->to.contact_count = 1;
}

/* Sealed as the form seals it, put where the form puts it. *ret_record: a copy of the record, for the other side. */
static void post(struct spool *s, const struct office *o, size_t n, struct arena *a,
	struct bytes *ret_record)
{
	struct receipt receipt;
	struct receipt_keys keys;
	struct token token = {0};
	struct envelope_head head = {.token_expires = (int64_t)1 << 40, .week = {2018, 5}};
	struct tipoff t = {.received_at = "2018-01-31T20:00:00+08:00",
		.host = "host-1",
		.kinds = {"waste-gas"},
		.kind_count = 1,
		.enterprise = "",
		.street = "650105001",
		.place = "某路十字路口",
		.happened_on = "",
		.way = "anonymous",
		.lane = "ordinary",
		.what = "夜里十点后院子里有焊接声和油漆味，持续两周。",
		.contact_name = "",
		.contact_phone = ""};
	struct buf bytes;
	struct envelope v;
	uint8_t commitment[COMMITMENT_BYTES];
	enum spool_claim claim;
	struct spool_known known;

	memcpy(token.bytes, &n, sizeof n);
	token_receipt(&o->host, &token, &receipt);
	receipt_derive(&receipt, &keys);
	head.id = keys.id;
	memcpy(t.status_tag, keys.status_tag, sizeof t.status_tag);
	memcpy(t.status_key, keys.status_key, sizeof t.status_key);
	buf_init(&bytes, ENVELOPE_MAX_BYTES);
	must(envelope_seal(&t, NULL, 0, &o->to, &head, &chance, &bytes, commitment, &e));
	must(envelope_parse(bytes.data, bytes.len, &v, &e));
	ret_record->at = memcpy(arena_alloc(a, v.record.len), v.record.at, v.record.len);
	ret_record->len = v.record.len;
	must(spool_put(s, bytes.data, bytes.len, &chance, &claim, &known, &e));
	buf_done(&bytes);
}

static void commit_one(git_repository *repo, const char *path, const struct bytes *record)
{
	git_oid blob, tree, tip, commit;
	git_tree *old = NULL, *new = NULL;
	git_commit *parent = NULL;
	git_signature *by = NULL;
	git_tree_update update = {
		.action = GIT_TREE_UPDATE_UPSERT, .filemode = GIT_FILEMODE_BLOB, .path = path};

	if (git_reference_name_to_id(&tip, repo, "refs/heads/intake/host-1") == 0) {
		must_git(git_commit_lookup(&parent, repo, &tip));
		must_git(git_commit_tree(&old, parent));
	}
	must_git(git_blob_create_from_buffer(&blob, repo, record->at, record->len));
	update.id = blob;
	must_git(git_tree_create_updated(&tree, repo, old, 1, &update));
	must_git(git_tree_lookup(&new, repo, &tree));
	must_git(git_signature_new(&by, "tianlan", "intake@host-1", 1517155200, 480));
	const git_commit *parents[] = {parent};
	must_git(git_commit_create(&commit, repo, "refs/heads/intake/host-1", by, by, NULL,
		"intake: 1 line\n", new, parent ? 1 : 0, parents));
	git_signature_free(by);
	git_tree_free(new);
	git_tree_free(old);
	git_commit_free(parent);
}

static double one_by_one(struct arena *a, const char *path, const struct bytes *records)
{
	git_repository *repo;

	must_git(git_repository_init(&repo, path, 1));
	double begin = now_ms();
	for (size_t i = 0; i < ONE_BY_ONE; i++) {
		struct record r;
		char id[CASE_ID_HEX_BYTES];
		must(record_parse(records[i].at, records[i].len, &r, &e));
		case_id_text(&r.id, id);
		commit_one(repo, case_record_path(a, id, "2018-W05"), &records[i]);
	}
	double each = (now_ms() - begin) / ONE_BY_ONE;
	git_repository_free(repo);
	return each;
}

static void bench_drain(const char *dir)
{
	struct arena *a = arena_new();
	struct office office;
	struct spool spool;
	struct bytes *records = mem_zero(SPOOLED, sizeof *records);
	const char *instance = path_join(a, dir, "drain");
	struct drain_options o = {.instance = instance,
		.host = "host-1",
		.now = 1517400000,
		.group = 100,
		.chance = &chance};
	struct drain_report r = {0};

	make_instance(a, instance, &office);
	must(spool_open(path_join(a, instance, "spool"), SPOOL_WEB, &spool, &e));
	for (size_t i = 0; i < SPOOLED; i++)
		post(&spool, &office, i, a, &records[i]);
	spool_close(&spool);
	double begin = now_ms();
	must(drain_run(&o, &r, &e));
	double each = (now_ms() - begin) / SPOOLED;
	double bare = one_by_one(a, path_join(a, dir, "bare.git"), records);
	printf("drain_ms_each %.3f  (%zu cases in %zu commits)\n", each, r.committed, r.commits);
	printf("one_commit_each_ms %.3f\n", bare);
	printf("drain_ratio %.1f  (must 10, aim 25)\n", bare / each);
	free(records);
	arena_free(a);
}

/* ---- growth ------------------------------------------------------------------------------------------- */

static double repack_ms;

static void fill(
	struct arena *a, struct ledger_entry *entries, size_t first, size_t count, size_t week)
{
	for (size_t i = 0; i < count; i++) {
		struct ledger_entry *n = &entries[i];
		char hex[SHA256_HEX_BYTES];
		uint8_t *bytes = arena_alloc(a, 200);
		size_t number = first + i;
		*n = (struct ledger_entry){
			.bytes = bytes, .len = 200, .step = "received", .role = "intake"};
		sha256_bytes(&number, sizeof number, n->commitment);
		hex_encode(n->commitment, SHA256_BYTES, hex);
		chance_fill(&chance, bytes, 200);
		const char *when = arena_printf(a, "%zu-W%02zu", 2018 + week / 52, week % 52 + 1);
		hex[32] = '\0';
		n->when = when;
		n->path = case_record_path(a, hex, when);
	}
}

static double append(struct ledger *l, size_t first, size_t count, size_t week)
{
	struct arena *a = arena_new();
	struct ledger_entry *entries = mem_zero(count, sizeof *entries);
	size_t commits, packs;

	fill(a, entries, first, count, week);
	double begin = now_ms();
	must(ledger_append(l, entries, count, 1517155200, &chance, &commits, &e));
	double taken = now_ms() - begin;
	begin = now_ms();
	must(ledger_repack(l, PACKS, &packs, &e));
	repack_ms += now_ms() - begin;
	free(entries);
	arena_free(a);
	return taken;
}

static double sample(struct ledger *l, size_t *next, size_t count, size_t week)
{
	double taken[SAMPLES];
	for (size_t i = 0; i < SAMPLES; i++, *next += count)
		taken[i] = append(l, *next, count, week + (count == GROUP ? i : 0));
	return median(taken, SAMPLES);
}

static void bench_growth(const char *dir, const char *name, size_t cases, bool one_week)
{
	struct arena *a = arena_new();
	struct ledger *l;
	size_t next = 0, week = 0;

	repack_ms = 0;
	must(ledger_open(path_join(a, dir, name), "intake/host-1", &l, &e));
	append(l, next, 100, week);
	next += 100;
	double few_100 = sample(l, &next, 100, week);
	double few_1000 = sample(l, &next, GROUP, one_week ? 0 : week + 1);
	week = SAMPLES + 1;
	double begin = now_ms();
	for (; next < cases; next += GROUP, week++)
		append(l, next, GROUP, one_week ? 0 : week);
	double filling = now_ms() - begin;
	double many_100 = sample(l, &next, 100, one_week ? 0 : week);
	double many_1000 = sample(l, &next, GROUP, one_week ? 0 : week + 1);
	printf("%s_commit_100_ms %.2f at few, %.2f at %zu: ratio %.2f\n", name, few_100, many_100,
		cases, many_100 / few_100);
	printf("%s_commit_1000_ms %.2f at few, %.2f at %zu: ratio %.2f  (must 1.5)\n", name,
		few_1000, many_1000, cases, many_1000 / few_1000);
	printf("%s_filling_ms_each %.3f with repacks\n", name, filling / (double)cases);
	printf("%s_repack_ms_each %.3f  (%.0f ms in all)\n", name, repack_ms / (double)next,
		repack_ms);
	struct ledger_audit audit;
	begin = now_ms();
	must(ledger_audit(l, &audit, &e));
	printf("%s_audit_ms %.0f  (%lld lines, %zu commits, %s)\n", name, now_ms() - begin,
		(long long)audit.lines, audit.commits,
		audit.fault.found ? audit.fault.why : "sound");
	ledger_close(l);
	arena_free(a);
}

int main(int argc, char **argv)
{
	int64_t cases = 100000;

	if (argc < 2 || argc > 3 || (argc == 3 && !str_to_int64(argv[2], &cases))) {
		fprintf(stderr, "usage: drain_bench DIR [CASES]\n");
		return 2;
	}
	chance = chance_system();
	must(crypto_start(&e));
	must(ledger_start(&e));
	must(dir_make_all(argv[1], &e));
	bench_drain(argv[1]);
	fflush(stdout);
	if (cases == 0)
		goto done;
	bench_growth(argv[1], "growth", (size_t)cases, false);
	fflush(stdout);
	bench_growth(argv[1], "one_week", (size_t)cases, true);
done:
	ledger_stop();
	must(dir_remove_all(argv[1], &e));
	return 0;
}
