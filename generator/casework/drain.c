/*
 * The drain: from the spool to git, a group at a time.
 *
 * Of a group, in this order: outer form checked from bytes; slots and photos durable; one commit with records and chain
 * lines, read back; status "received"; remembered as seen and off the spool. A crash between two steps leads to the same steps
 * again, which find what is done. What git has already is only taken off: its slot was durable before, and if it is not there
 * now, it was erased and must not come back. A letter that fails by the machine's fault stays, the others go on, and the run
 * ends with that error.
 */
#include "casework/casework_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	GROUP_DEFAULT = 100,
	GROUP_MAX = 1000,
	PACKS_MAX = 24,
	CHINA_SECONDS = 8 * 3600,
	STUCK_MAX = 1000,    /* more of them that cannot be read or moved end the run */
	WEEKS_BACK_MAX = 26, /* a letter may have waited so long; clocks may differ by a week */
	FIRST_WEEK_YEAR = 2017,
};

/* A group's letters are in memory at once: no more are read when one of the largest would go over the bound. */
static const size_t group_bytes_max = (size_t)64 << 20;

enum fate {
	FATE_GONE,  /* another drain took it, or it cannot be read now: nothing to do */
	FATE_NEW,   /* to be committed */
	FATE_AGAIN, /* git has it */
	FATE_BAD,   /* to be quarantined */
};

struct letter {
	const char *name; /* in the spool */
	struct buf bytes;
	struct envelope envelope; /* points into bytes */
	enum fate fate;
	bool line_stands;   /* of a bad one: its line is in the chain */
	bool moved;	    /* of a bad one: it is off the spool */
	const char *reason; /* of a bad one */
	uint8_t commitment[SHA256_BYTES];
	const char *path, *week, *id; /* of a good one, in the arena */
};

struct drain {
	const struct drain_options *o;
	struct drain_report *report;
	struct spool spool;
	struct shelf shelf;
	struct ledger *ledger;
	uint8_t filler[KEY_BYTES];
	struct week now;
	char week[WEEK_TEXT_BYTES]; /* of now */
	int64_t commit_time;
	const char *status_path;
	struct arena *run, *arena; /* of the whole run; of the group */
	const char **stuck;	   /* names that stay in the spool for this run */
	size_t stuck_count, stuck_cap;
	struct err first; /* the first failure that kept a letter there */
	struct letter *letters;
	size_t count;
	struct ledger_entry *entries; /* one for each letter at most */
};

/* ---- reading the group ------------------------------------------------------------------------------- */

/* Not looked at again in this run. */
static void skip(struct drain *d, struct letter *l)
{
	l->fate = FATE_GONE;
	if (d->stuck_count == d->stuck_cap) {
		d->stuck_cap = d->stuck_cap ? 2 * d->stuck_cap : 16;
		d->stuck = mem_grow(d->stuck, d->stuck_cap, sizeof *d->stuck);
	}
	d->stuck[d->stuck_count++] = arena_strdup(d->run, l->name);
}

static void stay(struct drain *d, struct letter *l, const struct err *why)
{
	if (d->first.code == ERR_OK)
		d->first = *why;
	skip(d, l);
}

static bool is_stuck(const struct drain *d, const char *name)
{
	for (size_t i = 0; i < d->stuck_count; i++)
		if (str_eq(d->stuck[i], name))
			return true;
	return false;
}

static void make_bad(struct drain *d, struct letter *l, const char *reason)
{
	l->fate = FATE_BAD;
	l->reason = arena_strdup(d->arena, reason);
}

/* What cannot even be read (a link, a device) has no bytes; its name stands for it in the chain. */
static void commit_to_name(struct letter *l)
{
	struct buf text;

	buf_init(&text, 1024);
	buf_printf(&text, "tianlan-unreadable 1 %s", l->name);
	sha256_bytes(buf_text(&text), text.len, l->commitment);
	buf_done(&text);
}

/* A link, a folder, a device: nothing that a receipt was shown for. It is moved first and gets its line then, so that one
 * that cannot be moved does not get a line at every run. */
static void read_no_letter(struct drain *d, struct letter *l, const struct err *why)
{
	struct err moving = {0};
	enum err_code code = spool_quarantine(&d->spool, l->name, why->message, &moving);

	if (code == ERR_NOT_FOUND) {
		skip(d, l);
	} else if (code) {
		stay(d, l, &moving);
	} else {
		commit_to_name(l);
		make_bad(d, l, why->message);
		l->moved = true;
	}
}

/* The week stands in the part that the sender's side writes: one that cannot be is not believed. */
static bool week_can_be(const struct drain *d, struct week week)
{
	int days = day_between(week_monday(week), week_monday(d->now));
	return days >= -7 && days <= 7 * WEEKS_BACK_MAX;
}

