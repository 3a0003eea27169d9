/* Lists cut into pages: a function of the members alone, and a change stays where it is. */
#include "site/site_internal.h"

#include <criterion/criterion.h>
#include <string.h>

static size_t keys_of(struct page_key *keys, uint64_t seed, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		keys[i] = (struct page_key){i * 7 + (seed >> 62), (uint32_t)(i + 1)};
	}
	return n;
}

Test(site_paging, pages_are_full_enough_and_in_order)
{
	static struct page_key keys[5000];
	static const size_t sizes[] = {0, 1, 64, 65, 128, 1000, 5000};
	for (size_t k = 0; k < COUNT_OF(sizes); k++) {
		struct arena *a = arena_new();
		const size_t *starts;
		size_t n = keys_of(keys, k, sizes[k]);
		size_t pages = paging_cut(keys, n, a, &starts);
		cr_assert_geq(pages, 1);
		cr_assert_eq(starts[0], 0);
		for (size_t i = 0; i < pages; i++) {
			size_t end = i + 1 < pages ? starts[i + 1] : n;
			cr_assert_leq(end - starts[i], LIST_PAGE_MAX);
			cr_assert(n == 0 || end > starts[i], "no page is empty");
		}
		cr_assert_leq(pages, n / 16 + 1, "%zu members on %zu pages", n, pages);
		arena_free(a);
	}
}

Test(site_paging, equal_keys_are_told_apart_by_number)
{
	static struct page_key keys[1000];
	struct arena *a = arena_new();
	const size_t *starts;
	for (size_t i = 0; i < 1000; i++)
		keys[i] = (struct page_key){42, (uint32_t)(i + 1)};
	size_t pages = paging_cut(keys, 1000, a, &starts);
	cr_assert_gt(pages, 15);
	arena_free(a);
}

Test(site_paging, one_member_less_changes_one_page_or_joins_two)
{
	static struct page_key keys[3000], fewer[3000];
	size_t n = keys_of(keys, 9, 3000);
	for (size_t gone = 0; gone < n; gone += 97) {
		struct arena *a = arena_new();
		const size_t *before, *after;
		memcpy(fewer, keys, gone * sizeof *keys);
		memcpy(fewer + gone, keys + gone + 1, (n - gone - 1) * sizeof *keys);
		size_t was = paging_cut(keys, n, a, &before),
		       is = paging_cut(fewer, n - 1, a, &after);
		size_t same = 0;
		for (size_t i = 0, j = 0; i < was && j < is;) {
			const struct page_key *x = &keys[before[i]], *y = &fewer[after[j]];
			size_t nx = (i + 1 < was ? before[i + 1] : n) - before[i];
			size_t ny = (j + 1 < is ? after[j + 1] : n - 1) - after[j];
			same += nx == ny && x->number == y->number;
			if (x->number <= y->number)
				i++;
			if (y->number <= x->number)
				j++;
		}
		cr_assert_geq(
			same + 3, was, "%zu of %zu pages stay when %zu goes", same, was, gone);
		arena_free(a);
	}
}
