/*
 * Do chain and records agree? After the audit of each branch: every record has its `received` line with the record's
 * commitment and week, every `received` line its record. A line does not name the case, so the two lists are matched by
 * commitment. The office's branch has other records: verify_office.c.
 */
#include "casework/casework_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct promise { /* a `received` line */
	uint8_t commitment[SHA256_BYTES];
	int64_t seq;
	char when[11];
	bool kept;
};

struct found { /* a record */
	uint8_t commitment[SHA256_BYTES];
	char id[CASE_ID_HEX_BYTES];
	char path[96];
};

struct matching {
	struct chain_report *report;
	const char *branch;
	int64_t audited; /* lines there were at the audit */
	struct promise *lines;
	size_t line_count, line_cap;
	struct found *records;
	size_t record_count, record_cap;
};

void chain_fault(struct chain_report *r, const char *branch, const char *file, int line,
	int64_t seq, const char *why)
{
	if (!r->sound)
		return;
	r->sound = false;
	r->line = line;
	r->seq = seq;
	snprintf(r->branch, sizeof r->branch, "%s", branch);
	snprintf(r->file, sizeof r->file, "%s", file);
	snprintf(r->why, sizeof r->why, "%s", why);
}

void chain_fault_line(struct chain_report *r, const char *branch, int64_t seq, const char *why)
{
	char file[64];
	int64_t shard = (seq - 1) / LEDGER_SHARD_LINES;

	snprintf(file, sizeof file, "chain/%03lld/%03lld.log", (long long)(shard / 1000),
		(long long)(shard % 1000));
	chain_fault(r, branch, file, (int)((seq - 1) % LEDGER_SHARD_LINES) + 1, seq, why);
}

static void fault(struct matching *m, const char *file, int line, int64_t seq, const char *why)
{
	chain_fault(m->report, m->branch, file, line, seq, why);
}

static enum err_code note_line(const struct chain_line *line, void *ctx, struct err *e)
{
	struct matching *m = ctx;

	(void)e;
	m->report->quarantined += line->seq <= m->audited && str_eq(line->step, "quarantined");
	if (!str_eq(line->step, "received"))
		return ERR_OK;
	if (m->line_count == m->line_cap) {
		m->line_cap = m->line_cap ? 2 * m->line_cap : 1024;
		m->lines = mem_grow(m->lines, m->line_cap, sizeof *m->lines);
	}
	struct promise *p = &m->lines[m->line_count++];
	*p = (struct promise){.seq = line->seq};
	memcpy(p->commitment, line->commitment, SHA256_BYTES);
	memcpy(p->when, line->when, sizeof p->when);
	return ERR_OK;
}

static enum err_code note_record(
	const char *path, const void *bytes, size_t len, void *ctx, struct err *e)
{
	struct matching *m = ctx;
	struct record r;

	(void)e;
	m->report->cases++;
	if (record_parse(bytes, len, &r, NULL) || strlen(path) >= sizeof m->records->path) {
		fault(m, path, 0, 0,
			T("这个文件不是密封的记录", "this file is not a sealed record"));
		return ERR_OK;
	}
	if (m->record_count == m->record_cap) {
		m->record_cap = m->record_cap ? 2 * m->record_cap : 1024;
		m->records = mem_grow(m->records, m->record_cap, sizeof *m->records);
	}
	struct found *f = &m->records[m->record_count++];
	memcpy(f->commitment, r.commitment, SHA256_BYTES);
	case_id_text(&r.id, f->id);
	memcpy(f->path, path, strlen(path) + 1);
	return ERR_OK;
}

static int by_commitment_then_seq(const void *x, const void *y)
{
	const struct promise *a = x, *b = y;
	int order = memcmp(a->commitment, b->commitment, SHA256_BYTES);
	return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static int by_seq(const void *x, const void *y)
{
	const struct promise *a = x, *b = y;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

/* The first line of this commitment that no record has yet. lines are in order of commitment. */
static struct promise *line_of(struct matching *m, const uint8_t commitment[SHA256_BYTES])
{
	size_t low = 0, high = m->line_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (memcmp(m->lines[mid].commitment, commitment, SHA256_BYTES) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < m->line_count &&
		memcmp(m->lines[low].commitment, commitment, SHA256_BYTES) == 0;
		low++)
		if (!m->lines[low].kept)
			return &m->lines[low];
	return NULL;
}

static void match(struct matching *m)
{
	struct arena *a = arena_new();

	if (m->line_count)
		qsort(m->lines, m->line_count, sizeof *m->lines, by_commitment_then_seq);
	for (size_t i = 0; i < m->record_count; i++, arena_reset(a)) {
		const struct found *f = &m->records[i];
		struct promise *line = line_of(m, f->commitment);
		if (!line) {
			fault(m, f->path, 0, 0,
				T("这个记录在链上没有登记",
					"this record has no line in the chain"));
			continue;
		}
		line->kept = true;
		if (!str_eq(case_record_path(a, f->id, line->when), f->path))
			fault(m, f->path, 0, line->seq,
				T("记录的位置与编号或登记的周不符",
					"the record's place is not that of its id and week"));
	}
	arena_free(a);
	if (m->line_count)
		qsort(m->lines, m->line_count, sizeof *m->lines, by_seq);
	for (size_t i = 0; i < m->line_count; i++)
		if (!m->lines[i].kept && m->lines[i].seq <= m->audited)
			chain_fault_line(m->report, m->branch, m->lines[i].seq,
				T("这一行登记的举报没有记录",
					"the tip-off of this line has no record"));
}

static enum err_code verify_branch(struct matching *m, struct ledger *l, struct err *e)
{
	struct ledger_audit audit = {0};

	if (ledger_audit(l, &audit, e))
		return e->code;
	m->report->lines += audit.lines;
	m->report->branches++;
	if (audit.fault.found) {
		fault(m, audit.fault.file, audit.fault.line, audit.fault.seq, audit.fault.why);
		return ERR_OK;
	}
	/* The drain may be at work: records are read after the audit and lines after the records, so that each record's line
	 * is among the lines, and each audited line's record among the records. */
	m->audited = audit.lines;
	if (str_eq(m->branch, OFFICE_BRANCH))
		return office_verify(l, audit.lines, m->report, e);
	if (ledger_each(l, "cases/", note_record, m, e) || ledger_each_line(l, note_line, m, e))
		return e->code;
	match(m);
	return ERR_OK;
}

enum err_code chain_verify(const char *instance, struct chain_report *ret, struct err *e)
{
	struct chain_report report = {.sound = true};
	struct arena *a = arena_new();
	const char *path = path_join(a, instance, "cases.git");
	const char *const *branches = NULL;
	size_t count = 0;
	enum err_code code = ledger_branches(path, a, &branches, &count, e);

	/* Before the first tip-off there is no repository, and nothing to find fault with. */
	if (code == ERR_NOT_FOUND)
		code = ERR_OK;
	for (size_t i = 0; !code && i < count; i++) {
		struct matching m = {.report = &report, .branch = branches[i]};
		struct ledger *l = NULL;
		code = ledger_open(path, branches[i], &l, e);
		if (!code) {
			code = verify_branch(&m, l, e);
		} else if (code == ERR_USAGE) {
			fault(&m, "", 0, 0,
				T("没有收件服务器叫这个名字", "no intake host has this name"));
			code = ERR_OK;
		}
		ledger_close(l);
		free(m.lines);
		free(m.records);
	}
	arena_free(a);
	if (!code)
		*ret = report;
	return code;
}
