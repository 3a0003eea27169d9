/*
 * The office's side of the hand-over: branches, slots and photos come from the hub; what is here for good is acknowledged and
 * leaves the hub; what was erased is asked for at its hosts, and what they say is gone is noted.
 *
 * Order for a group of cases: photos and slots durable here, then the signed acknowledgements, then the hub's copies removed. Each may be
 * done twice. The register is not told of new cases: whoever opens the desk next takes them in from the chain.
 * Only hosts that the office certified are listened to (keys/hosts/HOST.pub), and of a host only cases that its branch here has. What
 * one host left there that is not as it should be is counted, and the next case and the next host are served.
 */
#include "casework/handover.h"

#include <stdlib.h>
#include <string.h>

enum { GROUP = 100, PACKS_HERE = 24, PACKS_HUB = 64, HOSTS_MAX = 256 };

static const size_t group_bytes_max = (size_t)64 << 20;

struct waiting { /* put on the shelf, not yet settled */
	char id[CASE_ID_HEX_BYTES];
	struct handover_note ack;
	bool said; /* the acknowledgement lies in the hub */
};

struct fetch {
	const char *instance, *git, *hub_git;
	const char *own; /* the name of this machine, where it takes in tip-offs itself */
	struct reg *reg;
	struct day today;
	struct hub hub;
	struct shelf shelf;
	struct handover_report *report;
	struct arena *arena;
	struct sign_secret office;
	/* of the host at hand */
	const char *host;
	struct sign_public host_key;
	struct ledger *ledger;
	struct shelf locked;
	struct waiting group[GROUP];
	size_t count, bytes;
	size_t unrecorded; /* slots in the hub of cases that the branch here does not have */
};

static const char *named(struct fetch *f, enum hub_folder folder, const char *name)
{
	return hub_name(f->arena, folder, f->host, name);
}

/* ---- branches -------------------------------------------------------------------------------------- */

static enum err_code host_begin(struct fetch *f, const char *host, bool *ret_known, struct err *e)
{
	const char *path =
		path_join(f->arena, f->instance, arena_printf(f->arena, "keys/hosts/%s.pub", host));

	f->host = host;
	*ret_known = host_name_valid(host) && !str_eq(host, DESK_HOST) && file_exists(path);
	return *ret_known ? key_read(path, KEY_HOST, false, f->host_key.bytes, e) : ERR_OK;
}

/* Names beside those that are known, in the arena. */
struct host_names {
	struct arena *a;
	const char **list;
	size_t count, cap;
};

static void add_host(struct host_names *n, const char *host)
{
	for (size_t i = 0; i < n->count; i++)
		if (str_eq(n->list[i], host))
			return;
	if (n->count == n->cap) {
		n->cap = n->cap ? 2 * n->cap : 16;
		n->list = mem_grow(n->list, n->cap, sizeof *n->list);
	}
	n->list[n->count++] = arena_strdup(n->a, host);
}

static void add_branches(struct host_names *n, const char *const *branches, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_starts(branches[i], "intake/"))
			add_host(n, branches[i] + strlen("intake/"));
}

/* By its branch, or its signed head alone. */
static enum err_code hosts_in_hub(struct fetch *f, struct host_names *n, struct err *e)
{
	const char *const *names = NULL;
	size_t count = 0;
	struct err why = {0};
	enum err_code code = ERR_NOT_FOUND;

	if (hub_is_odd(&f->hub, "cases.git"))
		handover_bad(f->report, "cases.git", T("不是目录", "this is no folder"));
	else
		code = ledger_other_branches(f->hub_git, f->arena, &names, &count, &why);
	if (code == ERR_INPUT)
		handover_bad(f->report, NULL, why.message);
	else if (code && code != ERR_NOT_FOUND) /* nobody has sent anything yet */
		return (*e = why).code;
	add_branches(n, names, code ? 0 : count);
	code = hub_list(&f->hub, HUB_HEADS, NULL, f->arena, &names, &count, e);
	for (size_t i = 0; !code && i < count; i++)
		add_host(n, names[i]);
	return code;
}

/* ---- one case -------------------------------------------------------------------------------------------- */

enum part { PART_HERE, PART_MISSING, PART_BAD };