static void read_letter(struct drain *d, struct letter *l)
{
	struct err why = {0};
	char id[CASE_ID_HEX_BYTES], week[WEEK_TEXT_BYTES];
	enum err_code code = spool_read(&d->spool, l->name, &l->bytes, &why);

	if (code == ERR_NOT_FOUND) {
		skip(d, l);
		return;
	}
	if (code == ERR_INPUT) {
		read_no_letter(d, l, &why);
		return;
	}
	if (code) {
		stay(d, l, &why);
		return;
	}
	sha256_bytes(buf_text(&l->bytes), l->bytes.len, l->commitment);
	if (envelope_parse(buf_text(&l->bytes), l->bytes.len, &l->envelope, &why)) {
		make_bad(d, l, why.message);
		return;
	}
	case_id_text(&l->envelope.head.id, id);
	if (!str_eq(id, l->name)) {
		make_bad(d, l,
			T("文件名不是信封里的编号",
				"the file's name is not the id in the envelope"));
		return;
	}
	if (!week_can_be(d, l->envelope.head.week)) {
		make_bad(d, l,
			T("信封上的周次太早或者在将来",
				"the week on the envelope is too early or to come"));
		return;
	}
	l->fate = FATE_NEW;
	l->id = arena_strdup(d->arena, id);
	l->week = arena_strdup(d->arena, week_text(l->envelope.head.week, week));
	l->path = case_record_path(d->arena, l->id, l->week);
	memcpy(l->commitment, l->envelope.commitment, COMMITMENT_BYTES);
}

/* In an order of chance, so that neither the chain nor the times of files tell the order of names. */
static void shuffle(const struct drain *d, const char **names, size_t count)
{
	for (size_t left = count; left > 1; left--) {
		uint64_t draw;
		chance_fill(d->o->chance, &draw, sizeof draw);
		size_t pick = (size_t)(draw % left);
		const char *last = names[left - 1];
		names[left - 1] = names[pick];
		names[pick] = last;
	}
}

static enum err_code read_group(struct drain *d, size_t group, struct err *e)
{
	const char *const *names = NULL;
	size_t listed = 0, count = 0, total = 0;

	d->count = 0;
	enum err_code code =
		spool_list(&d->spool, d->arena, group + d->stuck_count, &names, &listed, e);

	if (code)
		return code;
	const char **take = arena_alloc(d->arena, (listed + 1) * sizeof *take);
	for (size_t i = 0; i < listed && count < group; i++)
		if (!is_stuck(d, names[i]))
			take[count++] = names[i];
	shuffle(d, take, count);
	for (size_t i = 0; i < count && total + ENVELOPE_MAX_BYTES <= group_bytes_max; i++) {
		struct letter *l = &d->letters[d->count++];
		*l = (struct letter){.name = take[i]};
		buf_init(&l->bytes, ENVELOPE_MAX_BYTES);
		read_letter(d, l);
		total += l->bytes.len;
	}
	return ERR_OK;
}

/* ---- slots and photos ------------------------------------------------------------------------------------ */

static struct ledger_entry record_entry(const struct letter *l)
{
	struct ledger_entry n = {.path = l->path,
		.bytes = l->envelope.record.at,
		.len = l->envelope.record.len,
		.step = "received",
		.role = "intake",
		.when = l->week};

	memcpy(n.commitment, l->commitment, SHA256_BYTES);
	return n;
}

static void settle_outcome(struct drain *d, struct letter *l, enum ledger_outcome outcome)
{
	if (outcome == LEDGER_PRESENT)
		l->fate = FATE_AGAIN;
	if (outcome != LEDGER_DIFFERENT)
		return;
	sha256_bytes(buf_text(&l->bytes), l->bytes.len, l->commitment);
	make_bad(d, l, T("同一编号已登记过另一份内容", "this id is on record with other content"));
}

static size_t list_entries(struct drain *d, enum fate fate, struct letter **ret_letters)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++) {
		struct letter *l = &d->letters[i];
		if (l->fate != fate)
			continue;
		ret_letters[count] = l;
		d->entries[count++] = record_entry(l);
	}
	return count;
}

/* One id is one case, whatever week an envelope names. Looked for only where its slot stands: seldom, after a crash between
 * slot and commit, or when somebody puts an old envelope in again. */
static bool recorded_in_another_week(const struct drain *d, const struct letter *l)
{
	struct arena *a = arena_new();
	struct day last = day_add(week_monday(d->now), 7);
	bool found = false;

	for (struct day monday = week_monday((struct week){FIRST_WEEK_YEAR, 1});
		!found && day_compare(monday, last) <= 0; monday = day_add(monday, 7)) {
		char week[WEEK_TEXT_BYTES];
		week_text(week_of_day(monday), week);
		found = !str_eq(week, l->week) &&
			ledger_has(d->ledger, case_record_path(a, l->id, week));
		arena_reset(a);
	}
	arena_free(a);
	return found;
}

