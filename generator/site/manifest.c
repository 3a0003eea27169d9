/*
 * One folder of the site as the manifest knows it: the files in it and the hash of each, in a table of open addressing.
 * On disk it is a text file of lines "hash name", sorted by name, so that the same folder always gives the same bytes.
 */
#include "site/manifest.h"

#include <stdlib.h>
#include <string.h>

static uint64_t name_hash(const char *name, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 0x100000001b3u;
	return h ^ (h >> 29);
}

struct entry *folder_slot(struct folder *f, const char *name)
{
	size_t mask = f->cap - 1;
	size_t i = (size_t)name_hash(name, strlen(name)) & mask;
	while (f->slots[i].name && strcmp(f->slots[i].name, name) != 0)
		i = (i + 1) & mask;
	return &f->slots[i];
}

struct entry *folder_add(struct folder *f, const char *name)
{
	if (f->used * 2 >= f->cap) {
		struct folder grown = {.cap = f->cap ? f->cap * 2 : 64, .used = f->used};
		grown.slots = mem_zero(grown.cap, sizeof *grown.slots);
		for (size_t i = 0; i < f->cap; i++)
			if (f->slots[i].name)
				*folder_slot(&grown, f->slots[i].name) = f->slots[i];
		free(f->slots);
		f->slots = grown.slots;
		f->cap = grown.cap;
	}
	struct entry *en = folder_slot(f, name);
	if (!en->name) {
		en->name = mem_strdup(name);
		f->used++;
	}
	return en;
}

static bool hex64(const char *s, uint64_t *ret)
{
	uint64_t v = 0;
	for (int i = 0; i < 16; i++) {
		char c = s[i];
		int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (d < 0)
			return false;
		v = v << 4 | (uint64_t)d;
	}
	*ret = v;
	return true;
}

enum err_code manifest_read(const char *path, struct folder *f, struct err *e)
{
	struct buf b;
	buf_init(&b, (size_t)1 << 30);
	if (!file_exists(path))
		return ERR_OK;
	enum err_code code = file_read(path, (size_t)1 << 30, &b, e);
	for (char *line = b.data, *next; !code && line && *line; line = next) {
		next = strchr(line, '\n');
		struct hash128 h;
		if (!next || next - line < 34 || !hex64(line, &h.hi) || !hex64(line + 16, &h.lo)) {
			code = err_set(e, ERR_INPUT,
				T("网站状态文件“%s”损坏；删除它所在的 .state 目录后重新生成",
					"the site's state file \"%s\" is damaged; delete its "
					".state folder and build again"),
				path);
			break;
		}
		*next++ = '\0';
		folder_add(f, line + 33)->hash = h;
	}
	buf_done(&b);
	return code;
}

static int by_entry_name(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

size_t folder_sorted(const struct folder *f, const struct entry ***ret)
{
	const struct entry **list = mem_alloc((f->used + 1) * sizeof *list);
	size_t n = 0;
	for (size_t i = 0; i < f->cap; i++)
		if (f->slots[i].name && !str_eq(f->slots[i].name, "."))
			list[n++] = &f->slots[i];
	qsort(list, n, sizeof *list, by_entry_name);
	*ret = list;
	return n;
}

void folder_write(const struct folder *f, struct buf *b)
{
	const struct entry **list;
	size_t n = folder_sorted(f, &list);
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%016llx%016llx %s\n", (unsigned long long)list[i]->hash.hi,
			(unsigned long long)list[i]->hash.lo, list[i]->name);
	free(list);
}

void folder_drop(struct folder *f, const char *name)
{
	struct folder kept = {.cap = f->cap, .slots = mem_zero(f->cap, sizeof *f->slots)};
	for (size_t i = 0; i < f->cap; i++) {
		if (!f->slots[i].name)
			continue;
		if (strcmp(f->slots[i].name, name) == 0) {
			free(f->slots[i].name);
			continue;
		}
		*folder_slot(&kept, f->slots[i].name) = f->slots[i];
		kept.used++;
	}
	free(f->slots);
	f->slots = kept.slots;
	f->used = kept.used;
	f->dirty = true;
}
