/* See sample.h. */
#include "sample.h"

#include <string.h>

static void fill(void *ctx, void *out, size_t len)
{
	uint64_t *state = ctx;
	for (size_t i = 0; i < len; i++) {
		*state = *state * 6364136223846793005u + 1442695040888963407u;
		((uint8_t *)out)[i] = (uint8_t)(*state >> 56);
	}
}

struct chance sample_chance(uint64_t *state)
{
	return (struct chance){fill, state};
}

struct tipoff sample_tipoff(const char *way)
{
	bool anonymous = strcmp(way, "anonymous") == 0;
	struct tipoff t = {.received_at = "2018-01-31T20:11:03+08:00",
		.host = "host-1",
		.kinds = {"waste-gas", "noise"},
		.kind_count = 2,
		.enterprise = "650105-000123",
		.street = "650105001",
		.place = "路口往东的院子",
		.happened_on = "2018-01-30",
		.what = "夜里有刺鼻的气味，\n第二天早上地上有黑水。",
		.way = way,
		.lane = "ordinary",
		.contact_name = anonymous ? "" : "测试联系人甲",
		.contact_phone = anonymous ? "" : "000-0000-0000"};
	memset(t.status_tag, 0x51, sizeof t.status_tag);
	memset(t.status_key, 0x52, sizeof t.status_key);
	return t;
}

void sample_keys_make(struct sample_keys *k, const struct chance *chance, size_t count)
{
	memset(k, 0, sizeof *k);
	k->to.facts_count = k->to.contact_count = count;
	for (size_t i = 0; i < count; i++) {
		box_keys(chance, &k->to.facts[i], &k->facts[i]);
		box_keys(chance, &k->to.contact[i], &k->contact[i]);
	}
}

struct envelope_head sample_head(const struct chance *chance)
{
	struct envelope_head head = {.token_expires = 1517486400, .week = {2018, 5}};
	chance_fill(chance, head.id.bytes, CASE_ID_BYTES);
	chance_fill(chance, head.content_mac, MAC_BYTES);
	return head;
}
