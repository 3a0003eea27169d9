/*
 * Any text as each of the signed notes of the hand-over and as the certificate of a host's key, checked with the keys of the corpus. The
 * search cannot sign, so whatever checks says what a seed says; what is read is written back to the same bytes.
 */
#include "casework/handover.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_note(enum handover_kind kind, const char *text, size_t size,
	const struct sign_public *key, const struct handover_cert *cert,
	const struct sign_secret *by)
{
	struct handover_note n;
	struct case_id id;
	struct err e;
	struct buf again;
	enum err_code code = handover_note_read(kind, text, size, key, &n, &e);

	if (code && code != ERR_INPUT && code != ERR_REFUSED)
		abort();
	if (code)
		return;
	if (n.kind != kind || !host_name_valid(n.host) || n.photo_count > TIPOFF_PHOTOS ||
		n.head_count > HANDOVER_HEADS ||
		(kind == NOTE_HEAD ? n.head_count == 0 : !case_id_parse(n.id, &id)))
		abort();
	buf_init(&again, HANDOVER_NOTE_MAX);
	handover_note_write(&n, cert, by, &again);
	if (again.len != size || memcmp(again.data, text, size) != 0)
		abort();
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sign_secret office = {"the office of the corpus, 32 b."},
					host = {"the receipt key of the corpus.."},
					own = {"the hand-over key of the corpus"};
	static struct sign_public office_public, host_public, own_public;
	static struct handover_cert cert;
	const char *text = (const char *)data;
	struct handover_cert c;
	struct err e;

	if (crypto_start(&e))
		abort();
	sign_public_of(&office, &office_public);
	sign_public_of(&host, &host_public);
	sign_public_of(&own, &own_public);
	handover_cert_make("host-1", &own_public, &host, &cert);
	check_note(NOTE_ACK, text, size, &office_public, NULL, &office);
	check_note(NOTE_ERASE, text, size, &office_public, NULL, &office);
	check_note(NOTE_GONE, text, size, &host_public, &cert, &own);
	check_note(NOTE_HEAD, text, size, &host_public, &cert, &own);
	if (!handover_cert_read(text, size, &c, &e)) {
		struct buf again;
		buf_init(&again, HANDOVER_NOTE_MAX);
		handover_cert_write(&c, &again);
		if (again.len != size || memcmp(again.data, data, size) != 0)
			abort();
		buf_done(&again);
	}
	return 0;
}
