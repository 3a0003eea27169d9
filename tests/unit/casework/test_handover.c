/* Between intake hosts and the office nothing is lost, nothing comes twice, and nothing is destroyed that the office does not have. */
#include "casework/handover.h"
#include "hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(casework_handover, .init = hosts_begin, .fini = hosts_end, .timeout = 180);

Test(casework_handover, a_case_goes_to_the_office_and_leaves_the_host_when_it_is_there)
{
	struct posted p[3];
	struct handover_report r;

	for (size_t i = 0; i < 3; i++)
		take_in(0, i, i, &p[i]);
	r = send_from(0);
	assert_no_bad(&r);
	cr_assert_eq(r.sent, 3);
	cr_assert_eq(count_below(in_hub("slots")), 3);
	cr_assert_eq(count_below(in_hub("photos")), 3);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.branches, 1);
	cr_assert_eq(r.fetched, 3);
	cr_assert_eq(r.acknowledged, 3);
	cr_assert_eq(r.incomplete, 0);
	cr_assert_eq(count_below(in_hub("slots")), 0);
	cr_assert_gt(size_of(slot_of(hosts[0], p[1].id)), 0);
	r = send_from(0);
	assert_no_bad(&r);
	cr_assert_eq(r.acknowledged, 3);
	cr_assert_eq(r.sent, 0);
	for (size_t i = 0; i < 3; i++)
		assert_arrived(0, &p[i]);
	assert_hub_empty();
	cr_assert_not(
		file_exists(in_hub("cases.git/refs/heads/office")), "the office's chain stays");
	r = send_from(0);
	cr_assert_eq(r.sent + r.acknowledged + r.bad, 0);
	r = fetch_all();
	cr_assert_eq(r.fetched + r.acknowledged + r.bad, 0);
	assert_agree(3);
}

Test(casework_handover, two_hosts_share_a_hub_in_any_order)
{
	static const char *const orders[] = {"0f1f01f", "01f01", "f10f0f1", "0011ff01", "1f0f10ff"};
	struct posted p[2 * COUNT_OF(orders)];

	for (size_t o = 0; o < COUNT_OF(orders); o++) {
		take_in(0, 2 * o, o % 3, &p[2 * o]);
		take_in(1, 2 * o + 1, 1, &p[2 * o + 1]);
		for (const char *c = orders[o]; *c; c++) {
			struct handover_report r = *c == 'f' ? fetch_all() : send_from(*c == '1');
			assert_no_bad(&r);
		}
	}
	for (size_t i = 0; i < 2; i++) {
		send_from(i);
		fetch_all();
		send_from(i);
	}
	for (size_t i = 0; i < COUNT_OF(p); i++)
		assert_arrived(i % 2, &p[i]);
	assert_hub_empty();
	assert_agree(COUNT_OF(p));
}

Test(casework_handover, a_case_whose_record_is_not_in_git_yet_waits)
{
	struct posted p;

	take_in(0, 1, 0, &p);
	/* A drain that died between the slot and its commit. */
	run("mkdir -p %s/slots/00 && cp %s %s/slots/00/00112233445566778899aabbccddeeff", hosts[0],
		slot_of(hosts[0], p.id), hosts[0]);
	struct handover_report r = send_from(0);
	assert_no_bad(&r);
	cr_assert_eq(r.sent, 1);
	cr_assert_eq(count_below(in_hub("slots")), 1);
}

/* ---- acknowledgements ---------------------------------------------------------------------------------- */

static void put_ack(const struct posted *p, const char *host, const char *id, const char *file,
	const struct sign_secret *by, const uint8_t slot[SHA256_BYTES])
{
	struct handover_note n = {.kind = NOTE_ACK, .photo_count = p->photo_count};
	struct buf b;

	snprintf(n.host, sizeof n.host, "%s", host);
	snprintf(n.id, sizeof n.id, "%s", id);
	memcpy(n.slot, slot, SHA256_BYTES);
	memcpy(n.photos, p->photo_sha256, sizeof n.photos);
	buf_init(&b, HANDOVER_NOTE_MAX);
	handover_note_write(&n, NULL, by, &b);
	cr_assert_eq(dir_make_all(in_hub("acks/host-1"), &e), ERR_OK);
	cr_assert_eq(file_write_durable(in_hub(arena_printf(arena, "acks/host-1/%s", file)), b.data,
			     b.len, &e),
		ERR_OK);
	buf_done(&b);
}

