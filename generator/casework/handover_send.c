/*
 * The intake host's side of the hand-over: its branch, slots and photos go to the hub; what the office acknowledges there, or asks to
 * be destroyed, is destroyed here.
 *
 * The hub may lie: what it could do is keep things from arriving. A slot goes only on an acknowledgement signed by the office
 * whose key was pinned when the first bundle was installed, naming this host, the case, and the very bytes that lie here. The hub
 * need not last either: until then everything is here, and is put there again when it is missing.
 * A case whose slot lies here with its record not yet in git is being drained at this moment, and waits.
 */
#include "casework/handover.h"

#include <errno.h>
#include <string.h>

struct send {
	const char *instance, *host;
	struct hub hub;
	struct shelf shelf;
	struct ledger *ledger; /* NULL: no case yet */
	struct day newest;     /* no record is of a later week */
	struct handover_report *report;
	struct arena *arena;
	struct sign_public office;
	bool has_office;
	struct sign_secret key;
	struct handover_cert cert;
	bool has_key;
	struct sign_public receipt; /* our own: what we signed before is read with it */
};

static const char *no_key(void)
{
	return T("没有移交用的密钥（host/handover.key）：用 root 运行一次 tianlan intake install",
		"there is no key to sign with (host/handover.key): run tianlan intake install "
		"once as root");
}

/* What is odd in the hub is counted, and the next file is next. */
static enum err_code settle_odd(
	struct send *s, const char *name, enum err_code code, const struct err *why, struct err *e)
{
	if (code == ERR_INPUT)
		handover_bad(s->report, name, why->message);
	else if (code)
		*e = *why;
	return code == ERR_INPUT ? ERR_OK : code;
}

/* ---- the branch ------------------------------------------------------------------------------------- */

/* First what the branch will be is signed: a branch that is in the hub without would be taken for somebody else's. */
static enum err_code sign_and_push(
	struct send *s, const char *git, const char *branch, struct err *e)
{
	const char *there = path_join(s->arena, s->hub.path, "cases.git");
	struct handover_head head;
	struct err why = {0};

	if (head_of(s->ledger, &head, e))
		return e->code;
	if (head.chain.seq == 0) /* no case yet */
		return ERR_OK;
	enum err_code code =
		s->has_key ? head_sign(&s->hub, &s->cert, &s->key, &s->receipt, &head, &why)
			   : err_set(&why, ERR_INPUT, "%s", no_key());
	if (code == ERR_INPUT)
		handover_bad(s->report, arena_printf(s->arena, "heads/%s", s->host), why.message);
	if (!code || code == ERR_INPUT) {
		why = (struct err){0};
		code = hub_is_odd(&s->hub, "cases.git")
			       ? err_set(&why, ERR_INPUT, "%s",
					 T("中转目录里的 cases.git 不是目录",
						 "cases.git in the hub is no folder"))
			       : ledger_push(git, there, branch, &why);
		s->report->branches = !code;
	}
	if (code == ERR_CONFLICT || code == ERR_INPUT || code == ERR_NOT_FOUND)
		handover_bad(s->report, NULL, why.message);
	else if (code)
		return (*e = why).code;
	return ERR_OK;
}

/* The drain waits meanwhile: what is pushed is what was signed. */
static enum err_code open_branch(struct send *s, struct err *e)
{
	struct arena *a = s->arena;
	const char *path = path_join(a, s->instance, "cases.git");
	struct shelf locked = {.folders = {-1, -1}};

	if (!file_exists(path_join(a, path, "HEAD")))
		return ERR_OK;
	const char *branch = arena_printf(a, "intake/%s", s->host);
	enum err_code code = ledger_open(path, branch, &s->ledger, e);
	if (!code)
		code = shelf_open(&locked, s->instance, e);
	if (!code)
		code = shelf_lock(&locked, e);
	if (!code)
		code = sign_and_push(s, path, branch, e);
	shelf_close(&locked);
	return code;
}

/* ---- slots and photos ---------------------------------------------------------------------------------- */

/* A photo's name is its content's hash; of one that lies there with the right size only the office looks at the bytes. */
static enum err_code send_photo(
	struct send *s, const char *hex, bool anew, bool *ret_here, struct err *e)
{
	struct buf bytes;
	char sha[SHA256_HEX_BYTES];
	struct err why = {0};
	enum err_code code;

