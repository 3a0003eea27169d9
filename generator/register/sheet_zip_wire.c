/*
 * The container of .xlsx: parts out of a zip in memory, parsed as XML as they unpack.
 *
 * Bytes come from outside: what unpacks is counted (never the sizes the zip claims), a DOCTYPE is
 * refused (no entities of one's own), nesting is bounded. Nothing is written to disk.
 */
#include "register/sheet_xlsx.h"

#include <stdlib.h>
#include <string.h>

#define XML_DEPTH_MAX 64
#define RATIO_MAX 250
#define RATIO_FROM_BYTES (32ULL << 20)

/* ---- zip in memory --------------------------------------------------------------------- */

static voidpf ZCALLBACK memory_open(voidpf opaque, const void *path, int mode)
{
	(void)path;
	(void)mode;
	return opaque;
}

static uLong ZCALLBACK memory_read(voidpf opaque, voidpf stream, void *to, uLong size)
{
	struct xlsx_bytes *m = stream;
	size_t n = m->len - m->at < size ? m->len - m->at : size;

	(void)opaque;
	memcpy(to, m->bytes + m->at, n);
	m->at += n;
	return (uLong)n;
}

static ZPOS64_T ZCALLBACK memory_tell(voidpf opaque, voidpf stream)
{
	(void)opaque;
	return ((struct xlsx_bytes *)stream)->at;
}

static long ZCALLBACK memory_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
	struct xlsx_bytes *m = stream;
	uint64_t base = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
			: origin == ZLIB_FILEFUNC_SEEK_CUR ? m->at
							   : m->len;

	(void)opaque;
	if (offset > m->len || base + offset > m->len)
		return -1;
	m->at = (size_t)(base + offset);
	return 0;
}

static int ZCALLBACK memory_close(voidpf opaque, voidpf stream)
{
	(void)opaque;
	(void)stream;
	return 0;
}

static int ZCALLBACK memory_error(voidpf opaque, voidpf stream)
{
	(void)opaque;
	(void)stream;
	return 0;
}

enum err_code xlsx_zip_open(struct xlsx_book *x, struct err *e)
{
	zlib_filefunc64_def io = {.zopen64_file = memory_open,
		.zread_file = memory_read,
		.ztell64_file = memory_tell,
		.zseek64_file = memory_seek,
		.zclose_file = memory_close,
		.zerror_file = memory_error,
		.opaque = &x->memory};

	x->memory = (struct xlsx_bytes){.bytes = x->book->bytes, .len = x->book->len};
	x->zip = unzOpen2_64(x->book->name, &io);
	if (!x->zip)
		return err_at(e, ERR_INPUT, x->book->name, 0, 0, "%s",
			T("文件不完整或已损坏（可能没有传完）：请重新取得文件，或用 Excel 或 WPS "
			  "打开后另存为 .xlsx",
				"the file is truncated or damaged: get it again, or open it and "
				"save it as .xlsx"));
	return ERR_OK;
}

bool xlsx_zip_has(struct xlsx_book *x, const char *path)
{
	return unzLocateFile(x->zip, path, 2) == UNZ_OK;
}

enum err_code xlsx_damaged(struct xlsx_book *x, const char *part, struct err *e)
{
	return err_at(e, ERR_INPUT, x->book->name, 0, 0,
		T("文件已损坏（%s 读不出来）：请重新取得文件，或用 Excel 或 WPS 打开后另存为 .xlsx",
			"the file is damaged (%s cannot be read): get it again, or open it and "
			"save it as .xlsx"),
		part);
}

static enum err_code too_large(struct xlsx_book *x, struct err *e)
{
	return err_at(e, ERR_INPUT, x->book->name, 0, 0, "%s",
		T("文件展开后过大，疑似压缩炸弹，已停止读取：请只保留需要上报的工作表和行，另存后再"
		  "导入",
			"the file unpacks to far more than a sheet holds (a zip bomb?): reading "
			"stopped; keep only "
			"the sheet and rows to report"));
}

enum err_code xlsx_part_read(
	struct xlsx_book *x, const char *path, xlsx_bytes_fn *fn, void *ctx, struct err *e)
{
	uint64_t unpacked = 0;
	uint64_t max = x->book->limits.max_unpacked_bytes;
	bool stop = false;
	enum err_code code = ERR_OK;
	char *chunk;

