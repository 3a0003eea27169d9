/*
 * What the files of this room share and no other room needs: the layout of an envelope, a record, a slot and a sealed photo.
 * All numbers are big-endian (octets.h); every length is checked to be the one the layout has.
 *
 *   record    MAGIC 16, id 16, commitment 32, length of facts 4, facts (a size class), contact CONTACT_SEALED_BYTES
 *   slot      MAGIC 16, id 16, salt 32, counts 4 (facts keys, contact keys, photos, 0), the sealed keys, the photos' hashes
 *   envelope  MAGIC 16, length of all 8, id 16, content MAC 32, token's expiry 8, year 2, week 1, photos 1, commitment 32,
 *             lengths 5 * 4 (slot, photos, record), status entry, slot, photos, record, checksum 32 over all before it
 *   sealed    of facts, contact and photos alike: AEAD (aad: case id) of: length 4, that many bytes, zeros up to the class
 */
#ifndef ENVELOPE_INTERNAL_H
#define ENVELOPE_INTERNAL_H

#include "tianlan/envelope.h"

#define MAGIC_BYTES 16
#define RECORD_MAGIC "tianlan-record 1"
#define SLOT_MAGIC "tianlan-slot 1\n\n"
#define ENVELOPE_MAGIC "tianlan-envelop1"

#define RECORD_HEAD_BYTES (MAGIC_BYTES + CASE_ID_BYTES + COMMITMENT_BYTES + 4)
#define SALT_BYTES 32
#define SLOT_HEAD_BYTES (MAGIC_BYTES + CASE_ID_BYTES + SALT_BYTES + 4)
#define SLOT_KEY_BYTES (KEY_BYTES + BOX_EXTRA)
#define ENVELOPE_LENGTHS_AT (MAGIC_BYTES + 8 + CASE_ID_BYTES + MAC_BYTES + 8 + 4 + COMMITMENT_BYTES)
#define ENVELOPE_STATUS_AT (ENVELOPE_LENGTHS_AT + 4 * (2 + TIPOFF_PHOTOS))
#define ENVELOPE_BODY_AT (ENVELOPE_STATUS_AT + STATUS_RECEIVED_BYTES)

/* Sealed sizes: what lies on the disk tells which class a part is of, and no more. */
#define FACTS_CLASS_MIN ((size_t)2 << 10)
#define FACTS_CLASS_MAX ((size_t)32 << 10)
#define CONTACT_SEALED_BYTES ((size_t)1 << 10)
#define SEALED_EXTRA (AEAD_EXTRA + 4) /* AEAD's own, and the length */
#define FACTS_MAX_BYTES (FACTS_CLASS_MAX - SEALED_EXTRA)
#define CONTACT_MAX_BYTES (CONTACT_SEALED_BYTES - SEALED_EXTRA)
#define PHOTO_MAX_SEALED_BYTES ((size_t)8 << 20)
#define PHOTO_PLAIN_MAX_BYTES (PHOTO_MAX_SEALED_BYTES - ((size_t)64 << 10))

/* The smallest class that holds len bytes and SEALED_EXTRA; 0 when none does. */
size_t facts_class_for(size_t len);
size_t photo_class_for(size_t len);
bool facts_class_is(size_t sealed_len);
bool photo_class_is(size_t sealed_len);

/* The unkeyed hash at an envelope's end: against damage, not against people. */
void envelope_checksum(const void *bytes, size_t len, uint8_t out[MAC_BYTES]);

/* The commitment a record shows: SHA-256 over salt and the hashes of the canonical bytes of both halves. The salt lies in the
 * slot alone, so that nobody without it can try out contents. */
void commitment_of(const uint8_t salt[SALT_BYTES], const uint8_t facts_sha256[SHA256_BYTES],
	const uint8_t contact_sha256[SHA256_BYTES], uint8_t out[COMMITMENT_BYTES]);

bool week_is_real(struct week w); /* of the years 1900 to 2199 */

/* bits: at least 12 bytes, whose first 95 bits become the symbols; the check digit is worked out. */
void receipt_from_bits(const uint8_t *bits, struct receipt *ret);

/* A buffer of this maximum whose memory never moves, so that no copy of what was in it is left; done wipes it. */
void clear_buf_init(struct buf *b, size_t max);
void clear_buf_done(struct buf *b);

/* Whether facts_read() and contact_read() would take what the writers make of t: what could not be read again is never sealed.
 * The code and the message of the first fault; no text of t in it. */
enum err_code facts_check(const struct tipoff *t, struct err *e) MUST_USE;
enum err_code contact_check(const struct tipoff *t, struct err *e) MUST_USE;

#endif
