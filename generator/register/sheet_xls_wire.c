/*
 * The reader of .xls: libfreexl in a child of its own, rows over a pipe.
 *
 * The library is old C that parses bytes from outside, so it runs where a crash or an endless loop costs
 * nothing: a forked child with limits on memory and time, no files but the one given, no way to write.
 * What it leaves out (formulas, booleans, merged blocks, hidden sheets) sheet_biff_wire.c adds.
 * Invariant: the parent believes nothing of what comes over the pipe: lengths, order and UTF-8 are checked,
 * and only a child that says it is done ended well.
 */
#include "register/sheet.h"
#include "register/sheet_biff.h"

#include <errno.h>
#include <fcntl.h>
#include <freexl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_MEMORY_BYTES (2ULL << 30)
#define CHILD_SECONDS 60
#define FRAME_BYTES_MAX (8u << 20)
#define LIST_SHEETS SIZE_MAX

enum frame_kind { FRAME_SHEET = 'S', FRAME_ROW = 'R', FRAME_END = 'E' };
enum child_result { CHILD_DONE = 0, CHILD_DAMAGED, CHILD_PASSWORD, CHILD_TOO_MANY };

struct frame { /* then len bytes */
	uint32_t kind, number, len;
};
struct frame_cell { /* then len bytes */
	uint16_t column;
	uint8_t type, merged;
	uint32_t len;
};

/* ---- the child ---------------------------------------------------------------------------- */

static void send_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1);
		p += n;
		len -= (size_t)n;
	}
}

static void send_frame(int fd, enum frame_kind kind, uint32_t number, const void *bytes, size_t len)
{
	struct frame frame = {(uint32_t)kind, number, (uint32_t)len};

	send_all(fd, &frame, sizeof(frame));
	send_all(fd, bytes, len);
}

static void confine(void)
{
#ifndef __SANITIZE_ADDRESS__
	(void)setrlimit(RLIMIT_AS, &(struct rlimit){CHILD_MEMORY_BYTES, CHILD_MEMORY_BYTES});
#endif
	(void)setrlimit(RLIMIT_CPU, &(struct rlimit){CHILD_SECONDS, CHILD_SECONDS});
	(void)setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	(void)setrlimit(RLIMIT_NPROC, &(struct rlimit){0, 0});
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void put_value(struct sheet_row *row, size_t column, const FreeXL_CellValue *value)
{
	char number[40];

	if (value->type == FREEXL_CELL_INT || value->type == FREEXL_CELL_DOUBLE) {
		sheet_number_text(value->type == FREEXL_CELL_INT ? value->value.int_value
								 : value->value.double_value,
			number);
		sheet_row_put(row, column, SHEET_NUMBER, number, strlen(number));
	} else if (value->type == FREEXL_CELL_DATE || value->type == FREEXL_CELL_DATETIME) {
		size_t len = strnlen(value->value.text_value, 10);

		sheet_row_put(row, column, SHEET_DAY, value->value.text_value, len);
	} else if (value->type == FREEXL_CELL_TEXT || value->type == FREEXL_CELL_SST_TEXT ||
		   value->type == FREEXL_CELL_TIME) {
		const char *text = value->value.text_value;

		sheet_row_put(row, column, SHEET_TEXT, text, strnlen(text, SHEET_CELL_BYTES_MAX));
	}
}

static void send_row(int fd, int number, const struct sheet_row *row, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < row->count; i++) {
		struct frame_cell cell = {(uint16_t)i, (uint8_t)row->cells[i].type,
			row->cells[i].merged, (uint32_t)row->cells[i].len};

		if (cell.len == 0)
			continue;
		buf_add(out, &cell, sizeof(cell));
		buf_add(out, row->cells[i].text, cell.len);
	}
	if (out->overflow)
		_exit(1);
	send_frame(fd, FRAME_ROW, (uint32_t)number, out->data, out->len);
}