/* Here with the right bytes, or put here from the hub. */
static enum err_code take_photo(struct fetch *f, const char *hex, enum part *ret, struct err *e)
{
	struct buf bytes;
	char sha[SHA256_HEX_BYTES];
	bool found = false;
	struct err why = {0};
	enum err_code code;

	buf_init(&bytes, PHOTO_MAX_BYTES);
	*ret = PART_MISSING;
	code = shelf_read(&f->locked, SHELF_PHOTOS, hex, &found, &bytes, e);
	if (!code && found) {
		sha256_hex(buf_text(&bytes), bytes.len, sha);
		*ret = str_eq(sha, hex) ? PART_HERE : PART_MISSING;
	}
	if (!code && *ret == PART_MISSING) {
		buf_clear(&bytes);
		code = hub_read(&f->hub, HUB_PHOTOS, f->host, hex, &found, &bytes, &why);
		if (code == ERR_INPUT)
			found = true; /* and bad: its hash does not fit */
		else if (code)
			*e = why;
		code = code == ERR_INPUT ? ERR_OK : code;
		sha256_hex(buf_text(&bytes), bytes.len, sha);
		*ret = !found ? PART_MISSING : str_eq(sha, hex) ? PART_HERE : PART_BAD;
		if (!code && *ret == PART_HERE)
			code = shelf_put(
				&f->locked, SHELF_PHOTOS, hex, buf_text(&bytes), bytes.len, e);
		if (!code && *ret == PART_HERE)
			f->bytes += bytes.len;
	}
	buf_done(&bytes);
	return code;
}

static enum err_code take_photos(
	struct fetch *f, const struct slot *slot, enum part *ret, struct err *e)
{
	enum err_code code = ERR_OK;

	*ret = PART_HERE;
	for (size_t i = 0; !code && i < slot->photo_count; i++) {
		char hex[SHA256_HEX_BYTES];
		enum part one = PART_HERE;
		hex_encode(slot->photo_sha256[i], SHA256_BYTES, hex);
		code = take_photo(f, hex, &one, e);
		if (one == PART_BAD)
			handover_bad(f->report, named(f, HUB_PHOTOS, hex),
				T("内容与名字不符", "its bytes are not those of its name"));
		if (one != PART_HERE)
			*ret = one;
	}
	return code;
}

/* What the hub holds of this case goes: photos first, since the slot names them. */
static enum err_code clear_hub(struct fetch *f, const char *id, struct err *e)
{
	struct buf bytes;
	struct slot slot;
	bool found = false;
	enum err_code code;

	buf_init(&bytes, SLOT_MAX_BYTES);
	code = hub_read(&f->hub, HUB_SLOTS, f->host, id, &found, &bytes, e);
	if (code == ERR_INPUT)
		code = ERR_OK;
	else if (!code && found && !slot_parse(bytes.data, bytes.len, &slot, NULL))
		for (size_t i = 0; !code && i < slot.photo_count; i++) {
			char hex[SHA256_HEX_BYTES];
			hex_encode(slot.photo_sha256[i], SHA256_BYTES, hex);
			code = hub_remove(&f->hub, HUB_PHOTOS, f->host, hex, e);
		}
	if (!code)
		code = hub_remove(&f->hub, HUB_SLOTS, f->host, id, e);
	buf_done(&bytes);
	return code;
}

/* *ret_there false: something else is in its way, which is counted. */
static enum err_code put_note(struct fetch *f, enum hub_folder folder,
	const struct handover_note *note, bool *ret_there, struct err *e)
{
	struct buf text, there;
	bool found = false;
	struct err why = {0};

	buf_init(&text, HANDOVER_NOTE_MAX);
	buf_init(&there, HANDOVER_NOTE_MAX);
	handover_note_write(note, NULL, &f->office, &text);
	enum err_code code = hub_read(&f->hub, folder, note->host, note->id, &found, &there, &why);
	if (code == ERR_SYSTEM)
		*e = why;
	else
		code = ERR_OK;
	if (!code && !(found && there.len == text.len &&
			     memcmp(buf_text(&there), buf_text(&text), text.len) == 0))
		code = hub_write(
			&f->hub, folder, note->host, note->id, buf_text(&text), text.len, &why);
	*ret_there = !code;
	if (code == ERR_INPUT)
		handover_bad(
			f->report, hub_name(f->arena, folder, note->host, note->id), why.message);
	else if (code)
		*e = why;
	buf_done(&there);
	buf_done(&text);
	return code == ERR_INPUT ? ERR_OK : code;
}