Test(casework_handover, only_the_offices_word_on_these_very_bytes_destroys)
{
	struct posted p, q;
	struct sign_secret ours, other;
	struct sign_public public;
	uint8_t sha[SHA256_BYTES], wrong[SHA256_BYTES] = {1};
	char hex[SHA256_HEX_BYTES];
	uint64_t bytes;

	take_in(0, 1, 2, &p);
	take_in(0, 2, 1, &q);
	cr_assert_eq(keys_secret(at("keys"), KEY_RECEIPT, ours.bytes, &e), ERR_OK);
	sign_keys(&chance, &public, &other);
	cr_assert_eq(sha256_file(slot_of(hosts[0], p.id), hex, &bytes, &e), ERR_OK);
	cr_assert(hex_decode(hex, sha, sizeof sha));
	const struct {
		const char *host, *id;
		const struct sign_secret *by;
		const uint8_t *slot;
		const struct posted *photos;
	} lies[] = {
		{"host-1", p.id, &other, sha, &p},  /* somebody else's key */
		{"host-2", p.id, &ours, sha, &p},   /* for another host */
		{"host-1", q.id, &ours, sha, &p},   /* for another case */
		{"host-1", p.id, &ours, wrong, &p}, /* of other bytes */
		{"host-1", p.id, &ours, sha, &q},   /* with other photos */
	};
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		put_ack(lies[i].photos, lies[i].host, lies[i].id, p.id, lies[i].by, lies[i].slot);
		struct handover_report r = send_from(0);
		cr_assert_eq(r.bad, 1, "%zu", i);
		cr_assert_eq(r.acknowledged, 0, "%zu", i);
		cr_assert_gt(size_of(slot_of(hosts[0], p.id)), 0);
		cr_assert_gt(size_of(photo_of(hosts[0], &p, 1)), 0);
		cr_assert_eq(count_below(in_hub("acks")), 1, "left there");
	}
	run("rm %s/acks/host-1/* && ln -s /dev/zero %s/acks/host-1/%s", hub, hub, p.id);
	struct handover_report r = send_from(0);
	cr_assert_eq(r.bad, 1);
	run("rm %s/acks/host-1/*", hub);
	put_ack(&p, "host-1", p.id, p.id, &ours, sha);
	r = send_from(0);
	cr_assert_eq(r.acknowledged, 1, "%s", r.bad_first);
	cr_assert_eq(size_of(slot_of(hosts[0], p.id)), 0);
	cr_assert_eq(size_of(photo_of(hosts[0], &p, 0)), -1);
	cr_assert_gt(size_of(slot_of(hosts[0], q.id)), 0);
}

Test(casework_handover, without_a_pinned_office_nothing_is_destroyed)
{
	struct posted p;

	take_in(0, 1, 0, &p);
	send_from(0);
	fetch_all();
	run("rm %s/host/office.pub", hosts[0]);
	struct handover_report r = send_from(0);
	cr_assert_eq(r.bad, 1);
	cr_assert_gt(size_of(slot_of(hosts[0], p.id)), 0);
}

/* ---- a hub that lies ------------------------------------------------------------------------------------- */

Test(casework_handover, what_is_not_what_it_says_is_left_there)
{
	struct posted p, q;
	static const char *const tricks[] = {
		"printf nothing >$SLOT",
		"cp $OTHER $SLOT",
		"head -c 100000 /dev/zero >$SLOT",
		"rm $SLOT; ln -s $OTHER $SLOT",
		"rm $SLOT; mkfifo $SLOT",
		"rm $SLOT; mkdir $SLOT",
		"printf x | dd of=$PHOTO conv=notrunc bs=1 seek=50 2>/dev/null",
		"truncate -s 100 $PHOTO",
		"rm $PHOTO; ln -s /dev/zero $PHOTO",
		"head -c 9000000 /dev/zero >$PHOTO",
	};
	struct handover_report r;

	take_in(0, 1, 1, &p);
	take_in(0, 2, 0, &q);
	send_from(0);
	run("cp -a %s %s.good", hub, hub);
	for (size_t i = 0; i < COUNT_OF(tricks); i++) {
		run("SLOT=$(ls %s/slots/host-1/*/%s) PHOTO=$(ls %s/photos/host-1/*/*) "
		    "OTHER=$(ls %s/slots/host-1/*/%s); %s",
			hub, p.id, hub, hub, q.id, tricks[i]);
		r = fetch_all();
		cr_assert_eq(r.bad, 1, "%s: %s", tricks[i], r.bad_first);
		cr_assert_eq(r.incomplete, 1, "%s", tricks[i]);
		cr_assert_eq(size_of(slot_of(office, p.id)), -1, "%s", tricks[i]);
		run("rm -rf %s && cp -a %s.good %s", hub, hub, hub);
	}
	r = fetch_all();
	assert_no_bad(&r);
	send_from(0);
	assert_arrived(0, &p);
	assert_arrived(0, &q);
	run("rm -rf %s.good", hub);
}