static enum child_result send_rows(
	int fd, const void *xls, struct biff_book *biff, size_t index, uint64_t max_cells)
{
	struct sheet_merges merges = {0};
	struct biff_cell *extra;
	size_t extra_count, next = 0;
	unsigned rows;
	unsigned short columns;
	static struct sheet_row row;
	struct buf out;

	if (!biff_sheet_extras(biff, index, &extra, &extra_count, &merges) ||
		freexl_select_active_worksheet(xls, (unsigned short)index) != FREEXL_OK ||
		freexl_worksheet_dimensions(xls, &rows, &columns) != FREEXL_OK)
		return CHILD_DAMAGED;
	if ((uint64_t)rows * columns > max_cells)
		return CHILD_TOO_MANY;
	if (extra_count > 0 && (unsigned)extra[extra_count - 1].row >= rows)
		rows = (unsigned)extra[extra_count - 1].row + 1;
	sheet_row_init(&row);
	buf_init(&out, FRAME_BYTES_MAX);
	for (unsigned r = 0; r < rows; r++) {
		sheet_row_clear(&row);
		for (unsigned short c = 0; c < columns && c < SHEET_COLUMNS_MAX; c++) {
			FreeXL_CellValue value;

			if (freexl_get_cell_value(xls, r, c, &value) == FREEXL_OK)
				put_value(&row, c, &value);
		}
		for (; next < extra_count && (unsigned)extra[next].row <= r; next++)
			if ((unsigned)extra[next].row == r)
				sheet_row_put(&row, (size_t)extra[next].column, extra[next].type,
					extra[next].text, strlen(extra[next].text));
		sheet_merges_apply(&merges, (int)r + 1, &row);
		if (sheet_row_view(&row))
			send_row(fd, (int)r + 1, &row, &out);
	}
	return CHILD_DONE;
}

static enum child_result send_sheets(int fd, const void *xls, const struct biff_book *biff)
{
	unsigned count;

	if (freexl_get_info(xls, FREEXL_BIFF_SHEET_COUNT, &count) != FREEXL_OK || count == 0)
		return CHILD_DAMAGED;
	for (unsigned i = 0; i < count && i < BIFF_SHEETS_MAX; i++) {
		const char *name;

		if (freexl_get_worksheet_name(xls, (unsigned short)i, &name) != FREEXL_OK)
			return CHILD_DAMAGED;
		send_frame(fd, FRAME_SHEET, i < biff->sheet_count && biff->sheets[i].hidden, name,
			strnlen(name, 1024));
	}
	return CHILD_DONE;
}

static enum child_result child_work(const struct sheet_book *b, size_t index, int out)
{
	static struct biff_book biff;
	char path[64];
	const void *xls;
	int fd = memfd_create("sheet", 0);

	if (fd < 0)
		return CHILD_DAMAGED;
	send_all(fd, b->bytes, b->len);
	confine();
	if (!biff_open(&biff, arena_new(), b->bytes, b->len))
		return CHILD_DAMAGED;
	if (biff.is_encrypted)
		return CHILD_PASSWORD;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (freexl_open(path, &xls) != FREEXL_OK)
		return CHILD_DAMAGED;
	return index == LIST_SHEETS ? send_sheets(out, xls, &biff)
				    : send_rows(out, xls, &biff, index, b->limits.max_cells);
}

/* Never returns. Nothing of the parent is flushed, closed or unlocked: _exit alone. */
static _Noreturn void child_run(const struct sheet_book *b, size_t index, int out)
{
	int quiet = open("/dev/null", O_RDWR);

	(void)signal(SIGPIPE, SIG_DFL);
	if (quiet >= 0) {
		(void)dup2(quiet, 0);
		(void)dup2(quiet, 1);
		(void)dup2(quiet, 2);
	}
	out = dup2(out, 3);
	if (out == 3)
		(void)close_range(4, ~0U, 0);
	send_frame(3, FRAME_END, (uint32_t)child_work(b, index, 3), NULL, 0);
	_exit(0);
}

/* ---- the parent --------------------------------------------------------------------------- */

struct child {
	pid_t pid;
	int in;
	char *bytes; /* of the frame last read */
	size_t cap;
};

static enum err_code damaged(const struct sheet_book *b, struct err *e)
{
	return err_at(e, ERR_INPUT, b->name, 0, 0, "%s",
		T("文件已损坏或不完整，读不出来：请重新取得文件，或用 Excel 或 WPS 打开后另存为 "
		  ".xlsx",
			"the file is damaged or truncated: get it again, or open it and save it as "
			".xlsx"));
}

static enum err_code child_start(
	const struct sheet_book *b, size_t index, struct child *ret, struct err *e)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) != 0)
		return err_errno(e, "%s", T("无法建立管道", "cannot make a pipe"));
	*ret = (struct child){.in = pair[0]};
	ret->pid = fork();
	if (ret->pid < 0) {
		enum err_code code =
			err_errno(e, "%s", T("无法启动读表进程", "cannot start the reader"));

		close(pair[0]);
		close(pair[1]);
		return code;
	}
	if (ret->pid == 0)
		child_run(b, index, pair[1]);
	close(pair[1]);
	return ERR_OK;
}

