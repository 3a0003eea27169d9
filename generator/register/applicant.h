/* applicant: the parts of the check of an applicant between themselves. */
#ifndef REGISTER_APPLICANT_H
#define REGISTER_APPLICANT_H

#include "register/register_internal.h"

struct folded {
	const char *whole, *core; /* never NULL; core: without place and legal form */
};
void applicant_fold_name(struct arena *a, const char *name, struct folded *ret);
/* streets: whose names in front of an address say nothing. */
void applicant_fold_address(struct arena *a, const char *address, const struct street *streets,
	size_t count, struct folded *ret);
enum text_likeness applicant_name_likeness(const struct folded *a, const struct folded *b);
enum text_likeness applicant_address_likeness(const struct folded *a, const struct folded *b);

/* How a record matched; TEXT_OTHER too where nothing was asked. */
struct applicant_like {
	enum text_likeness name, address;
	bool name_asked, address_asked;
};
#define APPLICANT_REASONS 32
struct applicant_reasons {
	const char *refuse[APPLICANT_REASONS + 1], *look[APPLICANT_REASONS + 1];
	size_t refuse_count, look_count;
};
/* The reasons that the record itself gives; the telephone apart. */
enum err_code applicant_reasons_of(struct reg *r, const struct enterprise *now,
	const struct applicant_like *like, struct day today, struct arena *a,
	struct applicant_reasons *ret, struct err *e) MUST_USE;
void applicant_look(struct applicant_reasons *list, const char *sentence);

#endif
