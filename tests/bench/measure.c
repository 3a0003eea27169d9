/*
 * measure FIGURES COMMAND…: runs the command and writes "seconds peak-MiB" of it and its children into the file FIGURES.
 * The exit status is the command's.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec from, to;
	struct rusage used;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FIGURES COMMAND…\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	pid_t child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0) {
		perror("measure");
		return 4;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	FILE *out = fopen(argv[1], "w");
	if (!out) {
		perror(argv[1]);
		return 4;
	}
	fprintf(out, "%.3f %ld\n",
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
		used.ru_maxrss / 1024);
	if (fclose(out))
		return 4;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
