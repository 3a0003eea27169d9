/*
 * A list cut into pages as a function of its members alone. The sorted keys are halved at the highest bit in which
 * the first and the last differ until a part holds at most LIST_PAGE_MAX: like the leaves of a radix tree. A member
 * that comes, goes or moves touches the parts it leaves and enters; the others keep their members.
 */
#include "site/site_internal.h"

/* The first index from lo on whose key has the bit set; all keys of [lo, hi) agree above it. */
static size_t split_at(const struct page_key *k, size_t lo, size_t hi, bool in_number, unsigned bit)
{
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		uint64_t part = in_number ? k[mid].number : k[mid].hi;
		if (part >> bit & 1)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static unsigned highest_bit(uint64_t v)
{
	return 63u - (unsigned)__builtin_clzll(v);
}

static void cut(const struct page_key *k, size_t lo, size_t hi, size_t *starts, size_t *n)
{
	while (hi - lo > LIST_PAGE_MAX) {
		uint64_t differ = k[lo].hi ^ k[hi - 1].hi;
		bool in_number = differ == 0;
		if (in_number)
			differ = (uint64_t)k[lo].number ^ k[hi - 1].number;
		size_t mid = split_at(k, lo, hi, in_number, highest_bit(differ));
		cut(k, lo, mid, starts, n);
		lo = mid;
	}
	starts[(*n)++] = lo;
}

size_t paging_cut(
	const struct page_key *keys, size_t count, struct arena *a, const size_t **ret_starts)
{
	size_t *starts = arena_alloc(a, (count + 1) * sizeof *starts);
	size_t n = 0;
	if (count)
		cut(keys, 0, count, starts, &n);
	else
		starts[n++] = 0; /* an empty list still has its one page */
	*ret_starts = starts;
	return n;
}
