/*
 * How many tip-offs were accepted: today from a network, this hour from everyone. A count-min sketch (Cormode and
 * Muthukrishnan 2005): four rows of counters, a network's count is the least of its four. It may be too high when others
 * share all four, never too low.
 *
 * No address is kept: the places follow from a hash of the network under a key that is drawn by chance for the day and stands
 * in the file alone. Whoever holds the file can try out networks against today's counters. With the first request of another
 * day key and counters are overwritten: nothing else leads back to them, the host's secret neither. A network is an IPv4 /24
 * or an IPv6 /48; the machine itself is one with a limit of its own, for a server behind another.
 *
 * The file is no record of anything: when it cannot be used, tip-offs are accepted all the same, in the slow lane.
 *
 *   0  magic 8 | 8 day 8 | 16 hour 8 | 24 accepted in that hour 8 | 32 key 32 | 64 four rows of 4096 counters, 2 bytes each
 */
#include "intake/intake_internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ROWS = 4,
	COLUMNS = 4096,
	HEAD_BYTES = 64,
	FILE_BYTES = HEAD_BYTES + ROWS * COLUMNS * 2,
	LOCK_TRIES = 100, /* of 10 ms */
	SECONDS_OF_DAY = 86400,
	CHINA_SECONDS = 8 * 3600,
};
struct head {
	char magic[8];
	int64_t day, hour, accepted;
	uint8_t key[KEY_BYTES];
};
static_assert(sizeof(struct head) == HEAD_BYTES, "the head of the file");
static const char magic[8] = "tlbudge2";

struct sketch {
	int fd;
	struct head head;
	off_t place[ROWS];
	uint16_t count[ROWS];
};

/* ---- networks ---------------------------------------------------------------------------------------- */

struct network {
	uint8_t bytes[8]; /* kind, then the prefix */
	bool loopback;
};

static void network_of(const char *remote_addr, struct network *ret)
{
	struct in_addr four;
	struct in6_addr six;
	uint8_t raw[16] = {0};
	*ret = (struct network){.loopback = true};
	if (inet_pton(AF_INET, remote_addr, &four) == 1) {
		memcpy(raw + 12, &four, 4);
	} else if (inet_pton(AF_INET6, remote_addr, &six) == 1) {
		static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
		memcpy(raw, &six, 16);
		if (memcmp(raw, mapped, 12) != 0) {
			static const uint8_t here[16] = {[15] = 1};
			ret->loopback = memcmp(raw, here, 16) == 0;
			ret->bytes[0] = ret->loopback ? 0 : 6;
			if (!ret->loopback)
				memcpy(ret->bytes + 1, raw, 6);
			return;
		}
	} else {
		return; /* unknown, or a local socket: the machine itself */
	}
	ret->loopback = raw[12] == 127;
	ret->bytes[0] = ret->loopback ? 0 : 4;
	if (!ret->loopback)
		memcpy(ret->bytes + 1, raw + 12, 3);
}

static void places_of(const uint8_t key[KEY_BYTES], const struct network *n, off_t place[ROWS])
{
	uint8_t hash[MAC_BYTES];
	mac_once(key, "tianlan network 2", n->bytes, sizeof n->bytes, hash);
	for (int i = 0; i < ROWS; i++) {
		int column = (hash[2 * i] << 8 | hash[2 * i + 1]) % COLUMNS;
		place[i] = HEAD_BYTES + ((off_t)i * COLUMNS + column) * 2;
	}
	bytes_wipe(hash, sizeof hash);
}

/* ---- the file ------------------------------------------------------------------------------------------ */

