/* Others write in a hub too: a branch is its host's by its host's word, and what one left there is in nobody else's way. */
#include "casework/handover.h"
#include "hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(casework_handover_hub, .init = hosts_begin, .fini = hosts_end, .timeout = 180);

/* Whoever can write there puts a branch of host 1 in the hub, with a case of its own; the true one goes. */
static void forge(void)
{
	struct posted mine;

	run("cp -a %s %s.true && rm -rf %s/cases.git %s/slots %s/photos", hosts[0], hosts[0],
		hosts[0], hosts[0], hosts[0]);
	take_in(0, 77, 0, &mine);
	run("mkdir -p %s/cases.git && rm -rf %s/cases.git && cp -a %s/cases.git %s/cases.git", hub,
		hub, hosts[0], hub);
	run("rm -rf %s && mv %s.true %s", hosts[0], hosts[0], hosts[0]);
}

Test(casework_handover_hub, a_branch_that_its_host_did_not_sign_is_not_taken)
{
	struct posted p;
	struct handover_report r;

	take_in(0, 1, 0, &p);
	forge();
	r = fetch_all(); /* before the host ever sent */
	cr_assert_eq(r.bad, 1);
	cr_assert(strstr(r.bad_first, "heads/host-1"), "%s", r.bad_first);
	r = send_from(0);
	cr_assert_eq(r.bad, 1, "the host sees it too");
	r = fetch_all();
	cr_assert_eq(r.bad, 1);
	cr_assert(strstr(r.bad_first, "intake/host-1"), "%s", r.bad_first);
	cr_assert_eq(r.branches, 0);
	cr_assert_eq(r.fetched, 0);
	cr_assert_eq(r.incomplete, 1, "the true slot is there and is said");
	cr_assert(strstr(r.incomplete_first, "slots/host-1"), "%s", r.incomplete_first);
	cr_assert_not(file_exists(at("cases.git/refs/heads/intake/host-1")));
	/* The forged one is taken away: all is well. */
	run("rm -rf %s/cases.git", hub);
	r = send_from(0);
	assert_no_bad(&r);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.incomplete, 0);
	send_from(0);
	assert_arrived(0, &p);
	assert_agree(1);
}

Test(casework_handover_hub, a_forged_branch_that_goes_on_from_the_true_one_is_not_taken)
{
	struct posted p, mine;
	struct handover_report r;

	take_in(0, 1, 0, &p);
	send_from(0);
	fetch_all();
	run("cp -a %s %s.true", hosts[0], hosts[0]);
	take_in(0, 77, 0, &mine);
	run("rm -rf %s/cases.git && cp -a %s/cases.git %s/cases.git", hub, hosts[0], hub);
	run("rm -rf %s && mv %s.true %s", hosts[0], hosts[0], hosts[0]);
	r = fetch_all();
	cr_assert_eq(r.bad, 1);
	cr_assert_eq(r.branches, 0);
	send_from(1); /* others go on */
	assert_agree(1);
}

/* The same chain, another record under it: only the commit tells. */
Test(casework_handover_hub, other_bytes_under_the_same_chain_are_not_taken)
{
	struct posted p;
	struct handover_report r;

	take_in(0, 1, 0, &p);
	send_from(0);
	run("cd %s/cases.git && export GIT_INDEX_FILE=/tmp/index.$$ GIT_AUTHOR_NAME=x "
	    "GIT_AUTHOR_EMAIL=x "
	    "GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x && B=refs/heads/intake/host-1 && "
	    "git read-tree $B && F=$(git ls-files cases | head -1) && "
	    "{ git cat-file blob $B:$F | head -c -9; printf 123456789; } >/tmp/blob.$$ && "
	    "git update-index --cacheinfo 100644,$(git hash-object -w /tmp/blob.$$),$F && "
	    "git update-ref $B $(git log -1 --format=%%B $B | git commit-tree $(git write-tree)) "
	    "&& "
	    "rm -f /tmp/index.$$ /tmp/blob.$$",
		hub);
	r = fetch_all();
	cr_assert_eq(r.bad, 1);
	cr_assert(strstr(r.bad_first, "intake/host-1"), "%s", r.bad_first);
	cr_assert_eq(r.branches, 0);
}

Test(casework_handover_hub, a_send_that_was_cut_off_is_waited_for_and_does_not_alarm)
{
	struct posted p, q;
	struct handover_report r;

	take_in(0, 1, 0, &p);
	send_from(0);
	run("cp -a %s/cases.git %s.git", hub, hub);
	take_in(0, 2, 0, &q);
	send_from(0);
	/* Signed, and the branch did not get there. */
	run("rm -rf %s/cases.git && mv %s.git %s/cases.git", hub, hub, hub);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.branches, 1, "as far as it was signed before");
	cr_assert_eq(r.fetched, 1);
	cr_assert_eq(r.incomplete, 1);
	cr_assert(strstr(r.incomplete_first, "heads/host-1"), "%s", r.incomplete_first);
	send_from(0);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.incomplete, 0);
	cr_assert_str_empty(r.incomplete_first);
	send_from(0);
	assert_arrived(0, &p);
	assert_arrived(0, &q);
}

