/*
 * The chain as text: lines, shards and the line of a commit's message that names the head. What is read here may have been
 * changed by anyone who can reach the repository, so nothing is accepted that the writers would not write.
 */
#include "tianlan/ledger.h"

#include "ledger/ledger_internal.h"

#include <stdio.h>
#include <string.h>

enum { HASH_DIGITS = 2 * SHA256_BYTES, SEQ_DIGITS_MAX = 18 };

void chain_genesis(const char *branch, uint8_t out[SHA256_BYTES])
{
	struct buf text;

	buf_init(&text, 4096);
	buf_printf(&text, "tianlan-chain 1 %s", branch);
	sha256_bytes(buf_text(&text), text.len, out);
	buf_done(&text);
}

void chain_line_write(const struct chain_line *l, struct buf *out)
{
	char commitment[HASH_DIGITS + 1], previous[HASH_DIGITS + 1];

	hex_encode(l->commitment, SHA256_BYTES, commitment);
	hex_encode(l->previous, SHA256_BYTES, previous);
	buf_printf(out, "%lld %s %s %s %s %s", (long long)l->seq, commitment, l->step, l->role,
		l->when, previous);
}

bool chain_word_valid(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz-");
	return n > 0 && n < CHAIN_STEP_BYTES && word[n] == '\0';
}

/* ISO 8601: a year has 53 weeks when it begins or ends on a Thursday (day 0 was one). */
static bool week_valid(int year, int week)
{
	int first = day_from_ymd(year, 1, 1).n % 7, last = day_from_ymd(year, 12, 31).n % 7;
	return week >= 1 && week <= (first == 0 || last == 0 ? 53 : 52);
}

bool chain_when_valid(const char *when)
{
	struct day day;
	int64_t year = 0, week = 0;
	char digits[5] = "";

	if (strlen(when) != 8 || when[4] != '-' || when[5] != 'W')
		return day_parse(when, &day);
	memcpy(digits, when, 4);
	return strspn(digits, "0123456789") == 4 && strspn(when + 6, "0123456789") == 2 &&
	       str_to_int64(digits, &year) && str_to_int64(when + 6, &week) &&
	       day_ymd_valid((int)year, 1, 1) && week_valid((int)year, (int)week);
}

/* Copies what stands before the next space (or the end) and moves behind it; false when it is empty or too long. */
static bool take_word(const char **at, const char *end, char *out, size_t out_bytes)
{
	const char *space = memchr(*at, ' ', (size_t)(end - *at));
	size_t n = (size_t)((space ? space : end) - *at);

	if (n == 0 || n >= out_bytes || memchr(*at, '\0', n))
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n + (space ? 1 : 0);
	return true;
}

static bool seq_parse(const char *digits, int64_t *ret)
{
	return digits[0] >= '1' && digits[0] <= '9' && strlen(digits) <= SEQ_DIGITS_MAX &&
	       strspn(digits, "0123456789") == strlen(digits) && str_to_int64(digits, ret);
}

static bool hash_parse(const char *digits, uint8_t out[SHA256_BYTES])
{
	return strlen(digits) == HASH_DIGITS && hex_decode(digits, out, SHA256_BYTES);
}

enum err_code chain_line_parse(const char *text, size_t len, struct chain_line *ret, struct err *e)
{
	struct chain_line l = {0};
	char seq[SEQ_DIGITS_MAX + 2], commitment[HASH_DIGITS + 1], previous[HASH_DIGITS + 1];
	const char *at = text, *end = text + len;

	/* A space at the very end would be taken with the last word. */
	if (len < CHAIN_LINE_MAX && len > 0 && text[len - 1] != ' ' &&
		take_word(&at, end, seq, sizeof seq) &&
		take_word(&at, end, commitment, sizeof commitment) &&
		take_word(&at, end, l.step, sizeof l.step) &&
		take_word(&at, end, l.role, sizeof l.role) &&
		take_word(&at, end, l.when, sizeof l.when) &&
		take_word(&at, end, previous, sizeof previous) && at == end &&
		seq_parse(seq, &l.seq) && hash_parse(commitment, l.commitment) &&
		chain_word_valid(l.step) && chain_word_valid(l.role) && chain_when_valid(l.when) &&
		hash_parse(previous, l.previous)) {
		*ret = l;
		return ERR_OK;
	}
	return err_set(e, ERR_INPUT,
		T("这一行不是链上记录的写法", "this line does not have the form of the chain"));
}

void chain_shard_path(size_t shard, char out[CHAIN_PATH_BYTES])
{
	snprintf(out, CHAIN_PATH_BYTES, CHAIN_FOLDER "/%03u/%03u.log",
		(unsigned)(shard / CHAIN_FOLDER_SHARDS % CHAIN_FOLDER_SHARDS),
		(unsigned)(shard % CHAIN_FOLDER_SHARDS));
}

bool chain_shard_number(const char *name, bool file, size_t *ret)
{
	if (strspn(name, "0123456789") != 3 || !str_eq(name + 3, file ? ".log" : ""))
		return false;
	*ret = (size_t)(name[0] - '0') * 100 + (size_t)(name[1] - '0') * 10 +
	       (size_t)(name[2] - '0');
	return true;
}

bool chain_next(const char **at, const char *end, const char **ret_line, size_t *ret_len)
{
	const char *lf = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;

	*ret_line = *at < end ? *at : NULL;
	*ret_len = (size_t)((lf ? lf : end) - *at);
	if (!lf)
		return false;
	*at = lf + 1;
	return true;
}

enum err_code chain_follow(struct ledger_head *head, const char *line, size_t len,
	struct chain_line *ret, struct err *e)
{
	if (chain_line_parse(line, len, ret, e))
		return ERR_INPUT;
	if (ret->seq != head->seq + 1)
		return err_set(e, ERR_INPUT,
			T("序号是 %lld，应当是 %lld",
				"its number is %lld, where %lld should stand"),
			(long long)ret->seq, (long long)head->seq + 1);
	if (memcmp(ret->previous, head->hash, SHA256_BYTES) != 0)
		return err_set(e, ERR_INPUT,
			T("它记的上一行散列与上一行不符",
				"the hash it gives of the line before is not that line's"));
	head->seq = ret->seq;
	sha256_bytes(line, len, head->hash);
	return ERR_OK;
}

static const char message_word[] = "\nchain: ";

void chain_message(const struct ledger_head *head, struct buf *out)
{
	char hash[HASH_DIGITS + 1];

	hex_encode(head->hash, SHA256_BYTES, hash);
	buf_printf(out, "%s%lld %s\n", message_word, (long long)head->seq, hash);
}

bool chain_message_parse(const char *message, struct ledger_head *ret)
{
	const char *at = strstr(message, message_word);
	const char *end = at ? strchr(at + 1, '\n') : NULL;
	char seq[SEQ_DIGITS_MAX + 2], hash[HASH_DIGITS + 1];
	struct ledger_head head;

	if (!end || end[-1] == ' ')
		return false;
	at += sizeof message_word - 1;
	if (!take_word(&at, end, seq, sizeof seq) || !take_word(&at, end, hash, sizeof hash) ||
		at != end || !seq_parse(seq, &head.seq) || !hash_parse(hash, head.hash))
		return false;
	*ret = head;
	return true;
}
