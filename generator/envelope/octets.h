/* Whole numbers as bytes, most significant first: the one order in every binary file of this room. */
#ifndef ENVELOPE_OCTETS_H
#define ENVELOPE_OCTETS_H

#include <stdint.h>

static inline void octets_put16(uint8_t *out, uint16_t n)
{
	out[0] = (uint8_t)(n >> 8);
	out[1] = (uint8_t)n;
}

static inline uint16_t octets_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void octets_put32(uint8_t *out, uint32_t n)
{
	octets_put16(out, (uint16_t)(n >> 16));
	octets_put16(out + 2, (uint16_t)n);
}

static inline uint32_t octets_get32(const uint8_t *p)
{
	return (uint32_t)octets_get16(p) << 16 | octets_get16(p + 2);
}

static inline void octets_put64(uint8_t *out, uint64_t n)
{
	octets_put32(out, (uint32_t)(n >> 32));
	octets_put32(out + 4, (uint32_t)n);
}

static inline uint64_t octets_get64(const uint8_t *p)
{
	return (uint64_t)octets_get32(p) << 32 | octets_get32(p + 4);
}

#endif