	if (!xlsx_zip_has(x, path) || unzOpenCurrentFile(x->zip) != UNZ_OK)
		return xlsx_damaged(x, path, e);
	chunk = mem_alloc(65536);
	while (code == ERR_OK && !stop) {
		int n = unzReadCurrentFile(x->zip, chunk, 65536);

		if (n < 0) {
			code = xlsx_damaged(x, path, e);
			break;
		}
		unpacked += (uint64_t)n;
		if (unpacked > max ||
			(unpacked > RATIO_FROM_BYTES && unpacked / RATIO_MAX > x->book->len)) {
			code = too_large(x, e);
			break;
		}
		code = fn(ctx, chunk, (size_t)n, n == 0, &stop, e);
		if (n == 0)
			break;
	}
	free(chunk);
	if (unzCloseCurrentFile(x->zip) == UNZ_CRCERROR && code == ERR_OK && !stop)
		code = xlsx_damaged(x, path, e);
	return code;
}

/* ---- XML ------------------------------------------------------------------------------- */

struct parse_run {
	struct xlsx_parse parse;
	const struct xlsx_handlers *handlers;
	const char *path;
};

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

const char *xlsx_attribute(const char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(local_name(attributes[0]), name) == 0)
			return attributes[1];
	return NULL;
}

void xlsx_parse_fail(struct xlsx_parse *p, enum err_code code)
{
	if (p->code == ERR_OK)
		p->code = code;
	XML_StopParser(p->parser, XML_FALSE);
}

static bool is_over(const struct xlsx_parse *p)
{
	return p->stop || p->code != ERR_OK;
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct parse_run *run = data;

	if (is_over(&run->parse))
		return;
	if (++run->parse.depth > XML_DEPTH_MAX) {
		xlsx_parse_fail(&run->parse, xlsx_damaged(run->parse.x, run->path, run->parse.e));
		return;
	}
	run->handlers->start(&run->parse, local_name(name), (const char **)attributes);
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
	struct parse_run *run = data;

	if (is_over(&run->parse))
		return;
	run->parse.depth--;
	if (run->handlers->end)
		run->handlers->end(&run->parse, local_name(name));
	if (run->parse.stop)
		XML_StopParser(run->parse.parser, XML_FALSE);
}

static void XMLCALL on_text(void *data, const XML_Char *text, int len)
{
	struct parse_run *run = data;

	if (!is_over(&run->parse) && run->handlers->text)
		run->handlers->text(&run->parse, text, len);
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
	const XML_Char *public, int has_subset)
{
	struct parse_run *run = data;

	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	xlsx_parse_fail(&run->parse, xlsx_damaged(run->parse.x, run->path, run->parse.e));
}

static enum err_code feed(
	void *ctx, const char *bytes, size_t len, bool last, bool *stop, struct err *e)
{
	struct parse_run *run = ctx;
	enum XML_Status status;

	(void)e;
	status = XML_Parse(run->parse.parser, bytes, (int)len, last);
	*stop = run->parse.stop;
	if (run->parse.code != ERR_OK)
		return run->parse.code;
	if (status != XML_STATUS_OK && !run->parse.stop)
		return xlsx_damaged(run->parse.x, run->path, e);
	return ERR_OK;
}

enum err_code xlsx_part_parse(struct xlsx_book *x, const char *path,
	const struct xlsx_handlers *handlers, void *ctx, struct err *e)
{
	struct parse_run run = {
		.parse = {.x = x, .ctx = ctx, .e = e}, .handlers = handlers, .path = path};
	enum err_code code;

	run.parse.parser = XML_ParserCreate(NULL);
	if (!run.parse.parser)
		return err_set(e, ERR_SYSTEM, "%s",
			T("XML 解析器无法启动", "the XML parser cannot start"));
	XML_SetUserData(run.parse.parser, &run);
	XML_SetElementHandler(run.parse.parser, on_start, on_end);
	XML_SetCharacterDataHandler(run.parse.parser, on_text);
	XML_SetStartDoctypeDeclHandler(run.parse.parser, on_doctype);
	code = xlsx_part_read(x, path, feed, &run, e);
	XML_ParserFree(run.parse.parser);
	return code;
}
