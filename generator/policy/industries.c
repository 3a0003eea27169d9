/*
 * The industries of 二、治理范围, and which of them a sheet's free text means.
 *
 * The list says where the weight of the campaign lies; it excludes nobody, so what fits none of the
 * named kinds is 其他. A match that is not exact is a guess that the caller reports.
 */
#include "policy/policy_internal.h"

#include <string.h>

const struct industry_info *policy_industries(const struct policy *p, size_t *ret_count)
{
	*ret_count = p->industry_count;
	return p->industries;
}

const struct industry_info *policy_industry_find(const struct policy *p, const char *slug_or_name)
{
	for (size_t i = 0; i < p->industry_count; i++)
		if (str_eq(p->industries[i].slug, slug_or_name) ||
			str_eq(p->industries[i].name, slug_or_name))
			return &p->industries[i];
	return NULL;
}

/* The length of the longest word of this industry in the text; 0 when there is none. */
static size_t longest_word(const struct industry_info *industry, const char *text)
{
	size_t longest = strstr(text, industry->name) ? strlen(industry->name) : 0;

	for (const char *const *word = industry->keywords; *word; word++)
		if (strlen(*word) > longest && strstr(text, *word))
			longest = strlen(*word);
	return longest;
}

const struct industry_info *policy_industry_match(
	const struct policy *p, const char *text, bool *ret_exact)
{
	const struct industry_info *best = &p->industries[p->industry_count - 1];
	size_t longest = 0;

	*ret_exact = false;
	for (size_t i = 0; text && i < p->industry_count; i++) {
		size_t len = longest_word(&p->industries[i], text);

		if (str_eq(p->industries[i].name, text)) {
			*ret_exact = true;
			return &p->industries[i];
		}
		if (len > longest) {
			longest = len;
			best = &p->industries[i];
		}
	}
	return best;
}
