/* tianlan case: tip-offs from the queue to their end. One function for each subcommand, in case_*.c. */
#include "cli/case_out.h"

const char case_usage[] = "tianlan case list | show ID | photo ID N | new | "
			  "accept|decline|merge|transfer|dispatch|object|check|"
			  "link|conclude|ask|reply|reopen|extend|draft ID … | erase | retention | "
			  "places | review | release | follow";

static const struct {
	const char *name;
	case_fn *run;
} subcommands[] = {
	{"list", case_list},
	{"show", case_show},
	{"photo", case_photo},
	{"new", case_new},
	{"accept", case_act},
	{"decline", case_act},
	{"merge", case_merge},
	{"transfer", case_act},
	{"dispatch", case_act},
	{"object", case_act},
	{"check", case_act},
	{"link", case_link},
	{"conclude", case_act},
	{"ask", case_act},
	{"reply", case_act},
	{"reopen", case_act},
	{"extend", case_act},
	{"draft", case_draft},
	{"erase", case_erase},
	{"retention", case_retention},
	{"places", case_places},
	{"review", case_review},
	{"release", case_release},
	{"follow", case_follow},
};

enum err_code cmd_case(struct cli *c, int argc, char **argv, struct err *e)
{
	const char *verb = NULL;

	if (record_verb(&argc, argv, case_usage, &verb, e))
		return e->code;
	for (size_t i = 0; i < COUNT_OF(subcommands); i++)
		if (str_eq(subcommands[i].name, verb)) {
			argv[0] = (char *)(uintptr_t)subcommands[i].name;
			return subcommands[i].run(c, argc, argv, e);
		}
	return record_unknown_verb(verb, case_usage, e);
}