static bool read_at(int fd, void *out, size_t len, off_t at)
{
	ssize_t n;
	do
		n = pread(fd, out, len, at);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

static bool write_at(int fd, const void *bytes, size_t len, off_t at)
{
	ssize_t n;
	do
		n = pwrite(fd, bytes, len, at);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

/* Whoever holds it is done in a moment; nobody waits for one that is stuck. */
static bool lock(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		(void)poll(NULL, 0, 10);
	}
	return false;
}

/* The counters first, the head last: a crash between leaves an old day, and the next one empties it again. On the disk before
 * anything is counted, so that the old key is gone from there too. */
static bool empty(struct sketch *s, int64_t day, const struct chance *chance)
{
	static const uint8_t zeros[FILE_BYTES - HEAD_BYTES];
	memcpy(s->head.magic, magic, sizeof magic);
	s->head.day = day;
	s->head.hour = 0;
	s->head.accepted = 0;
	chance_fill(chance, s->head.key, sizeof s->head.key);
	return write_at(s->fd, zeros, sizeof zeros, HEAD_BYTES) &&
	       write_at(s->fd, &s->head, sizeof s->head, 0) && fdatasync(s->fd) == 0;
}

static void sketch_close(struct sketch *s)
{
	if (s->fd >= 0)
		close(s->fd); /* and with it the lock */
	s->fd = -1;
	bytes_wipe(s->head.key, sizeof s->head.key);
	bytes_wipe(s->place, sizeof s->place);
}

/* Opened when first needed, and again when it was not there before. */
static int folder(struct intake *in)
{
	if (in->budget_dir < 0) {
		struct arena *a = arena_new();
		in->budget_dir = open(arena_printf(a, "%s/spool/budget", in->root),
			O_PATH | O_DIRECTORY | O_CLOEXEC);
		arena_free(a);
	}
	return in->budget_dir;
}

/* Locked, of this day and hour, with the network's four counts; false when the file cannot be used. */
static bool sketch_open(struct intake *in, const struct network *n, int64_t now,
	const struct chance *chance, struct sketch *s)
{
	struct stat st;
	int64_t day = day_from_unix(now).n, hour = now / 3600;
	int dir = folder(in);
	s->fd = dir < 0 ? -1
			: openat(dir, "day", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
				  0600);
	bool good = s->fd >= 0 && !fstat(s->fd, &st) && S_ISREG(st.st_mode) && lock(s->fd);
	if (good && (!read_at(s->fd, &s->head, sizeof s->head, 0) ||
			    memcmp(s->head.magic, magic, sizeof magic) != 0 || s->head.day != day))
		good = empty(s, day, chance);
	if (good && s->head.hour != hour) {
		s->head.hour = hour;
		s->head.accepted = 0;
	}
	if (good)
		places_of(s->head.key, n, s->place);
	for (int i = 0; good && i < ROWS; i++)
		good = read_at(s->fd, &s->count[i], 2, s->place[i]);
	if (!good)
		sketch_close(s);
	return good;
}

static uint16_t least(const struct sketch *s)
{
	uint16_t n = UINT16_MAX;
	for (int i = 0; i < ROWS; i++)
		n = s->count[i] < n ? s->count[i] : n;
	return n;
}

/* ---- the two questions -------------------------------------------------------------------------------- */

void budget_look(struct intake *in, const char *remote_addr, int64_t now,
	const struct chance *chance, struct budget *ret)
{
	const struct form_limits *l = &in->conf.limits;
	struct network n;
	struct sketch s;
	*ret = (struct budget){
		.retry_after = SECONDS_OF_DAY - (now + CHINA_SECONDS) % SECONDS_OF_DAY};
	network_of(remote_addr, &n);
	if (!sketch_open(in, &n, now, chance, &s))
		return;
	int64_t most = n.loopback ? l->loopback_daily : l->network_daily;
	ret->usable = true;
	ret->network_over = most > 0 && least(&s) >= most;
	ret->hour_over = l->global_hourly > 0 && s.head.accepted >= l->global_hourly;
	sketch_close(&s);
}

bool budget_count(struct intake *in, const char *remote_addr, int64_t now,
	const struct chance *chance, enum budget_for what)
{
	struct network n;
	struct sketch s;
	network_of(remote_addr, &n);
	if (!sketch_open(in, &n, now, chance, &s))
		return false;
	uint16_t before = least(&s);
	bool good = true;
	if (what == BUDGET_ACCEPTED)
		s.head.accepted++;
	/* Only the least are raised: the others are others' already. */
	for (int i = 0; good && before < UINT16_MAX && i < ROWS; i++) {
		uint16_t after = (uint16_t)(before + 1);
		if (s.count[i] == before)
			good = write_at(s.fd, &after, sizeof after, s.place[i]);
	}
	good = good && write_at(s.fd, &s.head, sizeof s.head, 0);
	sketch_close(&s);
	return good;
}
