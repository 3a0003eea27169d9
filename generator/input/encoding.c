/*
 * Text whose encoding nobody told us: a BOM, else strict UTF-8, else strict GB18030, else refused. No guessing by
 * letter statistics, which is wrong on short tables.
 */
#include "tianlan/input.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

static int line_of(const char *bytes, size_t at)
{
	int line = 1;
	for (size_t i = 0; i < at; i++)
		line += bytes[i] == '\n';
	return line;
}

static enum err_code from_gb18030(struct arena *a, const char *file, const char *bytes, size_t len,
	char **ret_text, size_t *ret_len, struct err *e)
{
	iconv_t cd = iconv_open("UTF-8", "GB18030");
	if (cd == (iconv_t)-1)
		return err_errno(
			e, T("系统没有 GB18030 转换表", "the system lacks the GB18030 table"));
	size_t room =
		len * 2 + 16; /* one byte at most gives three of UTF-8 in pairs, so two each */
	char *out = arena_alloc(a, room + 1), *to = out, *from = (char *)bytes;
	size_t left = len;
	size_t n = iconv(cd, &from, &left, &to, &room);
	int saved = errno;
	iconv_close(cd);
	if (n == (size_t)-1)
		return err_at(e, saved == EILSEQ || saved == EINVAL ? ERR_INPUT : ERR_SYSTEM, file,
			line_of(bytes, (size_t)(from - bytes)), 0,
			T("这一行的字节既不是 UTF-8 也不是 GB18030；请在表格软件里另存为 UTF-8 的 "
			  "CSV 或 .xlsx",
				"the bytes here are neither UTF-8 nor GB18030; save the sheet as "
				"CSV in UTF-8 or as .xlsx"));
	*ret_len = (size_t)(to - out);
	*ret_text = out;
	return ERR_OK;
}

enum err_code text_decode(struct arena *a, const char *file_name, const char *bytes, size_t len,
	char **ret_text, size_t *ret_len, enum text_encoding *ret_encoding, struct err *e)
{
	if (len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
		return err_at(e, ERR_INPUT, file_name, 1, 0,
			T("文件是 UTF-16 编码；请另存为 UTF-8 的 CSV 或 .xlsx",
				"the file is UTF-16; save it as CSV in UTF-8 or as .xlsx"));
	const char *nul = len ? memchr(bytes, '\0', len) : NULL;
	if (nul)
		return err_at(e, ERR_INPUT, file_name, line_of(bytes, (size_t)(nul - bytes)), 0,
			T("文件里有空字节，不是文本", "the file holds NUL bytes: it is no text"));
	bool bom = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
	size_t bad;
	if (bom || utf8_valid(bytes, len, &bad)) {
		const char *text = bom ? bytes + 3 : bytes;
		size_t n = bom ? len - 3 : len;
		if (bom && !utf8_valid(text, n, &bad))
			return err_at(e, ERR_INPUT, file_name, line_of(text, bad), 0,
				T("文件标明是 UTF-8，这一行却有不合法的字节",
					"the file says it is UTF-8 but has wrong bytes here"));
		*ret_text = arena_strndup(a, text, n);
		*ret_len = n;
		*ret_encoding = bom ? TEXT_UTF8_BOM : TEXT_UTF8;
		return ERR_OK;
	}
	enum err_code code = from_gb18030(a, file_name, bytes, len, ret_text, ret_len, e);
	if (!code)
		*ret_encoding = TEXT_GB18030;
	return code;
}
