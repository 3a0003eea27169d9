/*
 * Bytes from outside as an envelope, a record and a slot: refused or taken whole. An envelope is tried as it is and with its
 * length and checksum made good, so that the search gets past them.
 */
#include "tianlan/envelope.h"
#include "envelope/envelope_internal.h"
#include "envelope/octets.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t touched;

static void within(const uint8_t *data, size_t size, struct bytes part)
{
	if (part.len && (part.at < data || part.len > size || part.at > data + size - part.len))
		abort();
	if (part.len)
		touched += (uint64_t)part.at[0] + part.at[part.len - 1];
}

static void try_record(const uint8_t *data, size_t size, struct record *ret)
{
	struct err e;
	enum err_code code = record_parse(data, size, ret, &e);
	if (code && code != ERR_INPUT)
		abort();
	if (code)
		return;
	within(data, size, ret->facts);
	within(data, size, ret->contact);
	if (RECORD_HEAD_BYTES + ret->facts.len + ret->contact.len != size)
		abort();
}

static bool try_slot(const uint8_t *data, size_t size, struct slot *ret)
{
	struct err e;
	enum err_code code = slot_parse(data, size, ret, &e);
	if (code && code != ERR_INPUT)
		abort();
	if (code)
		return false;
	for (size_t i = 0; i < ret->facts_count; i++)
		within(data, size, ret->facts_keys[i]);
	for (size_t i = 0; i < ret->contact_count; i++)
		within(data, size, ret->contact_keys[i]);
	return true;
}

/* With keys that fit nothing: what is opened must be refused, without looking where it must not. */
static void try_opening(const struct record *r, const struct slot *s)
{
	static const struct box_secret facts = {{1}}, contact = {{2}};
	struct arena *a = arena_new();
	struct tipoff t;
	struct err e;
	if (!envelope_open(a, r, s, &facts, &contact, &t, &e))
		abort();
	arena_free(a);
}

static void try_envelope(const uint8_t *data, size_t size)
{
	struct envelope v;
	struct record r;
	struct slot s;
	struct err e;
	enum err_code code = envelope_parse(data, size, &v, &e);
	if (code && code != ERR_INPUT)
		abort();
	if (code)
		return;
	within(data, size, v.record);
	within(data, size, v.slot);
	within(data, size, v.status_entry);
	for (size_t i = 0; i < v.photo_count; i++)
		within(data, size, v.photos[i]);
	try_record(v.record.at, v.record.len, &r);
	if (!try_slot(v.slot.at, v.slot.len, &s))
		abort();
	try_opening(&r, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r;
	struct slot s;
	struct err e;
	if (crypto_start(&e))
		abort();
	try_record(data, size, &r);
	try_slot(data, size, &s);
	try_envelope(data, size);
	if (size < ENVELOPE_BODY_AT + MAC_BYTES)
		return 0;
	uint8_t *good = malloc(size);
	if (!good)
		return 0;
	memcpy(good, data, size);
	octets_put64(good + MAGIC_BYTES, size);
	envelope_checksum(good, size - MAC_BYTES, good + size - MAC_BYTES);
	try_envelope(good, size);
	free(good);
	return 0;
}
