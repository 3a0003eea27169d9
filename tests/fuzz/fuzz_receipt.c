/* What people type and forms send back: receipts, tokens, weeks, base64, case ids. What is read has the one spelling. */
#include "tianlan/envelope.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_receipt(const char *text, size_t size)
{
	struct receipt r, again;
	char spelled[RECEIPT_TEXT_BYTES];
	if (receipt_parse(text, size, &r) != RECEIPT_READ)
		return;
	receipt_text(&r, spelled);
	if (receipt_parse(spelled, strlen(spelled), &again) != RECEIPT_READ ||
		memcmp(&r, &again, sizeof r) != 0)
		abort();
	for (size_t i = 0; i < RECEIPT_SYMBOLS; i++)
		if (r.symbol[i] > 31)
			abort();
}

static void try_base64(const char *text, size_t size)
{
	uint8_t bytes[64];
	char again[BASE64_BYTES(sizeof bytes)];
	for (size_t len = 0; len <= sizeof bytes; len++) {
		if (!base64_decode(text, size, bytes, len))
			continue;
		base64_encode(bytes, len, again);
		if (strlen(again) != size || memcmp(again, text, size) != 0)
			abort();
	}
}

static void try_week(const char *text, size_t size)
{
	struct week w;
	char again[WEEK_TEXT_BYTES];
	if (!week_parse(text, size, &w))
		return;
	week_text(w, again);
	struct week back = week_of_day(week_monday(w));
	if (size != 8 || memcmp(again, text, 8) != 0 || back.year != w.year || back.week != w.week)
		abort();
}

static void try_case_id(const char *text, size_t size)
{
	struct case_id id;
	char *copy = malloc(size + 1), again[CASE_ID_HEX_BYTES];
	if (!copy)
		return;
	memcpy(copy, text, size);
	copy[size] = '\0';
	if (case_id_parse(copy, &id)) {
		case_id_text(&id, again);
		if (strcmp(copy, again) != 0)
			abort();
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct host_secret secret = {{5}};
	const char *text = (const char *)data;
	struct token t;
	struct err e;
	if (crypto_start(&e))
		abort();
	try_receipt(text, size);
	try_base64(text, size);
	try_week(text, size);
	try_case_id(text, size);
	/* The corpus has tokens of this secret, given at 1517400000; the search can make none. */
	if (token_check(&secret, text, size, 1517400100, 86400, 3, &t) != TOKEN_FORGED &&
		t.issued != 1517400000)
		abort();
	return 0;
}