Test(casework_handover_hub, signed_heads_are_believed_by_their_signature_alone)
{
	static const char *const tricks[] = {
		"rm $H", /* none */
		"sed -i 's/^host: host-1/host: host-2/' $H",
		"sed -i 's/^head: 1 /head: 2 /' $H",
		"sed -i 's/^head: 1 /head: 01 /' $H",
		"cp $O $H", /* the other host's */
		"rm $H; ln -s $O $H",
		"rm $H; mkdir $H",
		"truncate -s 20 $H",
	};
	struct posted p, q;

	take_in(0, 1, 0, &p);
	take_in(1, 2, 0, &q);
	send_from(0);
	send_from(1);
	fetch_all();
	take_in(0, 3, 0, &p);
	run("rm %s/heads/host-1", hub); /* so that it does not say what it signed before */
	send_from(0);
	run("sed -n 's/^head: 2 /&/p' %s/heads/host-1 | grep -q .", hub);
	run("cp -a %s %s.good", hub, hub);
	for (size_t i = 0; i < COUNT_OF(tricks); i++) {
		run("H=%s/heads/host-1 O=%s/heads/host-2; %s", hub, hub, tricks[i]);
		if (i == 2 || i == 3)
			run("sed -i 's/^head: 2 /head: %s /' %s/heads/host-1", i == 2 ? "3" : "02",
				hub);
		struct handover_report r = fetch_all();
		cr_assert_eq(r.bad, 1, "%s: %zu %s", tricks[i], r.bad, r.bad_first);
		cr_assert(strstr(r.bad_first, "host-1"), "%s: %s", tricks[i], r.bad_first);
		cr_assert_eq(r.branches, 1, "%s", tricks[i]);
		cr_assert_eq(size_of(slot_of(office, p.id)), -1);
		run("rm -rf %s && cp -a %s.good %s", hub, hub, hub);
	}
	struct handover_report r = fetch_all();
	assert_no_bad(&r);
	send_from(0);
	assert_arrived(0, &p);
	run("rm -rf %s.good", hub);
}

Test(casework_handover_hub, what_one_host_left_there_does_not_keep_the_others)
{
	/* A what: host 1's case; it is bad, and host 2's cases come all the same. */
	static const char *const odd[] = {
		"mkdir -p acks/host-1/$ID",
		"mkdir -p acks/host-1/.new-$ID/x",
		"mkdir -p acks && touch acks/host-1",
		"mkdir -p acks && ln -s /nowhere acks/host-1",
		"mkdir -p gone && touch gone/host-1",
		"mkdir -p gone/host-1/$ID",
		"rm -rf slots/host-1/* && touch slots/host-1/${ID%${ID#??}}",
		"rm -rf slots/host-1 && ln -s /tmp slots/host-1",
		"rm -rf photos/host-1 && touch photos/host-1",
		"touch heads/host-9",
	};
	struct posted p, q;

	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		run("rm -rf %s && mkdir %s", hub, hub);
		take_in(0, 2 * i, 1, &p);
		take_in(1, 2 * i + 1, 1, &q);
		send_from(0);
		send_from(1);
		run("cd %s && ID=%s && %s", hub, p.id, odd[i]);
		struct handover_report r = fetch_all();
		cr_assert_geq(r.bad, 1, "%s", odd[i]);
		cr_assert(strstr(r.bad_first, "host-"), "%s: %s", odd[i], r.bad_first);
		cr_assert_gt(size_of(slot_of(office, q.id)), 0, "%s", odd[i]);
		send_from(1);
		assert_arrived(1, &q);
		cr_assert_gt(size_of(slot_of(hosts[0], p.id)), 0, "%s: nothing is lost", odd[i]);
	}
	/* Of the whole hub: nothing can come, and it is said. */
	static const char *const whole[] = {"rm -rf cases.git && ln -s /tmp cases.git",
		"rm -rf cases.git && touch cases.git", "rm -rf acks && touch acks",
		"rm -rf acks && ln -s /tmp acks", "rm -rf heads && touch heads"};
	for (size_t i = 0; i < COUNT_OF(whole); i++) {
		run("rm -rf %s && mkdir %s", hub, hub);
		send_from(0);
		run("cd %s && %s", hub, whole[i]);
		struct handover_report r = fetch_all();
		cr_assert_geq(r.bad, 1, "%s", whole[i]);
		r = send_from(0);
		cr_assert_geq(r.bad, i == 4 || i < 2 ? 1 : 0, "%s", whole[i]);
	}
	run("rm -rf %s && mkdir %s", hub, hub);
	for (size_t i = 0; i < 2; i++) {
		send_from(0);
		fetch_all();
	}
	send_from(0);
	cr_assert_eq(count_below(path_join(arena, hosts[0], "photos")), 0);
	assert_hub_empty();
	assert_agree(2 * (int64_t)COUNT_OF(odd));
}

Test(casework_handover_hub, an_office_that_takes_in_itself_fetches_from_others)
{
	struct posted p, mine;
	struct handover_report r;

	run("mkdir -p %s/host && printf 'host-2\n' >%s/host/name", office, office);
	take_in(0, 1, 1, &p);
	send_from(0);
	/* Somebody else's branch under this machine's own name is none of its business. */
	take_in(1, 2, 0, &mine);
	send_from(1);
	r = fetch_all();
	assert_no_bad(&r);
	cr_assert_eq(r.branches, 1);
	cr_assert_eq(r.fetched, 1);
	send_from(0);
	assert_arrived(0, &p);
	cr_assert_not(file_exists(at("cases.git/refs/heads/intake/host-2")));
}