static enum err_code look_group(struct drain *d, struct err *e)
{
	struct letter **of = arena_alloc(d->arena, (d->count + 1) * sizeof(*of));
	size_t count = list_entries(d, FATE_NEW, of);

	if (ledger_look(d->ledger, d->entries, count, e))
		return e->code;
	for (size_t i = 0; i < count; i++) {
		settle_outcome(d, of[i], d->entries[i].outcome);
		if (of[i]->fate == FATE_NEW && shelf_has(&d->shelf, SHELF_SLOTS, of[i]->id) &&
			recorded_in_another_week(d, of[i]))
			settle_outcome(d, of[i], LEDGER_DIFFERENT);
	}
	return ERR_OK;
}

static enum err_code store_letter(struct drain *d, const struct letter *l, struct err *e)
{
	const struct envelope *v = &l->envelope;
	char sha[SHA256_HEX_BYTES];

	if (shelf_put(&d->shelf, SHELF_SLOTS, l->id, v->slot.at, v->slot.len, e))
		return e->code;
	for (size_t i = 0; i < v->photo_count; i++) {
		hex_encode(v->photo_sha256[i], SHA256_BYTES, sha);
		if (shelf_put(&d->shelf, SHELF_PHOTOS, sha, v->photos[i].at, v->photos[i].len, e))
			return e->code;
	}
	return ERR_OK;
}

static enum err_code store_group(struct drain *d, struct err *e)
{
	for (size_t i = 0; i < d->count; i++) {
		struct letter *l = &d->letters[i];
		if (l->fate != FATE_NEW)
			continue;
		enum err_code code = store_letter(d, l, e);
		if (code == ERR_CONFLICT)
			settle_outcome(d, l, LEDGER_DIFFERENT);
		else if (code)
			return code;
	}
	return shelf_settle(&d->shelf, e);
}

/* ---- git --------------------------------------------------------------------------------------------------- */

static size_t list_bad(struct drain *d, size_t count, struct letter **of)
{
	for (size_t i = 0; i < d->count; i++) {
		struct letter *l = &d->letters[i];
		if (l->fate != FATE_BAD || l->line_stands)
			continue;
		of[count] = l;
		d->entries[count] = (struct ledger_entry){
			.step = "quarantined", .role = "drain", .when = d->week};
		memcpy(d->entries[count++].commitment, l->commitment, SHA256_BYTES);
	}
	return count;
}

/* Records and lines of the bad ones in one commit; again for those that turned out bad only there. */
static enum err_code commit_group(struct drain *d, struct err *e)
{
	struct letter **of = arena_alloc(d->arena, (d->count + 1) * sizeof(*of));
	size_t count = list_bad(d, list_entries(d, FATE_NEW, of), of);

	while (count) {
		size_t commits = 0;
		if (ledger_append(d->ledger, d->entries, count, d->commit_time, d->o->chance,
			    &commits, e))
			return e->code;
		d->report->commits += commits;
		for (size_t i = 0; i < count; i++) {
			if (of[i]->fate == FATE_BAD)
				of[i]->line_stands = true;
			else if (d->entries[i].outcome == LEDGER_WRITTEN)
				d->report->committed++;
			else
				settle_outcome(d, of[i], d->entries[i].outcome);
		}
		count = list_bad(d, 0, of);
	}
	return ERR_OK;
}

/* ---- status, and off the spool -------------------------------------------------------------------------------- */

static enum err_code put_statuses(struct drain *d, struct err *e)
{
	struct status_entry *entries = arena_alloc(d->arena, (d->count + 1) * sizeof *entries);
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		if (d->letters[i].fate == FATE_NEW || d->letters[i].fate == FATE_AGAIN)
			entries[count++].bytes = d->letters[i].envelope.status_entry.at;
	return count ? status_put(
			       d->status_path, STATUS_RECEIVED_BYTES, entries, count, d->filler, e)
		     : ERR_OK;
}

static void take_off(struct drain *d, struct letter *l)
{
	const struct envelope *v = &l->envelope;
	struct spool_known known = {.week = v->head.week, .token_expires = v->head.token_expires};
	struct err why = {0};
	enum err_code code;

	if (l->fate == FATE_BAD) {
		code = l->moved ? ERR_OK : spool_quarantine(&d->spool, l->name, l->reason, &why);
		d->report->quarantined += code == ERR_OK;
	} else {
		memcpy(known.content_mac, v->head.content_mac, MAC_BYTES);
		memcpy(known.commitment, v->commitment, COMMITMENT_BYTES);
		code = spool_done(&d->spool, l->name, &known, &why);
		d->report->again += code == ERR_OK && l->fate == FATE_AGAIN;
	}
	if (code == ERR_NOT_FOUND)
		skip(d, l);
	else if (code)
		stay(d, l, &why);
}