static enum err_code write_note(
	struct fetch *f, enum hub_folder folder, const struct handover_note *note, struct err *e)
{
	bool there;
	return put_note(f, folder, note, &there, e);
}

static enum err_code settle_group(struct fetch *f, struct err *e)
{
	enum err_code code = shelf_settle(&f->locked, e);

	for (size_t i = 0; !code && i < f->count; i++)
		code = put_note(f, HUB_ACKS, &f->group[i].ack, &f->group[i].said, e);
	for (size_t i = 0; !code && i < f->count; i++) {
		if (!f->group[i].said)
			continue;
		code = clear_hub(f, f->group[i].id, e);
		f->report->acknowledged += !code;
	}
	f->count = f->bytes = 0;
	return code;
}

static void set_names(struct fetch *f, struct handover_note *n, const char *id)
{
	memcpy(n->host, f->host, strlen(f->host) + 1);
	memcpy(n->id, id, CASE_ID_HEX_BYTES);
}

/* It came again after it was erased: from a host that had not heard of it, or was restored. */
static enum err_code erase_again(struct fetch *f, const char *id, struct err *e)
{
	struct handover_note note = {.kind = NOTE_ERASE};
	enum err_code code = clear_hub(f, id, e);

	set_names(f, &note, id);
	return code ? code : write_note(f, HUB_ERASE, &note, e);
}

static enum err_code take_case(
	struct fetch *f, const char *id, const struct buf *bytes, bool here, struct err *e)
{
	struct waiting *w = &f->group[f->count];
	struct slot slot;
	char own[CASE_ID_HEX_BYTES];
	enum part photos = PART_HERE;
	enum err_code code;

	if (slot_parse(bytes->data, bytes->len, &slot, NULL)) {
		handover_bad(
			f->report, named(f, HUB_SLOTS, id), T("不是密钥槽", "this is no slot"));
		return ERR_OK;
	}
	case_id_text(&slot.id, own);
	if (!str_eq(own, id)) {
		handover_bad(f->report, named(f, HUB_SLOTS, id),
			T("是另一件的密钥槽", "this is another case's slot"));
		return ERR_OK;
	}
	code = take_photos(f, &slot, &photos, e);
	if (code || photos != PART_HERE)
		return code;
	if (!here)
		code = shelf_put(&f->locked, SHELF_SLOTS, id, bytes->data, bytes->len, e);
	if (code)
		return code;
	f->report->fetched += !here;
	f->bytes += bytes->len;
	*w = (struct waiting){.ack = {.kind = NOTE_ACK, .photo_count = slot.photo_count}};
	memcpy(w->id, id, CASE_ID_HEX_BYTES);
	set_names(f, &w->ack, id);
	sha256_bytes(bytes->data, bytes->len, w->ack.slot);
	memcpy(w->ack.photos, slot.photo_sha256, sizeof w->ack.photos);
	f->count++;
	return ERR_OK;
}

static enum err_code take_slot(struct fetch *f, const char *id, struct err *e)
{
	struct buf there, here;
	bool in_hub = false, stands = false;
	struct err why = {0};
	enum err_code code;

	buf_init(&there, SLOT_MAX_BYTES);
	buf_init(&here, SLOT_MAX_BYTES);
	code = hub_read(&f->hub, HUB_SLOTS, f->host, id, &in_hub, &there, &why);
	if (code == ERR_INPUT)
		handover_bad(f->report, named(f, HUB_SLOTS, id), why.message);
	else if (code)
		*e = why;
	code = code == ERR_INPUT ? ERR_OK : code;
	if (!code && in_hub)
		code = shelf_read(&f->locked, SHELF_SLOTS, id, &stands, &here, e);
	if (code || !in_hub)
		goto out;
	if (stands && here.len == 0)
		code = erase_again(f, id, e);
	else if (stands &&
		 (here.len != there.len || memcmp(here.data, buf_text(&there), here.len) != 0))
		handover_bad(f->report, named(f, HUB_SLOTS, id),
			T("与这里已有的密钥槽不同", "it differs from the slot that is here"));
	else
		code = take_case(f, id, &there, stands, e);
out:
	if (there.data)
		bytes_wipe(there.data, there.cap);
	if (here.data)
		bytes_wipe(here.data, here.cap);
	buf_done(&here);
	buf_done(&there);
	return code;
}

