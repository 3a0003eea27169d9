/*
 * Memory: allocation that aborts instead of failing, and arenas. An arena hands out zeroed, aligned pieces of large
 * blocks; reset keeps the blocks for the next unit of work.
 */
#include "tianlan/base.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (p)
		return p;
	fputs("tianlan: out of memory\n", stderr);
	abort();
}

void *mem_alloc(size_t bytes)
{
	return checked(malloc(bytes ? bytes : 1));
}

void *mem_zero(size_t count, size_t bytes)
{
	return checked(calloc(count ? count : 1, bytes ? bytes : 1));
}

void *mem_grow(void *old, size_t count, size_t bytes)
{
	return checked(reallocarray(old, count ? count : 1, bytes ? bytes : 1));
}

char *mem_strdup(const char *s)
{
	return checked(strdup(s));
}

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 1024 * 1024 };

struct arena {
	struct block *first, *current;
};

struct arena *arena_new(void)
{
	return mem_zero(1, sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->first, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void arena_reset(struct arena *a)
{
	for (struct block *b = a->first; b; b = b->next)
		b->used = 0;
	a->current = a->first;
}

static struct block *block_new(size_t size)
{
	struct block *b = mem_alloc(sizeof *b + size);
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

/* The next block with room: one kept by a reset, or a new one behind the current. */
static struct block *next_block(struct arena *a, size_t bytes)
{
	struct block *b = a->current;
	while (b && b->next) {
		b = b->next;
		if (b->used == 0 && b->size >= bytes)
			return b;
	}
	size_t size = b ? b->size * 2 : FIRST_BLOCK;
	if (size > LARGEST_STEP)
		size = LARGEST_STEP;
	struct block *made = block_new(size < bytes ? bytes : size);
	if (b)
		b->next = made;
	else
		a->first = made;
	return made;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	const size_t unit = alignof(max_align_t);
	if (bytes > SIZE_MAX / 2)
		checked(NULL);
	bytes = (bytes + unit - 1) / unit * unit;
	bytes = bytes ? bytes : unit;
	if (!a->current || a->current->size - a->current->used < bytes)
		a->current = next_block(a, bytes);
	void *p = a->current->bytes + a->current->used;
	a->current->used += bytes;
	return memset(p, 0, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);
	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		checked(NULL);
	char *s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}