static enum err_code finish_group(struct drain *d, struct err *e)
{
	if (look_group(d, e) || store_group(d, e) || commit_group(d, e) || put_statuses(d, e))
		return e->code;
	for (size_t i = 0; i < d->count; i++)
		if (d->letters[i].fate != FATE_GONE)
			take_off(d, &d->letters[i]);
	return spool_sync(&d->spool, e);
}

/* ---- the run ---------------------------------------------------------------------------------------------------- */

static enum err_code upkeep(struct drain *d, struct err *e)
{
	size_t packs = 0;
	return ledger_repack(d->ledger, PACKS_MAX, &packs, e);
}

static enum err_code run_groups(struct drain *d, size_t group, struct err *e)
{
	enum err_code code = ERR_OK;
	size_t removed = 0;

	do {
		if (d->o->stop && d->o->stop(d->o->stop_ctx))
			break;
		code = read_group(d, group, e);
		if (!code && d->count)
			code = finish_group(d, e);
		for (size_t i = 0; i < d->count; i++)
			buf_done(&d->letters[i].bytes);
		arena_reset(d->arena);
		/* On a disk that is nearly full a single letter may still fit, and makes room when it goes. */
		if (code == ERR_SYSTEM && group > 1 && d->count) {
			shelf_forget(&d->shelf);
			group = 1;
			code = ERR_OK;
			continue;
		}
		if (!code && d->count)
			code = upkeep(d, e);
	} while (!code && d->count && d->stuck_count < STUCK_MAX);
	if (!code)
		code = spool_expire(&d->spool, d->o->now, &removed, e);
	if (!code)
		code = upkeep(d, e);
	if (!code && d->first.code) {
		*e = d->first;
		code = d->first.code;
	}
	return code;
}

/* One status file has one filler, whoever drains into it: the intake host's, or, for the desk's own letters where there is no
 * intake host, the office's. */
static enum err_code read_filler(struct drain *d, struct err *e)
{
	struct err why = {0};
	bool made = false;
	enum err_code code = key_read(path_join(d->run, d->o->instance, "host/filler.secret"),
		KEY_FILLER, true, d->filler, &why);

	if (code == ERR_NOT_FOUND && d->o->spool)
		return office_filler(d->o->instance, d->o->chance, d->filler, &made, e);
	if (code)
		*e = why;
	return code;
}

static enum err_code open_all(struct drain *d, struct err *e)
{
	const struct drain_options *o = d->o;
	struct arena *a = d->run;
	const char *status = path_join(a, o->instance, "status");

	if (!host_name_valid(o->host))
		return err_set(
			e, ERR_USAGE, T("收件服务器的名字不对", "the intake host's name is wrong"));
	if (read_filler(d, e) || shelf_open(&d->shelf, o->instance, e) ||
		shelf_lock(&d->shelf, e) ||
		spool_open(path_join(a, o->instance, o->spool ? o->spool : "spool"), SPOOL_DRAIN,
			&d->spool, e) ||
		ledger_open(path_join(a, o->instance, "cases.git"),
			arena_printf(a, "intake/%s", o->host), &d->ledger, e))
		return e->code;
	if (!file_exists(status)) {
		if (mkdir(status, 0750))
			return err_errno(e, T("不能建“%s”", "cannot make \"%s\""), status);
		if (dir_sync(o->instance, e))
			return e->code;
	}
	d->status_path = path_join(a, status, "received.bin");
	/* Commits are dated the Monday of their week: no finer time is anyone's business. */
	d->now = week_of_day(day_from_unix(o->now));
	week_text(d->now, d->week);
	d->commit_time = (int64_t)week_monday(d->now).n * 86400 - CHINA_SECONDS;
	return ERR_OK;
}

enum err_code drain_run(const struct drain_options *o, struct drain_report *ret, struct err *e)
{
	struct drain d = {.o = o,
		.report = ret,
		.spool = {.dir = -1, .tmp = -1, .new = -1, .seen = -1},
		.shelf = {.folders = {-1, -1}},
		.run = arena_new(),
		.arena = arena_new()};
	size_t group = o->group ? o->group : GROUP_DEFAULT;
	enum err_code code = ERR_OK;

	group = group < GROUP_MAX ? group : GROUP_MAX;
	d.letters = mem_zero(group, sizeof *d.letters);
	d.entries = mem_zero(group, sizeof *d.entries);
	code = open_all(&d, e);
	if (!code)
		code = run_groups(&d, group, e);
	ledger_close(d.ledger);
	spool_close(&d.spool);
	shelf_close(&d.shelf);
	bytes_wipe(d.filler, sizeof d.filler);
	free(d.stuck);
	free(d.entries);
	free(d.letters);
	arena_free(d.arena);
	arena_free(d.run);
	return code;
}