/* ---- one host --------------------------------------------------------------------------------------------- */

static enum err_code take_slots(struct fetch *f, struct err *e)
{
	struct arena *a = arena_new();
	const struct day newest = day_add(f->today, 14);
	const char *const *ids = NULL;
	size_t count = 0;
	enum err_code code = hub_list(&f->hub, HUB_SLOTS, f->host, a, &ids, &count, e);

	f->locked = (struct shelf){.folders = {-1, -1}};
	if (!code && count)
		code = shelf_open(&f->locked, f->instance, e);
	if (!code && count)
		code = shelf_lock(&f->locked, e);
	f->count = f->bytes = f->unrecorded = 0;
	for (size_t i = 0; !code && i < count; i++) {
		/* Its record has not come yet, or is refused: nothing is known of it. */
		if (!f->ledger || !handover_record(f->ledger, a, ids[i], newest)) {
			f->unrecorded++;
			continue;
		}
		code = take_slot(f, ids[i], e);
		if (!code && (f->count == GROUP || f->bytes > group_bytes_max))
			code = settle_group(f, e);
	}
	if (!code && count)
		code = settle_group(f, e);
	shelf_close(&f->locked);
	arena_free(a);
	return code;
}

struct find_copy {
	const char *place;
	bool found, gone;
};

static enum err_code note_copy(void *ctx, const struct case_copy *c, struct err *e)
{
	struct find_copy *w = ctx;

	(void)e;
	if (str_eq(c->place, w->place)) {
		w->found = true;
		w->gone = day_is_set(c->gone_on);
	}
	return ERR_OK;
}

/* The host says that it is gone there. */
static enum err_code take_gone(struct fetch *f, const char *id, struct err *e)
{
	struct handover_note note;
	struct tip_case row;
	struct buf text;
	struct find_copy copy = {.place = f->host};
	struct err why = {0};
	bool found = false;
	enum err_code code;

	buf_init(&text, HANDOVER_NOTE_MAX);
	code = hub_read(&f->hub, HUB_GONE, f->host, id, &found, &text, &why);
	if (!code && found)
		code = handover_note_read(
			NOTE_GONE, buf_text(&text), text.len, &f->host_key, &note, &why);
	buf_done(&text);
	if (code == ERR_SYSTEM) {
		*e = why;
		return code;
	}
	if (!code && found && (!str_eq(note.host, f->host) || !str_eq(note.id, id)))
		code = err_set(&why, ERR_INPUT,
			T("写的是另一件或者另一台", "it names another case or another host"));
	if (!code && found && !reg_case_find(f->reg, id, f->arena, &row, &why))
		code = reg_copy_each(f->reg, row.number, false, note_copy, &copy, &why);
	if (!code && found && !copy.found)
		code = err_set(&why, ERR_INPUT,
			T("没有请它销毁这一件", "it was not asked to erase this case"));
	if (code == ERR_SYSTEM)
		*e = why;
	else if (code)
		handover_bad(f->report, named(f, HUB_GONE, id), why.message);
	if (code || !found)
		return code == ERR_SYSTEM ? code : ERR_OK;
	if (!copy.gone) {
		code = reg_copy_gone(f->reg, row.number, f->host, f->today, f->host, e);
		f->report->erased += !code;
	}
	if (!code)
		code = hub_remove(&f->hub, HUB_ERASE, f->host, id, e);
	return code ? code : hub_remove(&f->hub, HUB_GONE, f->host, id, e);
}

static enum err_code take_goners(struct fetch *f, struct err *e)
{
	struct arena *a = arena_new();
	const char *const *ids = NULL;
	size_t count = 0;
	enum err_code code = hub_list(&f->hub, HUB_GONE, f->host, a, &ids, &count, e);

	for (size_t i = 0; !code && i < count; i++)
		code = take_gone(f, ids[i], e);
	arena_free(a);
	return code;
}

