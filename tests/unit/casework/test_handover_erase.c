/* What the office erased goes wherever it lies, does not come again, and each place's word is believed by its signature alone. */
#include "casework/handover.h"
#include "hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(casework_handover_erase, .init = hosts_begin, .fini = hosts_end, .timeout = 180);

static void erase(const struct posted *p)
{
	struct desk *d = desk_as("office", NULL, "2020-01-31");
	int64_t number = number_of(p);

	if (!desk_erase(d, number, "期满", &e)) {
		flush_and_close(d);
		return;
	}
	desk_close(d);
	d = desk_as("inspector", NULL, "2018-02-01");
	step(d, number, &(struct case_act){.kind = CASE_DECLINED});
	flush_and_close(d);
	d = desk_as("office", NULL, "2020-01-31");
	cr_assert_eq(desk_erase(d, number, "期满", &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
}

static enum err_code note_copy(void *ctx, const struct case_copy *c, struct err *x)
{
	(void)c;
	(void)x;
	++*(size_t *)ctx;
	return ERR_OK;
}

static size_t open_copies(void)
{
	size_t n = 0;
	cr_assert_eq(reg_copy_each(reg, 0, true, note_copy, &n, &e), ERR_OK);
	return n;
}

Test(casework_handover_erase, what_is_erased_is_destroyed_wherever_it_lies_and_each_place_says_so)
{
	struct posted p, q;
	struct handover_report r;

	take_in(0, 1, 2, &p);
	take_in(0, 2, 1, &q);
	send_from(0);
	fetch_all();
	assert_opens_at_office(&p);
	/* The host has not heard that the office has it, and the hub got it once more. */
	run("rm -rf %s/acks", hub);
	send_from(0);
	cr_assert_eq(count_below(in_hub("slots")), 2);
	erase(&p);
	cr_assert_eq(open_copies(), 2);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(count_below(in_hub("slots")), 0);
	cr_assert_eq(count_below(in_hub("erase")), 1);
	cr_assert_eq(open_copies(), 2, "the hub is clean when the host can bring no more");
	r = send_from(0);
	assert_no_bad(&r);
	cr_assert_eq(r.erased, 1);
	cr_assert_eq(size_of(slot_of(hosts[0], p.id)), 0);
	cr_assert_eq(size_of(photo_of(hosts[0], &p, 0)), -1);
	r = send_from(0);
	cr_assert_eq(r.erased, 0);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.erased, 1);
	cr_assert_eq(open_copies(), 0);
	assert_hub_empty();
	send_from(0);
	assert_arrived(0, &q);
	assert_agree(2);
}

Test(casework_handover_erase, what_was_erased_before_it_came_does_not_come)
{
	struct posted p;
	struct handover_report r;

	take_in(0, 1, 1, &p);
	/* The branch arrives, slot and photo do not. */
	send_from(0);
	run("rm -rf %s/slots %s/photos", hub, hub);
	fetch_all();
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	step(d, number_of(&p), &(struct case_act){.kind = CASE_DECLINED});
	flush_and_close(d);
	erase(&p);
	fetch_all();
	r = send_from(0);
	assert_no_bad(&r);
	cr_assert_eq(r.erased, 1);
	cr_assert_eq(r.sent, 0);
	cr_assert_eq(count_below(in_hub("slots")), 0);
	cr_assert_eq(size_of(slot_of(hosts[0], p.id)), 0);
	fetch_all();
	cr_assert_eq(open_copies(), 0);
	assert_hub_empty();
	assert_agree(1);
}

Test(casework_handover_erase, a_host_restored_after_an_erasure_does_not_bring_it_back)
{
	struct posted p;

	take_in(0, 1, 1, &p);
	run("cp -a %s %s.backup", hosts[0], hosts[0]);
	send_from(0);
	fetch_all();
	send_from(0);
	assert_opens_at_office(&p);
	erase(&p);
	fetch_all();
	send_from(0);
	fetch_all();
	cr_assert_eq(open_copies(), 0);
	run("rm -rf %s && mv %s.backup %s", hosts[0], hosts[0], hosts[0]);
	send_from(0);
	cr_assert_eq(count_below(in_hub("slots")), 1);
	struct handover_report r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(size_of(slot_of(office, p.id)), 0);
	cr_assert_eq(count_below(in_hub("slots")) + count_below(in_hub("photos")), 0);
	send_from(0);
	cr_assert_eq(size_of(slot_of(hosts[0], p.id)), 0);
	cr_assert_eq(count_below(path_join(arena, hosts[0], "photos")), 0);
	r = fetch_all();
	assert_no_bad(&r);
	assert_hub_empty();
}

Test(casework_handover_erase, requests_and_answers_are_believed_by_their_signatures_alone)
{
	struct posted p;
	struct sign_secret other;
	struct sign_public public;
	struct handover_note n = {.host = "host-1"};
	struct handover_cert cert;
	struct handover_report r;
	struct buf b;

	take_in(0, 1, 0, &p);
	send_from(0);
	fetch_all();
	assert_opens_at_office(&p);
	sign_keys(&chance, &public, &other);
	memcpy(n.id, p.id, sizeof n.id);
	buf_init(&b, HANDOVER_NOTE_MAX);
	n.kind = NOTE_ERASE;
	handover_note_write(&n, NULL, &other, &b);
	run("mkdir -p %s/erase/host-1 %s/gone/host-1", hub, hub);
	const char *erase_path = in_hub(arena_printf(arena, "erase/host-1/%s", p.id));
	cr_assert_eq(file_write_durable(erase_path, b.data, b.len, &e), ERR_OK);
	run("rm -rf %s/acks", hub);
	r = send_from(0);
	cr_assert_eq(r.bad, 1);
	cr_assert_gt(size_of(slot_of(hosts[0], p.id)), 0);
	run("rm %s", erase_path);
	erase(&p);
	fetch_all();
	buf_clear(&b);
	n.kind = NOTE_GONE;
	handover_cert_make("host-1", &public, &other, &cert); /* vouched for by itself */
	handover_note_write(&n, &cert, &other, &b);
	cr_assert_eq(file_write_durable(in_hub(arena_printf(arena, "gone/host-1/%s", p.id)), b.data,
			     b.len, &e),
		ERR_OK);
	r = fetch_all();
	cr_assert_eq(r.bad, 1);
	cr_assert_eq(open_copies(), 2);
	send_from(0);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(open_copies(), 0);
	buf_done(&b);
}

Test(casework_handover_erase, a_quarantined_letter_is_destroyed_at_its_host)
{
	struct tip_case row;
	char sha[SHA256_HEX_BYTES];

	use(hosts[0]);
	put_new("0123456789abcdef0123456789abcdef", "no envelope at all", 18);
	use(office);
	drain_at(0);
	send_from(0);
	fetch_all();
	struct desk *d = desk_as("office", NULL, "2018-02-01");
	sha256_hex("no envelope at all", 18, sha);
	cr_assert_eq(reg_case_find(reg, arena_strndup(arena, sha, 32), arena, &row, &e), ERR_OK,
		"%s", e.message);
	step(d, row.number, &(struct case_act){.kind = CASE_DECLINED});
	flush_and_close(d);
	d = desk_as("office", NULL, "2020-02-01");
	cr_assert_eq(desk_erase(d, row.number, "期满", &e), ERR_OK, "%s", e.message);
	flush_and_close(d);
	cr_assert(holds(hosts[0], "no envelope at all", 18));
	fetch_all();
	struct handover_report r = send_from(0);
	assert_no_bad(&r);
	cr_assert_eq(r.erased, 1);
	cr_assert_not(holds(hosts[0], "no envelope at all", 18));
	fetch_all();
	cr_assert_eq(open_copies(), 0);
}