static void child_end(struct child *c)
{
	close(c->in);
	(void)kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	free(c->bytes);
}

static bool receive_all(int fd, void *to, size_t len)
{
	char *p = to;

	while (len > 0) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool receive_frame(struct child *c, struct frame *ret)
{
	if (!receive_all(c->in, ret, sizeof(*ret)) || ret->len > FRAME_BYTES_MAX)
		return false;
	if (ret->len > c->cap) {
		c->cap = ret->len;
		c->bytes = mem_grow(c->bytes, c->cap, 1);
	}
	return receive_all(c->in, c->bytes, ret->len);
}

static enum err_code finish(const struct sheet_book *b, const struct frame *end, struct err *e)
{
	if (end->number == CHILD_DONE)
		return ERR_OK;
	if (end->number == CHILD_PASSWORD)
		return err_at(e, ERR_INPUT, b->name, 0, 0, "%s",
			T("文件有密码保护，无法读取：请用 Excel 或 WPS "
			  "打开后取消密码（另存时清空“密码”），再导入",
				"the file is protected by a password: open it, save it without a "
				"password, then "
				"import it"));
	if (end->number == CHILD_TOO_MANY)
		return err_at(e, ERR_INPUT, b->name, 0, 0, "%s",
			T("单元格太多，请拆成几个文件", "too many cells: split the file"));
	return damaged(b, e);
}

static bool take_cells(const struct child *c, size_t len, struct sheet_row *row)
{
	size_t at = 0;

	sheet_row_clear(row);
	while (at < len) {
		struct frame_cell cell;

		if (len - at < sizeof(cell))
			return false;
		memcpy(&cell, c->bytes + at, sizeof(cell));
		at += sizeof(cell);
		if (cell.len > len - at || cell.len > SHEET_CELL_BYTES_MAX ||
			cell.column >= SHEET_COLUMNS_MAX || cell.type > SHEET_ERROR ||
			!utf8_valid(c->bytes + at, cell.len, NULL) ||
			memchr(c->bytes + at, 0, cell.len))
			return false;
		sheet_row_put(
			row, cell.column, (enum sheet_type)cell.type, c->bytes + at, cell.len);
		row->cells[cell.column].merged = cell.merged;
		at += cell.len;
	}
	return sheet_row_view(row);
}

static enum err_code xls_each_row(
	struct sheet_book *b, size_t index, sheet_row_fn *fn, void *ctx, struct err *e)
{
	struct sheet_row *row;
	struct child child = {.in = -1};
	struct frame frame;
	bool stop = false;
	int last = 0;
	enum err_code code = child_start(b, index, &child, e);

	if (code != ERR_OK)
		return code;
	row = mem_zero(1, sizeof(*row));
	sheet_row_init(row);
	while (code == ERR_OK && !stop) {
		if (!receive_frame(&child, &frame)) {
			code = damaged(b, e);
		} else if (frame.kind == FRAME_END) {
			code = finish(b, &frame, e);
			break;
		} else if (frame.kind != FRAME_ROW || frame.number > 10000000 ||
			   (int)frame.number <= last || !take_cells(&child, frame.len, row)) {
			code = damaged(b, e);
		} else {
			last = (int)frame.number;
			code = fn(ctx, last, row->cells, row->count, &stop, e);
		}
	}
	child_end(&child);
	sheet_row_done(row);
	free(row);
	return code;
}

enum err_code sheet_xls_open(struct sheet_book *b, struct err *e)
{
	struct child child = {.in = -1};
	struct frame frame;
	enum err_code code = child_start(b, LIST_SHEETS, &child, e);

	if (code != ERR_OK)
		return code;
	b->sheets = arena_alloc(b->arena, BIFF_SHEETS_MAX * sizeof(*b->sheets));
	for (;;) {
		if (!receive_frame(&child, &frame)) {
			code = damaged(b, e);
			break;
		}
		if (frame.kind == FRAME_END) {
			code = finish(b, &frame, e);
			break;
		}
		if (frame.kind != FRAME_SHEET || b->count == BIFF_SHEETS_MAX ||
			!utf8_valid(child.bytes, frame.len, NULL)) {
			code = damaged(b, e);
			break;
		}
		b->sheets[b->count].name = arena_strndup(b->arena, child.bytes, frame.len);
		b->sheets[b->count++].hidden = frame.number != 0;
	}
	child_end(&child);
	b->each_row = xls_each_row;
	return code;
}
