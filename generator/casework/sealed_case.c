/*
 * What lies sealed of one case: its record from git, its slot from the folder beside, and the role's key that fits. Bytes from
 * there are hostile until they were parsed (envelope's *_wire.c); a slot of nothing is one that was destroyed.
 */
#include "casework/casework_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD_MAX_BYTES = 64 << 10, SLOT_MAX_BYTES = 4 << 10 };

static enum err_code read_record(
	struct desk *d, const struct tip_case *row, struct sealed_case *c, struct err *e)
{
	struct arena *a = arena_new();
	struct ledger *l = NULL;
	struct err why = {0};
	const char *path = case_record_path(a, row->id, row->week);
	enum err_code code = ERR_OK;

	if (host_name_valid(row->host))
		code = desk_ledger(d, arena_printf(a, "intake/%s", row->host), &l, e);
	if (!code && l && ledger_read(l, path, &c->record_bytes, &why)) {
		if (why.code != ERR_NOT_FOUND)
			code = (*e = why).code;
	} else if (!code && l) {
		code = record_parse(c->record_bytes.data, c->record_bytes.len, &c->record, e);
		c->has_record = !code;
	}
	arena_free(a);
	return code;
}

/* A regular file, opened without following links; *ret_found false: there is none, or an empty one. */
static enum err_code read_slot_file(
	const char *path, struct buf *ret, bool *ret_found, struct err *e)
{
	char bytes[SLOT_MAX_BYTES + 1];
	size_t got = 0;
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool bad = fd < 0;

	*ret_found = false;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ERR_OK;
	if (!bad && (fstat(fd, &st) || !S_ISREG(st.st_mode)))
		bad = true;
	while (!bad && got < sizeof bytes) {
		ssize_t n = read(fd, bytes + got, sizeof bytes - got);
		if (n < 0 && errno == EINTR)
			continue;
		bad = n < 0;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	enum err_code code =
		bad ? err_errno(e, T("不能读密钥槽“%s”", "cannot read the slot \"%s\""), path)
		    : ERR_OK;
	if (fd >= 0)
		close(fd);
	if (!code && got)
		buf_add(ret, bytes, got);
	*ret_found = !code && got;
	bytes_wipe(bytes, sizeof bytes);
	return code;
}

static enum err_code read_slot(
	struct desk *d, const struct tip_case *row, struct sealed_case *c, struct err *e)
{
	struct arena *a = arena_new();
	const char *path = path_join(a, d->o.instance, case_slot_path(a, row->id));
	enum err_code code = read_slot_file(path, &c->slot_bytes, &c->has_slot, e);

	if (!code && c->has_slot)
		code = slot_parse(c->slot_bytes.data, c->slot_bytes.len, &c->slot, e);
	arena_free(a);
	return code;
}

/* The name under which a part lies is no proof of which case it is of. */
static enum err_code is_of(const struct tip_case *row, const struct sealed_case *c, struct err *e)
{
	char commitment[SHA256_HEX_BYTES], id[CASE_ID_HEX_BYTES];

	hex_encode(c->record.commitment, COMMITMENT_BYTES, commitment);
	case_id_text(&c->record.id, id);
	if (c->has_record && (!str_eq(commitment, row->commitment) || !str_eq(id, row->id)))
		return err_set(e, ERR_INPUT,
			T("案件库里的记录不是这件举报的，请用 tianlan chain verify 查看",
				"the record in the repository is not this tip-off's; see tianlan "
				"chain verify"));
	case_id_text(&c->slot.id, id);
	if (c->has_slot && !str_eq(id, row->id))
		return err_set(
			e, ERR_INPUT, T("密钥槽是另一个案件的", "the slot is of another case"));
	return ERR_OK;
}

enum err_code sealed_case_read(
	struct desk *d, const struct tip_case *row, struct sealed_case *ret, struct err *e)
{
	*ret = (struct sealed_case){0};
	buf_init(&ret->record_bytes, RECORD_MAX_BYTES);
	buf_init(&ret->slot_bytes, SLOT_MAX_BYTES + 1);
	/* What was quarantined has neither: its id is made of the line's commitment. */
	if (str_eq(row->origin, "quarantined"))
		return ERR_OK;
	if (read_record(d, row, ret, e) || read_slot(d, row, ret, e) || is_of(row, ret, e)) {
		err_prefix(e, T("案件 %.12s", "case %.12s"), row->id);
		return e->code;
	}
	return ERR_OK;
}

void sealed_case_done(struct sealed_case *c)
{
	if (c->slot_bytes.data)
		bytes_wipe(c->slot_bytes.data, c->slot_bytes.cap);
	buf_done(&c->record_bytes);
	buf_done(&c->slot_bytes);
}

const struct box_secret *sealed_case_secret(const struct desk *d, const struct sealed_case *c)
{
	uint8_t key[KEY_BYTES];
	const struct box_secret *found = NULL;

	for (size_t i = 0; c->has_slot && !found && i < d->secret_count; i++)
		if (!slot_note_key(&c->slot, d->half, &d->secret[i], key, NULL))
			found = &d->secret[i];
	bytes_wipe(key, sizeof key);
	return found;
}

enum err_code sealed_case_open(struct desk *d, const struct sealed_case *c, struct arena *a,
	struct tipoff *ret, struct err *e)
{
	const struct box_secret *secret = sealed_case_secret(d, c);
	bool facts = d->half == SLOT_FACTS;

	if (!c->has_slot || !c->has_record)
		return err_set(e, ERR_NOT_FOUND,
			T("举报内容不在这里：还没有移交过来，或者已经销毁",
				"what was reported is not here: not handed over yet, or erased"));
	if (!secret)
		return err_set(e, ERR_REFUSED,
			T("这个角色没有能打开这件举报的密钥",
				"this role has no key that opens this tip-off"));
	return envelope_open(
		a, &c->record, &c->slot, facts ? secret : NULL, facts ? NULL : secret, ret, e);
}