/* An acknowledgement that still lies there for what is not here (any more): this instance was restored from before it. While the
 * host has not read it, it can be taken back, and the case comes again. */
static enum err_code take_back_acks(struct fetch *f, struct err *e)
{
	struct arena *a = arena_new();
	const char *const *ids = NULL;
	size_t count = 0;
	enum err_code code = hub_list(&f->hub, HUB_ACKS, f->host, a, &ids, &count, e);

	for (size_t i = 0; !code && i < count; i++)
		if (!shelf_has(&f->shelf, SHELF_SLOTS, ids[i]))
			code = hub_remove(&f->hub, HUB_ACKS, f->host, ids[i], e);
	arena_free(a);
	return code;
}

/* What its host signed, or put there, before the branch came. The next send brings it, as a rule. */
static void count_late(struct fetch *f, int64_t missing)
{
	if (missing <= 0 && f->unrecorded == 0)
		return;
	if (missing >= (int64_t)f->unrecorded)
		handover_late(f->report, (size_t)missing,
			arena_printf(f->arena, "heads/%s", f->host),
			T("它签过名的链还没有到齐",
				"the chain that it signed has not arrived as a whole yet"));
	else
		handover_late(f->report, f->unrecorded, arena_printf(f->arena, "slots/%s", f->host),
			T("有密钥槽，没有它们的记录", "slots lie there without their records"));
}

static enum err_code fetch_host(struct fetch *f, const char *host, bool in_hub, struct err *e)
{
	const struct branch_source from = {f->git, f->hub_git, f->reg, &f->hub, f->report};
	bool known = false;
	int64_t missing = 0;
	enum err_code code = host_begin(f, host, &known, e);

	if (!code && !known && in_hub)
		handover_bad(f->report, arena_printf(f->arena, "intake/%s", host),
			T("这台收件服务器没有登记（tianlan intake certify），没有取",
				"this intake host is not certified (tianlan intake certify); not "
				"fetched"));
	if (code || !known)
		return code;
	code = branch_fetch(&from, host, &f->host_key, &missing, e);
	if (!code && file_exists(path_join(f->arena, f->git, "HEAD")))
		code = ledger_open(
			f->git, arena_printf(f->arena, "intake/%s", host), &f->ledger, e);
	if (!code)
		code = take_back_acks(f, e);
	if (!code)
		code = take_slots(f, e);
	ledger_close(f->ledger);
	f->ledger = NULL;
	count_late(f, missing);
	return code ? code : take_goners(f, e);
}

/* Those of the hub first; then those that are known here alone, whose notes may lie there all the same. */
static enum err_code fetch_hosts(struct fetch *f, struct err *e)
{
	struct host_names n = {.a = f->arena};
	const char *const *branches = NULL;
	size_t count = 0, in_hub = 0;
	struct err why = {0};
	enum err_code code = hosts_in_hub(f, &n, e);

	in_hub = n.count;
	if (!code) {
		code = ledger_branches(f->git, f->arena, &branches, &count, &why);
		if (code && code != ERR_NOT_FOUND)
			*e = why;
		add_branches(&n, branches, code ? 0 : count);
		code = code == ERR_NOT_FOUND ? ERR_OK : code;
	}
	for (size_t i = 0; !code && i < n.count && i < HOSTS_MAX; i++)
		if (!str_eq(n.list[i], f->own)) /* what it takes in itself is here */
			code = fetch_host(f, n.list[i], i < in_hub, e);
	free(n.list);
	return code;
}

/* ---- what is to be erased elsewhere ------------------------------------------------------------------------- */

struct open_copy {
	int64_t number;
	const char *id, *place, *kind;
};
struct open_copies {
	struct arena *a;
	struct open_copy *list;
	size_t count, cap;
};

static enum err_code add_copy(void *ctx, const struct case_copy *c, struct err *e)
{
	struct open_copies *o = ctx;

	(void)e;
	if (o->count == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 64;
		o->list = mem_grow(o->list, o->cap, sizeof *o->list);
	}
	o->list[o->count++] = (struct open_copy){c->tip_case, arena_strdup(o->a, c->id),
		arena_strdup(o->a, c->place), arena_strdup(o->a, c->kind)};
	return ERR_OK;
}

