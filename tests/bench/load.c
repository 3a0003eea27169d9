/*
 * load PORT PATH CLIENTS COUNT MODE [FILE…]: that many clients at once, on the loopback address alone, COUNT requests in all,
 * each on a connection of its own.
 *   plain  posts a body of the size of a tip-off without photos
 *   form   first fetches COUNT forms, waits out the least time between form and post, then posts a tip-off with each token,
 *          the FILEs as photos
 * Only the posts are timed. Prints "ok bad seconds per-second p50-ms p99-ms max-ms"; receipts go to standard error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	PHOTOS_MAX = 3,
	ANSWER_BYTES = 1 << 17,
	COUNT_MAX = 200000,
	CLIENTS_MAX = 256,
	TOKEN_BYTES = 160
};
static const char boundary[] = "----tianlan-load-7b1f";

static int port, count, form;
static const char *path;
static char (*tokens)[TOKEN_BYTES];
static double *times;
static atomic_int next_index, good, bad;
static char *photo[PHOTOS_MAX];
static size_t photo_len[PHOTOS_MAX];
static int photos;
static pthread_mutex_t print = PTHREAD_MUTEX_INITIALIZER;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dial(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = {.tv_sec = 30};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int send_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* One request, the whole answer; the status, or -1. */
static int exchange(const char *head, const char *body, size_t body_len, char *answer)
{
	int fd = dial();
	if (fd < 0)
		return -1;
	size_t len = 0;
	answer[0] = '\0';
	if (send_all(fd, head, strlen(head)) == 0 && send_all(fd, body, body_len) == 0)
		for (ssize_t n; len < ANSWER_BYTES - 1 &&
				(n = recv(fd, answer + len, ANSWER_BYTES - 1 - len, 0)) != 0;) {
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				break;
			len += (size_t)n;
		}
	answer[len] = '\0';
	close(fd);
	return strncmp(answer, "HTTP/1.", 7) == 0 ? (int)strtol(answer + 9, NULL, 10) : -1;
}

static void fetch(int i, char *answer)
{
	char head[512];
	snprintf(head, sizeof head, "GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", path);
	if (exchange(head, "", 0, answer) != 200)
		return;
	const char *at = strstr(answer, "name=\"token\"");
	at = at ? strstr(at, "value=\"") : NULL;
	if (!at)
		return;
	at += 7;
	size_t n = strcspn(at, "\"");
	if (n < TOKEN_BYTES) {
		memcpy(tokens[i], at, n);
		tokens[i][n] = '\0';
	}
}

static size_t field(char *to, const char *name, const char *value)
{
	return (size_t)sprintf(to,
		"--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, name,
		value);
}

static size_t body_of(int i, char *to)
{
	char what[256];
	snprintf(what, sizeof what,
		"负载测试第 %d 件：夜里冒黑烟，气味刺鼻，连续几天，附近居民睡不好。", i);
	size_t n = field(to, "token", form ? tokens[i] : "none");
	n += field(to + n, "kind", "waste-gas");
	n += field(to + n, "enterprise", "");
	n += field(to + n, "street", "650105001");
	n += field(to + n, "place", "编造路 1 号院内");
	n += field(to + n, "when", "2018-01-05");
	n += field(to + n, "what", what);
	n += field(to + n, "way", "confidential");
	n += field(to + n, "contact_name", "编造人");
	n += field(to + n, "contact_phone", "000-0000-0000");
	n += field(to + n, "website", "");
	for (int k = 0; k < photos; k++) {
		n += (size_t)sprintf(to + n,
			"--%s\r\nContent-Disposition: form-data; name=\"photo\"; "
			"filename=\"%d.jpg\"\r\n"
			"Content-Type: image/jpeg\r\n\r\n",
			boundary, k);
		memcpy(to + n, photo[k], photo_len[k]);
		n += photo_len[k];
		n += (size_t)sprintf(to + n, "\r\n");
	}
	return n + (size_t)sprintf(to + n, "--%s--\r\n", boundary);
}

static void post(int i, char *body, char *answer)
{
	char head[512];
	size_t len = body_of(i, body);
	snprintf(head, sizeof head,
		"POST %s HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; "
		"boundary=%s\r\n"
		"Content-Length: %zu\r\n\r\n",
		path, boundary, len);
	double from = now();
	int status = exchange(head, body, len, answer);
	times[i] = now() - from;
	const char *receipt = form ? strstr(answer, "<output id=\"receipt\">") : answer;
	if (status != 200 || !receipt) {
		atomic_fetch_add(&bad, 1);
		return;
	}
	atomic_fetch_add(&good, 1);
	if (!form)
		return;
	receipt += strlen("<output id=\"receipt\">");
	pthread_mutex_lock(&print);
	fprintf(stderr, "%.*s\n", (int)strcspn(receipt, "<"), receipt);
	pthread_mutex_unlock(&print);
}

static void *client(void *posting)
{
	size_t room = 65536;
	for (int k = 0; k < photos; k++)
		room += photo_len[k] + 1024;
	char *body = malloc(room), *answer = malloc(ANSWER_BYTES);
	if (!body || !answer)
		abort();
	for (int i; (i = atomic_fetch_add(&next_index, 1)) < count;) {
		if (posting)
			post(i, body, answer);
		else
			fetch(i, answer);
	}
	free(body);
	free(answer);
	return NULL;
}

static void all(int clients, void *posting)
{
	pthread_t threads[CLIENTS_MAX];
	atomic_store(&next_index, 0);
	for (int i = 0; i < clients; i++)
		if (pthread_create(&threads[i], NULL, client, posting))
			abort();
	for (int i = 0; i < clients; i++)
		pthread_join(threads[i], NULL);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void load_photo(const char *name)
{
	FILE *f = fopen(name, "rb");
	if (!f || photos == PHOTOS_MAX) {
		fprintf(stderr, "load: cannot use %s\n", name);
		exit(2);
	}
	photo[photos] = malloc(16 << 20);
	photo_len[photos] = photo[photos] ? fread(photo[photos], 1, 16 << 20, f) : 0;
	photos++;
	fclose(f);
}

int main(int argc, char **argv)
{
	if (argc < 6) {
		fprintf(stderr, "usage: load PORT PATH CLIENTS COUNT plain|form [FILE…]\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	path = argv[2];
	int clients = (int)strtol(argv[3], NULL, 10);
	count = (int)strtol(argv[4], NULL, 10);
	form = strcmp(argv[5], "form") == 0;
	if (clients < 1 || clients > CLIENTS_MAX || count < 1 || count > COUNT_MAX)
		return 2;
	for (int i = 6; i < argc; i++)
		load_photo(argv[i]);
	tokens = calloc((size_t)count, sizeof *tokens);
	times = calloc((size_t)count, sizeof *times);
	if (!tokens || !times)
		return 2;
	if (form) {
		all(clients, NULL);
		sleep(4);
	}
	double from = now();
	all(clients, &count);
	double took = now() - from;
	qsort(times, (size_t)count, sizeof *times, by_value);
	printf("%d %d %.3f %.0f %.2f %.2f %.2f\n", good, bad, took, count / took,
		times[count / 2] * 1e3, times[(size_t)(count * 0.99)] * 1e3,
		times[count - 1] * 1e3);
	return bad ? 1 : 0;
}
