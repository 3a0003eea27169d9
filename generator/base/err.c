/*
 * Errors and the language of messages. An error is set once, where it arises; callers put context in front.
 * The two tables below are the only place that maps a code to an exit status or an HTTP status.
 */
#include "tianlan/base.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum base_lang message_lang = LANG_ZH;

void base_lang_set(enum base_lang lang)
{
	message_lang = lang;
}

enum base_lang base_lang_get(void)
{
	return message_lang;
}

/* Cuts s so that it ends with a whole character. */
static void trim_to_whole_character(char *s)
{
	size_t bad;
	size_t len = strlen(s);
	if (!utf8_valid(s, len, &bad) && len - bad < 4)
		s[bad] = '\0';
}

static enum err_code set_at(struct err *e, enum err_code code, const char *file, int line,
	int column, const char *fmt, va_list args)
{
	if (!e)
		return code;
	*e = (struct err){.code = code, .line = line, .column = column};
	if (file)
		snprintf(e->file, sizeof e->file, "%s", file);
	vsnprintf(e->message, sizeof e->message, fmt, args);
	trim_to_whole_character(e->message);
	for (char *p = e->message; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	return code;
}

enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	set_at(e, code, NULL, 0, 0, fmt, args);
	va_end(args);
	return code;
}

enum err_code err_at(struct err *e, enum err_code code, const char *file, int line, int column,
	const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	set_at(e, code, file, line, column, fmt, args);
	va_end(args);
	return code;
}

enum err_code err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	char reason[128];
	va_list args;
	va_start(args, fmt);
	set_at(e, ERR_SYSTEM, NULL, 0, 0, fmt, args);
	va_end(args);
	if (!e)
		return ERR_SYSTEM;
	const char *text = strerror_r(saved, reason, sizeof reason);
	size_t len = strlen(e->message);
	snprintf(e->message + len, sizeof e->message - len, T("：%s", ": %s"), text);
	return ERR_SYSTEM;
}

enum err_code err_prefix(struct err *e, const char *fmt, ...)
{
	if (!e)
		return ERR_SYSTEM;
	char old[sizeof e->message];
	memcpy(old, e->message, sizeof old);
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(e->message, sizeof e->message, fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof e->message)
		snprintf(e->message + n, sizeof e->message - (size_t)n, T("：%s", ": %s"), old);
	trim_to_whole_character(e->message);
	return e->code;
}

static const struct {
	int exit_status, http_status;
} statuses[] = {
	[ERR_OK] = {0, 200},
	[ERR_USAGE] = {2, 400},
	[ERR_INPUT] = {3, 422},
	[ERR_NOT_FOUND] = {3, 404},
	[ERR_CONFLICT] = {3, 409},
	[ERR_REFUSED] = {1, 422},
	[ERR_SYSTEM] = {4, 500},
};

int err_exit_status(enum err_code code)
{
	return statuses[code].exit_status;
}

int err_http_status(enum err_code code)
{
	return statuses[code].http_status;
}

void err_format(const struct err *e, char *out, size_t out_bytes)
{
	if (!*e->file)
		snprintf(out, out_bytes, "%s", e->message);
	else if (e->line && e->column)
		snprintf(out, out_bytes, "%s:%d:%d: %s", e->file, e->line, e->column, e->message);
	else if (e->line)
		snprintf(out, out_bytes, "%s:%d: %s", e->file, e->line, e->message);
	else
		snprintf(out, out_bytes, "%s: %s", e->file, e->message);
}