static enum err_code ask_host(struct fetch *f, const struct open_copy *c, struct err *e)
{
	struct handover_note note = {.kind = NOTE_ERASE};

	if (!host_name_valid(c->place))
		return ERR_OK;
	f->host = c->place;
	set_names(f, &note, c->id);
	return write_note(f, HUB_ERASE, &note, e);
}

/* The hub's copies go at once; that they are gone is noted when the host can bring no more. */
static enum err_code clear_copy(
	struct fetch *f, const struct open_copies *all, const struct open_copy *c, struct err *e)
{
	struct tip_case row;
	bool host_open = false;
	enum err_code code = reg_case_get(f->reg, c->number, f->arena, &row, e);

	if (code)
		return code;
	f->host = row.host;
	if (host_name_valid(row.host))
		code = clear_hub(f, c->id, e);
	if (!code && host_name_valid(row.host))
		code = hub_remove(&f->hub, HUB_ACKS, row.host, c->id, e);
	for (size_t i = 0; i < all->count; i++)
		host_open |=
			all->list[i].number == c->number && str_eq(all->list[i].kind, "intake");
	if (!code && !host_open)
		code = reg_copy_gone(f->reg, c->number, c->place, f->today, "office", e);
	return code;
}

static enum err_code ask_for_erasing(struct fetch *f, struct err *e)
{
	struct open_copies open = {.a = f->arena};
	enum err_code code = reg_copy_each(f->reg, 0, true, add_copy, &open, e);

	for (size_t i = 0; !code && i < open.count; i++) {
		if (str_eq(open.list[i].kind, "intake"))
			code = ask_host(f, &open.list[i], e);
		else if (str_eq(open.list[i].kind, "hub"))
			code = clear_copy(f, &open, &open.list[i], e);
	}
	free(open.list);
	return code;
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

static enum err_code repack(struct fetch *f, struct err *e)
{
	struct ledger *l = NULL;
	size_t packs = 0;

	if (!file_exists(path_join(f->arena, f->git, "HEAD")))
		return ERR_OK;
	enum err_code code = ledger_open(f->git, OFFICE_BRANCH, &l, e);
	if (!code)
		code = ledger_repack(l, PACKS_HERE, &packs, e);
	ledger_close(l);
	if (!code)
		ledger_other_repack(f->hub_git, PACKS_HUB);
	return code;
}

static enum err_code fetch_all(struct fetch *f, const char *hub, struct err *e)
{
	struct arena *a = f->arena;

	if (file_exists(path_join(a, f->instance, "host/name")) &&
		handover_host_name(f->instance, a, &f->own, e))
		return e->code;
	f->hub.report = f->report;
	f->git = path_join(a, f->instance, "cases.git");
	if (hub_open(&f->hub, hub, e) ||
		keys_secret(path_join(a, f->instance, "keys"), KEY_RECEIPT, f->office.bytes, e) ||
		shelf_open(&f->shelf, f->instance, e) || handover_lock(&f->shelf, e) ||
		reg_place_set(f->reg, "hub", "hub", e))
		return e->code;
	f->hub_git = path_join(a, hub, "cases.git");
	size_t incomplete = 0;
	if (fetch_hosts(f, e) || ask_for_erasing(f, e) ||
		handover_incomplete(f->instance, f->reg, &incomplete, e))
		return e->code;
	f->report->incomplete += incomplete;
	return repack(f, e);
}

enum err_code handover_fetch(const char *instance, const char *hub, struct reg *reg,
	struct day today, struct handover_report *ret, struct err *e)
{
	struct handover_report report = {0};
	struct fetch *f = mem_zero(1, sizeof *f);

	f->instance = instance;
	f->reg = reg;
	f->today = today;
	f->hub.dir = -1;
	f->shelf = (struct shelf){.folders = {-1, -1}};
	f->locked = f->shelf;
	f->report = &report;
	f->arena = arena_new();
	enum err_code code = fetch_all(f, hub, e);
	shelf_close(&f->shelf);
	hub_close(&f->hub);
	bytes_wipe(&f->office, sizeof f->office);
	arena_free(f->arena);
	free(f);
	*ret = report;
	return code;
}
