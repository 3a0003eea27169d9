/*
 * Work on several threads: indexes are handed out in order from one counter. After a failure no index above the
 * lowest failed one is started; those below it still run, so that the failure reported is always the first by index.
 */
#include "tianlan/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct work {
	work_fn *fn;
	void *ctx;
	size_t count;
	atomic_size_t next;
	atomic_size_t failed;  /* lowest failed index; SIZE_MAX: none */
	pthread_mutex_t mutex; /* of err and code */
	struct err err;
	enum err_code code;
};

struct worker_arg {
	struct work *work;
	int worker;
	pthread_t thread;
};

static void note_failure(struct work *w, size_t index, enum err_code code, const struct err *e)
{
	pthread_mutex_lock(&w->mutex);
	if (index < atomic_load(&w->failed)) {
		atomic_store(&w->failed, index);
		w->err = *e;
		w->code = code;
	}
	pthread_mutex_unlock(&w->mutex);
}

static void *run(void *arg)
{
	struct worker_arg *me = arg;
	struct work *w = me->work;
	for (;;) {
		size_t index = atomic_fetch_add(&w->next, 1);
		if (index >= w->count || index > atomic_load(&w->failed))
			return NULL;
		struct err e = {0};
		enum err_code code = w->fn(w->ctx, me->worker, index, &e);
		if (code)
			note_failure(w, index, code, &e);
	}
}

enum err_code work_run(int jobs, size_t count, work_fn *fn, void *ctx, struct err *e)
{
	struct work w = {.fn = fn, .ctx = ctx, .count = count};
	atomic_init(&w.next, 0);
	atomic_init(&w.failed, SIZE_MAX);
	pthread_mutex_init(&w.mutex, NULL);
	struct worker_arg *args = mem_zero((size_t)jobs, sizeof *args);
	int started = 1;
	args[0] = (struct worker_arg){.work = &w};
	for (; started < jobs; started++) {
		args[started] = (struct worker_arg){.work = &w, .worker = started};
		if (pthread_create(&args[started].thread, NULL, run, &args[started]))
			break; /* fewer threads do the same work */
	}
	run(&args[0]);
	for (int i = 1; i < started; i++)
		pthread_join(args[i].thread, NULL);
	free(args);
	pthread_mutex_destroy(&w.mutex);
	if (w.code && e)
		*e = w.err;
	return w.code;
}
