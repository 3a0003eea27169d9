/* What the driver holds while a build runs. */
#ifndef SITE_BUILD_H
#define SITE_BUILD_H

#include "site/site_internal.h"

#include <pthread.h>

struct list_plan;
struct list_page {
	uint32_t list, page;
};

struct build {
	const struct site_options *o;
	struct site_report *report;
	struct arena *arena;
	struct ctx ctx;
	struct worker *workers;
	struct state now, old;
	bool has_old;
	bool *is_changed; /* by number */
	int64_t *changed;
	size_t changed_count;
	struct brief *briefs;	     /* by number, in a full build alone */
	struct arena **brief_arenas; /* by chunk */
	size_t chunk_count;
	const struct list *lists;
	size_t list_count;
	struct list_plan *plans; /* by list */
	struct list_page *pages; /* list pages to render */
	size_t page_count, page_cap;
	size_t *others;	       /* indexes of the other pages to render */
	pthread_mutex_t mutex; /* of done and the progress callback */
	size_t done;
};

#endif