Test(casework_handover, a_slot_without_its_photo_waits_and_the_host_puts_it_there_again)
{
	struct posted p;
	struct handover_report r;

	take_in(0, 1, 2, &p);
	send_from(0);
	run("rm $(ls %s/photos/host-1/*/* | head -1)", hub);
	r = fetch_all();
	cr_assert_eq(r.incomplete, 1);
	cr_assert_eq(r.acknowledged, 0);
	send_from(0);
	r = fetch_all();
	cr_assert_eq(r.incomplete, 0);
	send_from(0);
	assert_arrived(0, &p);
}

Test(casework_handover, slots_nobody_recorded_and_hosts_nobody_certified_are_not_taken)
{
	struct posted p, q;
	struct handover_report r;

	take_in(0, 1, 0, &p);
	take_in(1, 2, 0, &q);
	send_from(0);
	send_from(1);
	run("rm %s/keys/hosts/host-2.pub", office);
	/* Host 1 says that host 2's case is its own. */
	run("mkdir -p %s/slots/host-1/%.2s && cp %s %s/slots/host-1/%.2s/", hub, q.id,
		slot_of(hosts[1], q.id), hub, q.id);
	r = fetch_all();
	cr_assert_eq(r.fetched, 1);
	cr_assert_eq(r.bad, 1);
	cr_assert_eq(size_of(slot_of(office, q.id)), -1);
	cr_assert(file_exists(at("cases.git/refs/heads/intake/host-1")));
	cr_assert_not(file_exists(at("cases.git/refs/heads/intake/host-2")));
}

Test(casework_handover, a_chain_that_does_not_continue_is_refused_and_the_rest_goes_on)
{
	struct posted p, q, r1;
	struct handover_report r;

	take_in(0, 1, 0, &p);
	take_in(1, 2, 0, &q);
	send_from(0);
	send_from(1);
	fetch_all();
	/* Host 1 is made anew, and the hub's branch with it. */
	run("rm -rf %s/cases.git %s/slots %s/cases.git/refs/heads/intake/host-1", hosts[0],
		hosts[0], hub);
	take_in(0, 3, 0, &r1);
	send_from(0);
	take_in(1, 4, 0, &q);
	send_from(1);
	r = fetch_all();
	cr_assert_eq(r.bad, 1);
	cr_assert_eq(r.branches, 1);
	cr_assert_eq(r.fetched, 1);
	cr_assert_eq(size_of(slot_of(office, r1.id)), -1);
	assert_agree(3);
}

Test(casework_handover, a_branch_with_a_record_out_of_place_is_refused)
{
	static const struct {
		const char *path, *step, *role, *when;
	} wrong[] = {
		{"cases/2018/W05/ab/abababababababababababababababab", "received", "intake",
			"2018-W05"},			  /* no record */
		{NULL, "received", "intake", "2018-W05"}, /* none at all */
		{NULL, "concluded", "office", "2018-W05"},
	};
	struct posted p;
	struct handover_report r;

	take_in(0, 1, 0, &p);
	send_from(0);
	fetch_all();
	run("cp -a %s %s.good && cp -a %s %s.good", hub, hub, hosts[0], hosts[0]);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct ledger *l;
		size_t commits;
		struct ledger_entry n = {.path = wrong[i].path,
			.bytes = "x",
			.len = 1,
			.step = wrong[i].step,
			.role = wrong[i].role,
			.when = wrong[i].when};
		memset(n.commitment, (int)i + 1, sizeof n.commitment);
		cr_assert_eq(ledger_open(path_join(arena, hosts[0], "cases.git"), "intake/host-1",
				     &l, &e),
			ERR_OK);
		cr_assert_eq(
			ledger_append(l, &n, 1, NOW, NULL, &commits, &e), ERR_OK, "%s", e.message);
		ledger_close(l);
		send_from(0);
		r = fetch_all();
		cr_assert_eq(r.bad, 1, "%zu", i);
		cr_assert_eq(r.branches, 0);
		assert_agree(1);
		run("rm -rf %s %s && cp -a %s.good %s && cp -a %s.good %s", hub, hosts[0], hub, hub,
			hosts[0], hosts[0]);
	}
	run("rm -rf %s.good %s.good", hub, hosts[0]);
}

/* ---- what was lost ---------------------------------------------------------------------------------------- */

Test(casework_handover, a_hub_that_is_lost_at_any_moment_is_filled_again)
{
	struct posted p[6];

	for (size_t i = 0; i < COUNT_OF(p); i++) {
		take_in(0, i, i % 3, &p[i]);
		send_from(0);
		if (i % 3 == 0)
			run("rm -rf %s && mkdir %s", hub, hub);
		if (i % 2 == 0)
			fetch_all();
		if (i % 3 == 1)
			run("rm -rf %s && mkdir %s", hub, hub);
	}
	for (size_t i = 0; i < 2; i++) {
		send_from(0);
		struct handover_report r = fetch_all();
		assert_no_bad(&r);
	}
	send_from(0);
	for (size_t i = 0; i < COUNT_OF(p); i++)
		assert_arrived(0, &p[i]);
	assert_hub_empty();
	assert_agree(COUNT_OF(p));
}