	buf_init(&bytes, PHOTO_MAX_BYTES);
	code = shelf_read(&s->shelf, SHELF_PHOTOS, hex, ret_here, &bytes, e);
	if (!code && *ret_here) {
		sha256_hex(buf_text(&bytes), bytes.len, sha);
		*ret_here = str_eq(sha, hex);
	}
	if (!code && *ret_here &&
		(anew || hub_size(&s->hub, HUB_PHOTOS, s->host, hex) != (int64_t)bytes.len)) {
		code = hub_write(
			&s->hub, HUB_PHOTOS, s->host, hex, buf_text(&bytes), bytes.len, &why);
		code = settle_odd(s, hub_name(s->arena, HUB_PHOTOS, s->host, hex), code, &why, e);
	}
	buf_done(&bytes);
	return code;
}

/* Photos first: a slot in the hub says that they are there. */
static enum err_code send_case(struct send *s, const char *id, const struct buf *bytes,
	const struct slot *slot, struct err *e)
{
	struct buf there;
	bool found = false, whole = true;
	struct err why = {0};

	buf_init(&there, SLOT_MAX_BYTES);
	enum err_code code = hub_read(&s->hub, HUB_SLOTS, s->host, id, &found, &there, &why);
	if (code && code != ERR_INPUT)
		*e = why;
	else
		code = ERR_OK;
	bool same = found && there.len == bytes->len &&
		    memcmp(buf_text(&there), buf_text(bytes), bytes->len) == 0;
	buf_done(&there);
	for (size_t i = 0; !code && i < slot->photo_count; i++) {
		char hex[SHA256_HEX_BYTES];
		bool here = false;
		hex_encode(slot->photo_sha256[i], SHA256_BYTES, hex);
		if (same && hub_size(&s->hub, HUB_PHOTOS, s->host, hex) > 0)
			continue;
		code = send_photo(s, hex, !same, &here, e);
		whole &= here;
	}
	if (!whole)
		s->report->incomplete++;
	/* Of a case whose photo is lost here the rest goes all the same: what is written matters more. */
	if (!code && !same) {
		why = (struct err){0};
		code = hub_write(
			&s->hub, HUB_SLOTS, s->host, id, buf_text(bytes), bytes->len, &why);
		s->report->sent += !code;
		code = settle_odd(s, hub_name(s->arena, HUB_SLOTS, s->host, id), code, &why, e);
	}
	return code;
}

static enum err_code send_slot(struct send *s, const char *id, struct arena *a, struct err *e)
{
	struct buf bytes;
	struct slot slot;
	char own[CASE_ID_HEX_BYTES];
	bool found = false;
	enum err_code code;

	buf_init(&bytes, SLOT_MAX_BYTES);
	code = shelf_read(&s->shelf, SHELF_SLOTS, id, &found, &bytes, e);
	if (!code && found && bytes.len && handover_record(s->ledger, a, id, s->newest)) {
		if (slot_parse(bytes.data, bytes.len, &slot, NULL)) {
			handover_bad(s->report, case_slot_path(a, id),
				T("这里的密钥槽坏了", "the slot here is damaged"));
		} else {
			case_id_text(&slot.id, own);
			code = str_eq(own, id) ? send_case(s, id, &bytes, &slot, e) : ERR_OK;
		}
	}
	if (bytes.data)
		bytes_wipe(bytes.data, bytes.cap);
	buf_done(&bytes);
	return code;
}

static enum err_code send_slots(struct send *s, struct err *e)
{
	struct arena *a = arena_new();
	const char *const *ids = NULL;
	size_t count = 0;
	enum err_code code = ERR_OK;

	if (s->ledger)
		code = shelf_slots(&s->shelf, false, s->arena, &ids, &count, e);
	for (size_t i = 0; !code && i < count; i++, arena_reset(a))
		code = send_slot(s, ids[i], a, e);
	arena_free(a);
	return code;
}

/* ---- what the office says ------------------------------------------------------------------------------- */

