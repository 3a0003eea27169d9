/*
 * Bytes as text, one spelling each: lower-case hexadecimal, and base64url without padding. Through libsodium, whose
 * coders take the same time whatever the bytes are: keys pass here.
 */
#include "tianlan/crypto.h"

#include <sodium.h>
#include <string.h>

void hex_encode(const void *bytes, size_t len, char *out)
{
	sodium_bin2hex(out, 2 * len + 1, bytes, len);
}

bool hex_decode(const char *text, void *out, size_t len)
{
	size_t digits = strnlen(text, 2 * len + 1), got = 0;
	/* libsodium reads capitals too: they are a second spelling. */
	if (digits != 2 * len || strcspn(text, "ABCDEF") != digits)
		return false;
	if (sodium_hex2bin(out, len, text, digits, NULL, &got, NULL) == 0 && got == len)
		return true;
	bytes_wipe(out, len);
	return false;
}

void base64_encode(const void *bytes, size_t len, char *out)
{
	sodium_bin2base64(
		out, BASE64_BYTES(len), bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Asked before libsodium: its decoder (1.0.18) takes some bytes above 127 for letters. */
static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

bool base64_decode(const char *text, size_t text_len, void *out, size_t len)
{
	size_t got = 0;
	const char *end = NULL;
	if (text_len != BASE64_BYTES(len) - 1)
		return false;
	for (size_t i = 0; i < text_len; i++)
		if (!is_letter(text[i]))
			return false;
	/* Refuses what stands in the bits behind the last byte, so each value has one text. */
	if (sodium_base642bin(out, len, text, text_len, NULL, &got, &end,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
		got == len && end == text + text_len)
		return true;
	bytes_wipe(out, len);
	return false;
}
