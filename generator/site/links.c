/*
 * Addresses seen on the pages of a build, and the check that what they name exists.
 *
 * Each worker keeps its own set: an address once, with the first page (in order of addresses) that holds it, so that
 * memory follows the number of different addresses. Pages other than records and lists also leave their heading ids,
 * so that fragments are checked where the target was rendered in this build.
 */
#include "site/pages.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

struct link_seen {
	uint64_t hash;
	const char *url;  /* from the root, with fragment */
	const char *page; /* NULL: an anchor of a page, "url#id" or "url#" for the page itself */
};
struct links {
	struct link_seen *slots;
	size_t count, cap;
	struct arena *text;
	struct links *next;
};

enum { WARNINGS_MAX = 100 };

struct links *links_of(struct worker *w)
{
	if (!w->links) {
		struct extras *x = w->ctx->extras;
		w->links = mem_zero(1, sizeof *w->links);
		w->links->text = arena_new();
		pthread_mutex_lock(&x->lock);
		w->links->next = x->links;
		x->links = w->links;
		pthread_mutex_unlock(&x->lock);
	}
	return w->links;
}

void links_free_all(struct links *first)
{
	while (first) {
		struct links *next = first->next;
		arena_free(first->text);
		free(first->slots);
		free(first);
		first = next;
	}
}

static uint64_t hash_of(const char *s, bool anchor)
{
	uint64_t h = anchor ? 0x9ae16a3b2f90404fu : 0xcbf29ce484222325u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return (h ^ h >> 29) | 1;
}

static struct link_seen *slot_of(const struct links *l, uint64_t hash, const char *url, bool anchor)
{
	size_t mask = l->cap - 1, i = (size_t)hash & mask;
	while (l->slots[i].hash && (l->slots[i].hash != hash || anchor != !l->slots[i].page ||
					   strcmp(l->slots[i].url, url) != 0))
		i = (i + 1) & mask;
	return &l->slots[i];
}

static void grow(struct links *l)
{
	struct links bigger = {.cap = l->cap ? l->cap * 2 : 256};
	bigger.slots = mem_zero(bigger.cap, sizeof *bigger.slots);
	for (size_t i = 0; i < l->cap; i++) {
		const struct link_seen *s = &l->slots[i];
		if (s->hash)
			*slot_of(&bigger, s->hash, s->url, !s->page) = *s;
	}
	free(l->slots);
	l->slots = bigger.slots;
	l->cap = bigger.cap;
}

static void add(struct links *l, const char *url, const char *page)
{
	if (l->count * 2 >= l->cap)
		grow(l);
	uint64_t hash = hash_of(url, !page);
	struct link_seen *s = slot_of(l, hash, url, !page);
	if (!s->hash) {
		*s = (struct link_seen){
			hash, arena_strdup(l->text, url), arena_strdup(l->text, page)};
		l->count++;
	} else if (page && strcmp(page, s->page) < 0) {
		s->page = arena_strdup(l->text, page);
	}
}

/* "b.html" and "../c/" beside the page; "." and ".." are resolved. */
static const char *resolve(struct arena *a, const char *page_url, const char *address)
{
	const char *slash = strrchr(page_url, '/');
	size_t len = slash ? (size_t)(slash - page_url) + 1 : 1;
	char *dir = arena_alloc(a, len + strlen(address) + 1);
	memcpy(dir, slash ? page_url : "/", len);
	while (str_starts(address, "./") || str_starts(address, "../")) {
		bool up = address[1] == '.';
		address += up ? 3 : 2;
		if (up && len > 1) {
			len--;
			while (len > 1 && dir[len - 1] != '/')
				len--;
		}
	}
	memcpy(dir + len, address, strlen(address) + 1);
	return dir;
}

static bool has_scheme(const char *address)
{
	for (; *address; address++) {
		if (*address == ':')
			return true;
		if (*address == '/' || *address == '?' || *address == '#')
			return false;
	}
	return false;
}