/* Read, signed by the office, and of this host and name; else it is counted as bad and *ret_good is false. */
static enum err_code read_note(struct send *s, enum hub_folder folder, enum handover_kind kind,
	const char *id, struct handover_note *ret, bool *ret_good, struct err *e)
{
	struct buf text;
	struct err why = {0};
	bool found = false;
	const char *name = hub_name(s->arena, folder, s->host, id);
	enum err_code code;

	*ret_good = false;
	buf_init(&text, HANDOVER_NOTE_MAX);
	code = hub_read(&s->hub, folder, s->host, id, &found, &text, &why);
	if (!code && found)
		code = handover_note_read(kind, buf_text(&text), text.len, &s->office, ret, &why);
	buf_done(&text);
	if (code == ERR_SYSTEM) {
		*e = why;
		return code;
	}
	if (code)
		handover_bad(s->report, name, why.message);
	else if (found && (!str_eq(ret->host, s->host) || !str_eq(ret->id, id)))
		handover_bad(s->report, name,
			T("写的是另一件或者另一台", "it names another case or another host"));
	else
		*ret_good = found;
	return ERR_OK;
}

static bool ack_fits(
	const struct handover_note *n, const struct buf *bytes, const struct slot *slot)
{
	uint8_t sha[SHA256_BYTES];

	sha256_bytes(buf_text(bytes), bytes->len, sha);
	return memcmp(sha, n->slot, SHA256_BYTES) == 0 && n->photo_count == slot->photo_count &&
	       memcmp(n->photos, slot->photo_sha256, slot->photo_count * SHA256_BYTES) == 0;
}

static bool only_zeros(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->data[i])
			return false;
	return true;
}

static enum err_code take_ack(struct send *s, struct shelf *locked, struct photo_owners *owners,
	const char *id, struct err *e)
{
	struct handover_note note;
	struct buf bytes;
	struct slot slot;
	const char *name = hub_name(s->arena, HUB_ACKS, s->host, id);
	bool good = false, found = false, any = false, settled = false;
	enum err_code code = read_note(s, HUB_ACKS, NOTE_ACK, id, &note, &good, e);

	if (code || !good)
		return code;
	buf_init(&bytes, SLOT_MAX_BYTES);
	code = shelf_read(locked, SHELF_SLOTS, id, &found, &bytes, e);
	if (!code && !found) {
		handover_bad(s->report, name,
			T("这里没有这一件：是从旧备份恢复的？",
				"this case is not here: was this restored from an older backup?"));
	} else if (!code && (bytes.len == 0 || only_zeros(&bytes))) {
		/* Destroyed before; perhaps by one who died at it. */
		settled = true;
	} else if (!code && (slot_parse(bytes.data, bytes.len, &slot, NULL) ||
				    !ack_fits(&note, &bytes, &slot))) {
		handover_bad(s->report, name,
			T("内部收到的与这里的不是同样的内容，没有销毁",
				"what the office has is not what lies here; nothing was "
				"destroyed"));
	} else if (!code) {
		settled = true;
		s->report->acknowledged++;
	}
	if (!code && settled)
		code = shelf_destroy(locked, id, owners, &any, e);
	if (!code && settled)
		code = hub_remove(&s->hub, HUB_ACKS, s->host, id, e);
	if (bytes.data)
		bytes_wipe(bytes.data, bytes.cap);
	buf_done(&bytes);
	return code;
}

static enum err_code say_gone(struct send *s, const char *id, struct err *e)
{
	struct handover_note note = {.kind = NOTE_GONE};
	struct buf text, there;
	bool found = false;
	struct err why = {0};

	if (!s->has_key)
		return err_set(e, ERR_NOT_FOUND, "%s", no_key());
	memcpy(note.host, s->host, strlen(s->host) + 1);
	memcpy(note.id, id, CASE_ID_HEX_BYTES);
	buf_init(&text, HANDOVER_NOTE_MAX);
	buf_init(&there, HANDOVER_NOTE_MAX);
	handover_note_write(&note, &s->cert, &s->key, &text);
	enum err_code code = hub_read(&s->hub, HUB_GONE, s->host, id, &found, &there, &why);
	if (code == ERR_SYSTEM)
		*e = why;
	else
		code = ERR_OK;
	if (!code && !(found && there.len == text.len &&
			     memcmp(buf_text(&there), buf_text(&text), text.len) == 0)) {
		code = hub_write(&s->hub, HUB_GONE, s->host, id, buf_text(&text), text.len, &why);
		s->report->erased += !code;
		code = settle_odd(s, hub_name(s->arena, HUB_GONE, s->host, id), code, &why, e);
	}
	buf_done(&there);
	buf_done(&text);
	return code;
}

