/*
 * bare_write FROM TO JOBS: writes files of the same names and sizes as those below FROM into the new folder TO, with
 * nothing but mkdir, open, write and close on JOBS threads. The floor a build is measured against.
 * Prints "files bytes seconds"; listing FROM is not timed.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct entry {
	char *name;
	size_t bytes;
};

static struct entry *files, *folders;
static size_t file_count, folder_count;
static size_t skip;
static char *filler;
static size_t filler_bytes;
static int to_fd;
static atomic_size_t next;

static void die(const char *what)
{
	perror(what);
	exit(4);
}

static void add(struct entry **list, size_t *count, const char *name, size_t bytes)
{
	if ((*count & (*count - 1)) == 0) {
		*list = realloc(*list, (*count ? 2 * *count : 1) * sizeof **list);
		if (!*list)
			die("realloc");
	}
	char *copy = strdup(name);
	if (!copy)
		die("strdup");
	(*list)[(*count)++] = (struct entry){copy, bytes};
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if (strlen(path) <= skip)
		return 0;
	if (type == FTW_D)
		add(&folders, &folder_count, path + skip + 1, 0);
	else if (type == FTW_F)
		add(&files, &file_count, path + skip + 1, (size_t)st->st_size);
	if (type == FTW_F && (size_t)st->st_size > filler_bytes)
		filler_bytes = (size_t)st->st_size;
	return 0;
}

static void *writer(void *unused)
{
	(void)unused;
	for (size_t i; (i = atomic_fetch_add(&next, 1)) < file_count;) {
		int fd =
			openat(to_fd, files[i].name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0)
			die(files[i].name);
		for (size_t done = 0; done < files[i].bytes;) {
			ssize_t n = write(fd, filler + done, files[i].bytes - done);
			if (n < 0)
				die(files[i].name);
			done += (size_t)n;
		}
		if (close(fd))
			die(files[i].name);
	}
	return NULL;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: bare_write FROM TO JOBS\n");
		return 2;
	}
	skip = strlen(argv[1]);
	if (nftw(argv[1], visit, 64, FTW_PHYS))
		die(argv[1]);
	filler = malloc(filler_bytes + 1);
	if (!filler)
		die("malloc");
	memset(filler, 'x', filler_bytes);
	long jobs = strtol(argv[3], NULL, 10);
	pthread_t threads[64];
	if (jobs < 1 || jobs > 64)
		return 2;

	double start = seconds();
	if (mkdir(argv[2], 0777))
		die(argv[2]);
	to_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to_fd < 0)
		die(argv[2]);
	for (size_t i = 0; i < folder_count; i++)
		if (mkdirat(to_fd, folders[i].name, 0777))
			die(folders[i].name);
	for (long j = 0; j < jobs; j++)
		if ((errno = pthread_create(&threads[j], NULL, writer, NULL)))
			die("pthread_create");
	for (long j = 0; j < jobs; j++)
		pthread_join(threads[j], NULL);
	double took = seconds() - start;

	size_t bytes = 0;
	for (size_t i = 0; i < file_count; i++)
		bytes += files[i].bytes;
	printf("%zu %zu %.3f\n", file_count, bytes, took);
	return 0;
}