static void backup(bool restore)
{
	reg_close(reg);
	reg = NULL;
	if (restore)
		run("rm -rf %s && cp -a %s.backup %s", office, office, office);
	else
		run("cp -a %s %s.backup", office, office);
	cr_assert_eq(reg_open(office, policy, &reg, &e), ERR_OK, "%s", e.message);
}

Test(casework_handover, an_office_restored_from_an_older_backup_catches_up)
{
	struct posted p[4];
	struct handover_report r;

	take_in(0, 0, 1, &p[0]);
	send_from(0);
	fetch_all();
	send_from(0);
	assert_opens_at_office(&p[0]);
	backup(false);
	take_in(0, 1, 1, &p[1]);
	send_from(0);
	fetch_all(); /* here, but the host has not heard of it */
	take_in(0, 2, 0, &p[2]);
	send_from(1);
	backup(true);
	take_in(0, 3, 2, &p[3]);
	/* The acknowledgement of case 1 still lies in the hub, and the host must not believe it. */
	cr_assert_eq(count_below(in_hub("acks")), 1);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(count_below(in_hub("acks")), 0);
	send_from(0);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.incomplete, 0);
	send_from(0);
	for (size_t i = 0; i < COUNT_OF(p); i++)
		assert_arrived(0, &p[i]);
	run("rm -rf %s.backup", office);
	assert_agree(4);
}

Test(casework_handover, what_a_restored_office_lost_for_good_is_named)
{
	struct posted p;

	backup(false);
	take_in(0, 1, 1, &p);
	send_from(0);
	fetch_all();
	send_from(0); /* destroyed at the host */
	backup(true);
	struct handover_report r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.incomplete, 1);
	run("rm -rf %s.backup", office);
	assert_agree(1);
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

Test(casework_handover, one_machine_and_a_missing_hub_are_said)
{
	struct handover_report r;

	cr_assert_eq(handover_send(hosts[0], "/nonexistent/hub", NOW, &r, &e), ERR_NOT_FOUND);
	cr_assert_eq(handover_send(office, hub, NOW, &r, &e), ERR_NOT_FOUND);
	run("cp %s/host/name %s/host/name", hosts[0], office);
	cr_assert_eq(handover_send(office, hub, NOW, &r, &e), ERR_CONFLICT);
}

Test(casework_handover, a_shared_hub_gets_shared_folders_and_files)
{
	struct posted p;
	struct stat st;

	umask(077);
	cr_assert_eq(chmod(hub, 02770), 0);
	take_in(0, 1, 1, &p);
	send_from(0);
	run("test -z \"$(find %s -type d ! -perm 2770)\"", hub);
	run("test -z \"$(find %s/slots %s/photos -type f ! -perm 640)\"", hub, hub);
	cr_assert_eq(stat(slot_of(hosts[0], p.id), &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
}

Test(casework_handover, the_status_tells_what_waits_and_what_came)
{
	const struct handover_host *list;
	struct posted p[3];
	size_t count;

	for (size_t i = 0; i < 3; i++)
		take_in(0, i, 0, &p[i]);
	send_from(0);
	run("rm -rf %s/slots/host-1/%.2s", hub, p[1].id);
	fetch_all();
	cr_assert_eq(
		handover_status(office, reg, arena, &list, &count, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(count, 1);
	cr_assert_str_eq(list[0].host, "host-1");
	cr_assert_eq(list[0].cases, 3);
	cr_assert_geq(list[0].waiting, 1);
	cr_assert_eq(list[0].waiting + list[0].acknowledged, 3);
	cr_assert_eq(list[0].head_seq, 3);
	cr_assert_eq(strlen(list[0].head), 64);
	assert_agree(3);
	cr_assert_eq(handover_status(office, reg, arena, &list, &count, &e), ERR_OK);
	cr_assert_eq(list[0].cases, 3);
	int64_t waiting = list[0].waiting;
	send_from(0);
	cr_assert_eq(handover_status(hosts[0], NULL, arena, &list, &count, &e), ERR_OK);
	cr_assert_eq(list[0].waiting, waiting);
	cr_assert_eq(list[0].acknowledged, 3 - waiting);
	fetch_all();
	send_from(0);
	cr_assert_eq(handover_status(office, reg, arena, &list, &count, &e), ERR_OK);
	cr_assert_eq(list[0].waiting, 0);
	for (size_t i = 0; i < 3; i++)
		assert_arrived(0, &p[i]);
}
