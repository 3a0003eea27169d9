#include "tianlan/base.h"

#include <criterion/criterion.h>
#include <string.h>

enum { SECOND = 1000 };

Test(process, a_filter_gets_the_bytes_and_gives_what_it_writes)
{
	const char *const argv[] = {"/usr/bin/tr", "a-z", "A-Z", NULL};
	struct err e = {0};
	struct buf out;
	int status = -1;

	buf_init(&out, 64);
	buf_str(&out, "> ");
	cr_assert_eq(process_filter(argv, "abc", 3, 10 * SECOND, &out, &status, &e), ERR_OK, "%s",
		e.message);
	cr_assert_eq(status, 0);
	cr_assert_str_eq(buf_text(&out), "> ABC");
	buf_done(&out);
}

Test(process, a_filter_that_writes_more_than_asked_for_sets_the_flag)
{
	const char *const argv[] = {"/bin/cat", NULL};
	struct err e = {0};
	struct buf out;
	int status = -1;

	buf_init(&out, 4);
	cr_assert_eq(process_filter(argv, "abcdef", 6, 10 * SECOND, &out, &status, &e), ERR_OK);
	cr_assert(out.overflow);
	buf_done(&out);
}

Test(process, a_filter_that_fails_says_with_what)
{
	const char *const argv[] = {"/bin/false", NULL};
	const char *const missing[] = {"/nowhere/filter", NULL};
	struct err e = {0};
	struct buf out;
	int status = -1;

	buf_init(&out, 4);
	cr_assert_eq(process_filter(argv, "", 0, 10 * SECOND, &out, &status, &e), ERR_OK);
	cr_assert_eq(status, 1);
	cr_assert_eq(out.len, 0);
	cr_assert_eq(process_filter(missing, "", 0, 10 * SECOND, &out, &status, &e), ERR_SYSTEM);
	cr_assert(strstr(e.message, "/nowhere/filter"));
	buf_done(&out);
}