/* A record that the register holds needs no entry: lists link to each of them many times. */
static bool is_known_record(const struct ctx *c, const struct page *page, const char *url)
{
	const char *dash = strrchr(url, '-');
	int64_t number;
	if (!str_starts(url, "/results/") || str_eq(page->kind, "record") || !dash ||
		strlen(dash) > 20)
		return false;
	char digits[24];
	size_t n = strspn(dash + 1, "0123456789");
	memcpy(digits, dash + 1, n);
	digits[n] = '\0';
	if (n < 6 || strcmp(dash + 1 + n, ".html") != 0 || !str_to_int64(digits, &number))
		return false;
	char expected[96];
	int length = snprintf(expected, sizeof expected, "/results/%03lld/%s-%06lld.html",
		(long long)(number / 1000), pub_prefix(c->pub), (long long)number);
	return length > 0 && strcmp(expected, url) == 0 && number >= 1 &&
	       (size_t)number <= c->now->count && c->now->rows[number - 1].number != 0;
}

void links_note(
	struct worker *w, const struct page *page, const char *page_url, const char *address)
{
	if (!*address || str_starts(address, "//") || has_scheme(address))
		return;
	if (*address == '#')
		address = text_join(w->arena, page_url, address);
	else if (*address == '?')
		return;
	else if (*address != '/')
		address = resolve(w->arena, page_url, address);
	if (str_starts(
		    address, "/cgi-bin/")) /* programs, which the web server has beside the site */
		return;
	if (!is_known_record(w->ctx, page, address))
		add(links_of(w), address, page_url);
}

void links_anchor(struct worker *w, const char *page_url, const char *id)
{
	add(links_of(w), text_join3(w->arena, page_url, "#", id), NULL);
}

void links_scan_html(
	struct worker *w, const struct page *page, const char *page_url, const char *html)
{
	static const char *const names[] = {" href=\"", " src=\""};
	const char *base = w->ctx->o->config.base_path;
	size_t base_len = base ? strlen(base) : 0;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (const char *p = html; (p = strstr(p, names[i]));) {
			p += strlen(names[i]);
			const char *end = strchr(p, '"');
			if (!end)
				return;
			if (*p == '#' || has_scheme(p))
				continue;
			if (*p == '/' && base_len && strncmp(p, base, base_len) == 0)
				p += base_len;
			links_note(
				w, page, page_url, arena_strndup(w->arena, p, (size_t)(end - p)));
		}
}

/* ---- the check ------------------------------------------------------------------------------- */

static const struct link_seen *find_anchor(const struct links *first, const char *url)
{
	uint64_t hash = hash_of(url, true);
	for (const struct links *l = first; l; l = l->next) {
		const struct link_seen *s = l->cap ? slot_of(l, hash, url, true) : NULL;
		if (s && s->hash)
			return s;
	}
	return NULL;
}

static bool stands(const struct ctx *c, struct arena *a, const char *url)
{
	const char *mark = url + strcspn(url, "?#");
	const char *plain = arena_strndup(a, url, (size_t)(mark - url));
	const char *file = str_ends(plain, "/") ? text_join(a, plain, "index.html") : plain;
	if (!store_has(c->store, file))
		return false;
	if (*mark != '#' || !mark[1] || !find_anchor(c->extras->links, text_join(a, plain, "#")))
		return true;
	return find_anchor(c->extras->links, url) != NULL;
}

static int by_page(const void *a, const void *b)
{
	const struct link_seen *x = a, *y = b;
	int order = strcmp(x->page, y->page);
	return order ? order : strcmp(x->url, y->url);
}

/* The same address on pages of two workers is one broken link: the first page's. */
static size_t merge(struct link_seen *broken, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		size_t j = 0;
		while (j < kept && strcmp(broken[j].url, broken[i].url) != 0)
			j++;
		if (j == kept)
			broken[kept++] = broken[i];
	}
	return kept;
}

size_t links_check(const struct ctx *c, struct arena *a)
{
	struct link_seen *broken = NULL;
	size_t n = 0, cap = 0;
	for (const struct links *l = c->extras->links; l; l = l->next)
		for (size_t i = 0; i < l->cap; i++) {
			const struct link_seen *s = &l->slots[i];
			if (!s->hash || !s->page || stands(c, a, s->url))
				continue;
			if (n == cap)
				broken = mem_grow(broken, cap = cap ? cap * 2 : 64, sizeof *broken);
			broken[n++] = *s;
		}
	if (n) {
		qsort(broken, n, sizeof *broken, by_page);
		n = merge(broken, n);
	}
	for (size_t i = 0; i < n && i < WARNINGS_MAX && c->o->warning; i++)
		c->o->warning(c->o->ctx, arena_printf(a, T("%s：断链 %s", "%s: broken link %s"),
						 broken[i].page, broken[i].url));
	free(broken);
	return n;
}