/* A case of which nothing was here is gone as well: it may have been acknowledged long ago. */
static enum err_code take_request(struct send *s, struct shelf *locked, struct photo_owners *owners,
	const char *id, struct err *e)
{
	struct handover_note note;
	bool good = false, any = false;
	enum err_code code = read_note(s, HUB_ERASE, NOTE_ERASE, id, &note, &good, e);

	if (code || !good)
		return code;
	code = shelf_destroy(locked, id, owners, &any, e);
	if (!code)
		code = quarantined_destroy(s->instance, id, &any, e);
	return code ? code : say_gone(s, id, e);
}

/* Under the drain's lock, which it lets go between two runs. */
static enum err_code take_up(struct send *s, struct err *e)
{
	const char *const *acks = NULL, *const *requests = NULL;
	size_t ack_count = 0, request_count = 0;
	struct photo_owners owners = {0};
	struct shelf locked = {.folders = {-1, -1}};
	enum err_code code = hub_list(&s->hub, HUB_ACKS, s->host, s->arena, &acks, &ack_count, e);

	if (!code)
		code = hub_list(
			&s->hub, HUB_ERASE, s->host, s->arena, &requests, &request_count, e);
	if (code || ack_count + request_count == 0)
		return code;
	if (!s->has_office) {
		handover_bad(s->report, "host/office.pub",
			T("还没有认定办公室的公钥：先装一次部署包（tianlan intake install）",
				"the office's key is not pinned yet: install a bundle first "
				"(tianlan "
				"intake install)"));
		return ERR_OK;
	}
	code = shelf_open(&locked, s->instance, e);
	if (!code)
		code = shelf_lock(&locked, e);
	for (size_t i = 0; !code && i < ack_count; i++)
		code = take_ack(s, &locked, &owners, acks[i], e);
	for (size_t i = 0; !code && i < request_count; i++)
		code = take_request(s, &locked, &owners, requests[i], e);
	shelf_close(&locked);
	photo_owners_done(&owners);
	return code;
}

/* ---- all of it ---------------------------------------------------------------------------------------------- */

static enum err_code read_keys(struct send *s, struct err *e)
{
	struct arena *a = s->arena;
	const char *office = path_join(a, s->instance, "host/office.pub");
	const char *key = path_join(a, s->instance, "host/handover.key");
	struct buf text;

	s->has_office = file_exists(office);
	if (s->has_office && key_read(office, KEY_RECEIPT, false, s->office.bytes, e))
		return e->code;
	s->has_key = file_exists(key);
	if (!s->has_key)
		return ERR_OK;
	if (key_read(path_join(a, s->instance, "host/receipt.pub"), KEY_HOST, false,
		    s->receipt.bytes, e))
		return e->code;
	buf_init(&text, HANDOVER_NOTE_MAX);
	enum err_code code = key_read(key, KEY_HOST, true, s->key.bytes, e);
	if (!code)
		code = file_read(path_join(a, s->instance, "host/handover.cert"), HANDOVER_NOTE_MAX,
			&text, e);
	if (!code && handover_cert_read(buf_text(&text), text.len, &s->cert, e))
		code = err_prefix(e, "host/handover.cert");
	buf_done(&text);
	return code;
}

static enum err_code send_all(struct send *s, const char *hub, struct err *e)
{
	if (handover_host_name(s->instance, s->arena, &s->host, e))
		return e->code;
	if (file_exists(path_join(s->arena, s->instance, "register.db")))
		return err_set(e, ERR_CONFLICT,
			T("这台机器既收件又办理，举报已经在内部，用不着移交",
				"this machine both takes in tip-offs and works on them: they are "
				"with "
				"the office already, there is nothing to hand over"));
	s->hub.report = s->report;
	if (hub_open(&s->hub, hub, e) || read_keys(s, e) || shelf_open(&s->shelf, s->instance, e) ||
		handover_lock(&s->shelf, e) || open_branch(s, e) || take_up(s, e))
		return e->code;
	return send_slots(s, e);
}

enum err_code handover_send(const char *instance, const char *hub, int64_t now,
	struct handover_report *ret, struct err *e)
{
	struct handover_report report = {0};
	struct send s = {.instance = instance,
		.hub = {.dir = -1},
		.shelf = {.folders = {-1, -1}},
		.newest = day_add(day_from_unix(now), 14),
		.report = &report,
		.arena = arena_new()};
	enum err_code code = send_all(&s, hub, e);

	ledger_close(s.ledger);
	shelf_close(&s.shelf);
	hub_close(&s.hub);
	bytes_wipe(&s.key, sizeof s.key);
	arena_free(s.arena);
	*ret = report;
	return code;
}
